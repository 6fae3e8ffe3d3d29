"""What each line still misses on its way to the partner's account."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection as Tx

from partnersync.domain.line import Line, LineFacts, LineKind, LineStatus, line_status
from partnersync.domain.payout import PayoutState
from partnersync.domain.statement import Statement
from partnersync.domain.value import Money
from partnersync.rules import gates, statements
from partnersync.rules.gates import Gate, Sum
from partnersync.rules.program import Programme
from partnersync.rules.statements import NOT_APPROVED
from partnersync.store import payouts
from partnersync.store import statements as kept
from partnersync.sync.payees import load
from partnersync.sync.unpaid import Judge, judge, piles

StatedLine = tuple[Line, LineFacts]
_DONE = frozenset({LineStatus.PAID, LineStatus.REVERSED})
_ORDER: dict[str, int] = {code: rank for rank, code in enumerate((*list(Gate)[:8], NOT_APPROVED, *list(Gate)[8:]))}


class _Group(NamedTuple):
    """Lines that stand alike miss the same."""

    partner_id: str
    payee_id: str
    currency: str
    status: LineStatus
    statement_id: str
    payout_id: str


def of_lines(
    tx: Tx, lines: Iterable[StatedLine], programme: Programme, as_of: datetime, master: str | None
) -> dict[str, tuple[str, ...]]:
    """The codes of what is still missing, in the policy's order, by line; of a line that is done nothing is."""
    groups = {line.line_id: _group(line, facts, as_of) for line, facts in lines}
    asked = judge(tx, load(tx, master), programme, as_of)
    found: dict[_Group, tuple[str, ...]] = {}
    for partner_id in sorted({group.partner_id for group in groups.values()}):
        own = {group for group in groups.values() if group.partner_id == partner_id}
        found |= _of_partner(tx, partner_id, own, asked)
    return {line_id: found[group] for line_id, group in groups.items()}


def _group(line: Line, facts: LineFacts, as_of: datetime) -> _Group:
    status = LineStatus.PAID if line.kind is LineKind.PAYOUT else line_status(line.hold_until, facts, as_of)
    owner = (line.partner_id, line.payee_id, line.amount.currency)
    return _Group(*owner, status, facts.statement_id, facts.payout_id)


def _of_partner(tx: Tx, partner_id: str, groups: set[_Group], asked: Judge) -> dict[_Group, tuple[str, ...]]:
    stated = kept.by_ids(tx, sorted({group.statement_id for group in groups if group.statement_id}))
    waiting = {(pile.payee_id, pile.currency, pile.payout_id): pile for pile in piles(tx, [partner_id])}
    open_ones = {one.payout_id: one for one in payouts.rows(tx, PayoutState.MADE, PayoutState.APPROVED)}
    sums: dict[tuple[str, str], int] = {}
    for one in payouts.standings(tx, partner_id=partner_id):
        key = (one.payee_id, one.amount.currency)
        sums[key] = sums.get(key, 0) + one.amount.minor
    found: dict[_Group, tuple[str, ...]] = {}
    for group in groups:
        pile = waiting.get((group.payee_id, group.currency, group.payout_id))
        if group.status in _DONE:
            found[group] = ()
        elif group.status in (LineStatus.APPROVED, LineStatus.IN_PAYOUT) and pile:
            found[group] = asked.missing(pile, open_ones.get(group.payout_id))
        else:
            balance = Money(sums.get((group.payee_id, group.currency), 0), group.currency)
            found[group] = _unapproved(group, stated.get(group.statement_id), balance, asked)
    return found


def _unapproved(group: _Group, statement: Statement | None, balance: Money, asked: Judge) -> tuple[str, ...]:
    """Of a line that no approved statement holds: what its statement misses, and the gates of the whole balance."""
    due = Sum(
        balance,
        frozenset({statement.period}) if statement else frozenset(),
        accepted=statement is not None,
        on_hold=group.status is LineStatus.ON_HOLD,
        disputed=group.status is LineStatus.DISPUTED,
    )
    payee = asked.payees.payee(group.partner_id, group.payee_id)
    codes: set[str] = set(gates.missing(payee, due, asked.program, asked.day))
    codes |= set(statements.missing(statement.state)) if statement else {NOT_APPROVED}
    return tuple(sorted(codes, key=_ORDER.__getitem__))
