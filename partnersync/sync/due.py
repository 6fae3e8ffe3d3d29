"""The changes that are due in one connection, read from the store in pages."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection as Tx

from partnersync.domain.change import Managed
from partnersync.domain.value import RecordKind
from partnersync.store import fields, held
from partnersync.store.database import Store
from partnersync.sync.plan import NOT_HELD, Change, change

RecordPlace = tuple[RecordKind, str]


def of(tx: Tx, connection: str) -> Iterator[Change]:
    """All of them, inside one transaction."""
    after: RecordPlace | None = None
    while page := fields.due_page(tx, connection, after):
        yield from _changes(tx, connection, page)
        after = (page[-1].kind, page[-1].record_id)


def in_pages(store: Store, connection: str) -> Iterator[Change]:
    """All of them, each page in a transaction of its own, so that outcomes can be kept in between."""
    after: RecordPlace | None = None
    while True:
        with store.read() as tx:
            page = fields.due_page(tx, connection, after)
            changes = _changes(tx, connection, page)
        if not page:
            return
        yield from changes
        after = (page[-1].kind, page[-1].record_id)


def _changes(tx: Tx, connection: str, page: Sequence[Managed]) -> list[Change]:
    """What is due in these records, but for the fields that are held."""
    places = [(managed.kind, managed.record_id) for managed in page]
    holds = held.of_records(tx, connection, places)
    judged = (change(managed, holds.get(place, NOT_HELD)) for managed, place in zip(page, places, strict=True))
    return [found for found in judged if found]
