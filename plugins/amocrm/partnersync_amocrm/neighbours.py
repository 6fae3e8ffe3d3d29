"""The companies, contacts and catalog elements that leads point to, fetched when they are asked for, and remembered."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from partnersync_amocrm.paging import Listing, Row, pages
from partnersync_amocrm.translate import Around, Json, linked_ids
from partnersync_amocrm.walk import Cards, by_ids

REMEMBERED = 30_000  # cards of each kind; some 60 MB
_ONE_BY_ONE = 40  # cards that are fetched singly from an account without filters; beyond that its whole list is read
_KEPT = ("id", "name", "custom_fields_values", "_embedded")


@dataclass(slots=True)
class Neighbours:
    """Of one account, during one run. `catalogs`: those in which deals name their partner."""

    cards: Cards
    catalogs: Sequence[int] = ()
    _known: dict[str, OrderedDict[int, Json]] = field(default_factory=dict)
    _whole: set[str] = field(default_factory=set)

    def around(self, leads: Sequence[Json]) -> Around:
        """Of these leads. A card that is gone, or that we may not see, is not there."""
        return Around(
            self._linked("companies", leads),
            self._linked("contacts", leads),
            {number: element for catalog in self.catalogs for number, element in self._elements(catalog).items()},
        )

    def remember(self, path: str, rows: Iterable[Row]) -> None:
        """Cards that were read anyway, as in the list of companies in which partners are looked for."""
        known = self._known.setdefault(path, OrderedDict())
        for row in rows:
            known[row["id"]] = _slim(row)
            known.move_to_end(row["id"])
            if len(known) > REMEMBERED and path not in self._whole:
                known.popitem(last=False)

    def _linked(self, path: str, leads: Sequence[Json]) -> dict[int, Json]:
        wanted = list(linked_ids(leads, path))
        known = self._known.setdefault(path, OrderedDict())
        for one in wanted:
            if one in known:
                known.move_to_end(one)  # so that it is not forgotten for those that are fetched now
        missing = [one for one in wanted if one not in known]
        if missing and path not in self._whole:
            self.remember(path, self._fetched(path, missing))
        return {one: known[one] for one in wanted if one in known}

    def _fetched(self, path: str, missing: list[int]) -> Iterator[Row]:
        if not self.cards.filters and len(missing) > _ONE_BY_ONE:
            self._whole.add(path)
            return self._all(Listing(path, path, order="id asc"))
        return by_ids(self.cards, path, missing)

    def _elements(self, catalog: int) -> dict[int, Json]:
        path = f"catalogs/{catalog}/elements"
        if path not in self._known:
            rows = self._all(Listing(path, "elements"))
            self._known[path] = OrderedDict((row["id"], _slim(row)) for row in rows)
        return self._known[path]

    def _all(self, listing: Listing) -> Iterator[Row]:
        return (row for page in pages(self.cards.client, listing) for row in page)


def _slim(row: Row) -> dict[str, Any]:
    return {key: row.get(key) for key in _KEPT if row.get(key) is not None}
