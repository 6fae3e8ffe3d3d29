"""What the bands of a rule count in one period, as it grows event by event, and what each event earns by it.

A measure is for one partner, rule and period: his base, or his won deals or clients. Refunds do not lower it.
"""

from collections.abc import Iterable

from partnersync.domain.earning import Earning
from partnersync.domain.line import LineKind
from partnersync.domain.trace import Step, encode
from partnersync.domain.value import Money
from partnersync.rules.bands import Band, Bands
from partnersync.rules.base import percent
from partnersync.rules.entry import Earned, Entry
from partnersync.rules.terms import Tiers


class Measure:
    """Prices the events of one period; `add` wants the order of time."""

    def __init__(self, tiers: Tiers, scope: str, currency: str) -> None:
        self._bands = Bands(tiers.edges())
        self._period = scope.rpartition("|")[2]
        self._currency = currency
        self._sum = 0  # in minor units

    def add(self, earning: Earning) -> tuple[Earned, list[Entry]]:
        """What the next event is worth, and the entries that it makes."""
        raise NotImplementedError

    def _text(self, minor: int) -> str:
        return Money(minor, self._currency).text()


class Marginal(Measure):
    """Each part of the base earns the rate of its own band."""

    def __init__(self, tiers: Tiers, scope: str, currency: str) -> None:
        super().__init__(tiers, scope, currency)
        self._words = {band.start: self._band_words(band) for band in self._bands.bands}

    def add(self, earning: Earning) -> tuple[Earned, list[Entry]]:
        """The event's pieces; the line is rounded once."""
        steps: list[Step] = [("measure", self._text(self._sum), self._period)]
        rates = []
        total = 0
        for band, base, amount in self._bands.split(self._sum, earning.base.minor):
            words = self._words[band.start]
            steps.append((*words, self._text(base), self._text(amount)))
            rates.append(words[-1])
            total += amount
        self._sum += earning.base.minor
        earned = Earned(earning, total, "+".join(rates))
        trace = f"{earning.trace}|{encode(steps)}"
        return earned, [Entry(earning, earning, LineKind.ACCRUAL, total, earned.rate, trace)]

    def _band_words(self, band: Band) -> Step:
        end = "" if band.end is None else self._text(band.end)
        return "band", self._text(band.start), end, percent(band.rate)


class Retroactive(Measure):
    """All of the base earns the rate of the highest band reached: what earned another one before is topped up."""

    def __init__(self, tiers: Tiers, scope: str, currency: str) -> None:
        super().__init__(tiers, scope, currency)
        self._band = self._bands.at(0)
        self._before: list[Earned] = []

    def add(self, earning: Earning) -> tuple[Earned, list[Entry]]:
        """The event at the rate that it reaches, and where that is another one a true-up of each event before it."""
        before = self._text(self._sum)
        self._sum += earning.base.minor
        self._band, last = self._bands.at(self._sum), self._band
        each = self._band.rate
        earned = Earned(earning, earning.base.share(each).minor, percent(each))
        reached = ("reached", self._text(self._sum), earned.rate)
        trace = f"{earning.trace}|{encode((('measure', before, self._period), reached))}"
        entries = [Entry(earning, earning, LineKind.ACCRUAL, earned.minor, earned.rate, trace)]
        if self._band is not last:
            entries += self._top_up(earning)
        self._before.append(earned)
        return earned, entries

    def _top_up(self, crossing: Earning) -> list[Entry]:
        rate = percent(self._band.rate)
        crossed = ("crossed", self._text(self._sum), self._period, rate)
        return _topped_up(self._before, crossing, self._band, crossed)


class Counting(Measure):
    """Won deals or paying clients of the period, each once, in the order in which they are first seen.

    Marginal: an event earns by the place of its deal or client, of a deal that is not won by the next place.
    Retroactive: by how many there are.
    """

    def __init__(self, tiers: Tiers, scope: str, currency: str) -> None:
        super().__init__(tiers, scope, currency)
        self._of_clients = tiers.measure == "active_clients"
        self._retroactive = tiers.mode == "retroactive"
        self._places: dict[str, int] = {}
        self._band = self._bands.at(0)
        self._before: list[Earned] = []

    def add(self, earning: Earning) -> tuple[Earned, list[Entry]]:
        """Count the event if it is a win or a payment of a client, then price it, unless it only counts."""
        unit = earning.client_id if self._of_clients else earning.deal_ref
        if earning.base.minor if self._of_clients else earning.event_id == earning.deal_ref:
            self._places.setdefault(unit, len(self._places))
        last = self._band
        number = len(self._places)
        if self._retroactive:
            band = self._band = self._bands.at(number)
        else:
            band = self._bands.at(self._places.get(unit, number))
            number = self._places.get(unit, number) + 1
        rate = percent(band.rate)
        earned = Earned(earning, earning.base.share(band.rate).minor, rate)
        entries = []
        if not earning.counts_only:
            trace = f"{earning.trace}|{encode([('number', str(number), self._period, rate)])}"
            entries = [Entry(earning, earning, LineKind.ACCRUAL, earned.minor, rate, trace)]
        if self._band is not last:
            crossed = ("crossed_at", str(number), self._period, rate)
            entries += _topped_up(self._before, earning, self._band, crossed)
        if not earning.counts_only:
            self._before.append(earned)
        return earned, entries


def measure_of(tiers: Tiers, scope: str, currency: str) -> Measure:
    """The empty measure of a period that these bands ask for."""
    if not tiers.measure.startswith("base_"):
        return Counting(tiers, scope, currency)
    return (Retroactive if tiers.mode == "retroactive" else Marginal)(tiers, scope, currency)


def _topped_up(before: Iterable[Earned], crossing: Earning, band: Band, crossed: Step) -> list[Entry]:
    """What each event before a crossing earns more by the band that it brings."""
    entries = []
    rate, trace = percent(band.rate), encode([crossed])
    for one in before:
        was = one.worth()
        one.each = band.rate
        if more := one.worth() - was:
            entries.append(Entry(crossing, one.earning, LineKind.TRUEUP, more, rate, trace))
    return entries
