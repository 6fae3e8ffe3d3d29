"""What is not booked because approved lines stay, by deal: a payment may have moved from one to another."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

Str = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NAMES = ("event_id", "rule", "payee_id", "currency", "partner_id", "deal_id")


def upgrade() -> None:
    op.drop_index("ix_kept_lines_deal_id", "kept_lines")
    op.rename_table("kept_lines", "kept_before")
    op.create_table(
        "kept_lines",
        *(sa.Column(name, Str, nullable=False) for name in _NAMES),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "rule", "payee_id", "currency", "deal_id"),
    )
    before, now = (sa.table(name, *map(sa.column, (*_NAMES, "amount_minor"))) for name in ("kept_before", "kept_lines"))
    op.execute(now.insert().from_select([column.name for column in now.c], sa.select(before)))
    op.drop_table("kept_before")
    op.create_index("ix_kept_lines_deal_id", "kept_lines", ["deal_id"])
