"""All cards of a kind: generated ones, of which none is built before it is asked for, and those that were touched.

Generated cards have ids in a row and moments that rise with the id, so the card at any place of a sorted list is found
by arithmetic. A card that is touched leaves that row and stands in sorted lists of its own; a list merges both.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import Protocol

from sortedcontainers import SortedDict, SortedList

from partnersync_amocrm_sandbox.cards import Card, Kind

Key = tuple[int, int]  # moment, id
FAR = 1 << 62  # beyond any id


class Seed(Protocol):
    """How cards are generated. `created_at` and `updated_at` rise strictly with the id."""

    @property
    def ids(self) -> range: ...

    def card(self, card_id: int) -> Card: ...

    def created_at(self, card_id: int) -> int: ...

    def updated_at(self, card_id: int) -> int: ...


class Empty:
    """Generates nothing; ids begin at `first`."""

    def __init__(self, first: int) -> None:
        self.ids = range(first, first)

    def card(self, card_id: int) -> Card:
        raise KeyError(card_id)

    def created_at(self, card_id: int) -> int:
        raise KeyError(card_id)

    def updated_at(self, card_id: int) -> int:
        raise KeyError(card_id)


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
        a0, b0 = (0, 0) if low is None else self._below((low, -FAR))
        a1, b1 = (len(self._ids) - len(self._holes), len(self._own)) if high is None else self._below((high, FAR))
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


class Population:
    """Cards by id, and in the orders of the lists."""

    def __init__(self, kind: Kind, seed: Seed, tie: int = 1) -> None:
        self.kind = kind
        self._seed = seed
        self._own: dict[int, Card] = {}
        self.trash: SortedDict[int, Card] = SortedDict()
        self._next = seed.ids.stop
        self._places: dict[int, dict[str, int]] = {}  # as indexed: moments by order
        self._tie = tie
        self._moments: dict[str, Callable[[int], int]] = {
            "id": lambda card_id: card_id,
            "created_at": seed.created_at,
            "updated_at": seed.updated_at,
        }
        self.orders = {name: Ordered(seed.ids, moment, tie) for name, moment in self._moments.items()}

    def __len__(self) -> int:
        generated_trash = sum(card_id in self._seed.ids for card_id in self.trash)
        created = sum(card_id not in self._seed.ids for card_id in self._own)
        return len(self._seed.ids) - generated_trash + created

    def all(self) -> Iterator[Card]:
        """Every living card; generated ones are built on the way."""
        return (card for card in map(self.get, self.orders["id"].walk(None, None, 0, descending=False)) if card)

    def between(self, name: str, low: int | None, high: int | None) -> Ordered:
        """The cards with low ≤ updated_at ≤ high in another order."""
        ids, holes, own = self.orders["updated_at"].window(low, high)
        order = Ordered(ids, self._moments[name], self._tie)
        for card_id in holes:
            order.hide(card_id)
        for card_id in own:
            order.put(self._places[card_id][name], card_id)
        return order

    def new_id(self) -> int:
        """The next free id."""
        self._next += 1
        return self._next - 1

    def get(self, card_id: int) -> Card | None:
        """A living card, to be read only."""
        if card_id in self._own:
            return self._own[card_id]
        return self._seed.card(card_id) if card_id in self._seed.ids and card_id not in self.trash else None

    def touch(self, card_id: int) -> Card | None:
        """A living card, to be changed; tell `moved` when it is done."""
        card = self.get(card_id)
        if card is not None and card_id not in self._own:
            self._own[card_id] = card
            for order in self.orders.values():
                order.hide(card_id)
            self._put(card)
        return card

    def add(self, card: Card) -> None:
        """A card that was created, or comes back from the trash."""
        self._own[card.id] = card
        self._next = max(self._next, card.id + 1)
        self._put(card)

    def moved(self, card: Card) -> None:
        """A touched card may have other moments now."""
        if self._places[card.id] != _places(card):
            self._drop(card.id)
            self._put(card)

    def bin(self, card_id: int) -> Card | None:
        """Take a card out of the lists into the trash."""
        card = self.touch(card_id)
        if card is not None:
            self._drop(card_id)
            del self._own[card_id]
            self.trash[card_id] = card
        return card

    def _put(self, card: Card) -> None:
        self._places[card.id] = _places(card)
        for name, moment in self._places[card.id].items():
            self.orders[name].put(moment, card.id)

    def _drop(self, card_id: int) -> None:
        for name, moment in self._places.pop(card_id).items():
            self.orders[name].drop(moment, card_id)


def _places(card: Card) -> dict[str, int]:
    return {"id": card.id, "created_at": card.created_at, "updated_at": card.updated_at}
