"""The store's first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Str = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Seq = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _flow()
    _records()
    _cases()
    _ledger()
    _writes()


def _flow() -> None:
    op.create_table(
        "runs",
        sa.Column("run", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("command", Str, nullable=False),
        sa.Column("as_of", Str, nullable=False),
        sa.Column("started_at", Str, nullable=False),
        sa.Column("finished_at", Str),
        sa.Column("exit_code", sa.Integer()),
        sa.Column("booked", sa.Boolean(), nullable=False),
        sa.Column("counts", Str, nullable=False),
        sa.PrimaryKeyConstraint("run"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "leases",
        sa.Column("name", Str, nullable=False),
        sa.Column("owner", Str, nullable=False),
        sa.Column("expires_at", Str, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "cursors",
        sa.Column("connection", Str, nullable=False),
        sa.Column("stream", Str, nullable=False),
        sa.Column("cursor", Str, nullable=False),
        sa.Column("moved_at", Str, nullable=False),
        sa.PrimaryKeyConstraint("connection", "stream"),
    )
    op.create_table(
        "changes",
        sa.Column("name", Str, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "heads",
        sa.Column("chain", Str, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", Str, nullable=False),
        sa.PrimaryKeyConstraint("chain"),
    )
    op.create_table(
        "program_digests",
        sa.Column("version", Str, nullable=False),
        sa.Column("digest", Str, nullable=False),
        sa.Column("first_run", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_table(
        "published",
        sa.Column("connection", Str, nullable=False),
        sa.Column("name", Str, nullable=False),
        sa.Column("state", Str, nullable=False),
        sa.PrimaryKeyConstraint("connection", "name"),
    )
    op.create_table(
        "outbox",
        sa.Column("note_id", Str, nullable=False),
        sa.Column("connection", Str, nullable=False),
        sa.Column("note_kind", Str, nullable=False),
        sa.Column("kind", Str, nullable=False),
        sa.Column("record_id", Str, nullable=False),
        sa.Column("text", Str, nullable=False),
        sa.Column("at", Str, nullable=False),
        sa.Column("outcome", Str, nullable=False),
        sa.PrimaryKeyConstraint("note_id"),
    )
    op.create_index("ix_outbox_connection", "outbox", ["connection", "outcome"])


def _records() -> None:
    op.create_table(
        "records",
        sa.Column("connection", Str, nullable=False),
        sa.Column("kind", Str, nullable=False),
        sa.Column("record_id", Str, nullable=False),
        sa.Column("state", Str, nullable=False),
        sa.Column("body", Str),
        sa.Column("cells", Str),
        sa.Column("hash", Str, nullable=False),
        sa.Column("first_seen", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("deal_ref", Str),
        sa.Column("partner_id", Str),
        sa.Column("promo_code", Str),
        sa.Column("case_id", Str),
        sa.Column("file", Str, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "kind", "record_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_records_case_id", "records", ["case_id"])
    op.create_index(
        "ix_records_deal_ref",
        "records",
        ["deal_ref"],
        sqlite_where=sa.text("deal_ref IS NOT NULL"),
        postgresql_where=sa.text("deal_ref IS NOT NULL"),
    )
    op.create_index(
        "ix_records_partner_id",
        "records",
        ["partner_id"],
        sqlite_where=sa.text("partner_id IS NOT NULL"),
        postgresql_where=sa.text("partner_id IS NOT NULL"),
    )
    op.create_index(
        "ix_records_promo_code",
        "records",
        ["promo_code"],
        sqlite_where=sa.text("promo_code IS NOT NULL"),
        postgresql_where=sa.text("promo_code IS NOT NULL"),
    )
    op.create_table(
        "listed",
        sa.Column("connection", Str, nullable=False),
        sa.Column("stream", Str, nullable=False),
        sa.Column("record_id", Str, nullable=False),
        sa.Column("hash", Str, nullable=False),
        sa.PrimaryKeyConstraint("connection", "stream", "record_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "accepted_partners",
        sa.Column("partner_id", Str, nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("partner_id"),
    )
    op.create_table(
        "issues",
        sa.Column("issue_id", Str, nullable=False),
        sa.Column("stage", Str, nullable=False),
        sa.Column("scope", Str, nullable=False),
        sa.Column("connection", Str, nullable=False),
        sa.Column("kind", Str, nullable=False),
        sa.Column("record_id", Str, nullable=False),
        sa.Column("file", Str, nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("column", Str, nullable=False),
        sa.Column("value", Str, nullable=False),
        sa.Column("code", Str, nullable=False),
        sa.Column("reason", Str, nullable=False),
        sa.Column("opened_run", sa.Integer(), nullable=False),
        sa.Column("opened_at", Str, nullable=False),
        sa.Column("closed_run", sa.Integer()),
        sa.PrimaryKeyConstraint("issue_id"),
    )
    op.create_index(
        "ix_issues_open",
        "issues",
        ["issue_id"],
        sqlite_where=sa.text("closed_run IS NULL"),
        postgresql_where=sa.text("closed_run IS NULL"),
    )
    op.create_index("ix_issues_record", "issues", ["connection", "kind", "record_id"])
    op.create_index("ix_issues_scope", "issues", ["scope"])


def _cases() -> None:
    op.create_table(
        "case_keys",
        sa.Column("key", Str, nullable=False),
        sa.Column("case_id", Str, nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_case_keys_case_id", "case_keys", ["case_id"])
    op.create_table(
        "cases",
        sa.Column("case_id", Str, nullable=False),
        sa.Column("dirty", sa.Boolean(), nullable=False),
        sa.Column("recut", sa.Boolean(), nullable=False),
        sa.Column("next_look_at", Str),
        sa.PrimaryKeyConstraint("case_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_cases_dirty", "cases", ["case_id"], sqlite_where=sa.text("dirty = 1"), postgresql_where=sa.text("dirty")
    )
    op.create_index("ix_cases_next_look_at", "cases", ["next_look_at"])
    op.create_table(
        "registrations",
        sa.Column("registration_id", Str, nullable=False),
        sa.Column("connection", Str, nullable=False),
        sa.Column("case_id", Str, nullable=False),
        sa.Column("client_id", Str, nullable=False),
        sa.Column("body", Str, nullable=False),
        sa.Column("eligible", sa.Boolean(), nullable=False),
        sa.Column("judged_run", sa.Integer(), nullable=False),
        sa.Column("verdict", Str, nullable=False),
        sa.Column("protection", Str),
        sa.PrimaryKeyConstraint("registration_id"),
    )
    op.create_index("ix_registrations_case_id", "registrations", ["case_id"])
    op.create_table(
        "deal_states",
        sa.Column("deal_ref", Str, nullable=False),
        sa.Column("connection", Str, nullable=False),
        sa.Column("record_id", Str, nullable=False),
        sa.Column("case_id", Str, nullable=False),
        sa.Column("client_id", Str, nullable=False),
        sa.Column("partner_id", Str),
        sa.Column("attribution", Str),
        sa.Column("registration_id", Str),
        sa.Column("protection", Str, nullable=False),
        sa.Column("protected_until", Str, nullable=False),
        sa.Column("hold_reason", Str, nullable=False),
        sa.Column("touched", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("deal_ref"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_deal_states_case_id", "deal_states", ["case_id"])
    op.create_index("ix_deal_states_partner_id", "deal_states", ["partner_id"])
    op.create_index(
        "ix_deal_states_touched",
        "deal_states",
        ["deal_ref"],
        sqlite_where=sa.text("touched = 1"),
        postgresql_where=sa.text("touched"),
    )
    op.create_table(
        "earnings",
        sa.Column("event_id", Str, nullable=False),
        sa.Column("rule", Str, nullable=False),
        sa.Column("payee_id", Str, nullable=False),
        sa.Column("bucket", Str, nullable=False),
        sa.Column("case_id", Str, nullable=False),
        sa.Column("event_time", Str, nullable=False),
        sa.Column("body", Str, nullable=False),
        sa.PrimaryKeyConstraint("event_id", "rule", "payee_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_earnings_bucket", "earnings", ["bucket"])
    op.create_index("ix_earnings_case_id", "earnings", ["case_id"])


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("seq", Seq, autoincrement=False, nullable=False),
        sa.Column("line_id", Str, nullable=False),
        sa.Column("partner_id", Str, nullable=False),
        sa.Column("payee_id", Str, nullable=False),
        sa.Column("deal_id", Str, nullable=False),
        sa.Column("client_id", Str, nullable=False),
        sa.Column("event_id", Str, nullable=False),
        sa.Column("event_time", Str, nullable=False),
        sa.Column("booked_at", Str, nullable=False),
        sa.Column("program_version", Str, nullable=False),
        sa.Column("rule", Str, nullable=False),
        sa.Column("base_items", Str, nullable=False),
        sa.Column("base_minor", sa.BigInteger(), nullable=False),
        sa.Column("rate", Str, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", Str, nullable=False),
        sa.Column("fx_rate", Str, nullable=False),
        sa.Column("fx_source", Str, nullable=False),
        sa.Column("fx_date", Str, nullable=False),
        sa.Column("kind", Str, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("reverses", Str, nullable=False),
        sa.Column("hold_until", Str, nullable=False),
        sa.Column("reason", Str, nullable=False),
        sa.Column("period", Str, nullable=False),
        sa.Column("trace", Str, nullable=False),
        sa.Column("prev_hash", Str, nullable=False),
        sa.Column("hash", Str, nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("event_id", "rule", "payee_id", "kind", "part"),
        sa.UniqueConstraint("line_id"),
    )
    op.create_index("ix_ledger_balance", "ledger", ["partner_id", "currency", "amount_minor"])
    op.create_index("ix_ledger_deal_id", "ledger", ["deal_id"])
    op.create_index("ix_ledger_hold_until", "ledger", ["hold_until"])
    op.create_table(
        "staged_lines",
        sa.Column("line_id", Str, nullable=False),
        sa.Column("partner_id", Str, nullable=False),
        sa.Column("payee_id", Str, nullable=False),
        sa.Column("deal_id", Str, nullable=False),
        sa.Column("client_id", Str, nullable=False),
        sa.Column("event_id", Str, nullable=False),
        sa.Column("event_time", Str, nullable=False),
        sa.Column("booked_at", Str, nullable=False),
        sa.Column("program_version", Str, nullable=False),
        sa.Column("rule", Str, nullable=False),
        sa.Column("base_items", Str, nullable=False),
        sa.Column("base_minor", sa.BigInteger(), nullable=False),
        sa.Column("rate", Str, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", Str, nullable=False),
        sa.Column("fx_rate", Str, nullable=False),
        sa.Column("fx_source", Str, nullable=False),
        sa.Column("fx_date", Str, nullable=False),
        sa.Column("kind", Str, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("reverses", Str, nullable=False),
        sa.Column("hold_until", Str, nullable=False),
        sa.Column("reason", Str, nullable=False),
        sa.Column("period", Str, nullable=False),
        sa.Column("trace", Str, nullable=False),
        sa.PrimaryKeyConstraint("event_time", "event_id", "rule", "payee_id", "kind", "part"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_staged_lines_deal_id", "staged_lines", ["deal_id"])
    op.create_index("ix_staged_lines_event_id", "staged_lines", ["event_id"])
    op.create_table(
        "line_facts",
        sa.Column("line_id", Str, nullable=False),
        sa.Column("status", Str),
        sa.Column("statement_id", Str, nullable=False),
        sa.Column("payout_id", Str, nullable=False),
        sa.Column("hold_reason", Str, nullable=False),
        sa.PrimaryKeyConstraint("line_id"),
    )


def _writes() -> None:
    op.create_table(
        "managed",
        sa.Column("connection", Str, nullable=False),
        sa.Column("kind", Str, nullable=False),
        sa.Column("record_id", Str, nullable=False),
        sa.Column("base", Str, nullable=False),
        sa.Column("seen", Str, nullable=False),
        sa.Column("want", Str, nullable=False),
        sa.Column("due", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "kind", "record_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_managed_due", "managed", ["connection", "due", "kind", "record_id"])
    op.create_table(
        "intents",
        sa.Column("write_id", Str, nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("connection", Str, nullable=False),
        sa.Column("kind", Str, nullable=False),
        sa.Column("record_id", Str, nullable=False),
        sa.Column("before", Str, nullable=False),
        sa.Column("after", Str, nullable=False),
        sa.Column("made_at", Str, nullable=False),
        sa.Column("outcome", Str, nullable=False),
        sa.PrimaryKeyConstraint("write_id"),
    )
    op.create_index("ix_intents_connection", "intents", ["connection"])
    op.create_table(
        "audit",
        sa.Column("seq", Seq, autoincrement=False, nullable=False),
        sa.Column("at", Str, nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("actor", Str, nullable=False),
        sa.Column("action", Str, nullable=False),
        sa.Column("connection", Str, nullable=False),
        sa.Column("kind", Str, nullable=False),
        sa.Column("record_id", Str, nullable=False),
        sa.Column("before", Str, nullable=False),
        sa.Column("after", Str, nullable=False),
        sa.Column("outcome", Str, nullable=False),
        sa.Column("reason", Str, nullable=False),
        sa.Column("prev_hash", Str, nullable=False),
        sa.Column("hash", Str, nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("ix_audit_record", "audit", ["connection", "kind", "record_id"])
    op.create_index("ix_audit_run", "audit", ["run"])
