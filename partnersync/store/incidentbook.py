"""The incidents: opened by the guard, ended when our value is back, by an override, or closed by a person."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from partnersync.domain.incident import About, Incident, IncidentKind, IncidentStatus, Place
from partnersync.domain.value import RecordKind
from partnersync.store import changes
from partnersync.store.codec import moment, moment_text, moment_text_or_none
from partnersync.store.guard_tables import incidents as table
from partnersync.store.rows import chunks, stream, upsert_all

_COUNTER = "incidents"
_PAGE = 500


def put(tx: Connection, incidents: Sequence[Incident]) -> None:
    """Keep incidents, new or moved."""
    if incidents:
        upsert_all(tx, table, [_values(one) for one in incidents])
        changes.count(tx, _COUNTER)


def by_ids(tx: Connection, incident_ids: Sequence[str]) -> dict[str, Incident]:
    """These incidents, by id."""
    found: dict[str, Incident] = {}
    for chunk in chunks(incident_ids):
        for row in tx.execute(select(table).where(table.c.incident_id.in_(chunk))).mappings():
            found[row["incident_id"]] = _incident(row)
    return found


def standing(tx: Connection) -> Iterator[list[Incident]]:
    """Incidents whose foreign value was in its place when they were last looked at, in pages by id."""
    after = ""
    while True:
        query = select(table).where(table.c.standing, table.c.incident_id > after).order_by(table.c.incident_id)
        page = [_incident(row) for row in tx.execute(query.limit(_PAGE)).mappings()]
        if not page:
            return
        yield page
        after = page[-1].incident_id


def open_kinds(tx: Connection, deal_refs: Sequence[str]) -> dict[str, list[str]]:
    """Kinds of the open incidents, by deal; deals without one are left out."""
    found: dict[str, list[str]] = defaultdict(list)
    for chunk in chunks(deal_refs):
        query = select(table.c.deal_id, table.c.kind).where(table.c.deal_id.in_(chunk), _is_open()).distinct()
        for deal_ref, kind in tx.execute(query):
            found[deal_ref].append(kind)
    return found


def of_deal(tx: Connection, deal_ref: str) -> list[Incident]:
    """Every incident of a deal, as it was found."""
    query = select(table).where(table.c.deal_id == deal_ref).order_by(table.c.found_at, table.c.incident_id)
    return [_incident(row) for row in tx.execute(query).mappings()]


def rows(tx: Connection, *, closed: bool = False) -> Iterator[Incident]:
    """The open incidents, streamed in the order in which they were found; with `closed` all."""
    query = select(table).order_by(table.c.found_at, table.c.incident_id)
    for row in stream(tx, query if closed else query.where(_is_open())):
        yield _incident(row._mapping)


def count_open(tx: Connection) -> int:
    """How many are open."""
    return tx.execute(select(func.count()).where(_is_open())).scalar_one()


def state(tx: Connection) -> str:
    """A short text that is another one whenever the incidents are."""
    return str(changes.number(tx, _COUNTER))


def resolved(one: Incident, at: datetime) -> Incident:
    """The incident with its foreign value gone; what a person dismissed stays dismissed."""
    ended = one.status is IncidentStatus.OPEN
    return replace(
        one,
        standing=False,
        status=IncidentStatus.RESOLVED if ended else one.status,
        closed_at=at if ended else one.closed_at,
    )


def _is_open() -> Any:
    return table.c.status == IncidentStatus.OPEN.value


def _values(one: Incident) -> dict[str, Any]:
    place, about = one.place, one.about
    return {
        "incident_id": one.incident_id,
        "kind": one.kind.value,
        "connection": place.connection,
        "record_kind": place.kind.value,
        "record_id": place.record_id,
        "field": place.field,
        "deal_id": about.deal_ref,
        "registration_id": about.registration_id,
        "partner_id": about.partner_id,
        "client_id": about.client_id,
        "expected": one.expected,
        "seen": one.seen,
        "author": one.author,
        "since": moment_text(one.since),
        "found_at": moment_text(one.found_at),
        "status": one.status.value,
        "standing": one.standing,
        "times": one.times,
        "told": one.told,
        "closed_at": moment_text_or_none(one.closed_at),
        "closed_by": one.closed_by,
        "closed_reason": one.closed_reason,
    }


def _incident(row: RowMapping) -> Incident:
    return Incident(
        row["incident_id"],
        IncidentKind(row["kind"]),
        Place(row["connection"], RecordKind(row["record_kind"]), row["record_id"], row["field"]),
        About(row["deal_id"], row["registration_id"], row["partner_id"], row["client_id"]),
        row["expected"],
        row["seen"],
        row["author"],
        moment(row["since"]),
        moment(row["found_at"]),
        IncidentStatus(row["status"]),
        row["standing"],
        row["times"],
        row["told"],
        moment(row["closed_at"]) if row["closed_at"] else None,
        row["closed_by"],
        row["closed_reason"],
    )
