"""People and robots edit managed fields: what the guard records, tells, puts back and leaves (policy.md 6, 1 to 6)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from partnersync.contract.managed import COMPARED
from partnersync.domain.value import RecordKind
from partnersync.store import incidentbook, journal, ledger
from partnersync.sync.watch import dismiss

P1 = {"partner_id": "P1", "name": "First", "manager": "m7"}
P2 = {"partner_id": "P2", "name": "Second"}
CLAIM = {
    "registration_id": "R1",
    "partner_id": "P1",
    "kind": "lead",
    "client_name": "Acme",
    "client_domain": "acme.com",
    "submitted_at": "2026-04-20T10:00",
}
DEAL = {
    "deal_id": "D1",
    "client_domain": "acme.com",
    "products": "licence",
    "state": "open",
    "amount": "1220",
    "owner": "u1",
    "created_at": "2026-05-01",
}
PAYMENT = {"payment_id": "M1", "deal_id": "D1", "paid_at": "2026-05-10T10:00", "amount": "1220"}
START = datetime.fromisoformat("2026-05-12T09:00:00+00:00")


class Firm:
    """A company with a protected deal of partner P1, synced an hour later each time."""

    def __init__(self, company: Any, mode: str) -> None:
        self.company = company
        self.at = START
        company.mode = mode
        company.language = "en"
        company.program = company.program | {"approvers": ["boss"]}
        company.add("partner", P1, P2)
        company.add("registration", CLAIM)
        company.add("deal", DEAL)
        company.add("payment", PAYMENT)
        self.sync()
        self.sync()

    @property
    def crm(self) -> Any:
        return self.company.systems["main"]

    def sync(self, hours: float = 1, **options: Any) -> Any:
        self.at += timedelta(hours=hours)
        return self.company.sync(self.at.isoformat(), **options)

    def edit(self, name: str, text: str) -> None:
        self.company.edit("deal", "D1", name, text)

    def value(self, name: str) -> str | None:
        value: str | None = self.company.value("deal", "D1", name)
        return value

    def told(self) -> tuple[list[str], list[tuple[str, str | None]]]:
        """Kinds of the notes; kinds and assignees of the tasks."""
        return [note.note_kind for note in self.crm.notes], [(task.task_kind, task.assignee) for task in self.crm.tasks]

    def close(self, kind: str) -> None:
        """A person closes the open incident of a kind."""
        with self.company.store.write() as tx:
            [found] = [one for one in incidentbook.rows(tx) if one.kind == kind]
            dismiss(tx, found, "boss", "looked into it", self.at)

    def statuses(self) -> set[str]:
        """Why the deal's lines are on hold."""
        with self.company.store.read() as tx:
            return {facts.hold_reason for _, facts in ledger.by_deals(tx, ["main/D1"])}


@pytest.fixture
def firm(new_company: Callable[..., Any]) -> Callable[[str], Firm]:
    return lambda mode: Firm(new_company(), mode)


def test_the_deal_is_protected_and_nothing_is_an_incident(firm: Callable[[str], Firm]) -> None:
    started = firm("enforce")
    assert (started.value("ps_partner_id"), started.value("ps_protection")) == ("P1", "active")
    assert started.company.incidents() == []
    assert started.sync().written == 0


def test_observe_lists_one_incident_and_leaves_the_cell(firm: Callable[[str], Firm]) -> None:
    seller = firm("observe")
    seller.edit("ps_partner_id", "P2")
    for _ in range(3):
        report = seller.sync()
        assert seller.value("ps_partner_id") == "P2"
    assert seller.company.incidents() == [("foreign_partner", "P2", "open")]
    assert seller.told() == ([], [])
    assert report.exit_code == 0
    assert seller.value("ps_incident") == "foreign_partner"
    assert (seller.value("ps_commission_status"), seller.statuses()) == ("on_hold", {"INCIDENT"})


def test_the_value_put_right_by_hand_resolves_the_incident(firm: Callable[[str], Firm]) -> None:
    seller = firm("observe")
    seller.edit("ps_partner_id", "P2")
    seller.sync()
    seller.edit("ps_partner_id", "P1")
    seller.sync()
    assert seller.company.incidents() == [("foreign_partner", "P2", "resolved")]
    assert (seller.value("ps_incident"), seller.statuses()) == ("", {""})
    seller.edit("ps_partner_id", "P2")
    seller.sync()
    assert seller.company.incidents() == [("foreign_partner", "P2", "open")]


