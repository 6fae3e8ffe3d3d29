"""Lists of the portal, walked by id so that whoever works meanwhile pushes nothing out of sight.

A page holds fifty rows and a batch fifty pages. In `crm.item.list` each page of a batch goes on from the last id of
the one before it, by a reference; where that page was short, the reference has nothing to point at, the command is
refused and the batch ends there. Older methods would take such a reference for the id 1, so their pages are cut by
ranges of ids beforehand, or come one by one where ids lie far apart.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice, pairwise
from typing import Any, TypeVar

from partnersync.errors import PartnersyncError, TryLater
from partnersync_bitrix24.client import Client, Reply
from partnersync_bitrix24.commands import LONGEST_BATCH, Command, Reference
from partnersync_bitrix24.field_text import moment_of

PAGE = 50
PAGES = LONGEST_BATCH  # that are on their way in one call
ITEMS = "crm.item.list"
_APART = 4  # ids a row: what lies further apart is not cut by ranges
_FEWER = 40
_SLACK = timedelta(seconds=1)

Row = dict[str, Any]
Filter = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows of a list. `under`: the key of the result that holds them, empty where the result does. `key`: their id.

    `most`: how many rows there can be, where that is known. `changed`: the field with the moment of a row's last
    change, and `since`: no row is older. The older methods pass over a filter that they do not know, so answers are
    held to it.
    """

    method: str = ITEMS
    under: str = "items"
    key: str = "id"
    params: Mapping[str, Any] = field(default_factory=dict)
    select: Sequence[str] = ()
    filter: Filter = field(default_factory=dict)
    most: int | None = None
    changed: str = "updatedTime"
    since: datetime | None = None

    @property
    def is_chained(self) -> bool:
        """Whether a reference without a target is refused."""
        return self.method == ITEMS

    def where(self, more: Filter) -> "Listing":
        """With more conditions."""
        return replace(self, filter={**self.filter, **more})

    def page(self, after: int | Reference = 0, until: int | None = None) -> Command:
        """Up to fifty rows whose ids come after one."""
        low: dict[str, Any] = {f">{self.key}": after} if after else {}
        bounds = low | ({} if until is None else {f"<={self.key}": until})
        return self._command(bounds, "ASC", -1)

    def last(self) -> Command:
        """Up to fifty rows, the newest first."""
        return self._command({}, "DESC", -1)

    def count(self) -> Command:
        """A page that tells how many rows there are in all."""
        return replace(self, select=[self.key])._command({}, "ASC", 0)

    def rows(self, reply: Reply) -> list[Row]:
        """Those of an answer. TryLater: the portal passes over a filter."""
        told = reply.result
        if self.under:
            told = told.get(self.under) if isinstance(told, Mapping) else ()
        rows = list(told or ())
        oldest = self.since and self.since - _SLACK
        for row in rows:
            at = moment_of(row.get(self.changed)) if oldest else None
            if oldest and at and at < oldest:
                raise TryLater(f"{self.method}: the portal passes over the filter by {self.changed}")
        return rows

    def goes_on(self, rows: Sequence[Row]) -> bool:
        """Whether more may follow a page."""
        return len(rows) >= PAGE and (self.most is None or len(rows) < self.most)

    def id_of(self, row: Row) -> int:
        """A row's id; the older methods tell it as text."""
        return int(row[self.key])

    def reference(self, number: int) -> Reference:
        """The last id of a full page, which is a batch's command of this number."""
        under = f"[{self.under}]" if self.under else ""
        return Reference(f"$result[c{number}]{under}[{PAGE - 1}][{self.key}]")

    def _command(self, bounds: Filter, order: str, start: int) -> Command:
        select = {"select": list(self.select)} if self.select else {}
        told = {"order": {self.key: order}, "filter": {**self.filter, **bounds}, "start": start}
        return Command(self.method, {**self.params, **select, **told})


def by_ids(listing: Listing, ids: Iterable[int], field_: str = "@id") -> list[Listing]:
    """Listings of the rows that have one of these ids in a field, a page each.

    Of another field than the row's own id fewer ids are named, since some may have several rows.
    """
    if field_ != f"@{listing.key}":
        return [listing.where({field_: some}) for some in parts(ids, _FEWER)]
    return [replace(listing.where({field_: some}), most=len(some)) for some in parts(ids, PAGE)]


