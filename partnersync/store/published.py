"""Which state of each table a connection holds for people to read."""

from sqlalchemy import Connection, select

from partnersync.store.rows import upsert_all
from partnersync.store.write_tables import published


def get(tx: Connection, connection: str, name: str) -> str | None:
    """The state that was published last; None before the first time."""
    query = select(published.c.state).where(published.c.connection == connection, published.c.name == name)
    return tx.execute(query).scalar()


def put(tx: Connection, connection: str, name: str, state: str) -> None:
    """Remember what was published."""
    upsert_all(tx, published, [{"connection": connection, "name": name, "state": state}])
