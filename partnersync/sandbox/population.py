"""All cards of a kind: generated ones, of which none is built before it is asked for, and those that were touched."""

from collections.abc import Callable, Iterator
from typing import Generic, Never, Protocol, TypeVar

from sortedcontainers import SortedDict

from partnersync.sandbox.ordering import Ordered


class Card(Protocol):
    """What a population holds; moments are unix seconds."""

    @property
    def id(self) -> int: ...

    @property
    def created_at(self) -> int: ...

    @property
    def updated_at(self) -> int: ...


CardT = TypeVar("CardT", bound=Card)
MadeT = TypeVar("MadeT", bound=Card, covariant=True)


class Seed(Protocol[MadeT]):
    """How cards are generated. `created_at` and `updated_at` rise strictly with the id."""

    @property
    def ids(self) -> range: ...

    def card(self, card_id: int) -> MadeT: ...

    def created_at(self, card_id: int) -> int: ...

    def updated_at(self, card_id: int) -> int: ...


class Empty:
    """Generates nothing; ids begin at `first`."""

    def __init__(self, first: int) -> None:
        self.ids = range(first, first)

    def card(self, card_id: int) -> Never:
        raise KeyError(card_id)

    def created_at(self, card_id: int) -> int:
        raise KeyError(card_id)

    def updated_at(self, card_id: int) -> int:
        raise KeyError(card_id)


class Population(Generic[CardT]):
    """Cards by id, and in the orders of the lists."""

    def __init__(self, seed: Seed[CardT], tie: int = 1) -> None:
        self._seed = seed
        self._own: dict[int, CardT] = {}
        self.trash: SortedDict[int, CardT] = SortedDict()
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
        return self.orders["id"].count(None, None)

    def all(self) -> Iterator[CardT]:
        """Every living card; generated ones are built on the way."""
        return (card for card in map(self.get, self.orders["id"].walk(None, None, 0, descending=False)) if card)

    def touched(self) -> Iterator[CardT]:
        """Living cards that were created or changed."""
        return iter(self._own.values())

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

    def get(self, card_id: int) -> CardT | None:
        """A living card, to be read only."""
        if card_id in self._own:
            return self._own[card_id]
        return self._seed.card(card_id) if card_id in self._seed.ids and card_id not in self.trash else None

    def touch(self, card_id: int) -> CardT | None:
        """A living card, to be changed; tell `moved` when it is done."""
        card = self.get(card_id)
        if card is not None and card_id not in self._own:
            self._own[card_id] = card
            for order in self.orders.values():
                order.hide(card_id)
            self._put(card)
        return card

    def add(self, card: CardT) -> None:
        """A card that was created, or comes back from the trash."""
        self._own[card.id] = card
        self._next = max(self._next, card.id + 1)
        self._put(card)

    def moved(self, card: CardT) -> None:
        """A touched card may have other moments now."""
        if self._places[card.id] != _places(card):
            self._drop(card.id)
            self._put(card)

    def bin(self, card_id: int) -> CardT | None:
        """Take a card out of the lists into the trash."""
        card = self.touch(card_id)
        if card is not None:
            self._drop(card_id)
            del self._own[card_id]
            self.trash[card_id] = card
        return card

    def _put(self, card: CardT) -> None:
        self._places[card.id] = _places(card)
        for name, moment in self._places[card.id].items():
            self.orders[name].put(moment, card.id)

    def _drop(self, card_id: int) -> None:
        for name, moment in self._places.pop(card_id).items():
            self.orders[name].drop(moment, card_id)


def _places(card: Card) -> dict[str, int]:
    return {"id": card.id, "created_at": card.created_at, "updated_at": card.updated_at}
