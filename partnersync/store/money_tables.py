"""Tables of money on its way to partners: statements and what they closed. As in tables.py."""

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, UniqueConstraint, text

from partnersync.store.tables import Str, metadata

statements = Table(
    "statements",
    metadata,
    Column("statement_id", Str, primary_key=True),
    Column("partner_id", Str, nullable=False),
    Column("period", Str, nullable=False),
    Column("currency", Str, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("state", Str, nullable=False),
    Column("closed_at", Str, nullable=False),
    Column("closed_by", Str, nullable=False),
    Column("sent_at", Str),
    Column("silence_at", Str),
    Column("accepted_at", Str),
    Column("accepted_by", Str, nullable=False),
    Column("approved_at", Str),
    Column("approved_by", Str, nullable=False),
    Column("reason", Str, nullable=False),
    UniqueConstraint("partner_id", "period", "currency"),
)
Index(
    "ix_statements_silence_at",
    statements.c.silence_at,
    sqlite_where=text("state = 'sent'"),
    postgresql_where=text("state = 'sent'"),
)

# Months that were closed; the last one says which is next.
closings = Table(
    "closings",
    metadata,
    Column("period", Str, primary_key=True),
    Column("closed_at", Str, nullable=False),
    Column("closed_by", Str, nullable=False),
)

# Partners whose statements wait for a connection that failed, from which month on (empty: from his first line's).
postponed = Table(
    "postponed",
    metadata,
    Column("partner_id", Str, primary_key=True),
    Column("period", Str, nullable=False),
)

# What families would have less by now, but for their lines in approved statements: nothing of it is booked.
kept_lines = Table(
    "kept_lines",
    metadata,
    Column("event_id", Str, nullable=False),
    Column("rule", Str, nullable=False),
    Column("payee_id", Str, nullable=False),
    Column("currency", Str, nullable=False),
    Column("partner_id", Str, nullable=False),
    Column("deal_id", Str, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),  # negative
    PrimaryKeyConstraint("event_id", "rule", "payee_id", "currency"),
    Index("ix_kept_lines_deal_id", "deal_id"),
)
