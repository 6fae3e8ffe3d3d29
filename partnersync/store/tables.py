"""Every table of the store. Times are ISO 8601 text in UTC, money is whole minor units, `run` is a number of `runs`.

Text compares byte by byte on both databases (`Str`), as Python compares it: the order of rows is the same everywhere.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

Str = Text().with_variant(Text(collation="C"), "postgresql")

metadata = MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s"})

runs = Table(
    "runs",
    metadata,
    Column("run", Integer, primary_key=True, autoincrement=True),
    Column("command", Str, nullable=False),
    Column("as_of", Str, nullable=False),
    Column("started_at", Str, nullable=False),
    Column("finished_at", Str),
    Column("exit_code", Integer),
    Column("booked", Boolean, nullable=False, default=False),  # a run that booked sets the earliest as_of of the next
    Column("counts", Str, nullable=False, default="{}"),  # JSON
    sqlite_autoincrement=True,
)

leases = Table(
    "leases",
    metadata,
    Column("name", Str, primary_key=True),  # "connection:<name>" or "programme"
    Column("owner", Str, nullable=False),  # machine:pid:start (locks.py)
    Column("expires_at", Str, nullable=False),
)

cursors = Table(
    "cursors",
    metadata,
    Column("connection", Str, primary_key=True),
    Column("stream", Str, primary_key=True),
    Column("cursor", Str, nullable=False),
    Column("moved_at", Str, nullable=False),
    Column("again", Boolean),  # read it once more, also where nothing changed; empty: no
)

records = Table(
    "records",
    metadata,
    Column("connection", Str, primary_key=True),
    Column("kind", Str, primary_key=True),
    Column("record_id", Str, primary_key=True),
    Column("state", Str, nullable=False),  # present | gone (vanished from its system) | aside (quarantined)
    Column("body", Str),  # the domain value as JSON; of a record set aside its last good value, if any
    Column("cells", Str),  # of a record set aside: what was pulled, as JSON
    Column("hash", Str, nullable=False),  # of what was pulled
    Column("first_seen", Integer, nullable=False),  # the first run that could book it: the same after a run was killed
    Column("changed", Integer, nullable=False),  # run
    Column("deal_ref", Str),  # of a deal its own ref, of payments and activities the deal they belong to
    Column("partner_id", Str),  # the partner that a deal, registration or activity names
    Column("promo_code", Str),
    Column("utm_source", Str),
    Column("case_id", Str),
    Column("file", Str, nullable=False),  # where the record stands in its source, as far as the adapter tells
    Column("line", Integer, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_records_case_id", records.c.case_id)
for column in ("deal_ref", "partner_id", "promo_code", "utm_source"):
    Index(
        f"ix_records_{column}",
        records.c[column],
        sqlite_where=text(f"{column} IS NOT NULL"),
        postgresql_where=text(f"{column} IS NOT NULL"),
    )

# Partners that passed the checks against each other; the first of two duplicates stays accepted.
accepted_partners = Table(
    "accepted_partners",
    metadata,
    Column("partner_id", Str, primary_key=True),
    Column("run", Integer, nullable=False),
    Column("parent_id", Str),  # the one that counts
)

# Ids that a whole listing has named so far, with the hash of their row; empty between pulls.
listed = Table(
    "listed",
    metadata,
    Column("connection", Str, primary_key=True),
    Column("stream", Str, primary_key=True),
    Column("record_id", Str, primary_key=True),
    Column("hash", Str, nullable=False),
    sqlite_with_rowid=False,
)

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


def _line_columns() -> list[Column[object]]:
    """Columns of ledger.csv that a line's hash covers; sums as minor units."""
    return [
        Column("line_id", Str, nullable=False),
        Column("partner_id", Str, nullable=False),
        Column("payee_id", Str, nullable=False),
        Column("deal_id", Str, nullable=False),
        Column("client_id", Str, nullable=False),
        Column("event_id", Str, nullable=False),
        Column("event_time", Str, nullable=False),
        Column("booked_at", Str, nullable=False),
        Column("program_version", Str, nullable=False),
        Column("rule", Str, nullable=False),
        Column("base_items", Str, nullable=False),
        Column("base_minor", BigInteger, nullable=False),
        Column("rate", Str, nullable=False),
        Column("amount_minor", BigInteger, nullable=False),
        Column("currency", Str, nullable=False),
        Column("fx_rate", Str, nullable=False),
        Column("fx_source", Str, nullable=False),
        Column("fx_date", Str, nullable=False),
        Column("kind", Str, nullable=False),
        Column("part", Integer, nullable=False),
        Column("reverses", Str, nullable=False),
        Column("hold_until", Str, nullable=False),
        Column("reason", Str, nullable=False),
        Column("period", Str, nullable=False),
        Column("trace", Str, nullable=False),
    ]


