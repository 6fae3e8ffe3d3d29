"""Pages of cards: of a million only those are built that a page needs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Any

from partnersync.sandbox.ordering import Ordered
from partnersync.sandbox.population import Population
from partnersync_bitrix24_sandbox.call import PAGE
from partnersync_bitrix24_sandbox.cards import Card
from partnersync_bitrix24_sandbox.conditions import Condition, Place, Test

ORDERED = {"id": "id", "createdTime": "created_at", "updatedTime": "updated_at"}
Order = Sequence[tuple[Place, bool]]  # and whether it descends


@dataclass(frozen=True, slots=True)
class Found:
    """A page; `total` where it was counted."""

    cards: list[Card]
    total: int | None
    more: bool


def find(
    population: Population[Card], plain: list[Condition], tests: list[Test], order: Order, start: int, size: int = PAGE
) -> Found:
    """The page from place `start`; -1 is the first, and nothing is counted."""
    ranges, named, rest = _ranges(plain)
    tests = [one.holds for one in rest] + tests
    key, descends = (order[0][0].key, order[0][1]) if order else ("id", False)
    straight = key in ORDERED and (
        key == "id" or [(one.key, down) for one, down in order[1:]] in ([], [("id", descends)])
    )
    if named is not None or not straight:
        return _sorted(population, ranges, named, tests, order, start, size)
    if key != "id" and ranges["id"] != ANY:
        tests.append(lambda card: _inside(ranges["id"], card.id))
    ordered, low, high = _window(population, ranges, key)
    first = max(start, 0)

    def walk(place: int) -> Iterator[Card]:
        ids = ordered.walk(low, high, place, descending=descends)
        return (card for card in map(population.get, ids) if card)

    if not tests:
        cards = list(islice(walk(first), size + 1))
        return Found(cards[:size], None if start < 0 else ordered.count(low, high), len(cards) > size)
    fitting = _filtered(walk(0), tests)
    if start < 0:
        cards = list(islice(fitting, size + 1))
        return Found(cards[:size], None, len(cards) > size)
    every = list(fitting)
    return Found(every[first : first + size], len(every), len(every) > first + size)


Bounds = tuple[int | None, int | None]
Ranges = dict[str, Bounds]
ANY: Bounds = (None, None)


def _ranges(plain: list[Condition]) -> tuple[Ranges, set[int] | None, list[Condition]]:
    """The ranges of id and moments, the ids that are named, and the conditions that are neither."""
    ranges: Ranges = {"id": ANY, "updatedTime": ANY}
    named: set[int] | None = None
    rest = []
    for one in plain:
        key, wanted = one.place.key, one.wanted
        if key == "id" and one.operator in ("=", "@"):
            ids = {one for one in (wanted if isinstance(wanted, list) else [wanted]) if one is not None}
            named = ids if named is None else named & ids
        elif key in ranges and one.operator in (">", ">=", "<", "<=") and isinstance(wanted, int):
            low, high = ranges[key]
            if one.operator.startswith(">"):
                bound = wanted + (one.operator == ">")
                low = bound if low is None else max(low, bound)
            else:
                bound = wanted - (one.operator == "<")
                high = bound if high is None else min(high, bound)
            ranges[key] = (low, high)
        else:
            rest.append(one)
            if key == "createdTime" and one.operator in (">", ">=") and isinstance(wanted, int):
                low, high = ranges["updatedTime"]  # no card changed before it was made
                ranges["updatedTime"] = (wanted if low is None else max(low, wanted), high)
    return ranges, named, rest


def _window(population: Population[Card], ranges: Ranges, key: str) -> tuple[Ordered, int | None, int | None]:
    """An order by `key`, and the bounds in it; of the id's range only an order by id takes notice."""
    changed = ranges["updatedTime"]
    if key == "updatedTime":
        return population.orders["updated_at"], *changed
    ordered = population.orders[ORDERED[key]] if changed == ANY else population.between(ORDERED[key], *changed)
    return ordered, *(ranges["id"] if key == "id" else ANY)


def _sorted(
    population: Population[Card],
    ranges: Ranges,
    named: set[int] | None,
    tests: list[Test],
    order: Order,
    start: int,
    size: int,
) -> Found:
    """A page of what has to be sorted in memory."""
    if named is None:
        ordered, low, high = _window(population, ranges, "id")
        ids: Iterable[int] = ordered.walk(low, high, 0, descending=False)
    else:
        ids = sorted(one for one in named if _inside(ranges["id"], one))
        tests = [*tests, lambda card: _inside(ranges["updatedTime"], card.updated_at)]
    cards = list(_filtered((card for card in map(population.get, ids) if card), tests))
    for place, descends in reversed(order):
        cards.sort(key=partial(_rank, place), reverse=descends)
    first = max(start, 0)
    return Found(cards[first : first + size], None if start < 0 else len(cards), len(cards) > first + size)


def _inside(bounds: Bounds, value: int) -> bool:
    low, high = bounds
    return (low is None or low <= value) and (high is None or value <= high)


def _filtered(cards: Iterator[Card], tests: list[Test]) -> Iterator[Card]:
    return (card for card in cards if all(test(card) for test in tests))


def _rank(place: Place, card: Card) -> tuple[int, Any]:
    value = place.get(card)
    if value is None:
        return (0, 0)
    return (1, value) if isinstance(value, (int, Decimal)) else (2, str(value))
