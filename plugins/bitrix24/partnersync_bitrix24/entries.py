"""Notes and tasks → the portal, each once: a reference at the end of its text is looked for before it is made.

Notes are log messages of the timeline, which move no stamp of their card; a verdict is pinned on top of it. Tasks are
to-dos of the card, since they need no scope beside crm and lie where their reason is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from partnersync.contract.crm_fields import GROUP, Language
from partnersync.contract.written import NoteWrite, Outcome, Receipt, TaskWrite, reference
from partnersync.domain.value import RecordKind
from partnersync.errors import OutcomeUnknown, PartnersyncError, TryLater
from partnersync.transport.pool import in_batches
from partnersync_bitrix24.client import Client, Reply
from partnersync_bitrix24.commands import Command
from partnersync_bitrix24.faults import Gone
from partnersync_bitrix24.field_text import moment_of, ref
from partnersync_bitrix24.receipts import receipt_of, refused

AT_ONCE = 25  # a task is looked for by two commands
PINNED = "decided"
_TITLE = 120  # characters of a to-do's title
_SLACK = timedelta(days=1)  # between the moment of a note and the portal's clock

Entry = NoteWrite | TaskWrite


@dataclass(frozen=True, slots=True)
class _Due:
    """An entry with its card."""

    write: Entry
    entity: int
    number: int

    @property
    def text(self) -> str:
        """As it stands in the portal."""
        return f"{self.write.text}\n{reference(self.write.write_id)}"


@dataclass(frozen=True, slots=True)
class Entries:
    """Of one run. `entities`: kind of record → kind of card. `users`: of the portal; empty where it hides them."""

    client: Client
    entities: Mapping[RecordKind, int]
    users: Sequence[Mapping[str, Any]]
    language: Language

    def push(self, writes: Iterable[Entry]) -> Iterator[Receipt]:
        """Some at once; one receipt for each."""
        yield from in_batches(self.client.together, writes, lambda: AT_ONCE, self._settle)

    def _settle(self, batch: Sequence[Entry], receipts: list[Receipt]) -> None:
        due: list[_Due] = []
        for write in batch:
            entity = self.entities.get(write.kind)
            if entity is None:
                receipts.append(refused(write, f"the portal has no cards for {write.kind} records"))
            elif not write.record_id.isdecimal():
                receipts.append(Receipt(write.write_id, Outcome.GONE, f'"{write.record_id}" is no id of a card'))
            else:
                due.append(_Due(write, entity, int(write.record_id)))
        found = self._found(due)
        owners = self._owners(due, receipts)
        gone = {one.write_id for one in receipts}
        missing = [one for one in due if one.write.write_id not in found and one.write.write_id not in gone]
        made, later = self._made(missing, owners, receipts)
        receipts += (Receipt(write_id, Outcome.DONE) for write_id in found if write_id not in gone)
        self._pin([(one, (found | made)[one.write.write_id]) for one in due if one.write.write_id in found | made])
        if later:
            raise later

    def _found(self, due: Sequence[_Due]) -> dict[str, int]:
        """Which of them the portal has already: their ids there."""
        looks = [_look(one) for one in due]
        found = {}
        for one, look, told in zip(due, looks, self.client.batch(looks), strict=True):
            for row in self._rows(look, told, one.write.at - _SLACK):
                number = ref(row.get("id", row.get("ID")))
                if reference(one.write.write_id) in str(row.get("text") or row.get("DESCRIPTION") or ""):
                    found[one.write.write_id] = number
        return found

    def _rows(self, look: Command, told: Reply | PartnersyncError, since: datetime) -> Iterator[Mapping[str, Any]]:
        """The newest first, until they are older than the entry can be."""
        while True:
            if isinstance(told, Gone):
                return
            if isinstance(told, PartnersyncError):
                raise told
            rows = told.result if isinstance(told.result, list) else []
            yield from rows
            last = moment_of(rows[-1].get("created") or rows[-1].get("CREATED")) if rows else None
            if told.following is None or last is None or last < since:
                return
            told = self.client.reply(look.method, {**look.params, "start": told.following})

    def _owners(self, due: Sequence[_Due], receipts: list[Receipt]) -> dict[str, int]:
        """Who is responsible for the cards of tasks; a card that is gone takes its task with it."""
        tasks = [one for one in due if isinstance(one.write, TaskWrite)]
        asked = [Command("crm.item.get", {"entityTypeId": one.entity, "id": one.number}) for one in tasks]
        owners = {}
        for one, told in zip(tasks, self.client.batch(asked), strict=True):
            if isinstance(told, PartnersyncError):
                receipts.append(receipt_of(one.write, told))
            else:
                owners[one.write.write_id] = ref(told.result["item"].get("assignedById"))
        return owners

    def _made(
        self, missing: Sequence[_Due], owners: Mapping[str, int], receipts: list[Receipt]
    ) -> tuple[dict[str, int], TryLater | None]:
        """The ids of those that were made, and what stopped others."""
        commands = [self._command(one, owners) for one in missing]
        try:
            told = self.client.batch(commands)
        except OutcomeUnknown as error:
            receipts += (Receipt(one.write.write_id, Outcome.UNKNOWN, error.message) for one in missing)
            return {}, None
        made, later = {}, None
        for one, reply in zip(missing, told, strict=True):
            if isinstance(reply, TryLater):
                later = reply
            elif isinstance(reply, PartnersyncError):
                receipts.append(receipt_of(one.write, reply))
            else:
                receipts.append(Receipt(one.write.write_id, Outcome.DONE))
                result = reply.result if isinstance(reply.result, Mapping) else {}
                made[one.write.write_id] = ref(result.get("logMessage", result).get("id"))
        return made, later

    def _command(self, one: _Due, owners: Mapping[str, int]) -> Command:
        if isinstance(one.write, TaskWrite):
            told = {
                "ownerTypeId": one.entity,
                "ownerId": one.number,
                "deadline": one.write.due_at.isoformat(),
                "title": one.write.text.partition("\n")[0][:_TITLE],
                "description": one.text,
                "responsibleId": self._active(one.write.assignee) or owners[one.write.write_id],
            }
            return Command("crm.activity.todo.add", told)
        fields = {"entityTypeId": one.entity, "entityId": one.number, "title": GROUP[self.language], "text": one.text}
        return Command("crm.timeline.logmessage.add", {"fields": {**fields, "iconCode": "info"}})

    def _active(self, assignee: str | None) -> int | None:
        """The user, if he may have tasks here; a partner's manager may be known elsewhere alone."""
        if not assignee or not assignee.isdecimal():
            return None
        known = next((user for user in self.users if str(user.get("ID")) == assignee), None)
        if self.users and (known is None or known.get("ACTIVE") in (False, "N")):
            return None
        return int(assignee)

    def _pin(self, settled: Sequence[tuple[_Due, int]]) -> None:
        """Verdicts come to stand on top; that one does not is no reason to write it again."""
        pins = [
            Command("crm.timeline.item.pin", {"id": number, "ownerTypeId": one.entity, "ownerId": one.number})
            for one, number in settled
            if isinstance(one.write, NoteWrite) and one.write.note_kind == PINNED and number
        ]
        with suppress(PartnersyncError):
            self.client.batch(pins)


def _look(one: _Due) -> Command:
    if isinstance(one.write, TaskWrite):
        told = {
            "filter": {"OWNER_TYPE_ID": one.entity, "OWNER_ID": one.number, "PROVIDER_ID": "CRM_TODO"},
            "select": ["ID", "DESCRIPTION", "CREATED"],
            "order": {"ID": "DESC"},
        }
        return Command("crm.activity.list", told)
    card = {"entityTypeId": one.entity, "entityId": one.number}
    return Command("crm.timeline.logmessage.list", {**card, "order": {"id": "DESC"}})
