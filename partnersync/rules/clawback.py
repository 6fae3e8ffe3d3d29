"""Refunds of what was paid out already: a debt, taken from the payee's next payouts instead of by a reversing line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from partnersync.domain import trace
from partnersync.domain.earning import Earning, Owed
from partnersync.domain.line import Line, LineKind, line_id
from partnersync.domain.payout import Debt
from partnersync.domain.value import Money, half_up, round_half_up
from partnersync.rules.base import percent
from partnersync.rules.booking import FAMILY_KINDS, Family
from partnersync.rules.program import Programme
from partnersync.rules.program_tables import Clawback

_EARNED = frozenset({"accrued", "topped_up"})  # steps that tell what the refunded payment had earned
NOBODY: Mapping[Family, Debt] = {}


class Known(NamedTuple):
    """What is known of money that went out.

    `paid` are the days (in the program's zone) of the payouts that a payment's first line stood in, by its id; `debts`
    those that were made so far.
    """

    paid: Mapping[str, date]
    debts: Mapping[Family, Debt] = NOBODY


class Settled(NamedTuple):
    """What is to be booked as ever, and the debts in place of the rest; one that is unchanged stands here too."""

    owed: list[Owed]
    debts: list[Debt]


def refunded(earnings: Iterable[Earning]) -> set[str]:
    """Ids of the first lines of what these refunds give back: when they were paid out decides."""
    return {
        line_id(one.refund.of_event_id, one.rule, payee_id)
        for one in earnings
        if one.refund is not None
        for payee_id in (one.payee_id, *(payee_id for _, payee_id, _ in one.shares))
    }


def settle(
    owed: Sequence[Owed], booked: Mapping[Family, Sequence[Line]], known: Known, programme: Programme
) -> Settled:
    """Take out of `owed` the refunds that come after their payout; what is booked of one already goes on being booked.

    A refund of the payout's day or later is a debt, and one more than `within_days` after it is lost; everything that
    it takes back from one payee under one rule goes one way. A debt is made once: later only its sum may move. Where
    more was taken by clawbacks than is owed by now, the difference is owed to the payee.
    """
    if not known.paid and not known.debts:
        return Settled(list(owed), [])
    by_family: dict[Family, list[Owed]] = {}
    for one in owed:
        by_family.setdefault((one.earning.event_id, one.earning.rule, one.earning.payee_id), []).append(one)
    book: list[Owed] = []
    debts: list[Debt] = []
    for family, dues in by_family.items():
        before = booked.get(family, ())
        debt = _debt(dues, known.debts.get(family), before, known.paid, programme)
        if debt is None:
            book += dues
            continue
        debts.append(debt)
        back = debt.taken - debt.owed.minor
        if back > 0 or any(line.kind in FAMILY_KINDS for line in before):
            book.append(_given_back(dues[0], max(back, 0)))
    return Settled(book, debts)


def _debt(
    dues: Sequence[Owed], known: Debt | None, before: Sequence[Line], paid: Mapping[str, date], programme: Programme
) -> Debt | None:
    """The debt that a family stands for; None where it is booked like any other."""
    earning, total = dues[0].earning, sum(one.amount.minor for one in dues)
    told = "|".join(map(_told, dues))
    if known is not None:
        return replace(known, owed=Money(max(-total, 0), known.owed.currency), trace=told)
    if earning.refund is None or total >= 0 or any(line.kind in FAMILY_KINDS for line in before):
        return None
    first = line_id(earning.refund.of_event_id, earning.rule, earning.payee_id)
    paid_on = paid.get(first)
    day = earning.event_time.astimezone(programme.zone).date()
    if paid_on is None or day < paid_on:
        return None
    return Debt(
        earning.event_id,
        earning.rule,
        earning.payee_id,
        earning.partner_id,
        earning.deal_ref,
        earning.client_id,
        earning.event_time,
        earning.program_version,
        Money(-total, dues[0].amount.currency),
        first,
        paid_on,
        lost=(day - paid_on).days > _within(earning, programme),
        trace=told,
    )


def _told(due: Owed) -> str:
    """How what a refund takes back comes about: of what its payment earned, the part that it gives back."""
    refund = due.earning.refund
    if refund is None or not due.trace or trace.decode(due.trace)[-1][0] not in _EARNED:
        return due.trace
    share = percent(Fraction(refund.after - refund.before, refund.paid))
    return f"{due.trace}|{trace.encode([('part_of_it', share, (-due.amount).text())])}"


def _within(earning: Earning, programme: Programme) -> int:
    program = programme.named(earning.program_version) or programme.versions[0]
    return program.commission.clawback.within_days


def _given_back(one: Owed, minor: int) -> Owed:
    """What the payee gets because clawbacks took more than the refund takes back by now."""
    nothing = Money(0, one.earning.base.currency)
    earning = replace(one.earning, base=nothing, base_items="")
    return Owed(earning, Money(minor, one.amount.currency), one.rate, one.trace, LineKind.ACCRUAL)


def taken(debts: Iterable[Debt], payout: int, already: int, terms: Clawback) -> list[tuple[Debt, int]]:
    """What a payout of so much gives to each debt, the oldest first; magnitudes in minor units, never nothing.

    Part k of a debt takes what is left of it ÷ the parts that are left, rounded half up, and the last part the rest;
    all debts together, with what clawbacks take of it `already`, at most the terms' share of the payout, of which
    something is left in any case. After the last part nothing is taken any more.
    """
    room = min(half_up(payout * terms.max_share_of_payout), payout - 1) - already
    found: list[tuple[Debt, int]] = []
    for debt in sorted(debts, key=lambda one: (one.event_time, one.event_id, one.rule)):
        parts = terms.parts - debt.parts
        if parts <= 0 or not debt.left or room <= 0:
            continue
        part = min(room, max(round_half_up(debt.left, parts), 1))
        room -= part
        found.append((debt, part))
    return found
