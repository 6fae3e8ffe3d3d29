"""Statements as they stand, the months that were closed, and the partners whose statements wait."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, Select, delete, func, select

from partnersync.domain.line import LineKind
from partnersync.domain.statement import Statement, StatementState
from partnersync.domain.value import Money
from partnersync.store import changes
from partnersync.store.case_tables import deal_states
from partnersync.store.codec import moment, moment_text, moment_text_or_none
from partnersync.store.ledger_tables import ledger, line_facts
from partnersync.store.money_tables import closings, postponed
from partnersync.store.money_tables import statements as table
from partnersync.store.record_tables import records
from partnersync.store.rows import chunks, insert_new, stream, upsert_all

_COUNTER = "statements"


class Payable(NamedTuple):
    """A line that a closing may take."""

    line_id: str
    deal_ref: str
    partner_id: str
    period: str
    amount: Money


def put(tx: Connection, some: Sequence[Statement]) -> None:
    """Keep statements, new or moved."""
    if some:
        upsert_all(tx, table, [_values(one) for one in some])
        changes.count(tx, _COUNTER)


def by_ids(tx: Connection, statement_ids: Sequence[str]) -> dict[str, Statement]:
    """These statements, by id."""
    found: dict[str, Statement] = {}
    for chunk in chunks(statement_ids):
        rows = tx.execute(select(table).where(table.c.statement_id.in_(chunk))).mappings()
        found.update((row["statement_id"], _statement(row)) for row in rows)
    return found


def rows(tx: Connection) -> Iterator[Statement]:
    """Every statement, streamed in the order of month, partner and currency."""
    for row in stream(tx, select(table).order_by(table.c.period, table.c.partner_id, table.c.currency)):
        yield _statement(row._mapping)


def silent(tx: Connection, as_of: datetime) -> list[Statement]:
    """Statements that were sent and that silence has accepted by now."""
    due = (table.c.state == StatementState.SENT.value) & (table.c.silence_at <= moment_text(as_of))
    query = select(table).where(due).order_by(table.c.statement_id)
    return [_statement(row) for row in tx.execute(query).mappings()]


def next_silence(tx: Connection) -> datetime | None:
    """When silence accepts the next of the statements that were sent."""
    query = select(func.min(table.c.silence_at)).where(table.c.state == StatementState.SENT.value)
    return _moment_or_none(tx.execute(query).scalar())


def any_approved(tx: Connection) -> bool:
    """Whether lines of any statement are frozen."""
    query = select(table.c.statement_id).where(table.c.state == StatementState.APPROVED.value).limit(1)
    return tx.execute(query).first() is not None


def state(tx: Connection) -> str:
    """A short text that is another one whenever the statements are."""
    return str(changes.number(tx, _COUNTER))


def last_closed(tx: Connection) -> str:
    """The latest month that was closed; empty before the first."""
    return tx.execute(select(func.max(closings.c.period))).scalar() or ""


def close(tx: Connection, period: str, closed_at: datetime, closed_by: str) -> None:
    """Note that a month was closed."""
    insert_new(tx, closings, [{"period": period, "closed_at": moment_text(closed_at), "closed_by": closed_by}])


def waiting(tx: Connection) -> dict[str, str]:
    """Partners whose statements wait, with the first month that was not closed for them (empty: his first line's)."""
    return {row.partner_id: row.period for row in tx.execute(select(postponed))}


def postpone(tx: Connection, partner_ids: Sequence[str], period: str) -> None:
    """Let the statements of these partners wait, from a month on; who waits already waits from where he did."""
    insert_new(tx, postponed, [{"partner_id": partner_id, "period": period} for partner_id in partner_ids])


def settle(tx: Connection, partner_ids: Sequence[str]) -> None:
    """These partners wait no longer."""
    for chunk in chunks(partner_ids):
        tx.execute(delete(postponed).where(postponed.c.partner_id.in_(chunk)))


def payable(tx: Connection, until: str, as_of: datetime, partner_ids: Sequence[str]) -> list[Payable]:
    """The lines of these partners, of months up to `until`, that are payable and in no statement: by partner, currency.

    The hold is over, nothing holds them, and nothing took them back. What was paid out is no claim of the partner.
    """
    c, facts = ledger.c, line_facts.c
    free = (facts.line_id.is_(None)) | (facts.status.is_(None) & (facts.statement_id == "") & (facts.hold_reason == ""))
    query = (
        select(c.line_id, c.deal_id, c.partner_id, c.period, c.amount_minor, c.currency)
        .outerjoin_from(ledger, line_facts, c.line_id == facts.line_id)
        .where(c.period <= until, c.hold_until <= moment_text(as_of), c.kind != LineKind.PAYOUT.value, free)
        .order_by(c.partner_id, c.currency, c.seq)
    )
    return [
        Payable(row.line_id, row.deal_id, row.partner_id, row.period, Money(row.amount_minor, row.currency))
        for chunk in chunks(partner_ids)
        for row in tx.execute(query.where(c.partner_id.in_(chunk)))
    ]


def partners(tx: Connection) -> list[str]:
    """Ids of the partners who have lines, in order."""
    return list(tx.execute(select(ledger.c.partner_id).distinct().order_by(ledger.c.partner_id)).scalars())


def concerned(tx: Connection, connection: str) -> set[str]:
    """Partners of whom a connection tells something: their records, their registrations, and deals of theirs.

    A deal is a partner's where it names him, is attributed to him, or has lines of his; a connection tells of the
    deals whose records, payments or activities it gave.
    """
    here = records.c.connection == connection
    refs = select(records.c.deal_ref).where(here, records.c.deal_ref.is_not(None))
    queries: list[Select[Any]] = [
        select(records.c.partner_id).where(here, records.c.partner_id.is_not(None)),
        select(deal_states.c.partner_id).where(deal_states.c.partner_id.is_not(None), deal_states.c.deal_ref.in_(refs)),
        select(ledger.c.partner_id).where(ledger.c.deal_id.in_(refs)),
    ]
    return {partner_id for query in queries for partner_id in tx.execute(query.distinct()).scalars()}


def line_ids(tx: Connection, statement_id: str) -> list[str]:
    """Ids of the lines that stand in a statement."""
    query = select(line_facts.c.line_id).where(line_facts.c.statement_id == statement_id)
    return list(tx.execute(query.order_by(line_facts.c.line_id)).scalars())


def line_counts(tx: Connection, statement_ids: Sequence[str]) -> dict[str, int]:
    """How many lines stand in each of these statements."""
    found: dict[str, int] = {}
    for chunk in chunks(statement_ids):
        of_chunk = line_facts.c.statement_id.in_(chunk)
        query = select(line_facts.c.statement_id, func.count()).where(of_chunk).group_by(line_facts.c.statement_id)
        found.update(tx.execute(query).all())
    return found


def deals(tx: Connection, statement_id: str) -> list[str]:
    """Refs of the deals whose lines stand in a statement."""
    query = (
        select(ledger.c.deal_id)
        .join_from(line_facts, ledger, ledger.c.line_id == line_facts.c.line_id)
        .where(line_facts.c.statement_id == statement_id)
    )
    return sorted(tx.execute(query.distinct()).scalars())


def _values(one: Statement) -> dict[str, Any]:
    return {
        "statement_id": one.statement_id,
        "partner_id": one.partner_id,
        "period": one.period,
        "currency": one.currency,
        "amount_minor": one.amount.minor,
        "state": one.state.value,
        "closed_at": moment_text(one.closed_at),
        "closed_by": one.closed_by,
        "sent_at": moment_text_or_none(one.sent_at),
        "silence_at": moment_text_or_none(one.silence_at),
        "accepted_at": moment_text_or_none(one.accepted_at),
        "accepted_by": one.accepted_by,
        "approved_at": moment_text_or_none(one.approved_at),
        "approved_by": one.approved_by,
        "reason": one.reason,
    }


def _statement(row: RowMapping) -> Statement:
    return Statement(
        row["statement_id"],
        row["partner_id"],
        row["period"],
        Money(row["amount_minor"], row["currency"]),
        StatementState(row["state"]),
        moment(row["closed_at"]),
        row["closed_by"],
        _moment_or_none(row["sent_at"]),
        _moment_or_none(row["silence_at"]),
        _moment_or_none(row["accepted_at"]),
        row["accepted_by"],
        _moment_or_none(row["approved_at"]),
        row["approved_by"],
        row["reason"],
    )


def _moment_or_none(text: str | None) -> datetime | None:
    return None if text is None else moment(text)
