"""Earnings → what is owed for them: prices, in the order of time, of all events that are priced together."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from partnersync.domain.earning import Earning, Owed, Refund
from partnersync.domain.line import LineKind, line_id
from partnersync.domain.trace import Step, encode
from partnersync.domain.value import Money
from partnersync.errors import ConfigError
from partnersync.rules.base import percent
from partnersync.rules.entry import Earned, Entry
from partnersync.rules.limits import limited, may_bind
from partnersync.rules.measures import Measure, measure_of
from partnersync.rules.program import Programme
from partnersync.rules.split import shared


def price(earnings: Iterable[Earning], programme: Programme) -> list[Owed]:
    """What each earning comes to, its true-ups and its caps: plus for events, minus for refunds.

    Buckets must be whole, and refunds come with their payments. ConfigError where the program version or the rule of a
    bucket is gone.
    """
    pricing = _Pricing(programme)
    ordered = _in_order(earnings)
    entries: Iterable[Entry] = [entry for earning in ordered for entry in pricing.add(earning)]
    if may_bind(ordered, programme):
        entries = limited(entries, programme)
    if any(earning.shares for earning in ordered):
        entries = shared(entries)
    return list(_owed(entries))


class _Pricing:
    """Prices events one by one, in the order of time."""

    def __init__(self, programme: Programme) -> None:
        self._programme = programme
        self._measures: dict[str, Measure] = {}
        self._earned: dict[tuple[str, str], Earned] = {}

    def add(self, earning: Earning) -> list[Entry]:
        """The entries that the next event makes."""
        if earning.refund is not None:
            return self._give_back(earning, earning.refund, self._earned[earning.refund.of_event_id, earning.rule])
        if earning.rate is not None:
            earned = Earned(earning, earning.base.share(earning.rate).minor, percent(earning.rate))
        elif earning.fixed is not None:
            earned = Earned(earning, earning.fixed.minor, "fixed")
        else:
            earned, entries = self._measure(earning).add(earning)
            self._earned[earning.event_id, earning.rule] = earned
            return entries
        self._earned[earning.event_id, earning.rule] = earned
        return [Entry(earning, earning, LineKind.ACCRUAL, earned.minor, earned.rate, earning.trace)]

    def _measure(self, earning: Earning) -> Measure:
        scope = earning.measure
        found = self._measures.get(scope)
        if found is None:
            rule = self._programme.rule(earning.program_version, earning.rule)
            tiers = rule.tiers if rule else None
            if tiers is None:
                raise ConfigError(
                    f'The bands of rule "{earning.rule}" of program {earning.program_version}, which lines depend on, '
                    "are gone",
                    hint="Put that version's file back as it was",
                )
            found = self._measures[scope] = measure_of(tiers, scope, earning.base.currency)
        return found

    def _give_back(self, earning: Earning, refund: Refund, of: Earned) -> list[Entry]:
        """The refunded part of what its payment earned, and of what true-ups added to that by then."""
        own, worth = of.left(of.minor), of.worth()
        of.given, of.whole = refund.after, refund.paid
        back, more = of.left(of.minor) - own, of.worth() - worth
        currency = of.earning.base.currency
        trace = f"{earning.trace}|{encode([('accrued', Money(of.minor, currency).text())])}"
        entries = [Entry(earning, of.earning, LineKind.ACCRUAL, back, of.rate, trace)]
        if more != back and of.each is not None:
            topped = of.earning.base.share(of.each) - Money(of.minor, currency)
            trace = f"{earning.trace}|{encode([('topped_up', topped.text())])}"
            entries.append(Entry(earning, of.earning, LineKind.TRUEUP, more - back, percent(of.each), trace))
        return entries


def _in_order(earnings: Iterable[Earning]) -> list[Earning]:
    """By time and id; a refund never comes before its payment, whatever its date says."""
    listed = list(earnings)
    times = {earning.event_id: earning.event_time for earning in listed if earning.refund is None}

    def order(earning: Earning) -> tuple[datetime, bool, str, str]:
        time, refund = earning.event_time, earning.refund
        if refund is not None:
            time = max(time, times[refund.of_event_id])
        return time, refund is not None, earning.event_id, earning.rule

    return sorted(listed, key=order)


def _owed(entries: Iterable[Entry]) -> Iterator[Owed]:
    """Entries of one event that are booked as one line, such as its true-ups, are summed."""
    groups: dict[tuple[str, str, str, str], list[Entry]] = {}
    for entry in entries:
        if entry.kind is LineKind.ACCRUAL:
            yield Owed(entry.at, Money(entry.minor, entry.at.base.currency), entry.rate, entry.trace)
        else:
            at = entry.at
            groups.setdefault((at.event_id, at.rule, at.payee_id, entry.reason), []).append(entry)
    for group in groups.values():
        first, currency = group[0], group[0].at.base.currency
        total = Money(sum(entry.minor for entry in group), currency)
        steps = [_topped(entry, currency) for entry in group if entry.kind is LineKind.TRUEUP and not entry.at.refund]
        trace = "|".join([first.trace, encode(steps)]) if steps else first.trace
        at = replace(first.at, base=Money(0, currency), base_items="", reason=first.reason, fx=())
        if total.minor:
            yield Owed(at, total, first.rate, trace, first.kind)


def _topped(entry: Entry, currency: str) -> Step:
    of = entry.of
    accrual = line_id(of.event_id, of.rule, of.payee_id)
    return "topped", accrual, of.event_id, Money(entry.minor, currency).text()
