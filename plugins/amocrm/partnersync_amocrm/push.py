"""Writes of the programme → the account: fields of cards, notes and tasks, in batches, each write with its outcome."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, islice
from typing import Any

from partnersync.contract.adapter import FieldsWrite, Outcome, Receipt, Write
from partnersync.contract.crm_fields import NoValue
from partnersync.contract.managed import OWNER
from partnersync_amocrm.batches import LARGEST_BATCH, Batches, Item, Settled
from partnersync_amocrm.entries import Entries
from partnersync_amocrm.field_values import body_of, stands
from partnersync_amocrm.places import ENTITY
from partnersync_amocrm.pull import Streams
from partnersync_amocrm.stages import Stages
from partnersync_amocrm.transport import Client

MOVE = frozenset({"pipeline_id", "status_id"})
DONE = Outcome.DONE
_UNMOVED = "lead {} was not moved to the stage of its state ({}): move it yourself"
_OF_FIELD = re.compile(r"custom_fields_values\.(\d+)")


class Push:
    """Writes of one run into one account. Only fields that a write names are sent, and only those that are ours."""

    def __init__(self, client: Client, streams: Streams) -> None:
        self._client = client
        self._translation = streams.reading.translation
        self._fields_known = streams.reading.known.fields
        self._read = streams.cards
        self._entries = Entries(client, streams.reading.known, streams.began, streams.cards)
        self._stages = _stages_of(streams)
        self._batches: dict[str, Batches] = {}

    def push(self, writes: Iterable[Write]) -> Iterator[Receipt]:
        """One receipt for each, as outcomes become known; writes are taken as they are sent."""
        for (form, path), some in groupby(writes, lambda write: (type(write), ENTITY.get(write.kind))):
            if path is None:
                reason = "the account has no cards for {} records"
                yield from (Receipt(one.write_id, Outcome.REFUSED, reason.format(one.kind)) for one in some)
            elif form is FieldsWrite:
                yield from self._fields(path, (one for one in some if isinstance(one, FieldsWrite)))
            else:
                yield from self._entries.push(path, (one for one in some if not isinstance(one, FieldsWrite)))

    def _fields(self, path: str, writes: Iterable[FieldsWrite]) -> Iterator[Receipt]:
        impossible: list[Receipt] = []
        unmoved: list[tuple[FieldsWrite, Settled]] = []
        under_way: dict[int, list[FieldsWrite]] = defaultdict(list)

        def items() -> Iterator[Item]:
            for write, move in self._moving(writes):
                try:
                    item = {**self._item(write), **move}
                except NoValue as error:
                    impossible.append(Receipt(write.write_id, Outcome.REFUSED, str(error)))
                    continue
                under_way[item["id"]].append(write)
                yield item

        for settled in self._batches_of(path).change(items()):
            write = under_way[settled.item["id"]].pop(0)
            if settled.outcome is Outcome.REFUSED and settled.item.keys() & MOVE:
                unmoved.append((write, settled))
            else:
                yield self._receipt(write, settled)
        yield from impossible
        yield from self._where_they_are(path, unmoved)

    def _where_they_are(self, path: str, unmoved: Sequence[tuple[FieldsWrite, Settled]]) -> Iterator[Receipt]:
        """Fields of leads that the account did not let move: a stage that is refused does not lose the verdict."""
        writes = {settled.item["id"]: (write, self._reason(settled)) for write, settled in unmoved}
        items = ({key: told for key, told in one.item.items() if key not in MOVE} for _, one in unmoved)
        for settled in self._batches_of(path).change(items):
            write, why = writes[settled.item["id"]]
            receipt = self._receipt(write, settled)
            yield replace(receipt, reason=_UNMOVED.format(write.record_id, why)) if receipt.outcome is DONE else receipt

    def _receipt(self, write: FieldsWrite, settled: Settled) -> Receipt:
        version = str(settled.answer.get("updated_at", ""))
        return Receipt(write.write_id, settled.outcome, self._reason(settled), version)

    def _moving(self, writes: Iterable[FieldsWrite]) -> Iterator[tuple[FieldsWrite, Item]]:
        """Each with what moves its lead to another stage."""
        if self._stages is None:
            yield from ((write, {}) for write in writes)
            return
        waiting = iter(writes)
        while some := list(islice(waiting, LARGEST_BATCH)):
            moves = self._stages.moves(some)
            yield from ((write, moves.get(write.record_id, {})) for write in some)

    def _item(self, write: FieldsWrite) -> dict[str, Any]:
        ours = self._translation.places.ours.get(write.kind, {})
        item: dict[str, Any] = {"id": _number(write.record_id, "record")}
        bodies = []
        for name, text in write.values.items():
            if name == OWNER:
                item["responsible_user_id"] = _number(text, "user")
            elif name in ours:
                bodies.append(body_of(ours[name], text, self._translation.zone))
            else:
                raise NoValue(f"the account has no field for {name}. Make it with `partnersync schema apply`")
        return item | ({"custom_fields_values": bodies} if bodies else {})

    def _batches_of(self, path: str) -> Batches:
        """Kept, since it learns how much the account manages at once."""

        def still_due(items: Sequence[Item]) -> list[Item]:
            now = {row["id"]: row for row in self._read(path, [item["id"] for item in items])}
            return [item for item in items if item["id"] not in now or not stands(item, now[item["id"]])]

        return self._batches.setdefault(path, Batches(self._client, path, still_due))

    def _reason(self, settled: Settled) -> str:
        """With the field's name, where the account tells only its place in the call, or its id."""
        found = _OF_FIELD.search(settled.reason)
        if not found or settled.outcome is not Outcome.REFUSED:
            return settled.reason
        sent, place = settled.item.get("custom_fields_values", ()), int(found[1])
        number = sent[place]["field_id"] if place < len(sent) else place
        name = next((one.name for some in self._fields_known.values() for one in some if one.id == number), "")
        return f'field "{name}": {settled.reason}' if name else settled.reason


def _stages_of(streams: Streams) -> Stages | None:
    known, places = streams.reading.known, streams.reading.translation.places
    if not places.registrations or not places.verdicts:
        return None
    return Stages(places.registrations, places.verdicts, known.user_id, streams.events, streams.cards)


def _number(text: str, what: str) -> int:
    if not text.isdecimal():
        raise NoValue(f'"{text}" is no id of a {what} of the account')
    return int(text)