def parts(some: Iterable[T], size: int) -> Iterator[list[T]]:
    """Of at most this many each."""
    rest = iter(some)
    while part := list(islice(rest, size)):
        yield part


def walk(client: Client, listing: Listing, after: int = 0) -> Iterator[list[Row]]:
    """All rows after an id, ascending, in parts of up to 2,500; none is empty."""
    if listing.is_chained:
        yield from _chained(client, listing, after)
        return
    rows = _first(client, listing, after)
    while rows:
        yield rows
        if len(rows) < PAGE:
            return
        after = listing.id_of(rows[-1])
        if after - listing.id_of(rows[0]) < _APART * PAGE:
            yield from _by_ranges(client, listing, after)
            return
        rows = _first(client, listing, after)


def ahead(some: Iterator[T]) -> Iterator[T]:
    """The same, each fetched while the one before it is used."""
    with ThreadPoolExecutor(1, "bitrix24-ahead") as thread:
        coming = thread.submit(next, some, None)
        while (one := coming.result()) is not None:
            coming = thread.submit(next, some, None)
            yield one


def every(client: Client, listings: Sequence[Listing]) -> Iterator[list[Row]]:
    """All rows of several lists, one after the other: first pages by common calls, then what follows full ones."""
    for listing, rows in zip(listings, firsts(client, listings), strict=True):
        if rows:
            yield rows
        if listing.goes_on(rows):
            yield from walk(client, listing, listing.id_of(rows[-1]))


def grouped(client: Client, listings: Sequence[Listing]) -> list[list[Row]]:
    """The same, list by list; pages that follow full ones go by common calls as well."""
    found = firsts(client, listings)
    going = [number for number, listing in enumerate(listings) if listing.goes_on(found[number])]
    while going:
        pages = [listings[number].page(listings[number].id_of(found[number][-1])) for number in going]
        more = []
        for number, reply in zip(going, answers(client, pages), strict=True):
            rows = listings[number].rows(reply)
            found[number] += rows
            more += [number] if len(rows) >= PAGE else []
        going = more
    return found


def firsts(client: Client, listings: Sequence[Listing]) -> list[list[Row]]:
    """The first page of each list."""
    replies = answers(client, [listing.page() for listing in listings])
    return [listing.rows(reply) for listing, reply in zip(listings, replies, strict=True)]


def answers(client: Client, commands: Sequence[Command]) -> list[Reply]:
    """What commands gave, fifty by a call and some calls at once; the first error is raised."""
    jobs = [partial(client.batch, some) for some in parts(commands, LONGEST_BATCH)]
    return [_good(one) for some in client.together(jobs) for one in some]


def _chained(client: Client, listing: Listing, after: int) -> Iterator[list[Row]]:
    while True:
        commands = [listing.page(listing.reference(number - 1) if number else after) for number in range(PAGES)]
        found: list[Row] = []
        for number, told in enumerate(client.batch(commands, linked=True)):
            if isinstance(told, PartnersyncError) and number:
                break
            reply = client.reply(commands[0].method, commands[0].params) if isinstance(told, TryLater) else _good(told)
            rows = listing.rows(reply)
            _ascending(listing, after, rows)
            found += rows
            after = listing.id_of(rows[-1]) if rows else after
            if len(rows) < PAGE:
                if found:
                    yield found
                return
        yield found


def _by_ranges(client: Client, listing: Listing, after: int) -> Iterator[list[Row]]:
    newest = listing.rows(_good(client.batch([listing.last()])[0]))
    top = listing.id_of(newest[0]) if newest else after
    for low in range(after, top, PAGE * PAGES):
        starts = range(low, min(top, low + PAGE * PAGES), PAGE)
        told = answers(client, [listing.page(start, start + PAGE) for start in starts])
        found = [row for reply in told for row in listing.rows(reply)]
        _ascending(listing, after, found)
        if found:
            yield found


def _first(client: Client, listing: Listing, after: int) -> list[Row]:
    command = listing.page(after)
    rows = listing.rows(client.reply(command.method, command.params))
    _ascending(listing, after, rows)
    return rows


def _ascending(listing: Listing, after: int, rows: Sequence[Row]) -> None:
    ids = [after, *map(listing.id_of, rows)]
    if any(later <= earlier for earlier, later in pairwise(ids)):
        raise TryLater(f"{listing.method}: the portal passes over the order of the list")


def _good(told: Reply | PartnersyncError) -> Reply:
    if isinstance(told, PartnersyncError):
        raise told
    return told
