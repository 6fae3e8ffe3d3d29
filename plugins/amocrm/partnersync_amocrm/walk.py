"""Cards that changed since a moment, with the account's filters or without them, none missed while people work.

With filters the list is walked by `updated_at`, each step from the last moment that was seen: whatever is edited or
deleted meanwhile pushes nothing out of sight. Without them what changed is found from the newest on, and a first
listing goes by id, which no edit moves; a deletion during either may hide a card, so the list is walked again then.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from partnersync.errors import TryLater
from partnersync.transport.line import Query
from partnersync_amocrm.filters import Between, Filter, OneOf
from partnersync_amocrm.paging import LARGEST, FilterIgnored, Listing, Row, pages
from partnersync_amocrm.transport import Client

PAGE_ROWS = LARGEST
_WALKS = 5  # of a list in which cards are deleted all the time


def cursor(at: int) -> str:
    """All that changed until this moment of the account has come."""
    return json.dumps({"at": at})


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows, and the moment up to which all that changed has come; None: that is not known yet."""

    rows: list[Row]
    whole_until: int | None = None


@dataclass(slots=True)
class Cards:
    """The lists of cards of one account during one run.

    `filters`: whether the account is said to have them; an answer that passes over one shows that it has not.
    """

    client: Client
    filters: bool
    _quiet: dict[str, int] = field(default_factory=dict)  # list → nothing in it has changed since

    def changed(
        self, path: str, since: int | None, began: int, more: Query = (), narrow: Sequence[Filter] = ()
    ) -> Iterator[Part]:
        """What changed since then (None: all there is). `began`: the account's time now, in unix seconds.

        `narrow`: filters for a first look; without the account's filters other cards come as well. A card may come more
        than once. Nothing changed: nothing comes, and one call tells it to all who ask in this run.
        """
        quiet = self._quiet.get(path)
        if since is not None and quiet is not None and quiet <= since:
            return
        found = False
        for part in self._changed(path, since, began, more, narrow):
            found = True
            yield part
        if not found and since is not None:
            self._quiet[path] = since

    def deleted(self, path: str, since: int) -> list[Row]:
        """What lies in the trash since then; only the ids and times of its cards are left."""
        listing = Listing(path, path, order="updated_at asc", more=[("with", "only_deleted")])
        by_time = Listing(path, path, [Between("updated_at", since)], listing.order, listing.more)
        for asked in [by_time, listing] if self.filters else [listing]:
            try:
                return [row for page in pages(self.client, asked) for row in page if row["updated_at"] >= since]
            except FilterIgnored:  # of what is in the trash, which proves nothing about other lists
                continue
        return []

    def _changed(
        self, path: str, since: int | None, began: int, more: Query, narrow: Sequence[Filter]
    ) -> Iterator[Part]:
        if self.filters:
            try:
                yield from self._by_time(path, since, more, narrow)
                return
            except FilterIgnored:
                self.filters = False
        walk = self._by_id(path, more) if since is None else self._from_the_newest(path, since, more)
        yield from self._undisturbed(path, walk, began, since, more)

    def _by_time(self, path: str, since: int | None, more: Query, narrow: Sequence[Filter]) -> Iterator[Part]:
        at, known = since or 1, set[tuple[int, int]]()
        while True:
            step = at
            listing = Listing(path, path, [Between("updated_at", at), *narrow], "updated_at asc", more, PAGE_ROWS)
            for rows in pages(self.client, listing):
                fresh = [row for row in rows if (row["id"], row["updated_at"]) not in known]
                at = max(at, *(row["updated_at"] for row in rows))
                known = {(row["id"], row["updated_at"]) for row in rows} | (known if at == step else set())
                if fresh:
                    yield Part(fresh, at)
                if at > step:
                    break  # go on from there; a page that ends in the second it began with is walked by its number
            else:
                return

    def _from_the_newest(self, path: str, since: int, more: Query) -> Iterator[list[Row]]:
        oldest = None
        for rows in pages(self.client, Listing(path, path, order="updated_at desc", more=more, limit=PAGE_ROWS)):
            times = (
                [row["updated_at"] for row in rows]
                if oldest is None
                else [oldest, *(row["updated_at"] for row in rows)]
            )
            if times != sorted(times, reverse=True):
                raise TryLater(f"GET {path}: the account passes over the order of the list")
            oldest = times[-1]
            changed = [row for row in rows if row["updated_at"] >= since]
            if changed:
                yield changed
            if len(changed) < len(rows):
                return

    def _by_id(self, path: str, more: Query) -> Iterator[list[Row]]:
        yield from pages(self.client, Listing(path, path, order="id asc", more=more, limit=PAGE_ROWS))

    def _undisturbed(
        self, path: str, walk: Iterator[list[Row]], began: int, since: int | None, more: Query
    ) -> Iterator[Part]:
        fell: set[int] = set()
        for _ in range(_WALKS):
            count = 0
            for rows in walk:
                count += 1
                yield Part(rows)
            now = {row["id"] for row in self.deleted(path, began)} if count > 1 else fell
            if now == fell:
                return
            fell = now
            walk = self._by_id(path, more) if since is None else self._from_the_newest(path, since, more)
        raise TryLater(f"GET {path}: cards are deleted all the time, so the list cannot be read whole")


def by_ids(cards: Cards, path: str, ids: list[int], more: Query = ()) -> Iterator[Row]:
    """Single cards, those that are there; with filters some hundred in a call, else one."""
    at = 0
    while at < len(ids):
        some = ids[at : at + _ids_in_a_call(ids)]
        if cards.filters:
            try:
                found = 0
                for rows in pages(cards.client, Listing(path, path, [OneOf("id", some)], "id asc", more)):
                    yield from rows
                    found += len(rows)
                    if found >= len(some):
                        break  # so a full page is known to be the last
                at += len(some)
                continue
            except FilterIgnored:
                cards.filters = False
        row = cards.client.get(f"{path}/{ids[at]}", more)
        at += 1
        if row is not None and not row.get("is_deleted"):
            yield row


_LONGEST_QUERY = 7_800  # characters; servers commonly take addresses of 8,192


def _ids_in_a_call(ids: list[int]) -> int:
    """An id takes its digits and, encoded, 22 characters more."""
    return min(250, _LONGEST_QUERY // (22 + max(len(str(one)) for one in ids)))
