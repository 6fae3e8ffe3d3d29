"""What partners' tiers follow from: their parents, and what deals add to their base."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

Str = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("accepted_partners", sa.Column("parent_id", Str))
    op.create_table(
        "tier_bases",
        *(sa.Column(name, Str, nullable=False) for name in ("deal_ref", "partner_id", "month")),
        sa.Column("base_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("deal_ref", "partner_id", "month"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tier_bases_sums", "tier_bases", ["partner_id", "month", "base_minor"])
