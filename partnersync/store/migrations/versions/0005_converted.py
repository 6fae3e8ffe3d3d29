"""Finds the lines that were converted at the rate of an earlier day."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    converted = sa.text("fx_date <> ''")
    op.create_index("ix_ledger_converted", "ledger", ["event_time"], sqlite_where=converted, postgresql_where=converted)
