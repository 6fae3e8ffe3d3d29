"""Sums in the program's currency, at the rate of the event's day."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from partnersync.domain.document import Rate
from partnersync.domain.value import Money, half_up, minor_digits

Rates = Mapping[tuple[date, str], Rate]  # by day and currency


def convert(sum_: Money, rate: Decimal, currency: str) -> Money:
    """A sum in another currency, of which `rate` units are one of its own; rounded half up once."""
    scale = Fraction(10) ** (minor_digits(currency) - minor_digits(sum_.currency))
    return Money(half_up(sum_.minor * Fraction(rate) * scale), currency)
