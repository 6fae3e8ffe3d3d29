"""Tables of the guard: what was violated, put back, decided by a person, or undone and held. As in tables.py."""

from sqlalchemy import Boolean, Column, Index, Integer, Table, text

from partnersync.store.tables import Str, metadata

incidents = Table(
    "incidents",
    metadata,
    Column("incident_id", Str, primary_key=True),
    Column("kind", Str, nullable=False),
    Column("connection", Str, nullable=False),
    Column("record_kind", Str, nullable=False),
    Column("record_id", Str, nullable=False),
    Column("field", Str, nullable=False),
    Column("deal_id", Str, nullable=False),  # ref; empty where it is about another kind of record
    Column("registration_id", Str, nullable=False),
    Column("partner_id", Str, nullable=False),
    Column("client_id", Str, nullable=False),
    Column("expected", Str, nullable=False),
    Column("seen", Str, nullable=False),
    Column("author", Str, nullable=False),  # user id, where the system's log names him
    Column("since", Str, nullable=False),
    Column("found_at", Str, nullable=False),
    Column("status", Str, nullable=False),  # open | resolved | dismissed
    Column("standing", Boolean, nullable=False),  # the foreign value is in its place still
    Column("times", Integer, nullable=False),  # how often it was found anew
    Column("closed_at", Str),
    Column("closed_by", Str, nullable=False, default=""),
    Column("closed_reason", Str, nullable=False, default=""),
    Index("ix_incidents_record", "connection", "record_kind", "record_id"),
)
Index("ix_incidents_deal_id", incidents.c.deal_id)
Index(
    "ix_incidents_standing",
    incidents.c.incident_id,
    sqlite_where=text("standing = 1"),
    postgresql_where=text("standing"),
)

# Each time that a foreign value was put back.
reverts = Table(
    "reverts",
    metadata,
    Column("connection", Str, primary_key=True),
    Column("kind", Str, primary_key=True),
    Column("record_id", Str, primary_key=True),
    Column("field", Str, primary_key=True),
    Column("at", Str, primary_key=True),  # the run's as_of
    Column("run", Integer, primary_key=True),
)

# Decisions of people about a deal's partner; the last one counts. An empty partner: the deal is direct.
overrides = Table(
    "overrides",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("deal_ref", Str, nullable=False, index=True),
    Column("partner_id", Str, nullable=False),
    Column("actor", Str, nullable=False),
    Column("reason", Str, nullable=False),
    Column("at", Str, nullable=False),
    Column("run", Integer),  # empty: by command
    sqlite_autoincrement=True,
)

# Fields that `undo` put back: nothing is written there until something else is due than was, or a retry.
held = Table(
    "held",
    metadata,
    Column("connection", Str, primary_key=True),
    Column("kind", Str, primary_key=True),
    Column("record_id", Str, primary_key=True),
    Column("field", Str, primary_key=True),
    Column("want", Str, nullable=False),  # what was due when it was undone
    Column("run", Integer, nullable=False),  # of the undo
    Column("at", Str, nullable=False),
)
