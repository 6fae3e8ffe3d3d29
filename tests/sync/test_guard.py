"""What the guard makes of one foreign edit: its kind, and what is done about it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from partnersync.contract.managed import COMPARED, DECISION
from partnersync.domain.change import Managed
from partnersync.domain.incident import About, Incident, IncidentKind, IncidentStatus, Place
from partnersync.domain.value import RecordKind
from partnersync.store.incidentbook import resolved
from partnersync.sync import guard
from partnersync.sync.guard import Deed
from partnersync.sync.plan import Foreign, foreign_edits

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
PLACE = Place("main", RecordKind.DEAL, "1", "ps_partner_id")
EDIT = Foreign("ps_partner_id", "P1", "P2", "P1", "seller")
NEW = guard.found(None, EDIT, PLACE, About("main/1"), AT)


@pytest.mark.parametrize(
    ("field", "seen", "kind"),
    [
        ("ps_partner_id", "P2", "foreign_partner"),
        ("ps_partner_id", "", "partner_field_cleared"),
        ("ps_source", "typed", "source_overwritten"),
        ("ps_source", "", "source_overwritten"),
        ("ps_registration_id", "R2", "source_overwritten"),
        ("ps_protection", "won", "source_overwritten"),
        ("ps_protected_until", "2030-01-01", "source_overwritten"),
        ("owner", "u2", "owner_changed"),
        ("ps_commission", "9.00", "commission_overwritten"),
        ("ps_commission_status", "paid", "commission_overwritten"),
        ("ps_incident", "", "source_overwritten"),
        ("ps_status", "won", "source_overwritten"),
        ("ps_balance", "9.00", "commission_overwritten"),
    ],
)
def test_each_field_has_its_kind_of_incident(field: str, seen: str, kind: str) -> None:
    assert guard.kind_of(Foreign(field, "x", seen, "x")) == kind


DISMISSED = replace(NEW, status=IncidentStatus.DISMISSED)
TOLD = replace(NEW, told=True)


@pytest.mark.parametrize(
    ("mode", "incident", "put_back", "expected"),
    [
        pytest.param("observe", NEW, 0, Deed.RECORD, id="observe records"),
        pytest.param("warn", NEW, 0, Deed.WARN, id="warn tells"),
        pytest.param("warn", TOLD, 0, Deed.RECORD, id="warn tells once"),
        pytest.param("enforce", NEW, 0, Deed.PUT_BACK, id="enforce puts back"),
        pytest.param("enforce", TOLD, 2, Deed.PUT_BACK, id="the third time, too"),
        pytest.param("enforce", NEW, 3, Deed.GIVE_UP, id="not a fourth time"),
        pytest.param("observe", DISMISSED, 0, Deed.NOTHING, id="what was dismissed stays: observe"),
        pytest.param("warn", DISMISSED, 0, Deed.NOTHING, id="warn"),
        pytest.param("enforce", DISMISSED, 0, Deed.NOTHING, id="enforce"),
    ],
)
def test_what_is_done(mode: guard.Mode, incident: Incident, put_back: int, expected: Deed) -> None:
    done = guard.deed(mode, incident, writable=True, fighting=False, put_back=put_back, reverts_per_day=3)
    assert done is expected


def test_a_field_that_cannot_be_written_is_warned_about() -> None:
    assert guard.deed("enforce", NEW, writable=False, fighting=False, put_back=0, reverts_per_day=3) is Deed.WARN


def test_a_fight_is_only_recorded() -> None:
    assert guard.deed("enforce", NEW, writable=True, fighting=True, put_back=0, reverts_per_day=3) is Deed.RECORD


def test_what_stands_is_the_same_incident_and_what_comes_back_is_opened_again() -> None:
    assert guard.found(NEW, EDIT, PLACE, About(), AT + timedelta(days=1)) is NEW
    again = guard.found(resolved(NEW, AT), EDIT, PLACE, About("main/1"), AT + timedelta(days=1))
    assert (again.incident_id, again.times, again.status) == (NEW.incident_id, 2, IncidentStatus.OPEN)
    other = guard.found(None, replace(EDIT, seen="P3"), PLACE, About(), AT)
    assert other.incident_id != NEW.incident_id


def test_a_fight_is_an_incident_of_its_own() -> None:
    fight = guard.fight(PLACE, About("main/1"), EDIT, None, AT)
    assert (fight.kind, fight.standing) == (IncidentKind.REVERT_FIGHT, False)
    assert fight.incident_id != NEW.incident_id
    assert guard.fight(PLACE, About("main/1"), EDIT, fight, AT).times == 2


def test_a_dismissed_incident_stays_dismissed_when_its_value_goes() -> None:
    assert resolved(DISMISSED, AT).status is IncidentStatus.DISMISSED
    assert resolved(NEW, AT).status is IncidentStatus.RESOLVED


def _managed(**seen: str) -> Managed:
    names = COMPARED[RecordKind.DEAL]
    told = dict.fromkeys(names, "x")
    return Managed(RecordKind.DEAL, "1", told, told | seen, told, {"ps_source": "seller"})


def test_foreign_edits_name_their_authors_and_leave_decisions_and_undone_fields_out() -> None:
    managed = _managed(ps_source="typed", ps_commission="1", **{DECISION: "accept"})
    edits = foreign_edits(managed, {"ps_commission": "x"})
    assert [(edit.field, edit.seen, edit.author) for edit in edits] == [("ps_source", "typed", "seller")]
    assert len(foreign_edits(managed, {"ps_commission": "other"})) == 2
