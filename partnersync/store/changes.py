"""Counters of changes to what is shown to people, so that its state can be named without reading it."""

from sqlalchemy import Connection, select

from partnersync.store.rows import upsert_all
from partnersync.store.run_tables import changes


def number(tx: Connection, name: str) -> int:
    """How often it has changed."""
    return tx.execute(select(changes.c.number).where(changes.c.name == name)).scalar() or 0


def count(tx: Connection, name: str) -> None:
    """Count a change."""
    upsert_all(tx, changes, [{"name": name, "number": number(tx, name) + 1}])
