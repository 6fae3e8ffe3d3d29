"""How long a rule earns from one client: its term runs by anniversaries from the client's first payment under it."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import accumulate

from partnersync.domain.earning import Earning
from partnersync.domain.trace import Step, encode
from partnersync.rules.base import percent
from partnersync.rules.program import Programme
from partnersync.rules.terms import CommissionRule

ENDED = "TERM_ENDED"


def within_terms(earnings: Sequence[Earning], programme: Programme) -> list[Earning]:
    """All that the deals of some clients earn, with the rates of staggered terms, and nothing after the end of a term.

    A term runs per client and rule (by its name, through all versions) in [first day, first day + months). The first
    payment is the first that earns something. What came after the end keeps a line of 0 with the reason TERM_ENDED.
    """
    first: dict[tuple[str, str], date] = {}
    for one in earnings:
        if one.refund is None and (one.base.minor or (one.fixed and one.fixed.minor)):
            key, day = (one.client_id, one.rule), _day(one, programme)
            first[key] = min(day, first.get(key, day))
    ended: set[tuple[str, str]] = set()
    found = []
    for one in sorted(earnings, key=lambda one: one.refund is not None):
        rule = programme.rule(one.program_version, one.rule)
        if one.refund is not None:
            if (one.refund.of_event_id, one.rule) not in ended:
                found.append(one)
        elif one.counts_only or rule is None or not (rule.months or rule.terms):
            found.append(one)
        else:
            start = first.get((one.client_id, one.rule))
            placed = _placed(one, rule, start, _day(one, programme)) if start else _told(one, Fraction(0), ())
            if placed.reason == ENDED:
                ended.add((one.event_id, one.rule))
            found.append(placed)
    return found


def anniversary(first: date, months: int) -> date:
    """So many months later; day 29 to 31 is the month's last where it has no such day."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))


def _placed(one: Earning, rule: CommissionRule, start: date, day: date) -> Earning:
    """An event in its place in the term that began on a day."""
    steps: list[tuple[int, Fraction | None]] = [(term.months, term.rate) for term in rule.terms]
    steps = steps or [(rule.months or 0, None)]
    ends = [anniversary(start, months) for months in accumulate(months for months, _ in steps)]
    for end, (_, rate) in zip(ends, steps, strict=True):
        if day < end:
            told: tuple[Step, ...] = (("term", start.isoformat(), ends[-1].isoformat()),)
            if rate is not None:
                told = (*told, ("step", percent(rate), end.isoformat()))
            return _told(one, one.rate if rate is None else rate, told)
    over = _told(one, Fraction(0), (("ended", start.isoformat(), ends[-1].isoformat()),))
    item = one.base_items.partition("|")[0].rpartition("=")[0]
    nothing = replace(over.base, minor=0)
    return replace(over, base=nothing, base_items=f"{item}=-:{ENDED}", fixed=None, bucket=None, reason=ENDED)


def _told(one: Earning, rate: Fraction | None, steps: tuple[Step, ...]) -> Earning:
    return replace(one, rate=rate, trace=f"{one.trace}|{encode(steps)}" if steps else one.trace)


def _day(one: Earning, programme: Programme) -> date:
    return one.event_time.astimezone(programme.zone).date()