def test_warn_adds_one_note_and_one_task(firm: Callable[[str], Firm]) -> None:
    seller = firm("warn")
    seller.edit("ps_partner_id", "P2")
    for _ in range(3):
        seller.sync()
    assert seller.value("ps_partner_id") == "P2"
    assert seller.told() == (["incident"], [("incident", "m7")])
    assert seller.crm.notes[0].text == (
        "Field ps_partner_id was changed to P2; due there is P1. Registration R1 protects it for partner P1 until "
        "2026-06-19. To ask for a change, have an approver write a partner_id or `accept` into ps_decision."
    )


def test_enforce_puts_our_value_back_once_with_one_note(firm: Callable[[str], Firm]) -> None:
    seller = firm("enforce")
    seller.edit("ps_partner_id", "P2")
    assert seller.sync().written == 1
    assert seller.value("ps_partner_id") == "P1"
    assert seller.told() == (["guard"], [("guard", "m7")])
    assert seller.company.incidents() == [("foreign_partner", "P2", "resolved")]
    assert seller.value("ps_incident") == ""
    assert seller.sync().written == 0
    assert seller.sync().written == 0
    assert len(seller.crm.notes) == 1
    with seller.company.store.read() as tx:
        kept = [one.row for one in journal.rows(tx, record_id="D1") if one.row.action == "put back"]
    assert [(row.before, row.after) for row in kept] == [({"ps_partner_id": "P2"}, {"ps_partner_id": "P1"})]


def test_several_fields_of_a_record_are_told_in_one_note(firm: Callable[[str], Firm]) -> None:
    seller = firm("enforce")
    seller.edit("ps_partner_id", "")
    seller.edit("ps_source", "typed")
    seller.edit("ps_commission", "1000000.00")
    seller.sync()
    kinds = {kind for kind, _, _ in seller.company.incidents()}
    assert kinds == {"partner_field_cleared", "source_overwritten", "commission_overwritten"}
    assert (len(seller.crm.notes), len(seller.crm.tasks)) == (1, 1)
    assert (seller.value("ps_partner_id"), seller.value("ps_commission")) == ("P1", "500.00")


def test_the_fourth_edit_within_a_day_is_left_with_an_incident(firm: Callable[[str], Firm]) -> None:
    robot = firm("enforce")
    for _ in range(3):
        robot.edit("ps_partner_id", "P2")
        robot.sync()
        assert robot.value("ps_partner_id") == "P1"
        robot.sync(0.1)
    robot.edit("ps_partner_id", "P2")
    assert robot.sync().written == 1  # ps_incident and the hold of the lines, not the partner
    assert robot.value("ps_partner_id") == "P2"
    assert ("revert_fight", "P2", "open") in robot.company.incidents()
    assert robot.value("ps_incident") == "foreign_partner|revert_fight"
    assert robot.told()[1][-1] == ("guard_loop", None)
    notes, tasks = len(robot.crm.notes), len(robot.crm.tasks)
    robot.sync(30)
    assert (robot.value("ps_partner_id"), len(robot.crm.notes), len(robot.crm.tasks)) == ("P2", notes, tasks)
    robot.close("revert_fight")
    robot.sync()
    assert robot.value("ps_partner_id") == "P1"
    assert len(robot.crm.notes) == notes + 1


def test_three_edits_a_day_apart_are_no_fight(firm: Callable[[str], Firm]) -> None:
    seller = firm("enforce")
    for _ in range(5):
        seller.edit("ps_partner_id", "P2")
        seller.sync(9)
        assert seller.value("ps_partner_id") == "P1"
        seller.sync(0)


def test_a_dismissed_change_stays_and_holds_nothing(firm: Callable[[str], Firm]) -> None:
    seller = firm("observe")
    seller.edit("ps_partner_id", "P2")
    seller.sync()
    seller.close("foreign_partner")
    seller.company.mode = "enforce"
    seller.sync()
    assert (seller.value("ps_partner_id"), seller.value("ps_incident"), seller.statuses()) == ("P2", "", {""})
    assert seller.company.incidents() == [("foreign_partner", "P2", "dismissed")]
    assert seller.told() == ([], [])


@pytest.mark.parametrize("mode", ["observe", "warn", "enforce"])
@pytest.mark.parametrize(
    ("decision", "partner"), [pytest.param("accept", "P2", id="accept"), pytest.param("P1", "P1", id="a partner")]
)
def test_a_decision_field_becomes_an_override(
    firm: Callable[[str], Firm], mode: str, decision: str, partner: str
) -> None:
    boss = firm(mode)
    boss.edit("ps_partner_id", "P2")
    boss.edit("ps_decision", decision)
    report = boss.sync()
    assert report.round.overrides == 1
    assert (boss.value("ps_partner_id"), boss.value("ps_source")) == (partner, "override")
    assert boss.value("ps_decision") == ""
    assert boss.company.incidents() == []
    assert boss.told() == ([], [])
    assert boss.company.sums() == {(partner, "D1", "2026-05"): 50000}
    boss.sync()
    assert boss.sync().written == 0


