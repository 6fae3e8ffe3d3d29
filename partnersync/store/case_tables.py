"""Tables of cases and of what was decided in them. As in tables.py."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, text

from partnersync.store.tables import Str, metadata

# Each identity key belongs to one case; a case is a connected component of records over keys.
case_keys = Table(
    "case_keys",
    metadata,
    Column("key", Str, primary_key=True),
    Column("case_id", Str, nullable=False, index=True),
    sqlite_with_rowid=False,
)

# Keys that many clients may share, so that claims on clients like one another are found; `owner` is a client's own id.
traits = Table(
    "traits",
    metadata,
    Column("key", Str, primary_key=True),
    Column("claim_id", Str, primary_key=True),  # the registration that tells it; empty: a deal does
    Column("owner", Str, primary_key=True),
    Column("inn", Str, nullable=False),
    Column("name", Str, nullable=False),  # plain
    Column("since", Str, nullable=False),  # of the earliest record that tells it
    Column("first_seen", Integer, nullable=False),  # the run that could book that record first
    sqlite_with_rowid=False,
)

cases = Table(
    "cases",
    metadata,
    Column("case_id", Str, primary_key=True),
    Column("dirty", Boolean, nullable=False),
    Column("recut", Boolean, nullable=False, default=False),  # a record lost a key: the component may fall apart
    Column("next_look_at", Str),
    sqlite_with_rowid=False,
)
Index("ix_cases_dirty", cases.c.case_id, sqlite_where=text("dirty = 1"), postgresql_where=text("dirty"))
Index("ix_cases_next_look_at", cases.c.next_look_at)

registrations = Table(
    "registrations",
    metadata,
    Column("registration_id", Str, primary_key=True),
    Column("connection", Str, nullable=False),
    Column("case_id", Str, nullable=False, index=True),
    Column("client_id", Str, nullable=False),
    Column("body", Str, nullable=False),  # the registration as it was judged, JSON
    Column("eligible", Boolean, nullable=False),  # R3 as it stood at the first judgement
    Column("judged_run", Integer, nullable=False),
    Column("verdict", Str, nullable=False),  # JSON
    Column("protection", Str),  # JSON
    Column("first_verdict", Str),  # JSON; at the submission, where R24 or a person decided after it
)

# Decisions of people about registrations, each counting from its moment on.
rulings = Table(
    "rulings",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("registration_id", Str, nullable=False, index=True),
    Column("kind", Str, nullable=False),
    Column("actor", Str, nullable=False),
    Column("reason", Str, nullable=False),
    Column("at", Str, nullable=False),
    sqlite_autoincrement=True,
)

deal_states = Table(
    "deal_states",
    metadata,
    Column("deal_ref", Str, primary_key=True),
    Column("connection", Str, nullable=False),
    Column("record_id", Str, nullable=False),
    Column("case_id", Str, nullable=False, index=True),
    Column("client_id", Str, nullable=False),
    Column("partner_id", Str, index=True),
    Column("attribution", Str),  # JSON
    Column("registration_id", Str),
    Column("protection", Str, nullable=False, default=""),  # the registration's state
    Column("protected_until", Str, nullable=False, default=""),
    Column("hold_reason", Str, nullable=False, default=""),  # keeps the deal's lines on hold while it stands
    Column("owner", Str, nullable=False, server_default=text("''")),  # as the deal's record tells
    Column("due_owner", Str, nullable=False, server_default=text("''")),  # the one when it became the registration's
    Column("stage", Str, nullable=False, server_default=text("''")),
    Column("stage_moved_at", Str),  # as far as two runs saw it move
    Column("aside", Str),  # evidence that does not count, where none does; JSON
    Column("touched", Boolean, nullable=False),  # what is due in its managed fields has to be looked at again
    sqlite_with_rowid=False,
)
Index(
    "ix_deal_states_touched", deal_states.c.deal_ref, sqlite_where=text("touched = 1"), postgresql_where=text("touched")
)

# Events that are priced together, in bands of a partner and period.
earnings = Table(
    "earnings",
    metadata,
    Column("event_id", Str, primary_key=True),
    Column("rule", Str, primary_key=True),
    Column("payee_id", Str, primary_key=True),
    Column("bucket", Str, nullable=False, index=True),
    Column("case_id", Str, nullable=False, index=True),
    Column("event_time", Str, nullable=False),
    Column("body", Str, nullable=False),  # JSON
    sqlite_with_rowid=False,
)

# What a deal adds to its partner's base by month, while the program names tiers.
tier_bases = Table(
    "tier_bases",
    metadata,
    Column("deal_ref", Str, primary_key=True),
    Column("partner_id", Str, primary_key=True),
    Column("month", Str, primary_key=True),  # 2026-05
    Column("base_minor", BigInteger, nullable=False),
    Index("ix_tier_bases_sums", "partner_id", "month", "base_minor"),
    sqlite_with_rowid=False,
)
