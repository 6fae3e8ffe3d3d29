"""What stands in an approved statement stays: of the lines that are due next, which are booked, and which are not.

A difference against the partner is booked only as far as it takes back what stands in no approved statement; the rest
is *kept*, and told. While something of an event is kept, nothing of the same money is booked a second time: to the same
partner only what exceeds it, to others nothing until a person has decided whom the deal belongs to.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from partnersync.domain import trace
from partnersync.domain.kept import Kept
from partnersync.domain.line import Line, LineKind
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
    lines = [*at_rest, *_without_kept(others, [*kept.values(), *known], decided)]
    return Settled(_numbered(lines, new, booked), _summed(kept.values()))


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


def _without_kept(groups: Iterable[Sequence[Line]], kept: Iterable[Kept], decided: Container[str]) -> Iterator[Line]:
    """Without what would be the second payment of money that is kept: of each place's lines as a whole."""
    by_event: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)  # what is left to take off, by whom it is kept
    for one in kept:
        key = (one.partner_id, one.amount.currency)
        by_event[one.event_id][key] = by_event[one.event_id].get(key, 0) - one.amount.minor
    for group in groups:
        line, more = group[0], _sum(group)
        held, key = by_event.get(line.event_id), (line.partner_id, line.amount.currency)
        if not held or more <= 0:
            yield from group
        elif key in held:
            off = min(held[key], more)
            held[key] -= off
            if off < more:
                yield from _less(group, off)
        elif line.deal_ref in decided and all(partner_id != line.partner_id for partner_id, _ in held):
            yield from group


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
    """One for each family and currency: it may keep something at several places."""
    found: dict[tuple[str, ...], Kept] = {}
    for one in kept:
        key = (one.event_id, one.rule, one.payee_id, one.amount.currency)
        before = found.get(key)
        found[key] = replace(one, amount=before.amount + one.amount) if before else one
    return list(found.values())


def _place(line: Line) -> _Place:
    family = (line.event_id, line.rule, line.payee_id)
    return family, line.partner_id, line.deal_ref, line.period, line.amount.currency


def _sum(lines: Iterable[Line]) -> int:
    return sum(line.amount.minor for line in lines)
