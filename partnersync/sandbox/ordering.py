"""The order of a list in which most cards are not built: the card at any place is found by arithmetic.

Generated cards have ids in a row and moments that rise with the id. A card that is touched leaves that row and stands
in a sorted list of its own; a list merges both.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator

from sortedcontainers import SortedList

Key = tuple[int, int]  # moment, id
FAR = 1 << 62  # beyond any id


class Ordered:
    """Ids by (moment, id): generated ones but those touched, merged with these. `tie` -1: ids descend in a moment."""

    def __init__(self, ids: range, moment: Callable[[int], int], tie: int = 1) -> None:
        self._ids, self._moment, self._tie = ids, moment, tie
        self._holes: SortedList[int] = SortedList()
        self._own: SortedList[Key] = SortedList()

    def put(self, moment: int, card_id: int) -> None:
        """A touched card stands here now."""
        self._own.add((moment, self._tie * card_id))

    def drop(self, moment: int, card_id: int) -> None:
        """A touched card leaves its place."""
        self._own.remove((moment, self._tie * card_id))

    def hide(self, card_id: int) -> None:
        """A generated card is touched for the first time."""
        self._holes.add(card_id)

    def window(self, low: int | None, high: int | None) -> tuple[range, list[int], list[int]]:
        """Generated ids with low ≤ moment ≤ high, the touched among them, and touched cards that stand there now."""
        start = 0 if low is None else self._place((low, -FAR))
        stop = max(start, len(self._ids) if high is None else self._place((high, FAR)))
        ids = self._ids[start:stop]
        own = self._own.irange(None if low is None else (low, -FAR), None if high is None else (high, FAR))
        return ids, list(self._holes.irange(ids.start, ids.stop - 1)), [self._tie * key for _, key in own]

    def walk(self, low: int | None, high: int | None, start: int, *, descending: bool) -> Iterator[int]:
        """Ids with low ≤ moment ≤ high from place `start` of that order; reading on costs nothing in advance."""
        a0, a1, b0, b1 = self._between(low, high)
        total = max(a1 - a0, 0) + max(b1 - b0, 0)
        if start >= total:
            return
        if descending:
            place = total - start
            a, b = self._split(place, a0, a1, b0, b1)
            yield from self._down(a, a0, b, b0)
        else:
            a, b = self._split(start, a0, a1, b0, b1)
            yield from self._up(a, a1, b, b1)

    def count(self, low: int | None, high: int | None) -> int:
        """How many have low ≤ moment ≤ high."""
        a0, a1, b0, b1 = self._between(low, high)
        return max(a1 - a0, 0) + max(b1 - b0, 0)

    def _between(self, low: int | None, high: int | None) -> tuple[int, int, int, int]:
        """Where untouched generated ones and touched ones begin and end that have low ≤ moment ≤ high."""
        a0, b0 = (0, 0) if low is None else self._below((low, -FAR))
        a1, b1 = (len(self._ids) - len(self._holes), len(self._own)) if high is None else self._below((high, FAR))
        return a0, a1, b0, b1

    def _key(self, rank: int) -> Key:
        card_id = self._generated(rank)
        return (self._moment(card_id), self._tie * card_id)

    def _generated(self, rank: int) -> int:
        """The id at this place among untouched generated cards."""
        if not self._holes:
            return self._ids[rank]
        first = self._ids.start
        low, high = rank, min(rank + len(self._holes), len(self._ids) - 1)
        while low < high:
            middle = (low + high) // 2
            if middle + 1 - self._holes.bisect_right(first + middle) >= rank + 1:
                high = middle
            else:
                low = middle + 1
        return first + low

    def _below(self, key: Key) -> tuple[int, int]:
        """How many generated and how many touched ones stand below a key."""
        place = self._place(key)
        return place - self._holes.bisect_left(self._ids.start + place), self._own.bisect_left(key)

    def _place(self, key: Key) -> int:
        """How many generated ones, touched or not, stand below a key."""
        return bisect_left(self._ids, key, key=lambda card_id: (self._moment(card_id), self._tie * card_id))

    def _split(self, place: int, a0: int, a1: int, b0: int, b1: int) -> tuple[int, int]:
        """How the first `place` of the merged order are made up of both."""
        low, high = max(0, place - (a1 - a0)), min(place, b1 - b0)
        while low < high:
            middle = (low + high) // 2
            if self._own[b0 + middle] < self._key(a0 + place - middle - 1):
                low = middle + 1
            else:
                high = middle
        return a0 + place - low, b0 + low

    def _up(self, a: int, a1: int, b: int, b1: int) -> Iterator[int]:
        left = self._untouched(a, a1)
        right = iter(self._own.islice(b, b1))
        mine, touched = next(left, None), next(right, None)
        while mine is not None or touched is not None:
            if touched is None or (mine is not None and (self._moment(mine), self._tie * mine) < touched):
                assert mine is not None
                yield mine
                mine = next(left, None)
            else:
                yield self._tie * touched[1]
                touched = next(right, None)

    def _down(self, a: int, a0: int, b: int, b0: int) -> Iterator[int]:
        left = self._untouched(a, a0, step=-1)
        right = iter(self._own.islice(b0, b, reverse=True))
        mine, touched = next(left, None), next(right, None)
        while mine is not None or touched is not None:
            if touched is None or (mine is not None and (self._moment(mine), self._tie * mine) > touched):
                assert mine is not None
                yield mine
                mine = next(left, None)
            else:
                yield self._tie * touched[1]
                touched = next(right, None)

    def _untouched(self, rank: int, end: int, step: int = 1) -> Iterator[int]:
        """Generated ids from place `rank` up to, or from before it down to, place `end`, passing over the touched."""
        if rank == end:
            return
        card_id = self._generated(rank if step > 0 else rank - 1)
        for _ in range(abs(end - rank)):
            while card_id in self._holes:
                card_id += step
            yield card_id
            card_id += step
