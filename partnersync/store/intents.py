"""Writes that are on their way: durable before they go out, gone when their outcome is known."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update

from partnersync.domain.change import Intent, Values
from partnersync.domain.value import RecordKind
from partnersync.store.codec import moment_text
from partnersync.store.rows import chunks, upsert_all, write
from partnersync.store.tables import intents as table


def open_all(tx: Connection, intents: Sequence[Intent], run: int, at: datetime) -> None:
    """Note writes just before they go out."""
    rows = [
        {
            "write_id": intent.write_id,
            "run": run,
            "connection": intent.connection,
            "kind": intent.kind.value,
            "record_id": intent.record_id,
            "before": json.dumps(dict(intent.before), ensure_ascii=False),
            "after": json.dumps(dict(intent.after), ensure_ascii=False),
            "made_at": moment_text(at),
            "outcome": "",
        }
        for intent in intents
    ]
    upsert_all(tx, table, rows)


def by_ids(tx: Connection, write_ids: Sequence[str]) -> dict[str, Intent]:
    """These intents, by write id."""
    found: dict[str, Intent] = {}
    for chunk in chunks(write_ids):
        for row in tx.execute(select(table).where(table.c.write_id.in_(chunk))):
            before, after = json.loads(row.before), json.loads(row.after)
            kind = RecordKind(row.kind)
            found[row.write_id] = Intent(row.write_id, row.connection, kind, row.record_id, before, after)
    return found


def pending(tx: Connection, connection: str) -> dict[tuple[RecordKind, str], Values]:
    """What earlier writes without an outcome intended, by record; of several the last."""
    query = select(table.c.kind, table.c.record_id, table.c.after).where(table.c.connection == connection)
    rows = tx.execute(query.order_by(table.c.made_at, table.c.run))
    return {(RecordKind(kind), record_id): json.loads(after) for kind, record_id, after in rows}


def settle(tx: Connection, write_ids: Sequence[str]) -> None:
    """Forget writes whose outcome is known."""
    for chunk in chunks(write_ids):
        tx.execute(delete(table).where(table.c.write_id.in_(chunk)))


def settle_before(tx: Connection, connection: str, run: int) -> None:
    """Forget writes of earlier runs: what landed of them was read back and is settled by the plan of this run."""
    tx.execute(delete(table).where(table.c.connection == connection, table.c.run < run))


def mark_unknown(tx: Connection, write_ids: Sequence[str]) -> None:
    """Note that no answer came."""
    statement = update(table).where(table.c.write_id == bindparam("of_write")).values(outcome="unknown")
    write(tx, statement, [{"of_write": write_id} for write_id in write_ids])
