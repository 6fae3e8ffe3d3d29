"""The change log: who changed what, from what, to what."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

ULID = "0123456789abcdefghjkmnpqrstvwxyz"
Told = tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Event:
    """One change; `entity_type` in the singular; `field_id` of a custom field's change."""

    number: int  # from 1, in the order of the log
    type: str
    entity_type: str
    entity_id: int
    created_by: int
    created_at: int
    after: Told = ()
    before: Told = ()
    field_id: int | None = None

    @property
    def id(self) -> str:
        """Its id, which begins with the time, so ids sort as the log does."""
        value = (self.created_at * 1000) << 80 | self.number
        return "".join(ULID[value >> shift & 31] for shift in range(125, -1, -5))


@dataclass(slots=True)
class EventLog:
    """Events in the order of time, and by entity."""

    account_id: int
    events: list[Event] = field(default_factory=list)
    _by_entity: defaultdict[tuple[str, int], list[Event]] = field(default_factory=lambda: defaultdict(list))

    def note(
        self,
        kind: str,
        entity: tuple[str, int],
        by: int,
        now: int,
        *,
        after: Told = (),
        before: Told = (),
        field_id: int | None = None,
    ) -> Event:
        """Write down a change."""
        event = Event(len(self.events) + 1, kind, *entity, by, now, after, before, field_id)
        self.events.append(event)
        self._by_entity[entity].append(event)
        return event

    def get(self, event_id: str) -> Event | None:
        """One event."""
        number = 0
        for letter in event_id[-16:]:
            number = number << 5 | max(ULID.find(letter), 0)
        event = self.events[number - 1] if 0 < number <= len(self.events) else None
        return event if event and event.id == event_id else None

    def of(self, entity: tuple[str, int]) -> list[Event]:
        """An entity's events, oldest first."""
        return self._by_entity.get(entity, [])

    def since(self, low: int | None, *, newest_first: bool) -> Iterator[Event]:
        """Events not older than `low`."""
        start = 0 if low is None else bisect_left(self.events, low, key=lambda event: event.created_at)
        places = range(start, len(self.events))
        return (self.events[place] for place in (reversed(places) if newest_first else places))
