"""Caps: what is earned stands in full, and what is over the most that may be earned is a cut beside it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from partnersync.domain.earning import Earning
from partnersync.domain.line import LineKind
from partnersync.domain.trace import encode
from partnersync.domain.value import Money
from partnersync.rules.base import percent
from partnersync.rules.entry import Entry
from partnersync.rules.program import Programme

MAX_TOTAL = "max_total"


def limited(entries: Iterable[Entry], programme: Programme) -> Iterator[Entry]:
    """The entries, given in the order of time, each followed by what the caps make of it.

    What counts under a cap never exceeds it and is the whole of what was earned below it; a refund frees it again. The
    rule's own cap comes first, then the program's `max_total` of the deal's base.
    """
    totals: dict[str, _Total] = {}
    for entry in entries:
        told = [entry, *_by_rule(entry, programme, totals)]
        yield from told
        yield from _by_deal(told, programme, totals)


def _by_rule(entry: Entry, programme: Programme, totals: dict[str, "_Total"]) -> Iterator[Entry]:
    """What the rule's own cap makes of an entry."""
    rule = programme.rule(entry.of.program_version, entry.of.rule)
    if rule and rule.cap:
        total = totals.setdefault(entry.of.cap, _Total())
        total.limit = max(rule.cap.amount.minor, total.counted)
        yield from total.told(entry, total.add(entry.minor), rule.cap.per, rule.cap.amount.text())


def _by_deal(told: Iterable[Entry], programme: Programme, totals: dict[str, "_Total"]) -> Iterator[Entry]:
    """What `max_total` makes of an entry and of its rule's cuts, which may be of other deals."""
    by_deal: dict[str, list[Entry]] = {}
    for one in told:
        if one.of.base_known:
            by_deal.setdefault(f"{MAX_TOTAL}|{one.of.deal_ref}|{one.of.base.currency}", []).append(one)
    for key, same in by_deal.items():
        total = totals.setdefault(key, _Total())
        total.allowed += sum(_allowed(one, programme) for one in same)
        total.limit = floor(total.allowed)
        program = programme.named(same[0].of.program_version)
        most = percent(program.commission.max_total) if program else ""
        yield from total.told(same[0], total.add(sum(one.minor for one in same)), MAX_TOTAL, most)


def may_bind(earnings: Iterable[Earning], programme: Programme) -> bool:
    """Whether a cap could cut any of these."""
    for rule, version in {(one.rule, one.program_version) for one in earnings}:
        program = programme.named(version)
        if program and rule in program.limited_rules:
            return True
    return False


@dataclass(slots=True)
class _Total:
    """What was earned under one cap so far, and what of it counts."""

    limit: int = 0
    allowed: Fraction = Fraction(0)  # of `max_total`: the limit before it is rounded down
    earned: int = 0
    counted: int = 0
    cuts: dict[tuple[str, str], Entry] = field(default_factory=dict)  # of each event, the first cut with its sum

    def add(self, minor: int) -> int:
        """Earn more or give back; the cut, or what an earlier cut gives free."""
        before = self.counted
        self.earned += minor
        self.counted = min(self.earned, self.limit)
        return self.counted - before - minor

    def told(self, entry: Entry, cut: int, name: str, most: str) -> Iterator[Entry]:
        """A cut as the event's own; what is given free goes to the event's own cut, then to the earliest of others.

        `most` is what the cap called `name` says.
        """
        of = entry.of
        if cut < 0:
            yield self._cut(entry, entry, cut, name, most)
        elif cut > 0:
            own = (of.event_id, of.rule)
            for key in [own, *(key for key in self.cuts if key != own)]:
                if key in self.cuts and cut:
                    free = min(cut, -self.cuts[key].minor)
                    cut -= free
                    if free:
                        yield self._cut(entry, self.cuts[key], free, name, most)

    def _cut(self, entry: Entry, whose: Entry, minor: int, name: str, most: str) -> Entry:
        """A cut, or one that is given back, of what `whose` event earned.

        It is booked with the event of `entry`; what another deal gets back, where that was cut.
        """
        of, at = whose.of, entry.at if entry.at.deal_ref == whose.at.deal_ref else whose.at
        sums = (Money(sum_, of.base.currency).text() for sum_ in (self.limit, self.earned, self.counted))
        found = Entry(at, of, LineKind.CAP, minor, most, encode([("cap", name, *sums)]), name)
        before = self.cuts.get((of.event_id, of.rule))
        self.cuts[of.event_id, of.rule] = found._replace(minor=minor + (before.minor if before else 0))
        return found


def _allowed(entry: Entry, programme: Programme) -> Fraction:
    """What the event adds to the most that its deal may bring, in minor units; a refund takes off."""
    program = programme.named(entry.of.program_version)
    if entry.kind is not LineKind.ACCRUAL or program is None:
        return Fraction(0)
    base = entry.at.base.minor
    return program.commission.max_total * (base if entry.at.refund is None else -base)
