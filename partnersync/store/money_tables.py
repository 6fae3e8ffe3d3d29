"""Tables of money on its way to partners: statements, payouts, debts and proposals. As in tables.py."""

from sqlalchemy import BigInteger, Boolean, Column, Index, PrimaryKeyConstraint, Table, UniqueConstraint, text

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

# What families would have less by now, but for their lines in approved statements, and what they would have more, but
# for what is kept elsewhere of the same payment: nothing of it is booked.
kept_lines = Table(
    "kept_lines",
    metadata,
    Column("event_id", Str, nullable=False),
    Column("rule", Str, nullable=False),
    Column("payee_id", Str, nullable=False),
    Column("currency", Str, nullable=False),
    Column("partner_id", Str, nullable=False),
    Column("deal_id", Str, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),  # positive: would be more
    PrimaryKeyConstraint("event_id", "rule", "payee_id", "currency", "deal_id"),
    Index("ix_kept_lines_deal_id", "deal_id"),
)

payouts = Table(
    "payouts",
    metadata,
    Column("payout_id", Str, primary_key=True),
    Column("partner_id", Str, nullable=False),
    Column("payee_id", Str, nullable=False),
    Column("currency", Str, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("state", Str, nullable=False),
    Column("made_at", Str, nullable=False),
    Column("made_by", Str, nullable=False),
    Column("pay_by", Str, nullable=False),  # YYYY-MM-DD; empty: none of its lines stands in a statement
    Column("approved_at", Str),
    Column("approved_by", Str, nullable=False),
    Column("paid_on", Str, nullable=False),  # YYYY-MM-DD
    Column("reason", Str, nullable=False),
    Index("ix_payouts_state", "state"),
)

# What refunds take back of commissions that were paid out; what clawbacks took of it the ledger tells.
debts = Table(
    "debts",
    metadata,
    Column("event_id", Str, nullable=False),
    Column("rule", Str, nullable=False),
    Column("payee_id", Str, nullable=False),
    Column("partner_id", Str, nullable=False),
    Column("deal_id", Str, nullable=False),
    Column("client_id", Str, nullable=False),
    Column("event_time", Str, nullable=False),
    Column("program_version", Str, nullable=False),
    Column("currency", Str, nullable=False),
    Column("owed_minor", BigInteger, nullable=False),
    Column("reverses", Str, nullable=False),
    Column("paid_on", Str, nullable=False),  # YYYY-MM-DD
    Column("lost", Boolean, nullable=False),
    Column("trace", Str, nullable=False, server_default=text("''")),  # of what is owed
    PrimaryKeyConstraint("event_id", "rule", "payee_id"),
    Index("ix_debts_deal_id", "deal_id"),
    Index("ix_debts_payee_id", "payee_id"),
)

# Lines that people propose: bonuses and adjustments; what a second person approves is booked.
proposals = Table(
    "proposals",
    metadata,
    Column("proposal_id", Str, primary_key=True),
    Column("kind", Str, nullable=False),
    Column("partner_id", Str, nullable=False),
    Column("payee_id", Str, nullable=False),
    Column("deal_id", Str, nullable=False),
    Column("currency", Str, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("reason", Str, nullable=False),
    Column("evidence", Str, nullable=False),
    Column("made_by", Str, nullable=False),
    Column("made_at", Str, nullable=False),
    Column("state", Str, nullable=False),
    Column("decided_by", Str, nullable=False),
    Column("decided_at", Str),
)

# The bank details of partners as they were seen last, as a fingerprint.
bank_details = Table(
    "bank_details",
    metadata,
    Column("partner_id", Str, primary_key=True),
    Column("mark", Str, nullable=False),
    Column("changed_on", Str, nullable=False),  # YYYY-MM-DD; empty: they are his first
)

# Partners whose fields are looked at by the next run, because of what commands did.
touched_partners = Table("touched_partners", metadata, Column("partner_id", Str, primary_key=True))
