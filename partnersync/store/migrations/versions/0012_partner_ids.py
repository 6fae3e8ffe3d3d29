"""The records of partners name their partner, whose id is not everywhere that of his record."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_records = sa.table("records", *map(sa.column, ("kind", "record_id", "partner_id")))


def upgrade() -> None:
    op.execute(sa.update(_records).where(_records.c.kind == "partner").values(partner_id=_records.c.record_id))
