"""Fields that are held: nothing is written there until something else is due, or until somebody lets them go."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, exists, select

from partnersync.domain.change import Values
from partnersync.domain.value import RecordKind
from partnersync.store import fields, issuebook
from partnersync.store.codec import moment_text
from partnersync.store.guard_tables import held as table
from partnersync.store.rows import chunks, upsert_all, write

_Row = Row[Any]
Place = tuple[RecordKind, str]


@dataclass(frozen=True, slots=True)
class Hold:
    """A field of a record that is held while exactly `want` is due; None: whatever is due, until it is released.

    `run` is the run that holds it; `issue_id` names the issue that is closed with it (empty: none). Without `had_place`
    the field lost its place when it was undone.
    """

    connection: str
    kind: RecordKind
    record_id: str
    field: str
    want: str | None
    run: int
    at: datetime
    issue_id: str = ""
    had_place: bool = True


def put(tx: Connection, holds: Sequence[Hold]) -> None:
    """Hold these fields; one that is held already is held so from now on."""
    rows = [
        {
            "connection": hold.connection,
            "kind": hold.kind.value,
            "record_id": hold.record_id,
            "field": hold.field,
            "want": hold.want,
            "had_place": hold.had_place,
            "run": hold.run,
            "at": moment_text(hold.at),
            "issue_id": hold.issue_id,
        }
        for hold in holds
    ]
    upsert_all(tx, table, rows)


def of_records(tx: Connection, connection: str, places: Sequence[Place]) -> dict[Place, dict[str, str | None]]:
    """Of these records the fields that are held, each with the value that must be due for that (None: any)."""
    found: dict[Place, dict[str, str | None]] = defaultdict(dict)
    for row in _of(tx, connection, places):
        found[RecordKind(row.kind), row.record_id][row.field] = row.want
    return found


def without_place(tx: Connection, connection: str, places: Sequence[Place]) -> dict[Place, set[str]]:
    """Of these records the fields that are held, and had no place to go back to."""
    found: dict[Place, set[str]] = defaultdict(set)
    for row in _of(tx, connection, places):
        if not row.had_place:
            found[RecordKind(row.kind), row.record_id].add(row.field)
    return found


def release_moved(
    tx: Connection, connection: str, kind: RecordKind, due: Sequence[tuple[str, Values]], run: int
) -> None:
    """Let go of fields in which something else is due now than when they were held."""
    if not tx.execute(select(exists().where(table.c.connection == connection))).scalar():
        return
    now = dict(due)
    rows = _of(tx, connection, [(kind, record_id) for record_id in now])
    _release(tx, [row for row in rows if row.want is not None and now[row.record_id].get(row.field) != row.want], run)


def release(tx: Connection, connection: str, kind: RecordKind, record_id: str, names: Sequence[str], run: int) -> None:
    """Let go of these fields of a record: what is due there is written by the next run."""
    _release(tx, [row for row in _of(tx, connection, [(kind, record_id)]) if row.field in names], run)


def release_for_issues(tx: Connection, issue_ids: Sequence[str], run: int) -> int:
    """Let go of the fields that these issues speak of; how many they are."""
    rows = [row for chunk in chunks(issue_ids) for row in tx.execute(select(table).where(table.c.issue_id.in_(chunk)))]
    _release(tx, rows, run)
    return len(rows)


def _of(tx: Connection, connection: str, places: Sequence[Place]) -> list[_Row]:
    by_kind: dict[RecordKind, list[str]] = defaultdict(list)
    for kind, record_id in places:
        by_kind[kind].append(record_id)
    found: list[_Row] = []
    for kind, record_ids in by_kind.items():
        here = (table.c.connection == connection) & (table.c.kind == kind.value)
        for chunk in chunks(record_ids):
            found += tx.execute(select(table).where(here, table.c.record_id.in_(chunk)))
    return found


def _release(tx: Connection, rows: Sequence[_Row], run: int) -> None:
    """Their records are looked at again, and their issues closed."""
    by_kind: dict[tuple[str, RecordKind], list[_Row]] = defaultdict(list)
    for row in rows:
        by_kind[row.connection, RecordKind(row.kind)].append(row)
    for (connection, kind), of_kind in by_kind.items():
        write(
            tx,
            delete(table).where(
                table.c.connection == connection,
                table.c.kind == kind.value,
                table.c.record_id == bindparam("of_record"),
                table.c.field == bindparam("of_field"),
            ),
            [{"of_record": row.record_id, "of_field": row.field} for row in of_kind],
        )
        fields.wake(tx, connection, kind, [row.record_id for row in of_kind])
    issuebook.close(tx, [row.issue_id for row in rows if row.issue_id], run)
