"""Tables of the lines of the ledger. As in tables.py."""

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, Table, UniqueConstraint, text

from partnersync.store.tables import Str, metadata


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
