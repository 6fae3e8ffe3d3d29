"""Payouts, and which lines are on their way into one: approved, in a payout, or not yet approved."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, exists, func, not_, select

from partnersync.domain.line import LineKind, LineStatus
from partnersync.domain.payout import Payout, PayoutState
from partnersync.domain.value import Money
from partnersync.store import changes
from partnersync.store.codec import moment, moment_or_none, moment_text, moment_text_or_none
from partnersync.store.ledger_tables import UNPAID, ledger, line_facts
from partnersync.store.money_tables import payouts as table
from partnersync.store.rows import chunks, stream, upsert_all

_COUNTER = "payouts"
_ON_ITS_WAY = (LineStatus.APPROVED.value, LineStatus.IN_PAYOUT.value)
_SETTLED = (LineStatus.PAID.value, LineStatus.REVERSED.value)


class Unpaid(NamedTuple):
    """A line whose statement was approved, and that was not paid yet."""

    line_id: str
    deal_ref: str
    partner_id: str
    payee_id: str
    amount: Money
    kind: LineKind
    statement_id: str
    payout_id: str
    held: bool
    reversing: bool = False  # a line that takes it back is not as far as it is


class Standing(NamedTuple):
    """What lines of one payee and currency that stand alike sum to."""

    partner_id: str
    payee_id: str
    amount: Money
    status: LineStatus | None
    held: bool


def put(tx: Connection, some: Sequence[Payout]) -> None:
    """Keep payouts, new or moved."""
    if some:
        upsert_all(tx, table, [_values(one) for one in some])
        changes.count(tx, _COUNTER)


def next_id(tx: Connection) -> str:
    """The id of the next payout."""
    return f"PO-{1 + (tx.execute(select(func.count()).select_from(table)).scalar() or 0)}"


def by_id(tx: Connection, payout_id: str) -> Payout | None:
    """One payout."""
    row = tx.execute(select(table).where(table.c.payout_id == payout_id)).mappings().first()
    return _payout(row) if row else None


def rows(tx: Connection, *states: PayoutState) -> Iterator[Payout]:
    """The payouts in these states (without any: all), in the order in which they were made, streamed."""
    query = select(table).order_by(table.c.made_at, func.length(table.c.payout_id), table.c.payout_id)
    if states:
        query = query.where(table.c.state.in_(state.value for state in states))
    for row in stream(tx, query):
        yield _payout(row._mapping)


def state(tx: Connection) -> str:
    """A short text that is another one whenever the payouts are."""
    return str(changes.number(tx, _COUNTER))


def unpaid(tx: Connection, partner_ids: Sequence[str] | None = None) -> Iterator[Unpaid]:
    """Every line that is approved or in a payout, by partner, payee and currency in the order of the chain."""
    c, facts = ledger.c, line_facts.c
    query = (
        select(
            c.line_id,
            c.deal_id,
            c.partner_id,
            c.payee_id,
            c.amount_minor,
            c.currency,
            c.kind,
            facts.statement_id,
            facts.payout_id,
            facts.hold_reason,
            _is_reversing().label("reversing"),
        )
        .join_from(line_facts, ledger, c.line_id == facts.line_id)
        .where(UNPAID)
        .order_by(c.partner_id, c.payee_id, c.currency, c.seq)
    )
    for chunk in [None] if partner_ids is None else chunks(partner_ids):
        for row in stream(tx, query if chunk is None else query.where(c.partner_id.in_(chunk))):
            yield Unpaid(
                row.line_id,
                row.deal_id,
                row.partner_id,
                row.payee_id,
                Money(row.amount_minor, row.currency),
                LineKind(row.kind),
                row.statement_id,
                row.payout_id,
                bool(row.hold_reason),
                bool(row.reversing),
            )


def _is_reversing() -> ColumnElement[bool]:
    """Whether a line is taken back by one that is neither settled nor on its way with it."""
    back, beside = ledger.alias("back"), line_facts.alias("beside")
    status = func.coalesce(beside.c.status, "")
    with_it = and_(status.in_(_ON_ITS_WAY), beside.c.payout_id == line_facts.c.payout_id)
    return exists(
        select(back.c.line_id)
        .outerjoin_from(back, beside, back.c.line_id == beside.c.line_id)
        .where(
            back.c.deal_id == ledger.c.deal_id,
            back.c.reverses == ledger.c.line_id,
            back.c.amount_minor < 0,
            back.c.kind != LineKind.CLAWBACK.value,
            status.not_in(_SETTLED),
            not_(with_it),
        )
        .correlate(ledger, line_facts)
    )


def standings(tx: Connection, *, partner_id: str | None = None) -> list[Standing]:
    """What the lines of each payee and currency sum to, by how they stand; all sums together are the balances."""
    c, facts = ledger.c, line_facts.c
    status, held = func.coalesce(facts.status, ""), func.coalesce(facts.hold_reason, "") != ""
    query = (
        select(c.partner_id, c.payee_id, c.currency, status, held, func.sum(c.amount_minor))
        .outerjoin_from(ledger, line_facts, c.line_id == facts.line_id)
        .group_by(c.partner_id, c.payee_id, c.currency, status, held)
        .order_by(c.partner_id, c.payee_id, c.currency, status, held)
    )
    if partner_id is not None:
        query = query.where(c.partner_id == partner_id)
    return [
        Standing(partner, payee, Money(int(minor), currency), LineStatus(stands) if stands else None, bool(is_held))
        for partner, payee, currency, stands, is_held, minor in tx.execute(query)
    ]


def paid_days(tx: Connection, line_ids: Sequence[str]) -> dict[str, date]:
    """On which days those of these lines that were paid were paid."""
    found: dict[str, date] = {}
    for chunk in chunks(line_ids):
        query = (
            select(line_facts.c.line_id, table.c.paid_on)
            .join_from(line_facts, table, line_facts.c.payout_id == table.c.payout_id)
            .where(line_facts.c.line_id.in_(chunk), table.c.state == PayoutState.PAID.value)
        )
        found.update((line_id, date.fromisoformat(day)) for line_id, day in tx.execute(query))
    return found


def any_paid(tx: Connection) -> bool:
    """Whether any payout was paid, ever."""
    query = select(table.c.payout_id).where(table.c.state == PayoutState.PAID.value).limit(1)
    return tx.execute(query).first() is not None


def last_paid_on(tx: Connection) -> dict[str, date]:
    """The day of each payee's last payout that was paid."""
    query = select(table.c.payee_id, func.max(table.c.paid_on)).where(table.c.state == PayoutState.PAID.value)
    return {payee: date.fromisoformat(day) for payee, day in tx.execute(query.group_by(table.c.payee_id))}


def _values(one: Payout) -> dict[str, Any]:
    return {
        "payout_id": one.payout_id,
        "partner_id": one.partner_id,
        "payee_id": one.payee_id,
        "currency": one.amount.currency,
        "amount_minor": one.amount.minor,
        "state": one.state.value,
        "made_at": moment_text(one.made_at),
        "made_by": one.made_by,
        "pay_by": one.pay_by.isoformat() if one.pay_by else "",
        "approved_at": moment_text_or_none(one.approved_at),
        "approved_by": one.approved_by,
        "paid_on": one.paid_on.isoformat() if one.paid_on else "",
        "reason": one.reason,
    }


def _payout(row: RowMapping) -> Payout:
    return Payout(
        row["payout_id"],
        row["partner_id"],
        row["payee_id"],
        Money(row["amount_minor"], row["currency"]),
        PayoutState(row["state"]),
        moment(row["made_at"]),
        row["made_by"],
        _day(row["pay_by"]),
        moment_or_none(row["approved_at"]),
        row["approved_by"],
        _day(row["paid_on"]),
        row["reason"],
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
