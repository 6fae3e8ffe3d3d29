"""What is not booked because lines in approved statements stay: a row for each family, currency and deal."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, delete, select

from partnersync.domain.kept import Kept
from partnersync.domain.value import Money
from partnersync.store.money_tables import kept_lines as table
from partnersync.store.rows import chunks, upsert_all


def by_events(tx: Connection, event_ids: Sequence[str]) -> list[Kept]:
    """What is kept of these events."""
    return [
        one
        for chunk in chunks(event_ids)
        for one in _found(tx, select(table).where(table.c.event_id.in_(chunk)).order_by(*table.primary_key))
    ]


def by_deals(tx: Connection, deal_refs: Sequence[str]) -> list[Kept]:
    """What is kept of these deals."""
    return [
        one
        for chunk in chunks(deal_refs)
        for one in _found(tx, select(table).where(table.c.deal_id.in_(chunk)).order_by(*table.primary_key))
    ]


def replace(tx: Connection, before: Sequence[Kept], now: Sequence[Kept]) -> None:
    """Keep what is kept now in place of what was kept before."""
    for one in before:
        where = (
            (table.c.event_id == one.event_id)
            & (table.c.rule == one.rule)
            & (table.c.payee_id == one.payee_id)
            & (table.c.currency == one.amount.currency)
            & (table.c.deal_id == one.deal_ref)
        )
        tx.execute(delete(table).where(where))
    upsert_all(tx, table, [_values(one) for one in now])


def _found(tx: Connection, query: Select[Any]) -> list[Kept]:
    return [_kept(row) for row in tx.execute(query).mappings()]


def _values(one: Kept) -> dict[str, Any]:
    return {
        "event_id": one.event_id,
        "rule": one.rule,
        "payee_id": one.payee_id,
        "currency": one.amount.currency,
        "partner_id": one.partner_id,
        "deal_id": one.deal_ref,
        "amount_minor": one.amount.minor,
    }


def _kept(row: RowMapping) -> Kept:
    amount = Money(row["amount_minor"], row["currency"])
    return Kept(row["event_id"], row["rule"], row["payee_id"], row["partner_id"], row["deal_id"], amount)
