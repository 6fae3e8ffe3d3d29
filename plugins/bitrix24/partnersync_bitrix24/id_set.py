"""Ids of all cards of a list, small enough to be kept between runs: a million take some kilobytes. Pure."""

import base64
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

BLOCK = 4_096
"""Ids that are counted together."""


@dataclass(slots=True)
class IdSet:
    """A set of positive ids, as one number of bits for each block."""

    bits: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, ids: Iterable[int]) -> "IdSet":
        """These."""
        made = cls()
        for one in ids:
            made.add(one)
        return made

    def add(self, one: int) -> None:
        """Put one in."""
        self.bits[one // BLOCK] = self.bits.get(one // BLOCK, 0) | 1 << one % BLOCK

    def discard(self, one: int) -> None:
        """Take one out, if it is in."""
        self.bits[one // BLOCK] = self.bits.get(one // BLOCK, 0) & ~(1 << one % BLOCK)

    def put(self, block: int, other: "IdSet") -> None:
        """Make a block hold what it holds in another set."""
        self.bits[block] = other.bits.get(block, 0)

    def count(self, blocks: range | None = None) -> int:
        """How many there are, in some blocks or in all."""
        some = self.bits.values() if blocks is None else (self.bits.get(block, 0) for block in blocks)
        return sum(one.bit_count() for one in some)

    def blocks(self) -> range:
        """From the first to the last that may hold something."""
        return range(max(self.bits, default=-1) + 1)

    def missing_in(self, other: "IdSet", block: int) -> Iterator[int]:
        """Ids of a block that another set has not."""
        left = self.bits.get(block, 0) & ~other.bits.get(block, 0)
        while left:
            lowest = left & -left
            yield block * BLOCK + lowest.bit_length() - 1
            left ^= lowest

    def dump(self) -> str:
        """As text to keep."""
        told = {block: bits for block, bits in sorted(self.bits.items()) if bits}
        raw = b"".join(bits.to_bytes(BLOCK // 8, "little") for bits in told.values())
        return json.dumps({"blocks": list(told), "bits": base64.b85encode(zlib.compress(raw, 9)).decode()})

    @classmethod
    def load(cls, text: str) -> "IdSet":
        """From what `dump` gave."""
        told = json.loads(text)
        raw, size = zlib.decompress(base64.b85decode(told["bits"])), BLOCK // 8
        parts = (raw[place : place + size] for place in range(0, len(raw), size))
        return cls({block: int.from_bytes(part, "little") for block, part in zip(told["blocks"], parts, strict=True)})
