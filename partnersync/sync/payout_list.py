"""Payouts and balances as they are shown: the table, what is overdue, and the ageing report."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection as Tx

from partnersync.domain.line import LineStatus
from partnersync.domain.note import Task
from partnersync.domain.payout import PayoutState
from partnersync.domain.say import Say
from partnersync.domain.value import Money, RecordKind
from partnersync.rules import ageing, gates
from partnersync.rules.gates import Gate, Sum
from partnersync.rules.payout_words import overdue_sentence
from partnersync.rules.program import Programme
from partnersync.store import outbox, payouts, records
from partnersync.store.payouts import Standing
from partnersync.sync.payees import load
from partnersync.sync.unpaid import Judge, Pile, judge, piles

Owner = tuple[str, str, str]  # partner_id, payee_id, currency


class PayoutRow(NamedTuple):
    """A payout; or a sum of which none is made yet, approved or not, which has no id."""

    payout_id: str
    partner_id: str
    payee_id: str
    amount: Money
    state: PayoutState
    missing: tuple[str, ...]
    pay_by: date | None


def rows(tx: Tx, programme: Programme, as_of: datetime, master: str | None) -> list[PayoutRow]:
    """Every payout in the order of making, then what waits, by partner; those that move sum to the balances."""
    asked = judge(tx, load(tx, master), programme, as_of)
    found = piles(tx)
    of_payout = {pile.payout_id: pile for pile in found if pile.payout_id}
    told: list[PayoutRow] = []
    for one in payouts.rows(tx):
        pile = of_payout.get(one.payout_id)
        missing = asked.missing(pile, one) if pile else ()
        told.append(PayoutRow(one.payout_id, one.partner_id, one.payee_id, one.amount, one.state, missing, one.pay_by))
    waiting = [_waiting(pile, asked, programme) for pile in found if not pile.payout_id]
    waiting += _unapproved(payouts.standings(tx), found, asked)
    return told + sorted(waiting, key=lambda row: (row.partner_id, row.payee_id, row.amount.currency))


def _waiting(pile: Pile, asked: Judge, programme: Programme) -> PayoutRow:
    owner = (pile.partner_id, pile.payee_id)
    missing = asked.missing(pile)
    return PayoutRow("", *owner, pile.amount, PayoutState.WAITING, missing, pile.pay_by(programme))


def _unapproved(standings: list[Standing], found: list[Pile], asked: Judge) -> Iterator[PayoutRow]:
    """What each balance holds beyond the approved lines."""
    sums: dict[Owner, int] = {}
    held: set[Owner] = set()
    disputed: set[Owner] = set()
    for one in standings:
        owner = (one.partner_id, one.payee_id, one.amount.currency)
        sums[owner] = sums.get(owner, 0) + one.amount.minor
        held |= {owner} if one.held else set()
        disputed |= {owner} if one.status is LineStatus.DISPUTED else set()
    for pile in found:
        sums[pile.partner_id, pile.payee_id, pile.currency] -= pile.amount.minor
    for owner, minor in sums.items():
        if minor:
            partner_id, payee_id, currency = owner
            amount = Money(minor, currency)
            due = Sum(amount, accepted=False, on_hold=owner in held, disputed=owner in disputed)
            missing = gates.missing(asked.payees.payee(partner_id, payee_id), due, asked.program, asked.day)
            yield PayoutRow("", partner_id, payee_id, amount, PayoutState.WAITING, missing, None)


def state(tx: Tx, programme: Programme, as_of: datetime) -> str:
    """A short text that is another one whenever the facts of partners or the program would have other rows."""
    program = programme.at(as_of) or programme.versions[0]
    seen = records.last_changed(tx, (RecordKind.PARTNER, RecordKind.DOCUMENT))
    return f"{payouts.state(tx)} {seen} {program.digest[:8]} {as_of.astimezone(programme.zone).date()}"


class Aged(NamedTuple):
    """What is approved and not paid to one payee in one currency, by how long it has been due; in minor units."""

    owner: Owner
    buckets: Mapping[str, int]


def aged(tx: Tx, programme: Programme, as_of: datetime) -> list[Aged]:
    """The ageing report, by partner; what is carried forward stands in it as not due."""
    day = as_of.astimezone(programme.zone).date()
    found: dict[Owner, dict[str, int]] = {}
    for pile in piles(tx):
        buckets = found.setdefault((pile.partner_id, pile.payee_id, pile.currency), dict.fromkeys(ageing.BUCKETS, 0))
        buckets[ageing.bucket(pile.pay_by(programme), day)] += pile.amount.minor
    return [Aged(owner, buckets) for owner, buckets in found.items()]


def tell_overdue(
    tx: Tx, programme: Programme, as_of: datetime, master: str | None, managers: Mapping[str, str], say: Say
) -> None:
    """A task for the manager of whoever was not paid in time, once for each statement; not for what is carried."""
    day = as_of.astimezone(programme.zone).date()
    late = [(pile, *oldest) for pile in piles(tx) if (oldest := pile.oldest(programme)) and oldest[0] < day]
    if not late:
        return
    places = records.partner_places(tx, sorted({pile.partner_id for pile, *_ in late}), master)
    asked = judge(tx, load(tx, master), programme, as_of)
    open_ones = {one.payout_id: one for one in payouts.rows(tx, PayoutState.MADE, PayoutState.APPROVED)}
    for pile, pay_by, statement in late:
        missing = asked.missing(pile, open_ones.get(pile.payout_id))
        place = places.get(pile.partner_id)
        if place is None or Gate.BELOW_MINIMUM in missing:
            continue
        text = overdue_sentence(pile.amount, pile.partner_id, statement.statement_id, pay_by, missing, say)
        note_id = f"payout/{statement.statement_id}/{pile.payee_id}/overdue/task"
        where = (place[0], "payout", RecordKind.PARTNER, place[1])
        outbox.put(tx, [Task(note_id, *where, text, as_of, as_of, managers.get(pile.partner_id, ""))])
