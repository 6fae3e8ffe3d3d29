"""Streams that are read again although nothing changed in them; what follows the first verdict; moves of stages."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

Str = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("cursors", sa.Column("again", sa.Boolean()))
    op.add_column("registrations", sa.Column("first_verdict", Str))
    op.add_column("deal_states", sa.Column("stage", Str, nullable=False, server_default=sa.text("''")))
    op.add_column("deal_states", sa.Column("stage_moved_at", Str))
