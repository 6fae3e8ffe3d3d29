"""The changes that are due in one connection, read from the store in pages."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection as Tx

from partnersync.domain.change import Managed
from partnersync.domain.value import RecordKind
from partnersync.store import fields, held
from partnersync.store.database import Store
from partnersync.sync.plan import NOT_HELD, Change, change

RecordPlace = tuple[RecordKind, str]
ManagedFields = Mapping[RecordKind, Sequence[str]]


def of(tx: Tx, connection: str, managed: ManagedFields) -> Iterator[Change]:
    """All of them, inside one transaction; `managed` are the fields that the system has a place for."""
    after: RecordPlace | None = None
    while page := fields.due_page(tx, connection, after):
        yield from _changes(tx, connection, page, managed)
        after = (page[-1].kind, page[-1].record_id)


def in_pages(store: Store, connection: str, managed: ManagedFields) -> Iterator[Change]:
    """As `of`, each page in a transaction of its own, so that outcomes can be kept in between."""
    after: RecordPlace | None = None
    while True:
        with store.read() as tx:
            page = fields.due_page(tx, connection, after)
            changes = _changes(tx, connection, page, managed)
        if not page:
            return
        yield from changes
        after = (page[-1].kind, page[-1].record_id)


def _changes(tx: Tx, connection: str, page: Sequence[Managed], managed: ManagedFields) -> list[Change]:
    """What is due in these records, but for the fields that are held, and those that have no place."""
    places = [(one.kind, one.record_id) for one in page]
    holds = held.of_records(tx, connection, places)
    judged = (
        change(one, holds.get(place, NOT_HELD), managed.get(one.kind, ()))
        for one, place in zip(page, places, strict=True)
    )
    return [found for found in judged if found]
