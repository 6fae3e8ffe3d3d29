"""Writes that are on their way: durable before they go out, gone when their outcome is known."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select, tuple_, update

from partnersync.domain.change import Intent
from partnersync.domain.value import RecordKind
from partnersync.store.codec import moment_text
from partnersync.store.rows import chunks, upsert_all, write
from partnersync.store.write_tables import intents as table

_PAGE = 400  # records


def open_all(tx: Connection, intents: Sequence[Intent], at: datetime) -> None:
    """Note writes just before they go out."""
    rows = [
        {
            "write_id": intent.write_id,
            "run": intent.run,
            "connection": intent.connection,
            "kind": intent.kind.value,
            "record_id": intent.record_id,
            "before": json.dumps(dict(intent.before), ensure_ascii=False),
            "after": json.dumps(dict(intent.after), ensure_ascii=False),
            "made_at": moment_text(at),
            "outcome": "",
            "action": intent.action,
            "reason": intent.reason,
        }
        for intent in intents
    ]
    upsert_all(tx, table, rows)


def by_ids(tx: Connection, write_ids: Sequence[str]) -> dict[str, Intent]:
    """These intents, by write id."""
    found: dict[str, Intent] = {}
    for chunk in chunks(write_ids):
        for row in tx.execute(select(table).where(table.c.write_id.in_(chunk))):
            found[row.write_id] = _intent(row)
    return found


def earlier(tx: Connection, connection: str, run: int) -> Iterator[list[Intent]]:
    """Writes of earlier runs without an outcome, in pages that may be settled: for each record the last one made."""
    while True:
        of_these = (table.c.connection == connection) & (table.c.run < run)
        places = select(table.c.kind, table.c.record_id).where(of_these).distinct().limit(_PAGE)
        found = {(row.kind, row.record_id) for row in tx.execute(places)}
        if not found:
            return
        query = select(table).where(of_these, tuple_(table.c.kind, table.c.record_id).in_(sorted(found)))
        last = {
            (row.kind, row.record_id): _intent(row) for row in tx.execute(query.order_by(table.c.made_at, table.c.run))
        }
        yield list(last.values())


def connections(tx: Connection, run: int) -> set[str]:
    """Where a run has writes without an outcome."""
    return set(tx.execute(select(table.c.connection).where(table.c.run == run).distinct()).scalars())


def settle(tx: Connection, write_ids: Sequence[str]) -> None:
    """Forget writes whose outcome is known."""
    for chunk in chunks(write_ids):
        tx.execute(delete(table).where(table.c.write_id.in_(chunk)))


def settle_before(tx: Connection, connection: str, run: int, places: Sequence[tuple[RecordKind, str]]) -> None:
    """Forget writes of earlier runs to these records: what landed of them was read back."""
    for chunk in chunks([(kind.value, record_id) for kind, record_id in places]):
        of_these = (table.c.connection == connection) & (table.c.run < run)
        tx.execute(delete(table).where(of_these, tuple_(table.c.kind, table.c.record_id).in_(chunk)))


def mark_unknown(tx: Connection, write_ids: Sequence[str]) -> None:
    """Note that no answer came."""
    statement = update(table).where(table.c.write_id == bindparam("of_write")).values(outcome="unknown")
    write(tx, statement, [{"of_write": write_id} for write_id in write_ids])


def _intent(row: Row[Any]) -> Intent:
    before, after = json.loads(row.before), json.loads(row.after)
    place = (row.connection, RecordKind(row.kind), row.record_id)
    return Intent(row.write_id, row.run, *place, before, after, row.action, row.reason)
