"""What stands in an approved statement stays: of the lines that are due next, which are booked, and which are not.

A difference against the partner is booked only as far as it takes back what stands in no approved statement; the rest
is *kept*, and told. While something of an event is kept, nothing of the same money is booked a second time: to the same
partner only what exceeds it (what is left out is kept as well, in his favour), to others nothing until a person has
decided whom the deal belongs to. Refunds of a payment are the same money as the payment.
"""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import chain
from typing import NamedTuple

from partnersync.domain import trace
from partnersync.domain.kept import Kept
from partnersync.domain.line import Line, LineKind, line_id
from partnersync.domain.value import Money
from partnersync.rules.booking import FAMILY_KINDS, Family, ledger_order

_Place = tuple[Family, str, str, str, str]  # family, partner, deal, period, currency


class Settled(NamedTuple):
    """The lines to book, in the ledger's order, and what is kept in place of the others."""

    lines: list[Line]
    kept: list[Kept]


def settle(
    new: Sequence[Line],
    booked: Mapping[Family, Sequence[Line]],
    frozen: Container[str],
    known: Iterable[Kept] = (),
    decided: Container[str] = (),
) -> Settled:
    """Leave out of `new`, what owed minus booked gives, whatever goes against lines that are frozen.

    `booked`: the families of their events, as they stand. `frozen`: ids of lines that stay. `known`: what families that
    were not looked at keep of the same events. `decided`: deals whose partner a person decided.
    """
    groups: dict[_Place, list[Line]] = defaultdict(list)
    for line in new:
        groups[_place(line)].append(line)
    at_rest: list[Line] = []  # at places that end at what is frozen there
    others: list[Sequence[Line]] = []
    kept: dict[_Place, Kept] = {}
    for place, group in groups.items():
        before = [line for line in booked.get(place[0], ()) if _place(line) == place and line.kind in FAMILY_KINDS]
        fixed = [line for line in before if line.line_id in frozen]
        cut, less = _clipped(group, _sum(before), _sum(fixed)) if fixed else (group, 0)
        if less:
            kept[place] = Kept(*place[0], place[1], place[2], Money(less, place[4]))
            at_rest += cut
        else:
            others.append(cut)
    of_payment = _payments({one.event_id for one in (*kept.values(), *known)}, new, booked)
    left = _without_kept(others, [*kept.values(), *known], decided, of_payment)
    return Settled(_numbered([*at_rest, *left.lines], new, booked), _summed([*kept.values(), *left.kept]))


def differences(rows: Iterable[Kept], adjusted: Mapping[tuple[str, str, str], int]) -> list[Kept]:
    """What partners have more than they are owed: what they keep of events less what of these is kept in their favour,
    and less what people took back: `adjusted`, in minor units by deal, partner and currency.
    """
    kept = [one for one in rows if one.amount.minor < 0]
    favour: dict[tuple[str, str, str], int] = defaultdict(int)
    for one in rows:
        favour[one.event_id, one.partner_id, one.amount.currency] += max(one.amount.minor, 0)
    net = _covered(kept, favour, lambda one: (one.event_id, one.partner_id, one.amount.currency))
    return _covered(net, dict(adjusted), lambda one: (one.deal_ref, one.partner_id, one.amount.currency))


def _covered(
    kept: Iterable[Kept], by: dict[tuple[str, str, str], int], key: Callable[[Kept], tuple[str, str, str]]
) -> list[Kept]:
    """What is left of what is kept, once it was taken off from the sums `by` a key as far as they reach."""
    found: list[Kept] = []
    for one in kept:
        off = min(by.get(key(one), 0), -one.amount.minor)
        if off > 0:
            by[key(one)] -= off
            one = replace(one, amount=Money(one.amount.minor + off, one.amount.currency))
        if one.amount.minor:
            found.append(one)
    return found


def _payments(events: set[str], new: Iterable[Line], booked: Mapping[Family, Sequence[Line]]) -> dict[str, str]:
    """Those of the events that refunds give back, by the refund: its lines name the first line of what they take."""
    if not events:
        return {}
    refunds = [line for line in (*new, *chain.from_iterable(booked.values())) if line.reverses]
    named = {
        line_id(event_id, rule, payee_id): event_id
        for rule, payee_id in {(line.rule, line.payee_id) for line in refunds}
        for event_id in events
    }
    return {line.event_id: named[line.reverses] for line in refunds if line.reverses in named}


