"""Work on deals, read from the change log in steps of some days, with the tasks and cards that its events point to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from partnersync.contract.adapter import Page, Raw
from partnersync.transport.line import Query
from partnersync_amocrm import activity
from partnersync_amocrm.events import Events
from partnersync_amocrm.filters import OneOf
from partnersync_amocrm.metadata import Metadata
from partnersync_amocrm.paging import Listing, Row, pages
from partnersync_amocrm.translate import linked_ids
from partnersync_amocrm.walk import Cards, by_ids, cursor

HISTORY_S = 90 * 86_400  # at the first pull
_AT_ONCE_S = 3 * 86_400  # of the change log
_FEW = 500  # events
_CHUNK = 250
_WITH_LEADS: Query = [("with", "leads")]
_ENTITIES = {"leads": "lead", "contacts": "contact", "companies": "company"}  # in the log


@dataclass(frozen=True, slots=True)
class Work:
    """Of one account during one run, which began at this moment, in unix seconds."""

    cards: Cards
    events: Events
    known: Metadata
    began: int

    def pull(self, since: int | None) -> Iterator[Page]:
        """Up to some days ago in steps, then up to now."""
        at, recent = self.began - HISTORY_S if since is None else since, self.began - _AT_ONCE_S
        yield from self.stretch(at, recent)
        yield Page(self._told_by(self.events.since(max(at, recent))))

    def stretch(self, at: int, until: int) -> Iterator[Page]:
        """Some days at once, more where little happened, so that a long time comes in pages."""
        step = _AT_ONCE_S
        while at < until:
            end = min(at + step, until)
            events = self.events.since(at, end)
            at = end
            yield Page(self._told_by(events), cursor(at))
            step = 2 * step if len(events) < _FEW else _AT_ONCE_S

    def _told_by(self, events: Sequence[Row]) -> list[Raw]:
        tasks: dict[int, Row] = {}
        numbers = activity.tasks_of(events)
        for start in range(0, len(numbers), _CHUNK):
            listing = Listing("tasks", "tasks", [OneOf("id", numbers[start : start + _CHUNK])], "id asc")
            tasks |= {row["id"]: row for page in pages(self.cards.client, listing) for row in page}
        deals_of: dict[tuple[str, int], list[int]] = {}
        for path, ids in activity.pointed_at(events, tasks).items():
            for row in by_ids(self.cards, path, ids, _WITH_LEADS):
                deals_of[_ENTITIES[path], row["id"]] = list(linked_ids([row], "leads"))
        return list(activity.activities(events, tasks, deals_of, self.known.user_id, self.known.zone))
