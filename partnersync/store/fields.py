"""The managed fields of each record: what we wrote last (base), what the system holds (seen), what is due (want).

Stored as JSON lists in the order of contract/managed.py, which only grows at its end; null is a missing place (seen), a
field never written (base), or one that nothing was decided about (want).
"""

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, exists, func, select, tuple_, update

from partnersync.contract.managed import MANAGED
from partnersync.domain.change import Managed, Values
from partnersync.domain.value import RecordKind
from partnersync.store.rows import chunks, upsert_all
from partnersync.store.tables import listed
from partnersync.store.tables import managed as table

_Texts = tuple[str | None, ...]
_Stored = tuple[_Texts, _Texts, _Texts]  # base, seen, want
_Lists = tuple[str, str, str]  # the same as JSON
_NOTHING = "[]"
_REMEMBERED = 8192  # most records of a connection hold one of a few combinations of values


def put_seen(tx: Connection, connection: str, kind: RecordKind, items: Sequence[tuple[str, Values]]) -> None:
    """Note what the system holds; rows that hold it already are not written."""
    _put(tx, connection, kind, items, _saw)


def put_want(tx: Connection, connection: str, kind: RecordKind, items: Sequence[tuple[str, Values]]) -> None:
    """Note what is due."""
    _put(tx, connection, kind, items, _asked)


def put_base(tx: Connection, connection: str, kind: RecordKind, items: Sequence[tuple[str, Values]]) -> None:
    """Note what was written: only the given fields, which the system now holds."""
    _put(tx, connection, kind, items, _wrote)


def forget_unlisted(tx: Connection, connection: str, stream: str, kind: RecordKind) -> None:
    """The places of records that a whole listing of our fields did not name are missing."""
    named = exists().where(
        listed.c.connection == connection, listed.c.stream == stream, listed.c.record_id == table.c.record_id
    )
    query = select(table.c.record_id).where(
        table.c.connection == connection, table.c.kind == kind.value, table.c.seen != _NOTHING, ~named
    )
    put_seen(tx, connection, kind, [(record_id, {}) for record_id in tx.execute(query).scalars()])


def rest(tx: Connection, connection: str, kind: RecordKind, record_ids: Sequence[str]) -> None:
    """Nothing is written to records that are gone; what is due stays known, in case they come back."""
    _update(tx, connection, kind, record_ids, {"seen": _NOTHING, "due": False})


def wake(tx: Connection, connection: str, kind: RecordKind, record_ids: Sequence[str]) -> None:
    """Records that came back, or of which something was held: the plan looks at them again."""
    _update(tx, connection, kind, record_ids, {"due": True})


def lull(tx: Connection, connection: str, kind: RecordKind, record_ids: Sequence[str]) -> None:
    """Records in which all that is due is held: the plan passes them by until something about them moves."""
    _update(tx, connection, kind, record_ids, {"due": False})


def _update(
    tx: Connection, connection: str, kind: RecordKind, record_ids: Sequence[str], values: dict[str, Any]
) -> None:
    for chunk in chunks(record_ids):
        of_these = (table.c.connection == connection) & (table.c.kind == kind.value) & table.c.record_id.in_(chunk)
        tx.execute(update(table).where(of_these).values(values))


def due_page(tx: Connection, connection: str, after: tuple[RecordKind, str] | None, limit: int = 1000) -> list[Managed]:
    """The next records in which something may be due, ordered by kind and id."""
    query = select(table).where(table.c.connection == connection, table.c.due)
    if after:
        query = query.where(tuple_(table.c.kind, table.c.record_id) > (after[0].value, after[1]))
    rows = tx.execute(query.order_by(table.c.kind, table.c.record_id).limit(limit))
    return [_managed(row) for row in rows]


def by_ids(tx: Connection, connection: str, kind: RecordKind, record_ids: Sequence[str]) -> dict[str, Managed]:
    """These records, by id."""
    found: dict[str, Managed] = {}
    for chunk in chunks(record_ids):
        query = select(table).where(
            table.c.connection == connection, table.c.kind == kind.value, table.c.record_id.in_(chunk)
        )
        found.update((row.record_id, _managed(row)) for row in tx.execute(query))
    return found


def count(tx: Connection, connection: str) -> int:
    """How many records of the connection have managed fields."""
    return tx.execute(select(func.count()).where(table.c.connection == connection)).scalar_one()


def _saw(stored: _Stored, values: _Texts) -> _Stored:
    return stored[0], values, stored[2]


def _asked(stored: _Stored, values: _Texts) -> _Stored:
    return stored[0], stored[1], values


def _wrote(stored: _Stored, values: _Texts) -> _Stored:
    base, seen = (tuple(map(_first, values, before)) for before in stored[:2])
    return base, seen, stored[2]


def _first(one: str | None, other: str | None) -> str | None:
    return other if one is None else one


def _put(
    tx: Connection,
    connection: str,
    kind: RecordKind,
    items: Sequence[tuple[str, Values]],
    change: Callable[[_Stored, _Texts], _Stored],
) -> None:
    names = MANAGED[kind]
    for chunk in chunks(items):
        known = _rows(tx, connection, kind, [record_id for record_id, _ in chunk])
        changed = []
        for record_id, values in chunk:
            before = known.get(record_id)
            base, seen, want = (_texts(text, len(names)) for text in before or (_NOTHING, _NOTHING, _NOTHING))
            base, seen, want = change((base, seen, want), tuple([values.get(name) for name in names]))
            base, due = _settled(base, seen, want)
            now = (_json(base), _json(seen), _json(want))
            if now != before:
                row = {"connection": connection, "kind": kind.value, "record_id": record_id, "due": due}
                changed.append({**row, "base": now[0], "seen": now[1], "want": now[2]})
        upsert_all(tx, table, changed)


@lru_cache(_REMEMBERED)
def _settled(base: _Texts, seen: _Texts, want: _Texts) -> tuple[_Texts, bool]:
    """What is seen and due is our base, whoever wrote it; whether something else is due."""
    base = tuple(
        due if due is not None and due == held else old for old, held, due in zip(base, seen, want, strict=True)
    )
    return base, any(due is not None and due != held for held, due in zip(seen, want, strict=True))


def _rows(tx: Connection, connection: str, kind: RecordKind, record_ids: Sequence[str]) -> dict[str, _Lists]:
    query = select(table.c.base, table.c.seen, table.c.want, table.c.record_id).where(
        table.c.connection == connection, table.c.kind == kind.value, table.c.record_id.in_(record_ids)
    )
    return {record_id: (base, seen, want) for base, seen, want, record_id in tx.execute(query)}


@lru_cache(_REMEMBERED)
def _texts(text: str, size: int) -> _Texts:
    values: list[str | None] = json.loads(text)
    return (*values, *[None] * (size - len(values)))


@lru_cache(_REMEMBERED)
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
