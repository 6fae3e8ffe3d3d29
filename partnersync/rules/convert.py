"""Sums in the program's currency, at the rate of the event's day."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from partnersync.domain.document import Rate
from partnersync.domain.value import Money, half_up, minor_digits

CARRIED_ON_DAYS = 14  # central banks publish no rate on days off: for twelve days around New Year 2026

Rates = Mapping[tuple[date, str], Rate]  # by day and currency


def rate_of(rates: Rates, day: date, currency: str) -> Rate | None:
    """The most recent rate of a currency that is not after a day, and not too much older; None without one."""
    if not rates:
        return None
    days = (day - timedelta(days=back) for back in range(CARRIED_ON_DAYS + 1))
    return next((rates[at, currency] for at in days if (at, currency) in rates), None)


def convert(sum_: Money, rate: Decimal, currency: str) -> Money:
    """A sum in another currency, of which `rate` units are one of its own; rounded half up once."""
    scale = Fraction(10) ** (minor_digits(currency) - minor_digits(sum_.currency))
    return Money(half_up(sum_.minor * Fraction(rate) * scale), currency)
