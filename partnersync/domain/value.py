"""Exact values that every other noun is made of."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction

# ISO 4217 currencies whose minor unit is not a hundredth.
_NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"
_MINOR_DIGITS = dict.fromkeys(_NO_DIGITS.split(), 0) | dict.fromkeys(_THREE_DIGITS.split(), 3)


class RecordKind(StrEnum):
    """Kinds of record that an adapter can give."""

    PARTNER = "partner"
    DEAL = "deal"
    PAYMENT = "payment"
    REGISTRATION = "registration"
    ACTIVITY = "activity"
    USER = "user"
    DOCUMENT = "document"
    RATE = "rate"


def minor_digits(currency: str) -> int:
    """Decimal places of a currency's minor unit (ISO 4217): RUB 2, JPY 0, KWD 3."""
    return _MINOR_DIGITS.get(currency, 2)


def half_up(exact: Fraction) -> int:
    """The nearest whole number; a half goes away from zero, so that the magnitude is rounded first, then signed."""
    return round_half_up(exact.numerator, exact.denominator)


def round_half_up(numerator: int, denominator: int) -> int:
    """`numerator / denominator` as `half_up` rounds it, in ints for speed; the denominator is positive."""
    size = (2 * abs(numerator) + denominator) // (2 * denominator)
    return size if numerator >= 0 else -size


@dataclass(frozen=True, slots=True)
class Money:
    """An exact sum. Unit: the currency's minor unit (kopeck, cent); never a float."""

    minor: int
    currency: str  # ISO 4217

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> "Money":
        """From major units; ValueError where the amount is not a whole number of minor units."""
        minor = amount.scaleb(minor_digits(currency))
        if minor != minor.to_integral_value():
            places = minor_digits(currency)
            raise ValueError(f"is not a whole number of {currency}'s smallest unit: write {places} decimals at most")
        return cls(int(minor), currency)

    @classmethod
    def parse(cls, text: str) -> "Money":
        """From "500 RUB" as the program file writes it; ValueError otherwise."""
        number, _, currency = text.strip().rpartition(" ")
        try:
            amount = Decimal(number.replace(" ", ""))
        except InvalidOperation:
            raise ValueError(f"{text!r} is not a sum like '500 RUB'") from None
        if not (len(currency) == 3 and currency.isascii() and currency.isupper()) or not amount.is_finite():
            raise ValueError(f"{text!r} is not a sum like '500 RUB'")
        return cls.of(amount, currency)

    def share(self, rate: Fraction) -> "Money":
        """Part of the sum at `rate` (1/8 is 12.5 %), rounded half up, away from zero."""
        return Money(round_half_up(self.minor * rate.numerator, rate.denominator), self.currency)

    def text(self) -> str:
        """Major units with all decimal places and no grouping: "1234.50"; the form of every file."""
        digits = minor_digits(self.currency)
        if not digits:
            return str(self.minor)
        size = str(abs(self.minor)).zfill(digits + 1)
        return f"{'-' if self.minor < 0 else ''}{size[:-digits]}.{size[-digits:]}"

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added")
        return other.minor
