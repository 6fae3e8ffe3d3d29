"""Notes and tasks → the account, each once: a reference at the end of its text is looked for before it is made.

The account has no other place for it: what is sent beside the text is not kept, or cannot be searched by.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from partnersync.contract.adapter import NoteWrite, Outcome, Receipt, TaskWrite
from partnersync.contract.written import reference
from partnersync.errors import OutcomeUnknown
from partnersync_amocrm.faults import Finding, Refused
from partnersync_amocrm.filters import Between, Filter, OneOf
from partnersync_amocrm.metadata import Metadata
from partnersync_amocrm.paging import Listing, Row, pages
from partnersync_amocrm.transport import Client

AT_ONCE = 50
_SLACK_S = 86_400  # between the moment of a note and the account's clock

Entry = NoteWrite | TaskWrite
Body = dict[str, Any]
ReadCards = Callable[[str, list[int]], Iterable[Row]]
"""Cards of one kind (as `leads`) by their ids, as they are now."""


@dataclass(frozen=True, slots=True)
class Entries:
    """Of one run. `began`: the account's time at its begin, in unix seconds."""

    client: Client
    known: Metadata
    began: int
    read: ReadCards

    def push(self, cards: str, writes: Iterable[Entry]) -> Iterator[Receipt]:
        """Notes, or tasks, on cards of one kind, as many at once as the account takes well."""
        waiting = iter(writes)
        while batch := list(islice(waiting, AT_ONCE)):
            due: dict[str, Entry] = {}
            for write in batch:
                if write.record_id.isdecimal():
                    due[write.write_id] = write
                else:
                    yield Receipt(write.write_id, Outcome.GONE, f'"{write.record_id}" is no id of a card')
            yield from self._made(cards, due)

    def _made(self, cards: str, due: dict[str, Entry]) -> Iterator[Receipt]:
        """Each pass settles what is there already, and then sends the rest in one call, less what was refused of it."""
        while due:
            for write_id in self._there(cards, list(due.values())):
                del due[write_id]
                yield Receipt(write_id, Outcome.DONE)
            bodies = self._bodies(cards, list(due.values()))
            for write_id in [one for one in due if one not in bodies]:
                del due[write_id]
                yield Receipt(write_id, Outcome.GONE, "the card is not there any more")
            if not due:
                return
            sent = list(due)
            try:
                self.client.create(self._path(cards, due[sent[0]]), [bodies[one] for one in sent])
            except OutcomeUnknown as error:
                yield from (Receipt(one, Outcome.UNKNOWN, error.message) for one in sent)
                return
            except Refused as error:
                bad = {one.request_id: one for one in error.findings if one.request_id in due}
                if not bad and len(sent) > 1:  # it does not say who is bad: each is sent alone
                    for write_id in sent:
                        yield from self._made(cards, {write_id: due[write_id]})
                    return
                for write_id in list(bad) or sent:
                    del due[write_id]
                    yield _refused(write_id, bad.get(write_id), error)
            else:
                yield from (Receipt(one, Outcome.DONE) for one in sent)
                return

    def _there(self, cards: str, writes: Sequence[Entry]) -> list[str]:
        """Which of them the account has already."""
        if not writes:
            return []
        since = min(self.began, *(int(write.at.timestamp()) for write in writes)) - _SLACK_S
        ids = {int(write.record_id) for write in writes}
        filters: list[Filter] = [OneOf("entity_id", sorted(ids)), Between("updated_at", since)]
        if isinstance(writes[0], TaskWrite):
            listing = Listing("tasks", "tasks", [OneOf("entity_type", [cards]), *filters], "id asc")
        else:
            listing = Listing(f"{cards}/notes", "notes", [OneOf("note_type", ["common"]), *filters], "id asc")
        texts = [(row["entity_id"], _text(row)) for page in pages(self.client, listing) for row in page]
        return [
            write.write_id
            for write in writes
            if any(card == int(write.record_id) and reference(write.write_id) in text for card, text in texts)
        ]

    def _bodies(self, cards: str, writes: Sequence[Entry]) -> Mapping[str, Body]:
        """What makes each, by its id; without those whose card is known to be gone."""
        tasks = [write for write in writes if isinstance(write, TaskWrite)]
        if not tasks:
            return {write.write_id: _note(write) for write in writes}
        found = {row["id"]: row for row in self.read(cards, [int(write.record_id) for write in tasks])}
        return {
            write.write_id: self._task(cards, write, found[int(write.record_id)])
            for write in tasks
            if int(write.record_id) in found
        }

    def _task(self, cards: str, write: TaskWrite, card: Row) -> Body:
        return {
            "request_id": write.write_id,
            "entity_type": cards,
            "entity_id": card["id"],
            "text": f"{write.text}\n{reference(write.write_id)}",
            "complete_till": int(write.due_at.timestamp()),
            "responsible_user_id": self._active(write.assignee) or card["responsible_user_id"],
        }

    def _active(self, assignee: str | None) -> int | None:
        """The user, if he may have tasks here; a partner's manager may be known elsewhere alone."""
        if not assignee or not assignee.isdecimal():
            return None
        told = {str(user["id"]): user for user in self.known.users or ()}
        if self.known.users is None:
            return int(assignee)
        rights = told[assignee].get("rights") or {} if assignee in told else {"is_active": False}
        return None if rights.get("is_active") is False else int(assignee)

    def _path(self, cards: str, write: Entry) -> str:
        return "tasks" if isinstance(write, TaskWrite) else f"{cards}/notes"


def _note(write: Entry) -> Body:
    return {
        "request_id": write.write_id,
        "entity_id": int(write.record_id),
        "note_type": "common",
        "params": {"text": f"{write.text}\n{reference(write.write_id)}"},
        "is_need_to_trigger_digital_pipeline": False,  # no robot has to follow what is meant for people
    }


def _text(row: Row) -> str:
    return str(row.get("text") or (row.get("params") or {}).get("text") or "")


def _refused(write_id: str, finding: Finding | None, error: Refused) -> Receipt:
    finding = finding or next(iter(error.findings), None)
    if finding is None:
        return Receipt(write_id, Outcome.REFUSED, error.message)
    outcome = Outcome.GONE if finding.path == "entity_id" else Outcome.REFUSED
    return Receipt(write_id, outcome, f"{finding.code} at {finding.path}")