ledger = Table(
    "ledger",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    *_line_columns(),
    Column("prev_hash", Str, nullable=False),
    Column("hash", Str, nullable=False),
    UniqueConstraint("line_id"),
    UniqueConstraint("event_id", "rule", "payee_id", "kind", "part"),
    Index("ix_ledger_deal_id", "deal_id"),
    Index("ix_ledger_balance", "partner_id", "currency", "amount_minor"),
    Index("ix_ledger_hold_until", "hold_until"),
    Index(
        "ix_ledger_converted", "event_time", sqlite_where=text("fx_date <> ''"), postgresql_where=text("fx_date <> ''")
    ),
)

# Lines of the run that is deciding now, in the ledger's order; moved there in the same transaction.
staged_lines = Table(
    "staged_lines",
    metadata,
    *_line_columns(),
    PrimaryKeyConstraint("event_time", "event_id", "rule", "payee_id", "kind", "part"),
    Index("ix_staged_lines_deal_id", "deal_id"),
    Index("ix_staged_lines_event_id", "event_id"),
    sqlite_with_rowid=False,
)

line_facts = Table(
    "line_facts",
    metadata,
    Column("line_id", Str, primary_key=True),
    Column("status", Str),  # empty: as time alone says
    Column("statement_id", Str, nullable=False, default=""),
    Column("payout_id", Str, nullable=False, default=""),
    Column("hold_reason", Str, nullable=False, default=""),
    Index("ix_line_facts_statement_id", "statement_id"),
)
Index(
    "ix_line_facts_payout_id",
    line_facts.c.payout_id,
    sqlite_where=text("payout_id <> ''"),
    postgresql_where=text("payout_id <> ''"),
)
UNPAID = text("status IN ('approved', 'in_payout')")
Index("ix_line_facts_unpaid", line_facts.c.status, sqlite_where=UNPAID, postgresql_where=UNPAID)

# Counts the changes of what is shown to people, so that its state is named without reading it.
changes = Table(
    "changes",
    metadata,
    Column("name", Str, primary_key=True),  # facts | issues | incidents | statements | payouts
    Column("number", Integer, nullable=False),
)

# The end of each hash chain, kept apart from its rows: a tail that was cut off is noticed.
heads = Table(
    "heads",
    metadata,
    Column("chain", Str, primary_key=True),  # ledger | audit
    Column("seq", BigInteger, nullable=False),
    Column("hash", Str, nullable=False),
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

issues = Table(
    "issues",
    metadata,
    Column("issue_id", Str, primary_key=True),
    Column("stage", Str, nullable=False),  # pull | decide: who opens and closes it
    Column("scope", Str, nullable=False, index=True),  # the stream or case that it is judged with
    Column("connection", Str, nullable=False),
    Column("kind", Str, nullable=False),
    Column("record_id", Str, nullable=False),
    Column("file", Str, nullable=False),
    Column("line", Integer, nullable=False),
    Column("column", Str, nullable=False),
    Column("value", Str, nullable=False),
    Column("code", Str, nullable=False),
    Column("reason", Str, nullable=False),
    Column("opened_run", Integer, nullable=False),
    Column("opened_at", Str, nullable=False),
    Column("closed_run", Integer),
    Index("ix_issues_record", "connection", "kind", "record_id"),
    Index(
        "ix_issues_open",
        "issue_id",
        sqlite_where=text("closed_run IS NULL"),
        postgresql_where=text("closed_run IS NULL"),
    ),
)

program_digests = Table(
    "program_digests",
    metadata,
    Column("version", Str, primary_key=True),
    Column("digest", Str, nullable=False),
    Column("first_run", Integer, nullable=False),
)

published = Table(
    "published",
    metadata,
    Column("connection", Str, primary_key=True),
    Column("name", Str, primary_key=True),
    Column("state", Str, nullable=False),
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
