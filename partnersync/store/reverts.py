"""Each time that a foreign value was put back, so that a fight with something automatic is noticed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, tuple_

from partnersync.domain.incident import Place
from partnersync.store.codec import moment_text
from partnersync.store.guard_tables import reverts as table
from partnersync.store.rows import chunks, insert_new


def put(tx: Connection, places: Sequence[Place], at: datetime, run: int) -> None:
    """Count one for each field."""
    rows = [
        {
            "connection": place.connection,
            "kind": place.kind.value,
            "record_id": place.record_id,
            "field": place.field,
            "at": moment_text(at),
            "run": run,
        }
        for place in places
    ]
    insert_new(tx, table, rows)


def counts(tx: Connection, places: Sequence[Place], since: datetime, until: datetime) -> dict[Place, int]:
    """How often each of these fields was put back after `since`, up to `until`; fields that never were are left out."""
    columns = (table.c.connection, table.c.kind, table.c.record_id, table.c.field)
    by_key = {(place.connection, place.kind.value, place.record_id, place.field): place for place in places}
    found: dict[Place, int] = {}
    for chunk in chunks(sorted(by_key), 200):
        query = select(*columns, func.count()).where(
            tuple_(*columns).in_(chunk), table.c.at > moment_text(since), table.c.at <= moment_text(until)
        )
        for *key, number in tx.execute(query.group_by(*columns)):
            found[by_key[tuple(key)]] = number
    return found


def forget(tx: Connection, place: Place) -> None:
    """Begin to count a field anew."""
    tx.execute(
        delete(table).where(
            table.c.connection == place.connection,
            table.c.kind == place.kind.value,
            table.c.record_id == place.record_id,
            table.c.field == place.field,
        )
    )
