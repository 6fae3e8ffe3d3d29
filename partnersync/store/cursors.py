"""How far each stream of a connection has been read."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from partnersync.store.codec import moment_text
from partnersync.store.record_tables import cursors
from partnersync.store.rows import upsert_all


def get(tx: Connection, connection: str, stream: str) -> str | None:
    """The cursor that the adapter gave last; None before the first pull."""
    query = select(cursors.c.cursor).where(cursors.c.connection == connection, cursors.c.stream == stream)
    return tx.execute(query).scalar()


def put(tx: Connection, connection: str, stream: str, cursor: str, now: datetime) -> None:
    """Move the cursor."""
    row = {"connection": connection, "stream": stream, "cursor": cursor, "moved_at": moment_text(now)}
    upsert_all(tx, cursors, [row])


def forget(tx: Connection, connection: str, stream: str) -> None:
    """Begin anew when it is read next."""
    tx.execute(delete(cursors).where(cursors.c.connection == connection, cursors.c.stream == stream))


def ask_again(tx: Connection, connection: str, streams: Collection[str]) -> None:
    """Have these streams read once more, also where nothing changed in them."""
    _set_again(tx, connection, streams, True)


def is_asked_again(tx: Connection, connection: str, stream: str) -> bool:
    """Whether a stream that did not change has to be read all the same."""
    query = select(cursors.c.again).where(cursors.c.connection == connection, cursors.c.stream == stream)
    return bool(tx.execute(query).scalar())


def was_read_again(tx: Connection, connection: str, stream: str) -> None:
    """From here on a stream is read only when it changed."""
    _set_again(tx, connection, [stream], None)


def _set_again(tx: Connection, connection: str, streams: Collection[str], again: bool | None) -> None:
    which = (cursors.c.connection == connection) & cursors.c.stream.in_(sorted(streams))
    tx.execute(update(cursors).where(which).values(again=again))


def moved(tx: Connection) -> dict[str, str]:
    """When each stream was read on last, by "connection stream"."""
    query = select(cursors.c.connection, cursors.c.stream, cursors.c.moved_at)
    rows = tx.execute(query.order_by(cursors.c.connection, cursors.c.stream))
    return {f"{connection} {stream}": moved_at for connection, stream, moved_at in rows}
