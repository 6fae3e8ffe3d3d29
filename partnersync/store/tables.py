"""Every table of the store. Times are ISO 8601 text in UTC, money is whole minor units, `run` is a number of `runs`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s"})

runs = Table(
    "runs",
    metadata,
    Column("run", Integer, primary_key=True, autoincrement=True),
    Column("command", Text, nullable=False),
    Column("as_of", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("finished_at", Text),
    Column("exit_code", Integer),
    Column("booked", Boolean, nullable=False, default=False),  # a run that booked sets the earliest as_of of the next
    Column("counts", Text, nullable=False, default="{}"),  # JSON
    sqlite_autoincrement=True,
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),  # "connection:<name>" or "programme"
    Column("owner", Text, nullable=False),  # host:pid:token
    Column("expires_at", Text, nullable=False),
)

cursors = Table(
    "cursors",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("moved_at", Text, nullable=False),
)

records = Table(
    "records",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("state", Text, nullable=False),  # present | gone (vanished from its system) | aside (quarantined)
    Column("body", Text),  # the domain value as JSON; of a record set aside its last good value, if any
    Column("cells", Text),  # of a record set aside: what was pulled, as JSON
    Column("hash", Text, nullable=False),  # of what was pulled
    Column("first_seen", Integer, nullable=False),  # run
    Column("changed", Integer, nullable=False),  # run
    Column("deal_ref", Text),  # of a deal its own ref, of payments and activities the deal they belong to
    Column("partner_id", Text),  # the partner that a deal or registration names
    Column("promo_code", Text),
    Column("case_id", Text),
    sqlite_with_rowid=False,
)
Index("ix_records_case_id", records.c.case_id)
for column in ("deal_ref", "partner_id", "promo_code"):
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
    Column("partner_id", Text, primary_key=True),
    Column("run", Integer, nullable=False),
)

# Ids that a whole listing has named so far, with the hash of their row; empty between pulls.
listed = Table(
    "listed",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    sqlite_with_rowid=False,
)

# Each identity key belongs to one case; a case is a connected component of records over keys.
case_keys = Table(
    "case_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    sqlite_with_rowid=False,
)

cases = Table(
    "cases",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("dirty", Boolean, nullable=False),
    Column("recut", Boolean, nullable=False, default=False),  # a record lost a key: the component may fall apart
    Column("next_look_at", Text),
    sqlite_with_rowid=False,
)
Index("ix_cases_dirty", cases.c.case_id, sqlite_where=text("dirty"), postgresql_where=text("dirty"))
Index("ix_cases_next_look_at", cases.c.next_look_at)

registrations = Table(
    "registrations",
    metadata,
    Column("registration_id", Text, primary_key=True),
    Column("connection", Text, nullable=False),
    Column("case_id", Text, nullable=False, index=True),
    Column("client_id", Text, nullable=False),
    Column("body", Text, nullable=False),  # the registration as it was judged, JSON
    Column("eligible", Boolean, nullable=False),  # R3 as it stood at the first judgement
    Column("judged_run", Integer, nullable=False),
    Column("verdict", Text, nullable=False),  # JSON
    Column("protection", Text),  # JSON
)

deal_states = Table(
    "deal_states",
    metadata,
    Column("deal_ref", Text, primary_key=True),
    Column("connection", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("case_id", Text, nullable=False, index=True),
    Column("client_id", Text, nullable=False),
    Column("partner_id", Text, index=True),
    Column("attribution", Text),  # JSON
    Column("registration_id", Text),
    Column("protection", Text, nullable=False, default=""),  # the registration's state
    Column("protected_until", Text, nullable=False, default=""),
    Column("hold_reason", Text, nullable=False, default=""),  # keeps the deal's lines on hold while it stands
    Column("touched", Boolean, nullable=False),  # what is due in its managed fields has to be looked at again
    sqlite_with_rowid=False,
)
Index("ix_deal_states_touched", deal_states.c.deal_ref, sqlite_where=text("touched"), postgresql_where=text("touched"))

# Events that are priced together, in bands of a partner and period.
earnings = Table(
    "earnings",
    metadata,
    Column("event_id", Text, primary_key=True),
    Column("rule", Text, primary_key=True),
    Column("payee_id", Text, primary_key=True),
    Column("bucket", Text, nullable=False, index=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("event_time", Text, nullable=False),
    Column("body", Text, nullable=False),  # JSON
    sqlite_with_rowid=False,
)


def _line_columns() -> list[Column[object]]:
    """Columns of ledger.csv that a line's hash covers; sums as minor units."""
    return [
        Column("line_id", Text, nullable=False),
        Column("partner_id", Text, nullable=False),
        Column("payee_id", Text, nullable=False),
        Column("deal_id", Text, nullable=False),
        Column("client_id", Text, nullable=False),
        Column("event_id", Text, nullable=False),
        Column("event_time", Text, nullable=False),
        Column("booked_at", Text, nullable=False),
        Column("program_version", Text, nullable=False),
        Column("rule", Text, nullable=False),
        Column("base_items", Text, nullable=False),
        Column("base_minor", BigInteger, nullable=False),
        Column("rate", Text, nullable=False),
        Column("amount_minor", BigInteger, nullable=False),
        Column("currency", Text, nullable=False),
        Column("fx_rate", Text, nullable=False),
        Column("fx_source", Text, nullable=False),
        Column("fx_date", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("part", Integer, nullable=False),
        Column("reverses", Text, nullable=False),
        Column("hold_until", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("period", Text, nullable=False),
        Column("trace", Text, nullable=False),
    ]


ledger = Table(
    "ledger",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    *_line_columns(),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("line_id"),
    UniqueConstraint("event_id", "rule", "payee_id", "kind", "part"),
    Index("ix_ledger_deal_id", "deal_id"),
    Index("ix_ledger_partner_period", "partner_id", "period"),
    Index("ix_ledger_hold_until", "hold_until"),
)

# Lines of the run that is deciding now; moved to the ledger in order, in the same transaction.
staged_lines = Table("staged_lines", metadata, *_line_columns(), UniqueConstraint("line_id"))

line_facts = Table(
    "line_facts",
    metadata,
    Column("line_id", Text, primary_key=True),
    Column("status", Text),  # empty: as time alone says
    Column("statement_id", Text, nullable=False, default=""),
    Column("payout_id", Text, nullable=False, default=""),
    Column("hold_reason", Text, nullable=False, default=""),
)

# The end of each hash chain, kept apart from its rows: a tail that was cut off is noticed.
heads = Table(
    "heads",
    metadata,
    Column("chain", Text, primary_key=True),  # ledger | audit
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("run", Integer, nullable=False, index=True),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("connection", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("before", Text, nullable=False),  # JSON
    Column("after", Text, nullable=False),  # JSON
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("ix_audit_record", "connection", "kind", "record_id"),
)

# Managed fields of a record, each value list in the order of contract/managed.py; JSON null is a missing place.
managed = Table(
    "managed",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("base", Text, nullable=False),  # what we wrote last
    Column("seen", Text, nullable=False),  # what the system holds
    Column("want", Text, nullable=False),  # what is due
    Column("due", Boolean, nullable=False),  # want and seen differ: the plan has to look
    sqlite_with_rowid=False,
)
Index("ix_managed_due", managed.c.connection, sqlite_where=text("due"), postgresql_where=text("due"))

# Writes whose outcome is not known yet; a settled one moves to the audit.
intents = Table(
    "intents",
    metadata,
    Column("write_id", Text, primary_key=True),
    Column("run", Integer, nullable=False),
    Column("connection", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("before", Text, nullable=False),  # JSON
    Column("after", Text, nullable=False),  # JSON
    Column("made_at", Text, nullable=False),
    Column("outcome", Text, nullable=False, default=""),  # empty: not heard of yet; unknown: read back first
    Index("ix_intents_connection", "connection"),
)

issues = Table(
    "issues",
    metadata,
    Column("issue_id", Text, primary_key=True),
    Column("stage", Text, nullable=False),  # pull | decide: who opens and closes it
    Column("scope", Text, nullable=False, index=True),  # the stream or case that it is judged with
    Column("connection", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("line", Integer, nullable=False),
    Column("column", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("opened_run", Integer, nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("closed_run", Integer),
    Index("ix_issues_record", "connection", "kind", "record_id"),
)

program_digests = Table(
    "program_digests",
    metadata,
    Column("version", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("first_run", Integer, nullable=False),
)

published = Table(
    "published",
    metadata,
    Column("connection", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("state", Text, nullable=False),
)
