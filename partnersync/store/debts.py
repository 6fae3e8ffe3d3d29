"""What refunds take back of commissions that were paid out; how much was taken the ledger's clawbacks tell."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select

from partnersync.domain.line import LineKind
from partnersync.domain.payout import Debt
from partnersync.domain.value import Money
from partnersync.store.codec import moment, moment_text
from partnersync.store.ledger_tables import ledger
from partnersync.store.money_tables import debts as table
from partnersync.store.rows import chunks, upsert_all

Key = tuple[str, str, str]  # event_id, rule, payee_id


def put(tx: Connection, some: Iterable[Debt]) -> None:
    """Keep debts, new or with another sum."""
    upsert_all(tx, table, [_values(one) for one in some])


def of_events(tx: Connection, event_ids: Sequence[str]) -> list[Debt]:
    """The debts of these refunds."""
    return [debt for chunk in chunks(event_ids) for debt in _where(tx, table.c.event_id.in_(chunk))]


def of_deals(tx: Connection, deal_refs: Sequence[str]) -> list[Debt]:
    """The debts of refunds on these deals."""
    return [debt for chunk in chunks(deal_refs) for debt in _where(tx, table.c.deal_id.in_(chunk))]


def of_partner(tx: Connection, partner_id: str) -> list[Debt]:
    """A partner's debts."""
    return _where(tx, table.c.partner_id == partner_id)


def of_payee(tx: Connection, payee_id: str, currency: str) -> list[Debt]:
    """A payee's debts in one currency."""
    return _where(tx, (table.c.payee_id == payee_id) & (table.c.currency == currency))


def any_kept(tx: Connection) -> bool:
    """Whether there is any debt."""
    return tx.execute(select(table.c.event_id).limit(1)).first() is not None


def _where(tx: Connection, condition: ColumnElement[bool]) -> list[Debt]:
    order = (table.c.event_time, table.c.event_id, table.c.rule, table.c.payee_id)
    found = tx.execute(select(table).where(condition).order_by(*order)).mappings().all()
    taken = _taken(tx, sorted({row["event_id"] for row in found}))
    return [_debt(row, *taken.get((row["event_id"], row["rule"], row["payee_id"]), (0, 0))) for row in found]


def _taken(tx: Connection, event_ids: Sequence[str]) -> dict[Key, tuple[int, int]]:
    """What clawbacks took so far (a magnitude), and in how many lines."""
    found: dict[Key, tuple[int, int]] = {}
    c = ledger.c
    for chunk in chunks(event_ids):
        query = (
            select(c.event_id, c.rule, c.payee_id, func.sum(c.amount_minor), func.count())
            .where(c.event_id.in_(chunk), c.kind == LineKind.CLAWBACK.value)
            .group_by(c.event_id, c.rule, c.payee_id)
        )
        for event_id, rule, payee_id, minor, parts in tx.execute(query):
            found[event_id, rule, payee_id] = (-int(minor), parts)
    return found


def _values(one: Debt) -> dict[str, Any]:
    return {
        "event_id": one.event_id,
        "rule": one.rule,
        "payee_id": one.payee_id,
        "partner_id": one.partner_id,
        "deal_id": one.deal_ref,
        "client_id": one.client_id,
        "event_time": moment_text(one.event_time),
        "program_version": one.program_version,
        "currency": one.owed.currency,
        "owed_minor": one.owed.minor,
        "reverses": one.reverses,
        "paid_on": one.paid_on.isoformat(),
        "lost": one.lost,
        "trace": one.trace,
    }


def _debt(row: RowMapping, taken: int, parts: int) -> Debt:
    return Debt(
        row["event_id"],
        row["rule"],
        row["payee_id"],
        row["partner_id"],
        row["deal_id"],
        row["client_id"],
        moment(row["event_time"]),
        row["program_version"],
        Money(row["owed_minor"], row["currency"]),
        row["reverses"],
        date.fromisoformat(row["paid_on"]),
        row["lost"],
        row["trace"],
        taken,
        parts,
    )
