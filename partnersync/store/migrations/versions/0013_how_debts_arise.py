"""How a debt came about; those that are known already get it when their deals are decided again."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

Str = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_debts = sa.table("debts", sa.column("deal_id"))
_deals = sa.table("deal_states", sa.column("deal_ref"), sa.column("case_id"))
_cases = sa.table("cases", sa.column("case_id"), sa.column("dirty"))


def upgrade() -> None:
    op.add_column("debts", sa.Column("trace", Str, nullable=False, server_default=sa.text("''")))
    of_debts = sa.select(_deals.c.case_id).where(_deals.c.deal_ref.in_(sa.select(_debts.c.deal_id)))
    op.execute(sa.update(_cases).where(_cases.c.case_id.in_(of_debts)).values(dirty=sa.true()))
