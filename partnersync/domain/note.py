"""The note: a sentence for people on a record, sent once."""

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
