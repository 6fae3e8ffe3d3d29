"""The managed fields of each record: what we wrote last (base), what the system holds (seen), what is due (want).

Stored as JSON lists in the order of COMPARED (contract/managed.py), which only grows at its end; null is a missing
place (seen), a field never written (base), or one that nothing was decided about (want).
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, func, select, tuple_, update

from partnersync.contract.managed import COMPARED, DECISION, NEVER_MADE, OWNER
from partnersync.domain.change import Managed, Values
from partnersync.domain.value import RecordKind
from partnersync.store.record_tables import listed
from partnersync.store.rows import chunks, upsert_all
from partnersync.store.write_tables import managed as table

_Texts = tuple[str | None, ...]
_Stored = tuple[_Texts, _Texts, _Texts]  # base, seen, want
_Lists = tuple[str, str, str, str]  # the same as JSON, and who put there what is seen
_NOTHING = "[]"
_NOBODY = "{}"
Place = tuple[RecordKind, str]
_REMEMBERED = 8192  # most records of a connection hold one of a few combinations of values


def put_seen(
    tx: Connection,
    connection: str,
    kind: RecordKind,
    items: Sequence[tuple[str, Values]],
    authors: Mapping[str, Mapping[str, str]] | None = None,
) -> list[str]:
    """Note what the system holds; rows that hold it already are not written. Ids of those that became contested.

    `authors` says by record and field who put it there, as far as that is certain.
    """
    return _put(tx, connection, kind, items, _saw, authors or {})


def put_owner(tx: Connection, connection: str, items: Sequence[tuple[str, str]]) -> None:
    """Note who owns these deals now, as their records tell."""
    _put(tx, connection, RecordKind.DEAL, [(record_id, {OWNER: owner}) for record_id, owner in items], _saw_some)


def adopt(tx: Connection, connection: str, kind: RecordKind, items: Sequence[tuple[str, Collection[str]]]) -> None:
    """Take what is seen in these fields (by record) as ours to replace: a foreign value that has been dealt with."""
    _put(tx, connection, kind, _marked(items), _adopted)


def put_want(tx: Connection, connection: str, kind: RecordKind, items: Sequence[tuple[str, Values]]) -> None:
    """Note what is due."""
    _put(tx, connection, kind, items, _asked)


def put_base(tx: Connection, connection: str, kind: RecordKind, items: Sequence[tuple[str, Values]]) -> None:
    """Note what was written: only the given fields, which the system now holds."""
    _put(tx, connection, kind, items, _wrote)


def lose_base(tx: Connection, connection: str, kind: RecordKind, items: Sequence[tuple[str, Collection[str]]]) -> None:
    """Note that these fields (by record) hold nothing of ours any more."""
    _put(tx, connection, kind, _marked(items), _disowned)


def lose_places(
    tx: Connection, connection: str, kind: RecordKind, items: Sequence[tuple[str, Collection[str]]]
) -> None:
    """Note that these fields (by record) have no place any more."""
    _put(tx, connection, kind, _marked(items), _lost)


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
    _update(tx, connection, kind, record_ids, {"seen": _NOTHING, "due": False, "contested": False})


def let_go(tx: Connection, connection: str, kind: RecordKind, record_ids: Sequence[str]) -> None:
    """Nothing is due any more in records that live on in others."""
    _update(tx, connection, kind, record_ids, {"want": _NOTHING, "due": False, "contested": False})


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


def due_page(tx: Connection, connection: str, after: Place | None, limit: int = 1000) -> list[Managed]:
    """The next records in which something may be due, ordered by kind and id."""
    return _page(tx, (table.c.connection == connection) & table.c.due, after, limit)


def contested_page(tx: Connection, connection: str, after: Place | None, limit: int = 1000) -> list[Managed]:
    """The next records in which something foreign is seen, or that hold a decision, ordered by kind and id."""
    return _page(tx, (table.c.connection == connection) & table.c.contested, after, limit)


def _page(tx: Connection, condition: ColumnElement[bool], after: Place | None, limit: int) -> list[Managed]:
    query = select(table).where(condition)
    if after:
        query = query.where(tuple_(table.c.kind, table.c.record_id) > (after[0].value, after[1]))
    rows = tx.execute(query.order_by(table.c.kind, table.c.record_id).limit(limit))
    return [_managed(row) for row in rows]


def of_kind(tx: Connection, connection: str, kind: RecordKind, after: str, limit: int = 1000) -> list[Managed]:
    """The next records of one kind behind the id `after`."""
    query = select(table).where(table.c.connection == connection, table.c.kind == kind.value, table.c.record_id > after)
    return [_managed(row) for row in tx.execute(query.order_by(table.c.record_id).limit(limit))]


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


def _saw(names: Sequence[str], stored: _Stored, values: _Texts) -> _Stored:
    base, seen, want = stored
    return (
        base,
        tuple([old if name == OWNER else new for name, old, new in zip(names, seen, values, strict=True)]),
        want,
    )


def _saw_some(names: Sequence[str], stored: _Stored, values: _Texts) -> _Stored:
    return stored[0], tuple(map(_first, values, stored[1])), stored[2]


def _asked(names: Sequence[str], stored: _Stored, values: _Texts) -> _Stored:
    return stored[0], stored[1], values


def _wrote(names: Sequence[str], stored: _Stored, values: _Texts) -> _Stored:
    base, seen = (tuple(map(_first, values, before)) for before in stored[:2])
    return base, seen, stored[2]


def _adopted(names: Sequence[str], stored: _Stored, values: _Texts) -> _Stored:
    base, seen, want = stored
    taken = [old if mark is None else held for old, held, mark in zip(base, seen, values, strict=True)]
    return tuple(taken), seen, want


def _marked(items: Sequence[tuple[str, Collection[str]]]) -> list[tuple[str, Values]]:
    """Fields by record, as values that are not None."""
    return [(record_id, dict.fromkeys(names, "")) for record_id, names in items]


def _disowned(names: Sequence[str], stored: _Stored, values: _Texts) -> _Stored:
    return _without(stored[0], values), stored[1], stored[2]


def _lost(names: Sequence[str], stored: _Stored, values: _Texts) -> _Stored:
    return stored[0], _without(stored[1], values), stored[2]


def _without(texts: _Texts, marks: _Texts) -> _Texts:
    return tuple([None if mark is not None else text for text, mark in zip(texts, marks, strict=True)])


def _first(one: str | None, other: str | None) -> str | None:
    return other if one is None else one


def _put(
    tx: Connection,
    connection: str,
    kind: RecordKind,
    items: Sequence[tuple[str, Values]],
    change: Callable[[Sequence[str], _Stored, _Texts], _Stored],
    authors: Mapping[str, Mapping[str, str]] | None = None,
) -> list[str]:
    """Change what is stored of these records; ids of those that were written and hold something foreign now."""
    names = COMPARED[kind]
    foreign: list[str] = []
    for chunk in chunks(items):
        known = _rows(tx, connection, kind, [record_id for record_id, _ in chunk])
        changed = []
        for record_id, values in chunk:
            before = known.get(record_id)
            *lists, by = before or (_NOTHING, _NOTHING, _NOTHING, _NOBODY)
            base, seen, want = (_texts(text, len(names)) for text in lists)
            base, seen, want = change(names, (base, seen, want), tuple([values.get(name) for name in names]))
            base, due, contested = _settled(kind, base, seen, want)
            if authors is not None:
                by = json.dumps(dict(authors.get(record_id, ())), ensure_ascii=False)
            now = (_json(base), _json(seen), _json(want), by)
            if now != before:
                row = {"connection": connection, "kind": kind.value, "record_id": record_id, "due": due}
                told = {"base": now[0], "seen": now[1], "want": now[2], "authors": by, "contested": contested}
                changed.append(row | told)
                if contested:
                    foreign.append(record_id)
        upsert_all(tx, table, changed)
    return foreign


@lru_cache(_REMEMBERED)
def _settled(kind: RecordKind, base: _Texts, seen: _Texts, want: _Texts) -> tuple[_Texts, bool, bool]:
    """What is seen and due is our base, whoever wrote it; whether something else is due; whether it is foreign."""
    settled: list[str | None] = []
    due = contested = False
    for name, old, held, asked in zip(COMPARED[kind], base, seen, want, strict=True):
        if name == DECISION:
            asked = ""  # always: a decision about a record that is new is seen before anything is due there
        differs = asked is not None and asked != held
        settled.append(held if asked is not None and not differs else old)
        if not differs or (held is None and name in NEVER_MADE):
            continue
        due = True
        contested = contested or (held is not None and held != (old or ""))
    return tuple(settled), due, contested


def _rows(tx: Connection, connection: str, kind: RecordKind, record_ids: Sequence[str]) -> dict[str, _Lists]:
    query = select(table.c.base, table.c.seen, table.c.want, table.c.authors, table.c.record_id).where(
        table.c.connection == connection, table.c.kind == kind.value, table.c.record_id.in_(record_ids)
    )
    return {record_id: (base, seen, want, authors) for base, seen, want, authors, record_id in tx.execute(query)}


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


def _managed(row: Row[tuple[Any, ...]]) -> Managed:
    kind = RecordKind(row.kind)
    names = COMPARED[kind]
    base, seen, want = (
        dict(zip(names, _texts(text, len(names)), strict=False)) for text in (row.base, row.seen, row.want)
    )
    return Managed(kind, row.record_id, base, seen, want, json.loads(row.authors))
