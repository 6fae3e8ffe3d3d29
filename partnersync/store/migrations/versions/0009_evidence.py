"""Links that deals came by, and evidence that does not count."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

Str = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("records", sa.Column("utm_source", Str))
    op.create_index(
        "ix_records_utm_source",
        "records",
        ["utm_source"],
        sqlite_where=sa.text("utm_source IS NOT NULL"),
        postgresql_where=sa.text("utm_source IS NOT NULL"),
    )
    op.add_column("deal_states", sa.Column("aside", Str))
    op.execute("UPDATE cases SET dirty = TRUE")
