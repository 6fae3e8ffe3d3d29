"""Streams that are read again although nothing changed in them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("cursors", sa.Column("again", sa.Boolean()))
