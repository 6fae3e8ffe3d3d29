"""Caps: what is earned stands in full, and what is over the most that may be earned is a cut beside it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from partnersync.domain.earning import Earning, Refund
from partnersync.domain.line import LineKind
from partnersync.domain.trace import encode
from partnersync.domain.value import Money, round_half_up
from partnersync.rules.entry import Entry
from partnersync.rules.program import Program, Programme

MAX_TOTAL = "max_total"


def limited(entries: Iterable[Entry], programme: Programme) -> Iterator[Entry]:
    """The entries, given in the order of time, each followed by what the caps make of it.

    What counts under a cap never exceeds it and is the whole of what was earned below it; a refund frees it again. The
    rule's own cap comes first, then the program's `max_total` of the deal's base.
    """
    totals: dict[str, _Total] = {}
    for entry in entries:
        yield entry
        of = entry.of
        program = programme.named(of.program_version)
        if program is None:
            continue
        minor = entry.minor
        rule = program.rules_by_name.get(of.rule)
        if rule and rule.cap:
            total = totals.setdefault(of.cap, _Total())
            total.limit = max(rule.cap.amount.minor, total.counted)
            if cut := total.add(minor):
                yield _cut(entry, cut, rule.cap.per, total)
                minor += cut
        if of.base_known:
            total = totals.setdefault(f"{MAX_TOTAL}|{of.deal_ref}|{of.base.currency}", _Total())
            total.limit += _allowed(entry, program)
            if cut := total.add(minor):
                yield _cut(entry, cut, MAX_TOTAL, total)


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
    earned: int = 0
    counted: int = 0

    def add(self, minor: int) -> int:
        """Earn more or give back; the cut, or what an earlier cut gives free."""
        before = self.counted
        self.earned += minor
        self.counted = min(self.earned, self.limit)
        return self.counted - before - minor


def _allowed(entry: Entry, program: Program) -> int:
    """What the event adds to the most that its deal may bring; rounded as a line is."""
    if entry.kind is not LineKind.ACCRUAL:
        return 0
    whole = entry.of.base.share(program.commission.max_total).minor
    return whole if entry.at.refund is None else -_part(whole, entry.at.refund)


def _part(whole: int, refund: Refund) -> int:
    before, after = (round_half_up(whole * part, refund.paid) for part in (refund.before, refund.after))
    return after - before


def _cut(entry: Entry, minor: int, name: str, total: _Total) -> Entry:
    currency = entry.of.base.currency
    sums = (Money(minor, currency).text() for minor in (total.limit, total.earned, total.counted))
    return Entry(entry.at, entry.of, LineKind.CAP, minor, "", encode([("cap", name, *sums)]), name)
