"""The guard's tables, authors of managed values, and tasks beside notes."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

Str = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _incidents()
    op.create_table(
        "reverts",
        sa.Column("connection", Str, nullable=False),
        sa.Column("kind", Str, nullable=False),
        sa.Column("record_id", Str, nullable=False),
        sa.Column("field", Str, nullable=False),
        sa.Column("at", Str, nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "kind", "record_id", "field", "at", "run"),
    )
    op.create_table(
        "overrides",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("deal_ref", Str, nullable=False),
        sa.Column("partner_id", Str, nullable=False),
        sa.Column("actor", Str, nullable=False),
        sa.Column("reason", Str, nullable=False),
        sa.Column("at", Str, nullable=False),
        sa.Column("run", sa.Integer()),
        sa.PrimaryKeyConstraint("number"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_overrides_deal_ref", "overrides", ["deal_ref"])
    op.create_table(
        "held",
        sa.Column("connection", Str, nullable=False),
        sa.Column("kind", Str, nullable=False),
        sa.Column("record_id", Str, nullable=False),
        sa.Column("field", Str, nullable=False),
        sa.Column("want", Str),
        sa.Column("had_place", sa.Boolean(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("at", Str, nullable=False),
        sa.Column("issue_id", Str, nullable=False),
        sa.PrimaryKeyConstraint("connection", "kind", "record_id", "field"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_held_issue_id", "held", ["issue_id"])
    _more_columns()


def _incidents() -> None:
    texts = "kind connection record_kind record_id field deal_id registration_id partner_id client_id expected seen"
    op.create_table(
        "incidents",
        sa.Column("incident_id", Str, nullable=False),
        *(sa.Column(name, Str, nullable=False) for name in f"{texts} author since found_at status".split()),
        sa.Column("standing", sa.Boolean(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("closed_at", Str),
        sa.Column("closed_by", Str, nullable=False),
        sa.Column("closed_reason", Str, nullable=False),
        sa.PrimaryKeyConstraint("incident_id"),
    )
    op.create_index("ix_incidents_record", "incidents", ["connection", "record_kind", "record_id"])
    op.create_index("ix_incidents_deal_id", "incidents", ["deal_id"])
    op.create_index(
        "ix_incidents_standing",
        "incidents",
        ["incident_id"],
        sqlite_where=sa.text("standing = 1"),
        postgresql_where=sa.text("standing"),
    )


def _more_columns() -> None:
    op.add_column("managed", sa.Column("authors", Str, nullable=False, server_default="{}"))
    op.add_column("managed", sa.Column("contested", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_managed_contested",
        "managed",
        ["connection", "kind", "record_id"],
        sqlite_where=sa.text("contested = 1"),
        postgresql_where=sa.text("contested"),
    )
    op.add_column("intents", sa.Column("action", Str, nullable=False, server_default=sa.text("'write'")))
    for table, name in (
        ("intents", "reason"),
        ("outbox", "assignee"),
        ("outbox", "due_at"),
        ("deal_states", "owner"),
        ("deal_states", "due_owner"),
    ):
        op.add_column(table, sa.Column(name, Str, nullable=False, server_default=sa.text("''")))
