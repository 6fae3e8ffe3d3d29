"""Pages of a list, one after the other or some ahead, until it has certainly ended.

A list ends with 204, with a short page, or with a page that repeats the one before it (routes that ignore paging). The
link `next` proves nothing: it is there although nothing follows, and missing although something does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from partnersync.errors import TryLater, Unsupported
from partnersync.transport.line import Query
from partnersync_amocrm.faults import TooMuch
from partnersync_amocrm.filters import Filter
from partnersync_amocrm.transport import Client

LARGEST = 250
_CLAMP = 50  # limits that an account may put in the place of ours are multiples of this

Row = dict[str, Any]


class FilterIgnored(Unsupported):
    """The account answers with rows that the filter excludes: read the list without it, at its cost."""

    def __init__(self, path: str, names: Sequence[str]) -> None:
        super().__init__(
            f"GET {path}: the account ignores the filter by {', '.join(names)}",
            hint="Switch on API filtration in the account (billing, additional packages), or read without the filter",
        )


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of the API: `name` is its key in the answer's _embedded, `limit` the largest page that the route gives.

    `order` is a field and its direction, as "updated_at asc". `ahead`: pages that may be on their way at once; of a
    list whose rows can leave a page that was read already (an edit moves them) pages are read one by one.
    """

    path: str
    name: str
    filters: Sequence[Filter] = ()
    order: str = ""
    more: Query = ()
    limit: int = LARGEST
    ahead: int = 1

    def query(self, page: int, limit: int) -> Query:
        """The parameters of one page."""
        field, _, direction = self.order.partition(" ")
        order = [(f"order[{field}]", direction or "asc")] if field else []
        asked = [pair for one in self.filters for pair in one.query()]
        return [*self.more, *asked, *order, ("limit", str(limit)), ("page", str(page))]


def pages(client: Client, listing: Listing) -> Iterator[list[Row]]:
    """Pages in their order, none empty; FilterIgnored at the first row that a filter excludes.

    A page that takes the account too long is asked for again in smaller parts, and those after it as well.
    """
    before: list[Row] = []
    first, limit = 1, listing.limit
    ahead = 1
    while True:
        numbers = range(first, first + ahead)
        try:
            for number, (rows, more) in zip(numbers, _fetched(client, listing, numbers, limit), strict=True):
                if not rows or rows == before:
                    return
                _check(listing, rows)
                yield rows
                first, before = number + 1, rows
                if len(rows) < limit and not (more and len(rows) % _CLAMP == 0):
                    return
        except TooMuch as error:
            if limit == 1:
                raise TryLater(error.message, after_s=error.after_s) from None
            parts = _parts(limit)
            first, limit, before = (first - 1) * parts + 1, limit // parts, []
        ahead = min(2 * ahead, listing.ahead)


def _fetched(client: Client, listing: Listing, numbers: range, limit: int) -> Iterator[tuple[list[Row], bool]]:
    """Rows of each page, and whether it names a next one."""

    def fetch(number: int) -> tuple[list[Row], bool]:
        told = client.get(listing.path, listing.query(number, limit), sized=True)
        if told is None:
            return [], False
        return list(told["_embedded"][listing.name]), "next" in told.get("_links", {})

    if len(numbers) == 1:
        return iter([fetch(numbers[0])])
    return client.together((lambda number=number: fetch(number)) for number in numbers)  # type: ignore[misc]


def _check(listing: Listing, rows: list[Row]) -> None:
    for row in rows:
        ignored = [str(getattr(one, "name", one)) for one in listing.filters if not one.admits(row)]
        if ignored:
            raise FilterIgnored(listing.path, ignored)


def _parts(limit: int) -> int:
    """Into how many pages a page is cut so that no row falls between them: 250, 125, 25, 5, 1."""
    return next((divisor for divisor in (2, 5) if limit % divisor == 0), limit)
