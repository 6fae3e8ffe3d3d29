"""Undo through the whole flow: what comes back, what is left, and that the next runs do not do it again."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from partnersync.contract.adapter import Outcome
from partnersync.domain.value import RecordKind
from partnersync.errors import ConfigError, LockHeld, TryLater
from partnersync.store import fields, held, issuebook, journal, runs
from partnersync.store.locks import lease
from partnersync.sync.report import Report
from partnersync.sync.restore import Left
from partnersync.testing.memory import MemoryAdapter
from partnersync.testing.memory_system import MemorySystem
from partnersync.testing.troubles import Disturbance, Trouble

DEAL = RecordKind.DEAL
D1 = {
    "deal_id": "D1",
    "client_id": "c1",
    "partner_id": "P1",
    "products": "licence",
    "state": "won",
    "amount": "3660",
    "created_at": "2026-05-01",
    "closed_at": "2026-05-20",
}
D2 = D1 | {"deal_id": "D2", "client_id": "c2"}


def _paid(payment_id: str, deal_id: str, day: str = "2026-05-21") -> dict[str, str]:
    return {"payment_id": payment_id, "deal_id": deal_id, "paid_at": day, "amount": "1220"}


@pytest.fixture
def firm(company: Any) -> Any:
    """Two deals, of which the first is paid after the first run: run 2 wrote what comes of it."""
    company.add("partner", {"partner_id": "P1", "name": "First"})
    company.add("deal", D1, D2)
    company.sync()
    company.add("payment", _paid("M1", "D1"))
    company.sync()
    return company


def _shown(company: Any) -> dict[Any, dict[str, str]]:
    return {place: dict(values) for place, values in company.systems["main"].values.items()}


def _undo(company: Any, run: int, **options: Any) -> Report:
    report: Report = company.engine().undo(run, **options)
    return report


def _holds(company: Any) -> dict[str, str | None]:
    with company.store.read() as tx:
        return held.of_records(tx, "main", [(DEAL, "D1")]).get((DEAL, "D1"), {})


def test_what_a_run_wrote_goes_back_and_lines_stay(firm: Any) -> None:
    assert firm.value("deal", "D1", "ps_commission") == "500.00"
    lines, notes = firm.lines(), list(firm.systems["main"].notes)
    report = _undo(firm, 2)
    assert report.exit_code == 0
    assert firm.value("deal", "D1", "ps_commission") == ""
    assert firm.value("deal", "D1", "ps_commission_status") == ""
    assert firm.value("partner", "P1", "ps_balance") == "0.00"
    assert firm.value("deal", "D1", "ps_partner_id") == "P1", "run 1 wrote that"
    assert (firm.lines(), firm.systems["main"].notes) == (lines, notes)
    assert report.undone is not None
    assert {name: dict(by_field) for name, by_field in report.undone.by_field.items()} == {
        "main": {"ps_commission": 1, "ps_commission_status": 1, "ps_balance": 1}
    }


def test_the_next_runs_do_not_do_it_again(firm: Any) -> None:
    _undo(firm, 2)
    shown = _shown(firm)
    for _ in range(2):
        report = firm.sync()
        assert (report.exit_code, report.written) == (0, 0)
        assert _shown(firm) == shown
    with firm.store.read() as tx:
        assert fields.due_page(tx, "main", None) == [], "a run in which nothing changed looks at no held record"


def test_a_field_is_written_once_something_else_is_due(firm: Any) -> None:
    _undo(firm, 2)
    firm.add("payment", _paid("M2", "D1", "2026-06-01"))
    firm.sync()
    assert firm.value("deal", "D1", "ps_commission") == "1000.00"
    assert firm.value("deal", "D1", "ps_commission_status") == "", "the same is due as when it was undone"
    assert firm.value("partner", "P1", "ps_balance") == "1000.00"
    assert firm.issues() == {("D1", "UNDONE")}
    assert _holds(firm) == {"ps_commission_status": "payable"}


def test_the_hold_ends_with_its_reason_even_if_the_old_value_falls_due_again(firm: Any) -> None:
    """500.00 was undone; 0.00 and then 500.00 again are due."""
    _undo(firm, 2)
    firm.add("payment", _paid("X1", "D1", "2026-06-01") | {"refund_of": "M1"})
    firm.sync()
    firm.add("payment", _paid("M3", "D1", "2026-06-02"))
    firm.sync()
    assert firm.value("deal", "D1", "ps_commission") == "500.00"


def test_each_held_field_is_an_issue_that_closes_with_the_hold(firm: Any) -> None:
    _undo(firm, 2)
    with firm.store.read() as tx:
        rows = [dict(row) for row in issuebook.open_issues(tx)]
    assert [(row["record_id"], row["column"], row["value"], row["code"]) for row in rows] == [
        ("D1", "ps_commission", "500.00", "UNDONE"),
        ("D1", "ps_commission_status", "payable", "UNDONE"),
        ("P1", "ps_balance", "500.00", "UNDONE"),
    ]
    assert all(row["file"] and row["line"] for row in rows), "it names the place of the record"
    assert firm.issues() == {("D1", "UNDONE"), ("P1", "UNDONE")}, "they are published by the undo itself"
    with firm.store.write() as tx:
        assert held.release_for_issues(tx, [row["issue_id"] for row in rows], 9) == 3
    firm.sync()
    assert (firm.value("deal", "D1", "ps_commission"), firm.issues()) == ("500.00", set())


def test_a_human_edit_is_left_and_named(firm: Any) -> None:
    firm.systems["main"].values[DEAL, "D1"]["ps_commission"] = "7.00"
    report = _undo(firm, 2)
    assert firm.value("deal", "D1", "ps_commission") == "7.00"
    assert firm.value("deal", "D1", "ps_commission_status") == ""
    assert report.undone is not None
    [(name, one)] = report.undone.leaving
    assert (name, one.record_id, one.field, one.wrote, one.holds, one.why) == (
        "main",
        "D1",
        "ps_commission",
        "500.00",
        "7.00",
        Left.EDITED,
    )


def test_an_edit_of_a_held_field_is_left_alone(firm: Any) -> None:
    _undo(firm, 2)
    firm.systems["main"].values[DEAL, "D1"]["ps_commission"] = "7.00"
    report = firm.sync()
    assert (firm.value("deal", "D1", "ps_commission"), report.planned["main"].foreign) == ("7.00", 0)


def test_what_a_later_run_wrote_over_is_left(firm: Any) -> None:
    firm.add("payment", _paid("M2", "D1", "2026-06-01"))
    firm.sync()
    report = _undo(firm, 2)
    assert firm.value("deal", "D1", "ps_commission") == "1000.00"
    assert firm.value("deal", "D1", "ps_commission_status") == ""
    assert report.undone is not None
    assert report.undone.left == {Left.WRITTEN.value: 2}


def test_runs_are_undone_one_after_the_other(firm: Any) -> None:
    firm.add("payment", _paid("M2", "D1", "2026-06-01"))
    firm.sync()
    for run, commission in ((3, "500.00"), (2, ""), (1, "")):
        assert _undo(firm, run).exit_code == 0
        assert firm.value("deal", "D1", "ps_commission") == commission
    assert set(firm.systems["main"].values[DEAL, "D1"].values()) == {""}
    assert firm.sync().written == 0
    with firm.store.read() as tx:
        open_rows = [(row["record_id"], row["column"]) for row in issuebook.open_issues(tx)]
    assert len(open_rows) == len(set(open_rows))


def test_a_record_that_is_gone_is_named(firm: Any) -> None:
    firm.systems["main"].rows[DEAL].remove(D1)
    report = _undo(firm, 2)
    assert report.undone is not None
    assert report.undone.left == {Left.GONE.value: 2}
    assert report.exit_code == 3, "the deal that vanished was set aside by this run"


def test_a_second_undo_finds_nothing_more(firm: Any) -> None:
    _undo(firm, 2)
    writes = firm.systems["main"].writes
    report = _undo(firm, 2)
    assert report.undone is not None
    assert (report.undone.records, dict(report.undone.left), report.exit_code) == (0, {}, 0)
    assert firm.systems["main"].writes == writes


def test_a_dry_run_says_the_same_and_changes_nothing(firm: Any) -> None:
    shown = _shown(firm)
    rehearsed = _undo(firm, 2, dry_run=True).undone
    assert (_shown(firm), _holds(firm)) == (shown, {})
    assert rehearsed is not None
    done = _undo(firm, 2).undone
    assert done is not None
    assert (rehearsed.by_field, rehearsed.records, rehearsed.changes) == (done.by_field, done.records, done.changes)


def test_undo_is_not_stopped_by_the_limit(new_company: Callable[..., Any]) -> None:
    company = new_company(limits="max_changed_records = 1\nmax_changed_share = '1%'\n")
    company.add("partner", {"partner_id": "P1", "name": "First"})
    company.add("deal", *(D1 | {"deal_id": f"D{number}", "client_id": f"c{number}"} for number in range(9)))
    company.sync()
    _undo(company, 1)
    assert {values.get("ps_partner_id", "") for values in company.systems["main"].values.values()} == {""}


def test_places_that_the_run_made_go_where_they_can(firm: Any) -> None:
    firm.systems["main"].capabilities = replace(firm.systems["main"].capabilities, removes_places=True)
    _undo(firm, 2)
    _undo(firm, 1)
    assert {name for values in firm.systems["main"].values.values() for name in values} == set()
    assert firm.sync().written == 0, "and no place is made to stay empty"


def test_the_journal_tells_it(firm: Any) -> None:
    number = _undo(firm, 2).run
    with firm.store.read() as tx:
        rows = [kept.row for kept in journal.rows(tx, run=number)]
        assert not journal.verify(tx)
        assert runs.by_number(tx, number).command == "undo 2"  # type: ignore[union-attr]
    assert {(row.action, row.reason, row.outcome) for row in rows} == {("undo", "undo of run 2", "done")}
    deal = next(row for row in rows if row.kind == DEAL)
    assert (deal.before, deal.after) == (
        {"ps_commission": "500.00", "ps_commission_status": "payable"},
        {"ps_commission": "", "ps_commission_status": ""},
    )


@pytest.mark.parametrize(
    ("run", "says"),
    [
        pytest.param(99, "there is no run 99", id="no such run"),
        pytest.param(3, "run 3 is an undo itself", id="an undo"),
    ],
)
def test_refused(firm: Any, run: int, says: str) -> None:
    _undo(firm, 2)
    with pytest.raises(ConfigError, match=says):
        _undo(firm, run)


def test_a_run_that_wrote_nothing(firm: Any) -> None:
    number = firm.sync().run
    report = _undo(firm, number)
    assert report.undone is not None
    assert (report.undone.records, report.exit_code, report.pulled) == (0, 0, [])


def test_a_run_at_work_is_not_undone(firm: Any) -> None:
    with lease(firm.store, "connection:main", "other:1:x", firm.now), pytest.raises(LockHeld):
        _undo(firm, 2)


def test_a_connection_that_cannot_be_read_is_named_and_undone_later(firm: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> object:
        raise TryLater("not there")

    with monkeypatch.context() as patch:
        patch.setattr(type(firm.systems["main"]), "pull", away)
        report = _undo(firm, 2)
    assert (report.exit_code, list(report.failed)) == (3, ["main"])
    assert firm.value("deal", "D1", "ps_commission") == "500.00"
    assert _undo(firm, 2).exit_code == 0
    assert firm.value("deal", "D1", "ps_commission") == ""


def test_a_connection_that_the_settings_lost_is_named(new_company: Callable[..., Any]) -> None:
    company = new_company("main", "other")
    company.add("partner", {"partner_id": "P1", "name": "First"})
    company.add("deal", D1)
    company.add("deal", D2, system="other")
    company.sync()
    other = company.systems.pop("other")
    report = _undo(company, 1)
    assert (report.exit_code, list(report.failed)) == (3, ["other"])
    assert other.values[DEAL, "D2"]["ps_partner_id"] == "P1"
    assert company.value("deal", "D1", "ps_partner_id") == ""


class Crm:
    """A CRM with paid deals of one partner, which a first run has filled."""

    def __init__(self, company: Any) -> None:
        self.system = MemorySystem()
        self.company = company
        self.system.put(RecordKind.PARTNER, {"partner_id": "P1", "name": "First"})
        told = {name: text for name, text in D1.items() if name != "deal_id"}
        self.deals = [self.system.put(DEAL, told | {"client_id": f"c{number}"}) for number in range(5)]
        for number, deal in enumerate(self.deals):
            self.system.put(RecordKind.PAYMENT, _paid(f"M{number}", deal))

    def sync(self) -> Report:
        """Some time after the last run."""
        self._later()
        report: Report = self.company.sync()
        return report

    def undo(self, run: int) -> Report:
        """The same."""
        self._later()
        return _undo(self.company, run)

    def filled(self) -> list[str]:
        """Deals in which one of our fields holds something."""
        return [deal for deal in self.deals if any(self.system.cards[DEAL][deal].managed.values())]

    def _later(self) -> None:
        self.system.now += 3600
        self.company.systems = {"main": MemoryAdapter(self.system)}


@pytest.fixture
def crm(new_company: Callable[..., Any]) -> Crm:
    return Crm(new_company())


def test_a_crm_is_emptied_again(crm: Crm) -> None:
    crm.sync()
    assert crm.filled() == crm.deals
    assert crm.undo(1).exit_code == 0
    assert crm.filled() == []
    assert (crm.sync().written, crm.filled()) == (0, [])


def test_what_was_not_written_is_not_held(crm: Crm) -> None:
    crm.sync()
    locked = crm.deals[2]
    crm.system.refusing.add((DEAL, locked))
    assert crm.undo(1).exit_code == 3
    assert crm.filled() == [locked]
    with crm.company.store.read() as tx:
        assert held.of_records(tx, "main", [(DEAL, locked)]) == {}
        assert locked not in {row["record_id"] for row in issuebook.open_issues(tx)}
    crm.system.refusing.clear()
    assert crm.undo(1).exit_code == 0
    assert crm.filled() == []


@pytest.mark.parametrize(
    "trouble", [pytest.param(Trouble.LOST, id="was made"), pytest.param(Trouble.TIMEOUT, id="was not made")]
)
def test_an_undo_without_an_answer_is_read_back(crm: Crm, trouble: Trouble) -> None:
    crm.sync()
    crm.system.disturbance = Disturbance(trouble, writing=True)
    crm.undo(1)
    crm.sync()
    assert bool(crm.filled()) is (trouble is Trouble.TIMEOUT)
    assert crm.sync().written == 0
    crm.undo(1)
    crm.sync()
    assert crm.filled() == []
    with crm.company.store.read() as tx:
        undone = [kept.row for kept in journal.rows(tx) if kept.row.action == "undo" and kept.row.outcome == "done"]
    assert len({row.record_id for row in undone if row.kind == DEAL}) == len(crm.deals)


def test_what_an_earlier_run_wrote_without_an_answer_is_undone_with_it(crm: Crm) -> None:
    crm.system.disturbance = Disturbance(Trouble.LOST, writing=True)
    first = crm.sync()
    assert sum(pushed.outcomes.get(Outcome.UNKNOWN, 0) for pushed in first.pushed) > 0
    assert crm.undo(first.run).exit_code == 0
    assert crm.filled() == []
    crm.sync()
    assert crm.filled() == []
