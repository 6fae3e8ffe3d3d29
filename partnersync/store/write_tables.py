"""Tables of what is written into connected systems, and what was. As in tables.py."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, false, text

from partnersync.store.tables import Str, metadata

# Managed fields of a record, each value list in the order of contract/managed.py; JSON null is a missing place.
managed = Table(
    "managed",
    metadata,
    Column("connection", Str, primary_key=True),
    Column("kind", Str, primary_key=True),
    Column("record_id", Str, primary_key=True),
    Column("base", Str, nullable=False),  # what we wrote last
    Column("seen", Str, nullable=False),  # what the system holds
    Column("want", Str, nullable=False),  # what is due
    Column("due", Boolean, nullable=False),  # want and seen differ: the plan has to look
    Column("authors", Str, nullable=False, server_default="{}"),  # field → user id, JSON, where the system names him
    Column("contested", Boolean, nullable=False, server_default=false()),  # something foreign is seen: for the guard
    sqlite_with_rowid=False,
)
Index("ix_managed_due", managed.c.connection, managed.c.due, managed.c.kind, managed.c.record_id)
Index(
    "ix_managed_contested",
    managed.c.connection,
    managed.c.kind,
    managed.c.record_id,
    sqlite_where=text("contested = 1"),
    postgresql_where=text("contested"),
)

# Writes whose outcome is not known yet; a settled one moves to the audit.
intents = Table(
    "intents",
    metadata,
    Column("write_id", Str, primary_key=True),
    Column("run", Integer, nullable=False),
    Column("connection", Str, nullable=False),
    Column("kind", Str, nullable=False),
    Column("record_id", Str, nullable=False),
    Column("before", Str, nullable=False),  # JSON
    Column("after", Str, nullable=False),  # JSON
    Column("made_at", Str, nullable=False),
    Column("outcome", Str, nullable=False, default=""),  # empty: not heard of yet; unknown: read back first
    Column("action", Str, nullable=False, server_default=text("'write'")),
    Column("reason", Str, nullable=False, server_default=text("''")),
    Index("ix_intents_connection", "connection"),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", Str, nullable=False),
    Column("run", Integer, nullable=False, index=True),
    Column("actor", Str, nullable=False),
    Column("action", Str, nullable=False),
    Column("connection", Str, nullable=False),
    Column("kind", Str, nullable=False),
    Column("record_id", Str, nullable=False),
    Column("before", Str, nullable=False),  # JSON
    Column("after", Str, nullable=False),  # JSON
    Column("outcome", Str, nullable=False),
    Column("reason", Str, nullable=False),
    Column("prev_hash", Str, nullable=False),
    Column("hash", Str, nullable=False),
    Index("ix_audit_record", "connection", "kind", "record_id"),
)

# Notes and tasks (those have a time by which they are due) for people; one without an outcome is still to be sent.
outbox = Table(
    "outbox",
    metadata,
    Column("note_id", Str, primary_key=True),
    Column("connection", Str, nullable=False),
    Column("note_kind", Str, nullable=False),
    Column("kind", Str, nullable=False),
    Column("record_id", Str, nullable=False),
    Column("text", Str, nullable=False),
    Column("at", Str, nullable=False),
    Column("outcome", Str, nullable=False),
    Column("assignee", Str, nullable=False, server_default=text("''")),
    Column("due_at", Str, nullable=False, server_default=text("''")),
    Index("ix_outbox_connection", "connection", "outcome"),
)

published = Table(
    "published",
    metadata,
    Column("connection", Str, primary_key=True),
    Column("name", Str, primary_key=True),
    Column("state", Str, nullable=False),
)
