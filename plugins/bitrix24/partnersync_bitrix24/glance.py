"""One look at all lists of a portal: what changed in them since a moment, and how many rows they hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from partnersync_bitrix24.client import Client
from partnersync_bitrix24.field_text import moment_of
from partnersync_bitrix24.lists import Listing, Row, answers, walk
from partnersync_bitrix24.sources import Lists


@dataclass(slots=True)
class Glance:
    """Of one run: an unchanged portal costs one call, whoever asks and for whichever list.

    `changing`: lists by name, of whose changes is asked. `counted`: lists whose rows are counted; those without a
    condition at the look, since there a count is cheap, the others when they are asked for.
    """

    client: Client
    lists: Lists
    changing: Mapping[str, Listing]
    counted: Mapping[str, Listing]
    _since: datetime | None = None
    _pages: dict[str, list[Row]] = field(default_factory=dict)
    _totals: dict[str, int] = field(default_factory=dict)

    def changed(self, name: str, since: datetime) -> Iterator[list[Row]]:
        """Rows of a list that changed since then; a row may come that changed a little earlier."""
        looked = self._look(since)
        listing, rows = self.lists.changed(self.changing[name], looked), self._pages[name]
        fresh = [row for row in rows if (moment_of(row.get(listing.changed)) or since) >= since]
        if fresh:
            yield fresh
        if listing.goes_on(rows):
            yield from walk(self.client, listing, listing.id_of(rows[-1]))

    def total(self, name: str) -> int:
        """How many rows a list held at the look, or now if there was none."""
        if name not in self._totals:
            command = self.counted[name].count()
            self._totals[name] = self.client.reply(command.method, command.params).total or 0
        return self._totals[name]

    def _look(self, since: datetime) -> datetime:
        if self._since is None or since < self._since:
            listings = {name: self.lists.changed(one, since) for name, one in self.changing.items()}
            pages = [one.page() for one in listings.values()]
            whole = {name: one for name, one in self.counted.items() if not one.filter}
            told = answers(self.client, [*pages, *(one.count() for one in whole.values())])
            self._pages = {name: one.rows(reply) for (name, one), reply in zip(listings.items(), told, strict=False)}
            counts = zip(whole, told[len(pages) :], strict=True)
            self._totals |= {name: reply.total or 0 for name, reply in counts}
            self._since = since
        return self._since
