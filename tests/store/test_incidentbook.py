"""Incidents, reverts and overrides as the next run finds them, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from partnersync.domain.attribution import Override
from partnersync.domain.incident import About, Incident, IncidentKind, IncidentStatus, Place
from partnersync.domain.value import RecordKind
from partnersync.store import incidentbook, overrides, reverts
from partnersync.store.database import Store

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
PLACE = Place("main", RecordKind.DEAL, "1", "ps_partner_id")
ABOUT = About("main/1", "R1", "P1", "c1")
ONE = Incident("V1", IncidentKind.FOREIGN_PARTNER, PLACE, ABOUT, "P1", "P2", "seller", AT, AT)
OWNER = replace(ONE, incident_id="V2", kind=IncidentKind.OWNER_CHANGED, found_at=AT + timedelta(hours=1))
CLOSED = replace(
    ONE, incident_id="V3", status=IncidentStatus.DISMISSED, closed_at=AT, closed_by="boss", closed_reason="fine"
)


def test_an_incident_comes_back_as_it_was(store: Store) -> None:
    with store.write() as tx:
        incidentbook.put(tx, [OWNER, ONE, CLOSED])
        assert incidentbook.by_ids(tx, ["V1", "V2", "V3", "V9"]) == {"V1": ONE, "V2": OWNER, "V3": CLOSED}
        assert list(incidentbook.rows(tx)) == [ONE, OWNER]
        assert list(incidentbook.rows(tx, closed=True)) == [ONE, CLOSED, OWNER]
        assert incidentbook.of_deal(tx, "main/1") == [ONE, CLOSED, OWNER]
        assert incidentbook.count_open(tx) == 2


def test_the_kinds_of_a_deals_open_incidents(store: Store) -> None:
    other = replace(ONE, incident_id="V4", about=replace(ABOUT, deal_ref="main/2"), status=IncidentStatus.RESOLVED)
    with store.write() as tx:
        incidentbook.put(tx, [ONE, OWNER, CLOSED, replace(ONE, incident_id="V5", seen="P3"), other])
        kinds = incidentbook.open_kinds(tx, ["main/1", "main/2", "main/3"])
    assert {ref: sorted(found) for ref, found in kinds.items()} == {"main/1": ["foreign_partner", "owner_changed"]}


def test_what_stands_comes_in_pages(store: Store) -> None:
    many = [replace(ONE, incident_id=f"V{number:04}") for number in range(1200)]
    with store.write() as tx:
        incidentbook.put(tx, [*many, replace(ONE, incident_id="W", standing=False)])
        found = [one.incident_id for page in incidentbook.standing(tx) for one in page]
    assert found == [one.incident_id for one in many]


def test_the_state_moves_with_the_incidents(store: Store) -> None:
    with store.write() as tx:
        before = incidentbook.state(tx)
        incidentbook.put(tx, [])
        assert incidentbook.state(tx) == before
        incidentbook.put(tx, [ONE])
        assert incidentbook.state(tx) != before


def test_reverts_are_counted_by_field_within_a_time(store: Store) -> None:
    other = replace(PLACE, field="ps_source")
    with store.write() as tx:
        for hour in (0, 10, 20):
            reverts.put(tx, [PLACE], AT + timedelta(hours=hour), hour)
        reverts.put(tx, [other], AT, 0)
        reverts.put(tx, [other], AT, 0)  # the same run again
        day = timedelta(days=1)
        assert reverts.counts(tx, [PLACE, other], AT - day, AT) == {PLACE: 1, other: 1}
        assert reverts.counts(tx, [PLACE], AT, AT + day) == {PLACE: 2}  # exactly a day ago does not count
        assert reverts.counts(tx, [PLACE], AT - day, AT + day) == {PLACE: 3}
        reverts.forget(tx, PLACE)
        assert reverts.counts(tx, [PLACE, other], AT - day, AT + day) == {other: 1}


def test_the_last_override_of_a_deal_counts(store: Store) -> None:
    first, second = Override("P1", "boss", "first", AT), Override("", "boss", "second", AT - timedelta(days=1))
    with store.write() as tx:
        overrides.put(tx, "main/1", first, None)
        overrides.put(tx, "main/2", first, 3)
        overrides.put(tx, "main/1", second, 4)
        assert overrides.latest(tx, ["main/1", "main/2", "main/3"]) == {"main/1": second, "main/2": first}
