"""Contacts of clients as lists; partners, deals and registrations are read once more, for what was left out."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_LISTS = {"email": "emails", "email_domain": "email_domains", "phone": "phones"}
_KINDS = ("partner", "deal", "registration")
_STREAMS = (*_KINDS, *(f"{kind}s" for kind in _KINDS))

_records = sa.table("records", *map(sa.column, ("connection", "kind", "record_id", "state", "body", "hash")))
_registrations = sa.table("registrations", sa.column("registration_id"), sa.column("body"))
_cursors = sa.table("cursors", sa.column("stream"), sa.column("again"))


def upgrade() -> None:
    _respell(_records, ("connection", "kind", "record_id"), _records.c.kind.in_(("deal", "registration")))
    _respell(_registrations, ("registration_id",), sa.true())
    read = _records.c.kind.in_(_KINDS) & (_records.c.state == "present")
    op.execute(sa.update(_records).where(read).values(hash=""))
    op.execute(sa.update(_cursors).where(_cursors.c.stream.in_(_STREAMS)).values(again=sa.true()))


def _respell(table: Any, key: tuple[str, ...], which: Any) -> None:
    """One contact of each sort became a list of them."""
    tx = op.get_bind()
    old = sa.or_(*(table.c.body.like(f'%"{name}":%') for name in _LISTS))
    place = [table.c[name] for name in key]
    for row in tx.execute(sa.select(*place, table.c.body).where(which, old)).all():
        body = json.loads(row.body)
        client = body["client"]
        for name, plural in _LISTS.items():
            if told := client.pop(name, None):
                client[plural] = [told]
        here = sa.and_(*(column == value for column, value in zip(place, row, strict=False)))
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        tx.execute(sa.update(table).where(here).values(body=text))
