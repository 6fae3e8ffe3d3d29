"""Decisions of people about the rule that prices a deal."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

Str = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "rule_overrides",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        *(sa.Column(name, Str, nullable=False) for name in ("deal_ref", "rule", "actor", "reason", "at")),
        sa.PrimaryKeyConstraint("number"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_rule_overrides_deal_ref", "rule_overrides", ["deal_ref"])