def test_a_decision_resolves_the_incident_that_stood(firm: Callable[[str], Firm]) -> None:
    boss = firm("observe")
    boss.edit("ps_partner_id", "P2")
    boss.sync()
    boss.edit("ps_decision", "accept")
    boss.sync()
    assert boss.company.incidents() == [("foreign_partner", "P2", "resolved")]
    assert boss.value("ps_incident") == ""


@pytest.mark.parametrize(("decision", "code", "overrides"), [("P2", 0, 1), ("nobody", 3, 0), ("accept", 3, 0)])
def test_a_decision_about_a_new_deal_is_seen_by_the_run_that_sees_the_deal(
    firm: Callable[[str], Firm], decision: str, code: int, overrides: int
) -> None:
    boss = firm("observe")
    boss.company.add("deal", DEAL | {"deal_id": "D2"})
    boss.crm.values[(RecordKind.DEAL, "D2")] = {"ps_decision": decision}
    report = boss.sync()
    assert (report.exit_code, report.round.overrides) == (code, overrides)
    assert boss.company.value("deal", "D2", "ps_partner_id") == ("P2" if overrides else "P1")
    report = boss.sync()
    assert (report.exit_code, report.round.overrides, report.written) == (0, 0, 0)


def test_a_decision_may_name_a_partner_who_came_with_it(firm: Callable[[str], Firm]) -> None:
    boss = firm("observe")
    boss.company.add("partner", {"partner_id": "P3", "name": "Third"})
    boss.edit("ps_decision", "P3")
    report = boss.sync()
    assert (report.exit_code, report.round.overrides, boss.value("ps_partner_id")) == (0, 1, "P3")


def test_an_emptied_partner_may_be_accepted_as_direct(firm: Callable[[str], Firm]) -> None:
    boss = firm("warn")
    boss.edit("ps_partner_id", "")
    boss.edit("ps_decision", "Accept")
    boss.sync()
    assert (boss.value("ps_partner_id"), boss.value("ps_source"), boss.value("ps_commission")) == (
        "",
        "override",
        "0.00",
    )
    assert boss.company.sums() == {}


@pytest.mark.parametrize(
    ("decision", "edited"),
    [
        pytest.param("P9", "P2", id="no partner"),
        pytest.param("accept", "P9", id="accepts what is no partner"),
        pytest.param("accept", "P1", id="nothing is contested"),
    ],
)
def test_a_decision_that_cannot_be_used_is_an_issue_until_it_is_mended(
    firm: Callable[[str], Firm], decision: str, edited: str
) -> None:
    boss = firm("observe")
    boss.edit("ps_partner_id", edited)
    boss.edit("ps_decision", decision)
    assert boss.sync().exit_code == 3
    assert boss.company.issues() == {("D1", "DECISION_UNUSABLE")}
    assert boss.value("ps_decision") == decision
    assert boss.sync().exit_code == 0
    boss.edit("ps_decision", "P2")
    assert boss.sync().round.overrides == 1
    assert boss.company.issues() == set()


def test_an_owner_who_changes_on_a_protected_deal_is_an_incident(firm: Callable[[str], Firm]) -> None:
    seller = firm("enforce")
    seller.crm.rows[RecordKind.DEAL][0]["owner"] = "u2"
    seller.sync()
    assert seller.company.incidents() == [("owner_changed", "u2", "open")]
    assert seller.told() == (["incident"], [("incident", "m7")])  # it is watched, and cannot be put back here
    seller.crm.rows[RecordKind.DEAL][0]["owner"] = "u1"
    seller.sync()
    assert seller.company.incidents() == [("owner_changed", "u2", "resolved")]


@pytest.mark.parametrize(
    ("active", "told"),
    [
        pytest.param("yes", "guard", id="put back to who owned it"),
        pytest.param("no", "incident", id="who owned it has left: told, and left as it is"),
        pytest.param(None, "guard", id="nobody tells users"),
    ],
)
def test_an_owner_is_put_back_where_he_is_still_there(
    firm: Callable[[str], Firm], active: str | None, told: str
) -> None:
    seller = firm("enforce")
    seller.crm.capabilities = replace(seller.crm.capabilities, managed=COMPARED)
    if active:
        seller.company.add("user", *({"user_id": name, "name": name, "active": active} for name in ("u1", "u9")))
    seller.crm.rows[RecordKind.DEAL][0]["owner"] = "u2"
    seller.sync()
    assert seller.told()[0] == [told]


