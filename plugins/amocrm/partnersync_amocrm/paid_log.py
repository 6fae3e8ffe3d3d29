"""When what was paid for a lead changed, as the account's change log tells it of the field that holds the total."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from partnersync.contract.adapter import PaidTotal, Raw
from partnersync.transport.line import Query
from partnersync_amocrm.events import LARGEST, values
from partnersync_amocrm.field_text import moment
from partnersync_amocrm.filters import Between
from partnersync_amocrm.paging import Listing, Row, pages
from partnersync_amocrm.transport import Client

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChangesOf:
    """A filter by one field, which the account combines with no other type of event."""

    field_id: int

    def query(self) -> Query:
        """The type has the field's number in it."""
        return [("filter[type]", f"custom_field_{self.field_id}_value_changed")]

    def admits(self, row: Json) -> bool:
        """What is told of the type is either that or the type without the number."""
        sides = (*values(row, "value_before"), *values(row, "value_after"))
        return any(one["field_id"] == self.field_id for one in sides)


@dataclass(slots=True)
class PaidLog:
    """Of one account during one run; it is read when it is first asked for, since then or, for None, from its begin."""

    client: Client
    field_id: int
    zone: ZoneInfo
    _read: Mapping[int, Sequence[Row]] | None = None

    def dated(self, raws: Sequence[Raw], since: int | None) -> list[Raw]:
        """These deals with the totals that the log tells, where its last one is the card's; else with that alone."""
        if self._read is None:
            self._read = self._since(since)
        return [replace(raw, paid=self._totals(self._read.get(int(raw.record_id), ()), raw.paid)) for raw in raws]

    def _since(self, since: int | None) -> Mapping[int, Sequence[Row]]:
        listing = Listing("events", "events", [Between("created_at", since), ChangesOf(self.field_id)], limit=LARGEST)
        rows = {row["id"]: row for page in pages(self.client, listing) for row in page}
        found: dict[int, list[Row]] = defaultdict(list)
        for row in sorted(rows.values(), key=lambda row: (row["created_at"], row["id"])):
            if row["entity_type"] == "lead":
                found[row["entity_id"]].append(row)
        return found

    def _totals(self, changes: Sequence[Row], held: tuple[PaidTotal, ...]) -> tuple[PaidTotal, ...]:
        if not changes:
            return held
        first = changes[0]
        told = [PaidTotal(_text(first, "value_before"), moment(first["created_at"], self.zone))]
        told += (PaidTotal(_text(one, "value_after"), moment(one["created_at"], self.zone)) for one in changes)
        return tuple(told) if told[-1].total == held[-1].total else (*told, *held)


def _text(event: Row, side: str) -> str:
    return next((str(one.get("text") or "") for one in values(event, side)), "")
