"""The managed fields of each record: what we wrote last (base), what the system holds (seen), what is due (want).

Stored as JSON lists in the order of contract/managed.py, which only grows at its end; null is a missing place (seen), a
field never written (base), or one that nothing was decided about (want).
"""

import json
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Row, exists, func, select, tuple_

from partnersync.contract.managed import MANAGED
from partnersync.domain.change import Managed, Values
from partnersync.domain.value import RecordKind
from partnersync.store.rows import chunks, upsert_all
from partnersync.store.tables import listed
from partnersync.store.tables import managed as table

_Texts = list[str | None]
_Lists = tuple[str, str, str]  # base, seen, want
_NOTHING = "[]"


def put_seen(tx: Connection, connection: str, kind: RecordKind, items: Sequence[tuple[str, Values]]) -> None:
    """Note what the system holds; rows that hold it already are not written."""
    _put(tx, connection, kind, items, lambda row, values: row.see(values))


def put_want(tx: Connection, connection: str, kind: RecordKind, items: Sequence[tuple[str, Values]]) -> None:
    """Note what is due."""
    _put(tx, connection, kind, items, lambda row, values: row.ask(values))


def put_base(tx: Connection, connection: str, kind: RecordKind, items: Sequence[tuple[str, Values]]) -> None:
    """Note what was written: only the given fields, which the system now holds."""
    _put(tx, connection, kind, items, lambda row, values: row.wrote(values))


def forget_unlisted(tx: Connection, connection: str, stream: str, kind: RecordKind) -> None:
    """The places of records that a whole listing of our fields did not name are missing."""
    named = exists().where(
        listed.c.connection == connection, listed.c.stream == stream, listed.c.record_id == table.c.record_id
    )
    query = select(table.c.record_id).where(
        table.c.connection == connection, table.c.kind == kind.value, table.c.seen != _NOTHING, ~named
    )
    put_seen(tx, connection, kind, [(record_id, {}) for record_id in tx.execute(query).scalars()])


def due_page(tx: Connection, connection: str, after: tuple[RecordKind, str] | None, limit: int = 1000) -> list[Managed]:
    """The next records in which something may be due, ordered by kind and id."""
    query = select(table).where(table.c.connection == connection, table.c.due)
    if after:
        query = query.where(tuple_(table.c.kind, table.c.record_id) > (after[0].value, after[1]))
    rows = tx.execute(query.order_by(table.c.kind, table.c.record_id).limit(limit))
    return [_managed(row) for row in rows]


def count(tx: Connection, connection: str) -> int:
    """How many records of the connection have managed fields."""
    return tx.execute(select(func.count()).where(table.c.connection == connection)).scalar_one()


class _Stored:
    """One row on its way to be changed."""

    __slots__ = ("base", "seen", "want")

    def __init__(self, size: int, row: _Lists | None) -> None:
        self.base, self.seen, self.want = (_texts(text, size) for text in row or (_NOTHING, _NOTHING, _NOTHING))

    def see(self, values: Sequence[str | None]) -> None:
        self.seen = list(values)

    def ask(self, values: Sequence[str | None]) -> None:
        self.want = list(values)

    def wrote(self, values: Sequence[str | None]) -> None:
        for index, value in enumerate(values):
            if value is not None:
                self.base[index] = self.seen[index] = value

    def settle(self) -> bool:
        """What is seen and due is our base, whoever wrote it; whether something else is due."""
        due = False
        for index, want in enumerate(self.want):
            if want is None:
                continue
            if self.seen[index] == want:
                self.base[index] = want
            else:
                due = True
        return due


_Change = Callable[[_Stored, Sequence[str | None]], None]


def _put(tx: Connection, connection: str, kind: RecordKind, items: Sequence[tuple[str, Values]], put: _Change) -> None:
    names = MANAGED[kind] if items else ()
    for chunk in chunks(items):
        known = _rows(tx, connection, kind, [record_id for record_id, _ in chunk])
        changed = []
        for record_id, values in chunk:
            row = _Stored(len(names), known.get(record_id))
            put(row, [values.get(name) for name in names])
            due = row.settle()
            texts = (_json(row.base), _json(row.seen), _json(row.want))
            if record_id not in known or texts != known[record_id]:
                changed.append(
                    {
                        "connection": connection,
                        "kind": kind.value,
                        "record_id": record_id,
                        "base": texts[0],
                        "seen": texts[1],
                        "want": texts[2],
                        "due": due,
                    }
                )
        upsert_all(tx, table, changed)


def _rows(tx: Connection, connection: str, kind: RecordKind, record_ids: Sequence[str]) -> dict[str, _Lists]:
    query = select(table.c.base, table.c.seen, table.c.want, table.c.record_id).where(
        table.c.connection == connection, table.c.kind == kind.value, table.c.record_id.in_(record_ids)
    )
    return {record_id: (base, seen, want) for base, seen, want, record_id in tx.execute(query)}


def _texts(text: str, size: int) -> _Texts:
    values: _Texts = json.loads(text)
    return values + [None] * (size - len(values))


def _json(values: _Texts) -> str:
    """Without the missing end, so that a record that nothing is known of stays the empty list."""
    size = len(values)
    while size and values[size - 1] is None:
        size -= 1
    return json.dumps(values[:size], ensure_ascii=False, separators=(",", ":"))


def _managed(row: Row[tuple[str, ...]]) -> Managed:
    kind = RecordKind(row.kind)
    names = MANAGED[kind]
    base, seen, want = (
        dict(zip(names, _texts(text, len(names)), strict=False)) for text in (row.base, row.seen, row.want)
    )
    return Managed(kind, row.record_id, base, seen, want)
