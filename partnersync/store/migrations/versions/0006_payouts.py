"""Payouts, the debts of refunds after them, lines that people propose, and when bank details changed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

Str = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
UNPAID = sa.text("status IN ('approved', 'in_payout')")


def texts(names: str, *, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, Str, nullable=nullable) for name in names.split()]


def upgrade() -> None:
    op.create_table(
        "payouts",
        *texts("payout_id partner_id payee_id currency"),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        *texts("state made_at made_by pay_by"),
        *texts("approved_at", nullable=True),
        *texts("approved_by paid_on reason"),
        sa.PrimaryKeyConstraint("payout_id"),
    )
    op.create_index("ix_payouts_state", "payouts", ["state"])
    op.create_table(
        "debts",
        *texts("event_id rule payee_id partner_id deal_id client_id event_time program_version currency"),
        sa.Column("owed_minor", sa.BigInteger(), nullable=False),
        *texts("reverses paid_on"),
        sa.Column("lost", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "rule", "payee_id"),
    )
    op.create_index("ix_debts_deal_id", "debts", ["deal_id"])
    op.create_index("ix_debts_payee_id", "debts", ["payee_id"])
    op.create_table(
        "proposals",
        *texts("proposal_id kind partner_id payee_id deal_id currency"),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        *texts("reason evidence made_by made_at state decided_by"),
        *texts("decided_at", nullable=True),
        sa.PrimaryKeyConstraint("proposal_id"),
    )
    op.create_table("bank_details", *texts("partner_id mark changed_on"), sa.PrimaryKeyConstraint("partner_id"))
    op.create_table("touched_partners", *texts("partner_id"), sa.PrimaryKeyConstraint("partner_id"))
    op.create_index(
        "ix_line_facts_payout_id",
        "line_facts",
        ["payout_id"],
        sqlite_where=sa.text("payout_id <> ''"),
        postgresql_where=sa.text("payout_id <> ''"),
    )
    op.create_index("ix_line_facts_unpaid", "line_facts", ["status"], sqlite_where=UNPAID, postgresql_where=UNPAID)
