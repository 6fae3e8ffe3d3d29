"""Statements, the months that were closed, and what lines in approved statements keep."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

Str = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "statements",
        sa.Column("statement_id", Str, nullable=False),
        *(sa.Column(name, Str, nullable=False) for name in ("partner_id", "period", "currency")),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        *(sa.Column(name, Str, nullable=False) for name in ("state", "closed_at", "closed_by")),
        *(sa.Column(name, Str) for name in ("sent_at", "silence_at", "accepted_at")),
        sa.Column("accepted_by", Str, nullable=False),
        sa.Column("approved_at", Str),
        *(sa.Column(name, Str, nullable=False) for name in ("approved_by", "reason")),
        sa.PrimaryKeyConstraint("statement_id"),
        sa.UniqueConstraint("partner_id", "period", "currency"),
    )
    op.create_index(
        "ix_statements_silence_at",
        "statements",
        ["silence_at"],
        sqlite_where=sa.text("state = 'sent'"),
        postgresql_where=sa.text("state = 'sent'"),
    )
    op.create_table(
        "closings",
        *(sa.Column(name, Str, nullable=False) for name in ("period", "closed_at", "closed_by")),
        sa.PrimaryKeyConstraint("period"),
    )
    op.create_table(
        "postponed",
        *(sa.Column(name, Str, nullable=False) for name in ("partner_id", "period")),
        sa.PrimaryKeyConstraint("partner_id"),
    )
    texts = ("event_id", "rule", "payee_id", "currency", "partner_id", "deal_id")
    op.create_table(
        "kept_lines",
        *(sa.Column(name, Str, nullable=False) for name in texts),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "rule", "payee_id", "currency"),
    )
    op.create_index("ix_kept_lines_deal_id", "kept_lines", ["deal_id"])
    op.create_index("ix_line_facts_statement_id", "line_facts", ["statement_id"])
