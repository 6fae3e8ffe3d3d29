"""The account's change log: its events since a moment, and who put a value into a field of ours."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from partnersync.contract.managed import OWNER
from partnersync.transport.line import Query
from partnersync_amocrm.field_text import values_by_field
from partnersync_amocrm.filters import Between, OneOf
from partnersync_amocrm.metadata import FieldDef
from partnersync_amocrm.paging import Listing, Row, pages
from partnersync_amocrm.transport import Client

LARGEST = 100
_ROBOT = "0"  # the account's automation, which is no user whom one could ask
MOST_IDS = 10  # of cards in one call
_KEPT = 20_000  # events that are remembered during a run
_FIELD, _OWNER, _STAGE = "custom_field_value_changed", "entity_responsible_changed", "lead_status_changed"

MERGED = "entity_merged"
_MERGING_S = 2  # between the event of a merge and what it puts into the trash

LINKS = tuple(f"{what}_{how}" for what in ("entity", "lead", "contact", "company") for how in ("linked", "unlinked"))

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Concerns:
    """A filter by the cards that events are about, all of one kind, as `lead`."""

    name: str
    entity: str
    ids: Sequence[int]

    def query(self) -> Query:
        """The account takes ids for one kind of card alone."""
        return [("filter[entity]", self.entity), *(("filter[entity_id][]", str(one)) for one in self.ids)]

    def admits(self, row: Json) -> bool:
        """One of these cards."""
        return row["entity_type"] == self.entity and row["entity_id"] in self.ids


@dataclass(slots=True)
class Events:
    """The log of one account during one run, as far as it is of these `types`."""

    client: Client
    types: Sequence[str]
    _read_once: tuple[int, list[Row]] | None = None  # from when on, and what there was

    def since(self, at: int, until: int | None = None) -> list[Row]:
        """Those of the types that we look for, oldest first, each once; the log itself comes in any order.

        What is read up to now serves all who ask for no more in this run.
        """
        if until is None and self._read_once and self._read_once[0] <= at:
            return [row for row in self._read_once[1] if row["created_at"] >= at]
        found = self._read([Between("created_at", at, until), OneOf("type", self.types)])
        if until is None and len(found) <= _KEPT:
            self._read_once = at, found
        return found

    def authored(self, entity: str, ids: Sequence[int]) -> dict[int, list[Row]]:
        """Changes of fields and of the responsible user of these cards, by card, oldest first."""
        return self._of_cards(entity, ids, (_FIELD, _OWNER))

    def moved(self, leads: Sequence[int]) -> dict[int, list[Row]]:
        """Moves of these leads from stage to stage, by lead, oldest first."""
        return self._of_cards("lead", leads, (_STAGE,))

    def _of_cards(self, entity: str, ids: Sequence[int], types: Sequence[str]) -> dict[int, list[Row]]:
        told: dict[int, list[Row]] = {}
        for start in range(0, len(ids), MOST_IDS):
            some = ids[start : start + MOST_IDS]
            for row in self._read([Concerns("entity_id", entity, some), OneOf("type", types)]):
                told.setdefault(row["entity_id"], []).append(row)
        return told

    def _read(self, filters: Sequence[Between | OneOf | Concerns]) -> list[Row]:
        listing = Listing("events", "events", filters, limit=LARGEST)
        rows = {row["id"]: row for page in pages(self.client, listing) for row in page}
        return sorted(rows.values(), key=lambda row: (row["created_at"], row["id"]))


def authors_of(events: Sequence[Json], card: Json, ours: Mapping[str, FieldDef], own_user: int) -> dict[str, str]:
    """By managed field the user who put the present value there, where the log names him and nobody else.

    Named is whoever made the last change of the field, if that change ends in the value that is there; of several in
    one second it cannot be told which was the last.
    """
    held = values_by_field(card)
    told: dict[str, str] = {}
    for name, place in ours.items():
        mine = [one for one in events if one["type"] == _FIELD and _about(one, place.id)]
        if author := _author(mine, lambda one, place=place: _same(one, held.get(place.id, ()))):
            told[name] = author
    moves = [one for one in events if one["type"] == _OWNER]
    if author := _author(moves, lambda one: _owner_of(one) == card.get("responsible_user_id")):
        told[OWNER] = author
    return {name: author for name, author in told.items() if author not in (str(own_user), _ROBOT)}


def relinked(events: Sequence[Json]) -> list[int]:
    """The leads that were linked with another card, or parted from one, whichever side the log tells it of."""
    found: dict[int, None] = {}
    for event in events:
        if event["type"] not in LINKS:
            continue
        told = [
            side.get("link") or side.get("unlink") or {} for side in (*event["value_after"], *event["value_before"])
        ]
        ends = [(one["entity"]["type"], one["entity"]["id"]) for one in told if "entity" in one]
        for kind, number in [(event["entity_type"], event["entity_id"]), *ends]:
            if kind in ("lead", "leads"):
                found[number] = None
    return list(found)


def survivors(events: Sequence[Json], entity: str, gone: Sequence[Json]) -> dict[int, int]:
    """Of cards that lie in the trash the one that each lives on in, where the log leaves no other reading.

    It tells that a card took others in, not which. Those fell into the trash at that moment, by the same user and
    without an event of their own. Where several cards can have taken one in, or that card is gone, nothing is told.
    """
    told = {event["entity_id"] for event in events if event["type"] == f"{entity}_deleted"}
    ids = {row["id"] for row in gone}
    merges = [one for one in events if one["type"] == MERGED and one["entity_type"] == entity]
    found: dict[int, int] = {}
    for row in gone:
        into = {event["entity_id"] for event in merges if _took(event, row)}
        if row["id"] not in told and len(into) == 1 and not into & ids:
            found[row["id"]] = into.pop()
    return found


def grown(events: Sequence[Json], entity: str) -> list[int]:
    """Cards that took others in, with what these were linked with."""
    merges = (one["entity_id"] for one in events if one["type"] == MERGED and one["entity_type"] == entity)
    return list(dict.fromkeys(merges))


def _took(event: Json, row: Json) -> bool:
    near: bool = abs(event["created_at"] - row["updated_at"]) <= _MERGING_S
    return near and bool(event["created_by"] == row.get("updated_by"))


def _author(changes: Sequence[Json], fits: Any) -> str | None:
    if not changes:
        return None
    last = [one for one in changes if one["created_at"] == changes[-1]["created_at"]]
    if len({one["created_by"] for one in last}) > 1 or not fits(last[-1]):
        return None
    return str(last[-1]["created_by"])


def _about(event: Json, field_id: int) -> bool:
    return any(one["field_id"] == field_id for side in ("value_after", "value_before") for one in values(event, side))


def values(event: Json, side: str) -> Iterator[Json]:
    """The values of a field on one side of its change, `value_before` or `value_after`."""
    return (one["custom_field_value"] for one in event.get(side) or () if "custom_field_value" in one)


def _same(event: Json, held: Sequence[Json]) -> bool:
    """By the choice where there is one, else by the text; how the log writes days is not known, so these may differ."""
    after = [(one.get("enum_id"), str(one.get("text"))) for one in values(event, "value_after")]
    if len(after) != len(held):
        return False
    return all(
        enum_id == one["enum_id"] if one.get("enum_id") else text == str(one.get("value"))
        for (enum_id, text), one in zip(after, held, strict=True)
    )


def _owner_of(event: Json) -> int | None:
    return next(
        (one["responsible_user"]["id"] for one in event.get("value_after") or () if "responsible_user" in one), None
    )
