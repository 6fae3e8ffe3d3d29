"""What one event earns, on its way through bands, caps and splits, before it is owed to anybody."""

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from partnersync.domain.earning import Earning
from partnersync.domain.line import LineKind
from partnersync.domain.value import round_half_up


class Entry(NamedTuple):
    """A signed amount in minor units that the family of `at` books for what `of` earned.

    `of` is the payment or win whose money it is: of an accrual `at` itself, of a refund its payment, of a true-up each
    event that is topped up. `kind` is accrual, trueup or cap; a refund's accrual is a reversal.
    """

    at: Earning
    of: Earning
    kind: LineKind
    minor: int
    rate: str
    trace: str
    reason: str = ""


@dataclass(slots=True)
class Earned:
    """A payment or win and what it came to so far."""

    earning: Earning
    minor: int  # its own accrual, before refunds
    rate: str
    each: Fraction | None = None  # what its base earns now, of a retroactive rule
    given: int = 0  # of `whole`, given back so far, in minor units that were paid
    whole: int = 1

    def left(self, minor: int) -> int:
        """What refunds have left of an amount; all parts that they take sum to the whole."""
        return minor - round_half_up(minor * self.given, self.whole)

    def worth(self) -> int:
        """What it earns at the rate of now, less what refunds took."""
        return self.left(self.minor if self.each is None else self.earning.base.share(self.each).minor)