def test_an_accepted_owner_is_due_from_then_on(firm: Callable[[str], Firm]) -> None:
    boss = firm("warn")
    boss.crm.rows[RecordKind.DEAL][0]["owner"] = "u2"
    boss.sync()
    boss.edit("ps_decision", "accept")
    boss.sync()
    assert boss.company.incidents() == [("owner_changed", "u2", "resolved")]
    boss.crm.rows[RecordKind.DEAL][0]["owner"] = "u1"
    boss.sync()
    assert boss.company.incidents()[-1] == ("owner_changed", "u1", "open")


def test_a_deal_without_protection_may_change_its_owner(new_company: Callable[..., Any]) -> None:
    company = new_company()
    company.add("partner", P1)
    company.add("deal", DEAL | {"partner_id": "P1"})
    company.sync()
    company.systems["main"].rows[RecordKind.DEAL][0]["owner"] = "u2"
    company.sync()
    assert company.incidents() == []


def test_what_enforce_puts_back_counts_against_the_safety_limit(firm: Callable[[str], Firm]) -> None:
    seller = firm("enforce")
    seller.company.limits = 'max_changed_share = "0%"\nmax_changed_records = 0\n'
    seller.edit("ps_partner_id", "P2")
    assert seller.sync().exit_code == 4
    assert (seller.value("ps_partner_id"), seller.told()) == ("P2", ([], []))
    assert seller.sync(beyond_limit=True).exit_code == 0
    assert (seller.value("ps_partner_id"), seller.told()) == ("P1", (["guard"], [("guard", "m7")]))


def test_a_dry_run_finds_and_keeps_nothing(firm: Callable[[str], Firm]) -> None:
    seller = firm("enforce")
    seller.edit("ps_partner_id", "P2")
    report = seller.sync(dry_run=True)
    assert [one.kind for one in report.incidents] == ["foreign_partner"]
    assert report.planned["main"].by_field == {"ps_partner_id": 1}
    assert seller.value("ps_partner_id") == "P2"
    assert seller.sync().written == 1
    assert len(seller.crm.notes) == 1


def test_a_merged_deal_is_not_guarded(firm: Callable[[str], Firm]) -> None:
    seller = firm("enforce")
    seller.company.add("deal", DEAL | {"deal_id": "D2"})
    seller.sync()
    seller.crm.rows[RecordKind.DEAL][0]["merged_into"] = "D2"
    seller.edit("ps_partner_id", "")
    seller.sync()
    assert seller.company.incidents() == []
    assert seller.value("ps_partner_id") == ""


def _fighting(firm: Callable[[str], Firm]) -> Firm:
    robot = firm("enforce")
    for _ in range(4):
        robot.sync(0.1)  # sees the echo
        robot.edit("ps_partner_id", "P2")
        robot.sync()
    assert ("revert_fight", "P2", "open") in robot.company.incidents()
    assert robot.value("ps_partner_id") == "P2"
    return robot


@pytest.mark.parametrize(("decision", "partner"), [("P1", "P1"), ("accept", "P2")])
def test_a_decision_ends_a_fight_and_is_written(firm: Callable[[str], Firm], decision: str, partner: str) -> None:
    robot = _fighting(firm)
    robot.edit("ps_decision", decision)
    robot.sync()
    assert (robot.value("ps_partner_id"), robot.value("ps_incident")) == (partner, "")
    assert {status for _, _, status in robot.company.incidents()} == {"resolved"}
    assert robot.statuses() == {""}
    robot.sync()
    robot.edit("ps_partner_id", "P2" if partner == "P1" else "P1")
    robot.sync()
    assert robot.value("ps_partner_id") == partner  # guarded again


def test_a_decision_lets_go_what_an_undo_held(firm: Callable[[str], Firm]) -> None:
    boss = firm("observe")
    first_write = 1
    boss.company.engine().undo(first_write)
    assert boss.value("ps_partner_id") in ("", None)
    boss.crm.values[RecordKind.DEAL, "D1"]["ps_decision"] = "P2"
    boss.sync()
    assert (boss.value("ps_partner_id"), boss.value("ps_source")) == ("P2", "override")
    assert boss.value("ps_commission") == "500.00"
    assert {record for record, code in boss.company.issues() if code == "UNDONE"} <= {"P1", "P2", "R1"}


@pytest.mark.parametrize("owner", ["u2", ""])
def test_a_changed_owner_is_accepted_by_the_run_that_sees_it(firm: Callable[[str], Firm], owner: str) -> None:
    boss = firm("warn")
    boss.crm.rows[RecordKind.DEAL][0]["owner"] = owner
    boss.edit("ps_decision", "accept")
    report = boss.sync()
    assert (report.exit_code, report.round.overrides, boss.company.incidents()) == (0, 1, [])
    assert boss.value("ps_decision") == ""
    assert boss.sync().round.overrides == 0
