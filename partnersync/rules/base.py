"""The base of a commission: what is left of a sum that was paid once the tax inside it is taken out."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from partnersync.domain.trace import Step
from partnersync.domain.value import Money, round_half_up


class Base(NamedTuple):
    """The base in minor units, and the steps that lead to it."""

    minor: int
    steps: tuple[Step, ...]


def net_of_vat(paid: Money, rate: Fraction) -> Base:
    """Without the tax that the sum holds, which is rounded to the minor unit."""
    tax = vat_inside(paid.minor, rate)
    net = Money(paid.minor - tax, paid.currency)
    return Base(net.minor, (("vat", percent(rate), Money(tax, paid.currency).text()), ("base", net.text())))


def gross(paid: Money) -> Base:
    """The sum as it was paid."""
    return Base(paid.minor, (("gross",), ("base", paid.text())))


def margin(paid: Money, rate: Fraction, cost: Money) -> Base:
    """What is left of the sum without its tax, and without what was sold for it cost; never below nothing."""
    net = net_of_vat(paid, rate)
    left = Money(max(net.minor - cost.minor, 0), paid.currency)
    return Base(left.minor, (net.steps[0], ("cost", cost.text()), ("base", left.text())))


def vat_inside(minor: int, rate: Fraction) -> int:
    """The tax that a sum holds, rounded half up: 122,000.00 at 22 % holds 22,000.00."""
    numerator = rate.numerator
    return round_half_up(minor * numerator, numerator + rate.denominator)


def vat_rate(table: Mapping[date, Fraction], day: date) -> Fraction | None:
    """The rate in force on a day, by a table of first days; None before the earliest."""
    first = max((start for start in table if start <= day), default=None)
    return None if first is None else table[first]


def percent(rate: Fraction) -> str:
    """A share as people write it: "22%", "12.5%"; "1/3" where no decimal fraction is exact."""
    return _percent(rate.numerator, rate.denominator)


def decimal(number: Fraction) -> str:
    """A number as people write it: "12.5"; "1/3" where no decimal is exact."""
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return f"{exact.normalize():f}" if Fraction(exact) == number else f"{number.numerator}/{number.denominator}"


@lru_cache(maxsize=1024)
def _percent(numerator: int, denominator: int) -> str:  # a Fraction as the key would be hashed in a microsecond
    decimal = Decimal(numerator * 100) / Decimal(denominator)
    exact = Fraction(decimal) == Fraction(numerator * 100, denominator)
    return f"{decimal.normalize():f}%" if exact else f"{numerator}/{denominator}"
