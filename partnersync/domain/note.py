"""Notes and tasks: sentences for people on a record, each sent once."""

from dataclasses import dataclass
from datetime import datetime

from partnersync.domain.value import RecordKind


@dataclass(frozen=True, slots=True)
class Note:
    """A note that is due on a record of a connection. `note_id` is the same for the same occasion: it is sent once."""

    note_id: str
    connection: str
    note_kind: str
    kind: RecordKind
    record_id: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Task(Note):
    """Something that a person has to do about a record; `assignee` empty: whoever is responsible for the record."""

    due_at: datetime
    assignee: str = ""
