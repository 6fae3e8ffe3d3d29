"""How far each stream of a connection has been read."""

from datetime import datetime

from sqlalchemy import Connection, select

from partnersync.store.codec import moment_text
from partnersync.store.rows import upsert_all
from partnersync.store.tables import cursors


def get(tx: Connection, connection: str, stream: str) -> str | None:
    """The cursor that the adapter gave last; None before the first pull."""
    query = select(cursors.c.cursor).where(cursors.c.connection == connection, cursors.c.stream == stream)
    return tx.execute(query).scalar()


def put(tx: Connection, connection: str, stream: str, cursor: str, now: datetime) -> None:
    """Move the cursor."""
    row = {"connection": connection, "stream": stream, "cursor": cursor, "moved_at": moment_text(now)}
    upsert_all(tx, cursors, [row])


def moved(tx: Connection) -> dict[str, str]:
    """When each stream was read on last, by "connection stream"."""
    query = select(cursors.c.connection, cursors.c.stream, cursors.c.moved_at)
    rows = tx.execute(query.order_by(cursors.c.connection, cursors.c.stream))
    return {f"{connection} {stream}": moved_at for connection, stream, moved_at in rows}
