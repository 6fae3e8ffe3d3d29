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
    op.create_table(
        "traits",
        sa.Column("key", Str, nullable=False),
        sa.Column("claim_id", Str, nullable=False),
        sa.Column("owner", Str, nullable=False),
        sa.Column("inn", Str, nullable=False),
        sa.Column("name", Str, nullable=False),
        sa.Column("since", Str, nullable=False),
        sa.Column("first_seen", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "claim_id", "owner"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rulings",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("registration_id", Str, nullable=False),
        sa.Column("kind", Str, nullable=False),
        sa.Column("actor", Str, nullable=False),
        sa.Column("reason", Str, nullable=False),
        sa.Column("at", Str, nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_rulings_registration_id", "rulings", ["registration_id"])