def _clipped(group: Sequence[Line], booked: int, fixed: int) -> tuple[list[Line], int]:
    """The lines of one place that leave it what is frozen there, and what it would have less without that."""
    owed = booked + _sum(group)
    left = max(owed, min(fixed, booked))
    budget = left - booked - sum(max(line.amount.minor, 0) for line in group)  # what may be taken back
    lines: list[Line] = []
    for line in group:
        taken = max(line.amount.minor, budget)
        budget -= min(taken, 0)
        if taken or not line.amount.minor:
            lines.append(_cut(line, taken))
    return lines, owed - left


def _without_kept(
    groups: Sequence[Sequence[Line]], kept: Iterable[Kept], decided: Container[str], of_payment: Mapping[str, str]
) -> Settled:
    """Without what would be the second payment of money that is kept: of each place's lines as a whole."""
    by_event: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)  # what is left to take off, by whom it is kept
    for one in kept:
        who, event_id = (one.partner_id, one.amount.currency), of_payment.get(one.event_id, one.event_id)
        by_event[event_id][who] = by_event[event_id].get(who, 0) - one.amount.minor
    earned: dict[tuple[str, tuple[str, str]], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for group in groups:
        place, more = (of_payment.get(group[0].event_id, group[0].event_id), _whose(group)), _sum(group)
        earned[place] = earned[place][0] + max(more, 0), earned[place][1] + more
    found = Settled([], [])
    for group in groups:
        line, more, who = group[0], _sum(group), _whose(group)
        event_id = of_payment.get(line.event_id, line.event_id)
        held = by_event.get(event_id)
        if held and who in held:
            off = max(min(held[who], more), 0)
            if not off:
                found.lines.extend(group)
                continue
            held[who] -= off
            family = (event_id, line.rule, line.payee_id)
            found.kept.append(Kept(*family, line.partner_id, line.deal_ref, Money(off, who[1])))
            if off < more:
                found.lines.extend(_less(group, off))
        elif held and not _may_be_paid_beside(held, line, decided):
            gains, total = earned[event_id, who]
            found.lines.extend(group if not gains or total < 0 else ())
        else:
            found.lines.extend(group)
    return found


def _may_be_paid_beside(held: Iterable[tuple[str, str]], line: Line, decided: Container[str]) -> bool:
    """Whether a person decided that another one's deal is his of whom nothing is kept."""
    return line.deal_ref in decided and all(partner_id != line.partner_id for partner_id, _ in held)


def _whose(group: Sequence[Line]) -> tuple[str, str]:
    return group[0].partner_id, group[0].amount.currency


def _less(group: Iterable[Line], off: int) -> Iterator[Line]:
    """The lines of a place with so much taken off those that are in the partner's favour."""
    for line in group:
        taken = min(off, max(line.amount.minor, 0))
        off -= taken
        if not taken:
            yield line
        elif taken < line.amount.minor:
            step = ("kept", Money(taken, line.amount.currency).text())
            told = f"{line.trace}|{trace.encode([step])}" if line.trace else trace.encode([step])
            yield replace(_cut(line, line.amount.minor - taken), trace=told)


def _cut(line: Line, minor: int) -> Line:
    """The line over a part of its amount, and as much of its base."""
    if minor == line.amount.minor:
        return line
    part = Fraction(minor, line.amount.minor)
    return replace(line, amount=Money(minor, line.amount.currency), base=line.base.share(part))


def _numbered(lines: Iterable[Line], new: Sequence[Line], booked: Mapping[Family, Sequence[Line]]) -> list[Line]:
    """In the ledger's order, with parts that follow those that are booked: some in between may have been left out."""
    ordered = sorted(lines, key=ledger_order)
    if len(ordered) == len(new):
        return ordered
    last: dict[tuple[Family, LineKind], int] = {}
    numbered: list[Line] = []
    for line in ordered:
        family = (line.event_id, line.rule, line.payee_id)
        key = (family, line.kind)
        if key not in last:
            last[key] = max((one.part for one in booked.get(family, ()) if one.kind is line.kind), default=0)
        last[key] += 1
        numbered.append(replace(line, part=last[key]))
    return numbered


def _summed(kept: Iterable[Kept]) -> list[Kept]:
    """One for each family, deal and currency: it may keep something in several months."""
    found: dict[tuple[str, ...], Kept] = {}
    for one in kept:
        key = (one.event_id, one.rule, one.payee_id, one.deal_ref, one.amount.currency)
        before = found.get(key)
        found[key] = replace(one, amount=before.amount + one.amount) if before else one
    return [one for one in found.values() if one.amount.minor]


def _place(line: Line) -> _Place:
    family = (line.event_id, line.rule, line.payee_id)
    return family, line.partner_id, line.deal_ref, line.period, line.amount.currency


def _sum(lines: Iterable[Line]) -> int:
    return sum(line.amount.minor for line in lines)
