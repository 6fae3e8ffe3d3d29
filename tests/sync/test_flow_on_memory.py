"""The whole flow over the reference adapter: what a CRM does that tables do not."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest

from partnersync.contract.adapter import Outcome
from partnersync.domain.value import RecordKind
from partnersync.store import journal
from partnersync.sync.report import Report
from partnersync.testing.memory import MemoryAdapter
from partnersync.testing.memory_system import MemorySystem
from partnersync.testing.troubles import Disturbance, Trouble

DEAL = RecordKind.DEAL
DUE = {"ps_partner_id": "P1", "ps_source": "promo", "ps_commission": "500.00"}


class Firm:
    """A CRM with one partner and some won and paid deals of his, and the company that syncs it."""

    def __init__(self, company: Any, *, tombstones: bool = True) -> None:
        self.crm = MemorySystem()
        self.crm.put(RecordKind.PARTNER, {"partner_id": "P1", "name": "First", "promo_codes": "ONE"})
        self.deals = [self._sold() for _ in range(5)]
        self.company = company
        self._tombstones = tombstones

    def sync(self) -> Report:
        """One run with a new adapter, some time after the last one."""
        self.crm.now += 3600
        self.crm.calls.clear()
        self.company.systems = {"main": MemoryAdapter(self.crm, tombstones=self._tombstones)}
        report: Report = self.company.sync()
        return report

    def wrong(self) -> list[str]:
        """Deals that do not show what is due."""
        return [deal for deal in self.deals if not DUE.items() <= self.crm.cards[DEAL][deal].managed.items()]

    def _sold(self) -> str:
        told = {"created_at": "2026-02-01T10:00:00+03:00", "closed_at": "2026-02-02T10:00:00+03:00"}
        deal = self.crm.put(DEAL, told | {"state": "won", "promo_code": "ONE", "products": "licence"})
        paid = {"deal_id": deal, "paid_at": "2026-02-03T10:00:00+03:00", "amount": "1220.00", "vat_rate": "22%"}
        self.crm.put(RecordKind.PAYMENT, paid)
        return deal


@pytest.fixture(params=[True, False], ids=["tombstones", "listings of ids"])
def firm(request: pytest.FixtureRequest, new_company: Callable[..., Any]) -> Firm:
    return Firm(new_company(), tombstones=request.param)


def _calls(firm: Firm) -> Sequence[str]:
    return [call for call in firm.crm.calls if call.startswith("update")]


def test_what_is_due_arrives_once(firm: Firm) -> None:
    assert firm.sync().failed == {}
    assert firm.wrong() == []
    assert len(firm.crm.tables["ledger"][1]) == 1 + len(firm.deals)
    report = firm.sync()
    assert (report.written, report.decided.lines, firm.crm.calls) == (0, 0, [])


def test_an_edit_of_something_else_writes_nothing(firm: Firm) -> None:
    firm.sync()
    firm.crm.edit(DEAL, firm.deals[0], {"title": "Edited"}, "7")
    assert firm.sync().written == 0
    assert _calls(firm) == []


def test_a_refused_record_is_written_later(firm: Firm) -> None:
    firm.crm.refusing.add((DEAL, firm.deals[2]))
    report = firm.sync()
    assert firm.wrong() == [firm.deals[2]]
    assert report.exit_code == 3
    firm.crm.refusing.clear()
    assert firm.sync().written == 1
    assert firm.wrong() == []


@pytest.mark.parametrize(
    "trouble", [pytest.param(Trouble.LOST, id="was made"), pytest.param(Trouble.TIMEOUT, id="was not made")]
)
def test_an_unanswered_write_is_settled_by_the_next_run(firm: Firm, trouble: Trouble) -> None:
    firm.crm.disturbance = Disturbance(trouble, writing=True)
    first = firm.sync()
    assert sum(pushed.outcomes.get(Outcome.UNKNOWN, 0) for pushed in first.pushed) > 0
    firm.sync()
    assert firm.wrong() == []
    assert firm.sync().written == 0
    assert _calls(firm) == []


def test_a_write_that_landed_unanswered_is_told_in_the_journal_once(firm: Firm) -> None:
    firm.crm.disturbance = Disturbance(Trouble.LOST, writing=True)
    firm.sync()
    firm.sync()
    with firm.company.store.read() as tx:
        done = [
            (kept.row.kind, kept.row.record_id, name)
            for kept in journal.rows(tx)
            if kept.row.outcome == Outcome.DONE.value and kept.row.action == "write"
            for name in kept.row.after
        ]
    assert len(done) == len(set(done))
    written = {(kind, record_id) for kind, record_id, _ in done if kind == DEAL}
    assert written == {(DEAL, record_id) for record_id in firm.deals}


def test_a_deleted_deal_is_listed_and_keeps_its_line(firm: Firm) -> None:
    firm.sync()
    lines = firm.crm.tables["ledger"][1]
    firm.crm.delete(DEAL, firm.deals[1])
    report = firm.sync()
    assert report.exit_code == 3
    assert [row[7] for row in firm.crm.tables["issues"][1][1:]] == ["DELETED"]
    assert firm.crm.tables["ledger"][1] == lines
    assert firm.sync().exit_code == 0


def test_a_deletion_of_what_was_never_known_is_no_news(firm: Firm) -> None:
    firm.crm.delete(DEAL, firm.deals[1])
    firm.sync()
    assert "DELETED" not in [row[7] for row in firm.crm.tables["issues"][1][1:]]


def test_a_deal_of_nobody_takes_the_partner_of_one_that_is_merged_into_it(new_company: Callable[..., Any]) -> None:
    firm = Firm(new_company())
    told = {"created_at": "2026-02-01T10:00:00+03:00", "closed_at": "2026-02-02T10:00:00+03:00", "state": "won"}
    direct = firm.crm.put(DEAL, told | {"products": "licence", "client_inn": "7707083893"})
    for deal in firm.deals[:2]:
        firm.crm.edit(DEAL, deal, {"client_inn": "7707083893"}, "7")
    firm.sync()
    assert firm.crm.cards[DEAL][direct].managed.get("ps_partner_id", "") == ""
    firm.crm.merge(DEAL, firm.deals[0], firm.deals[1])
    firm.crm.merge(DEAL, firm.deals[1], direct)
    firm.sync()
    assert firm.crm.cards[DEAL][direct].managed["ps_partner_id"] == "P1"
    paid = {"deal_id": direct, "paid_at": "2026-02-20T10:00:00+03:00", "amount": "1220.00", "vat_rate": "22%"}
    firm.crm.put(RecordKind.PAYMENT, paid)
    assert firm.sync().decided.lines == 1
    assert firm.sync().decided.lines == 0


def test_a_registration_follows_its_deal_into_another(new_company: Callable[..., Any]) -> None:
    """Into one that was there before the claim, for another product, and would not be its own."""
    firm = Firm(new_company())
    client = {"client_name": "Fir", "client_inn": "7707083893", "state": "open"}
    older = firm.crm.put(DEAL, client | {"created_at": "2026-02-01", "products": "service"})
    asked = {"partner_id": "P1", "kind": "lead", "consent": "yes", "contact_name": "Buyer", "products": "licence"}
    claim = firm.crm.put(RecordKind.REGISTRATION, client | asked | {"submitted_at": "2026-02-10"})
    own = firm.crm.put(DEAL, client | {"created_at": "2026-02-15", "products": "licence"})
    firm.company.sync = partial(firm.company.sync, as_of="2026-03-01T12:00:00+03:00")
    shown = firm.crm.cards[RecordKind.REGISTRATION][claim].managed
    firm.sync()
    assert (shown["ps_status"], firm.crm.cards[DEAL][own].managed["ps_registration_id"]) == ("active", claim)
    firm.crm.merge(DEAL, own, older)
    firm.sync()
    assert (shown["ps_status"], firm.crm.cards[DEAL][older].managed["ps_registration_id"]) == ("active", claim)


def test_a_merged_deal_is_no_loss_and_earns_no_more(new_company: Callable[..., Any]) -> None:
    firm = Firm(new_company())
    firm.sync()
    firm.crm.merge(DEAL, firm.deals[0], firm.deals[1])
    report = firm.sync()
    assert (report.exit_code, report.decided.lines) == (0, 0)
    assert firm.sync().exit_code == 0
    assert len(firm.crm.tables["ledger"][1]) == 1 + len(firm.deals)


def test_a_merged_deal_that_is_told_as_deleted_later_lives_on(new_company: Callable[..., Any]) -> None:
    """Where a log shows of the merge no more than what fell into the trash."""
    firm = Firm(new_company())
    firm.sync()
    firm.crm.merge(DEAL, firm.deals[0], firm.deals[1])
    firm.sync()
    firm.crm.cards[DEAL][firm.deals[0]].merged_into = None
    firm.crm.delete(DEAL, firm.deals[0])
    assert firm.sync().exit_code == 0
    firm.crm.delete(DEAL, firm.deals[2])
    assert firm.sync().exit_code == 3
