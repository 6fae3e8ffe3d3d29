"""Writes of the programme → the portal: fields of cards in batches, notes and tasks, each write with its outcome.

The portal passes over what it does not understand: fields that are hidden from our user, days that are none. But it
answers with the card as it is then, robots that reacted at once included, and what does not stand there was refused.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from partnersync.contract.crm_fields import Language, NoValue
from partnersync.contract.managed import OWNER
from partnersync.contract.written import FieldsWrite, Outcome, Receipt, Write
from partnersync.domain.value import RecordKind
from partnersync.errors import OutcomeUnknown, PartnersyncError, TryLater
from partnersync.transport.pool import in_batches
from partnersync_bitrix24.client import Client, Reply
from partnersync_bitrix24.commands import LONGEST_BATCH, Command
from partnersync_bitrix24.entries import Entries
from partnersync_bitrix24.field_values import held, value_of
from partnersync_bitrix24.metadata import Entity
from partnersync_bitrix24.pull import Reading
from partnersync_bitrix24.receipts import receipt_of, refused
from partnersync_bitrix24.stages import Stages

SMALLEST_BATCH = 10  # heavy cards take long; what integrators report to work always


@dataclass(frozen=True, slots=True)
class _Item:
    """A write and what it sends; `refusal` in the place of a command that cannot be made."""

    write: FieldsWrite
    command: Command | None
    refusal: str = ""


class Push:
    """Writes of one run into one portal. Only fields that a write names are sent, and only those that are ours."""

    def __init__(self, client: Client, reading: Reading, language: Language) -> None:
        self._client = client
        self._places = reading.translation.places
        self._entries = Entries(client, self._places.entities, reading.known.users, language)
        claims = self._places.entities.get(RecordKind.REGISTRATION, Entity.DEAL)
        self._stages = Stages(client, claims, self._places.verdicts, reading.known.user_id)
        self._size = LONGEST_BATCH

    def push(self, writes: Iterable[Write]) -> Iterator[Receipt]:
        """One receipt for each, as outcomes become known; writes are taken as they are sent."""
        for are_fields, some in groupby(writes, lambda write: isinstance(write, FieldsWrite)):
            if are_fields:
                items = (self._item(write) for write in some if isinstance(write, FieldsWrite))
                yield from in_batches(self._client.together, items, lambda: self._size, self._settle)
            else:
                yield from self._entries.push(write for write in some if not isinstance(write, FieldsWrite))

    def _item(self, write: FieldsWrite) -> _Item:
        ours = self._places.ours.get(write.kind, {})
        fields: dict[str, Any] = {}
        try:
            if write.kind not in self._places.entities:
                raise NoValue(f"the portal has no cards for {write.kind} records")
            for name, text in write.values.items():
                if name == OWNER:
                    fields["assignedById"] = number(text, "user")
                elif name in ours:
                    fields[ours[name].key] = value_of(ours[name], text)
                else:
                    raise NoValue(f"the portal has no field for {name}. Make it with `partnersync schema apply`")
            card = {"entityTypeId": int(self._places.entities[write.kind]), "id": number(write.record_id, "record")}
        except NoValue as error:
            return _Item(write, None, str(error))
        return _Item(write, Command("crm.item.update", {**card, "fields": fields}))

    def _settle(self, batch: Sequence[_Item], receipts: list[Receipt]) -> None:
        receipts += (refused(item.write, item.refusal) for item in batch if item.command is None)
        moves = self._stages.moves([item.write for item in batch])
        sent = [(item.write, _moving(item, moves)) for item in batch if item.command is not None]
        try:
            told = self._client.batch([command for _, command in sent])
        except OutcomeUnknown as error:
            self._size = max(SMALLEST_BATCH, self._size // 2)
            receipts += (Receipt(write.write_id, Outcome.UNKNOWN, error.message) for write, _ in sent)
            return
        later: TryLater | None = None
        for (write, _), one in zip(sent, told, strict=True):
            if isinstance(one, TryLater):
                later = one
            else:
                receipts.append(receipt_of(write, one) if isinstance(one, PartnersyncError) else self._made(write, one))
        if later:
            raise later

    def _made(self, write: FieldsWrite, reply: Reply) -> Receipt:
        card = reply.result.get("item") if isinstance(reply.result, Mapping) else None
        if not isinstance(card, Mapping):
            return Receipt(write.write_id, Outcome.UNKNOWN, "the portal's answer does not tell the card")
        version = str(card.get("updatedTime") or "")
        ours = self._places.ours.get(write.kind, {})
        for name, text in write.values.items():
            if name == OWNER:
                field, now = "assignedById", str(card.get("assignedById") or "")
            else:
                field, now = ours[name].name, held(ours[name], card, self._places.statuses)
            if now != text.strip():
                reason = (
                    f'field "{field}" holds "{now}" after it was written: a robot of the portal changed it at once, '
                    "or our user may not see it"
                )
                return Receipt(write.write_id, Outcome.REFUSED, reason, version)
        return Receipt(write.write_id, Outcome.DONE, version=version)


def _moving(item: _Item, moves: Mapping[str, str]) -> Command:
    """With the stage to which the card moves: both come to stand, or neither."""
    assert item.command
    stage, params = moves.get(item.write.record_id), item.command.params
    if stage is None or item.write.kind is not RecordKind.REGISTRATION:
        return item.command
    return Command(item.command.method, {**params, "fields": {**params["fields"], "stageId": stage}})


def number(text: str, what: str) -> int:
    """An id; NoValue where the text is none."""
    if not text.isdecimal():
        raise NoValue(f'"{text}" is no id of a {what} of the portal')
    return int(text)
