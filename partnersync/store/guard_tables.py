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
    Column("told", Boolean, nullable=False),  # people were told of it, by a note and a task
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

# Decisions of people about the rule that prices a deal; the last one counts. An empty rule: as the program says.
rule_overrides = Table(
    "rule_overrides",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("deal_ref", Str, nullable=False, index=True),
    Column("rule", Str, nullable=False),
    Column("actor", Str, nullable=False),
    Column("reason", Str, nullable=False),
    Column("at", Str, nullable=False),
    sqlite_autoincrement=True,
)

# Fields that nothing is written to while exactly `want` is due; an empty want: whatever is due, until it is released.
held = Table(
    "held",
    metadata,
    Column("connection", Str, primary_key=True),
    Column("kind", Str, primary_key=True),
    Column("record_id", Str, primary_key=True),
    Column("field", Str, primary_key=True),
    Column("want", Str),
    Column("had_place", Boolean, nullable=False),  # False: undone to no place at all
    Column("run", Integer, nullable=False),  # that holds it
    Column("at", Str, nullable=False),
    Column("issue_id", Str, nullable=False, index=True),  # empty: none
    sqlite_with_rowid=False,
)
