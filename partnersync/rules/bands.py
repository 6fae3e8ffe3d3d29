"""Bands of a measure: which one it has reached, and how a sum lies across them."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from partnersync.domain.value import round_half_up


class Band(NamedTuple):
    """[start, end) of a measure in minor units, `end` None: open; `scaled` is its rate over the common denominator."""

    start: int
    end: int | None
    rate: Fraction
    scaled: int


class Piece(NamedTuple):
    """The part of a base that lies in one band, and what it earns, in minor units."""

    band: Band
    base: int
    amount: int


class Bands:
    """Half-open bands in rising order; the first begins at 0, the last has no end."""

    def __init__(self, edges: Iterable[tuple[int, Fraction]]) -> None:
        """From (lower bound in minor units, rate)."""
        known = tuple(edges)
        ends = [*(start for start, _ in known[1:]), None]
        self._scale = lcm(*(rate.denominator for _, rate in known))
        self.bands = tuple(
            Band(start, end, rate, int(rate * self._scale)) for (start, rate), end in zip(known, ends, strict=True)
        )

    def at(self, measure: int) -> Band:
        """The band that a measure has reached: a lower bound belongs to its band."""
        return next(band for band in reversed(self.bands) if measure >= band.start)

    def split(self, before: int, base: int) -> Sequence[Piece]:
        """The pieces of `base` that comes on top of a measure of `before`, never none.

        Their bases sum to `base`; their amounts to the exact sum, rounded once.
        """
        pieces: list[Piece] = []
        exact = amount = 0
        upto = before + base
        for band in self.bands:
            end = band.end
            if end is not None and end <= before:
                continue
            high = upto if end is None or upto <= end else end
            part = high - max(band.start, before)
            exact += part * band.scaled
            total = round_half_up(exact, self._scale)
            pieces.append(Piece(band, part, total - amount))
            amount = total
            if high == upto:
                break
        return pieces
