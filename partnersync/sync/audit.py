"""A change and its receipt → a row of the journal: who, what, why, before, after. Pure."""

from datetime import datetime

from partnersync.contract.adapter import Outcome
from partnersync.domain.change import Intent, JournalRow, Values
from partnersync.domain.note import Note

ENGINE = "partnersync"


def written(intent: Intent, outcome: Outcome, reason: str, at: datetime) -> JournalRow:
    """The journal's row of a write and what became of it."""
    return JournalRow(
        at,
        ENGINE,
        "write",
        intent.connection,
        intent.kind,
        intent.record_id,
        intent.before,
        intent.after,
        outcome.value,
        reason,
    )


def noted(note: Note, outcome: Outcome, reason: str, at: datetime) -> JournalRow:
    """The journal's row of a note and what became of it."""
    told: Values = {"note_id": note.note_id, "text": note.text}
    place = (note.connection, note.kind, note.record_id)
    return JournalRow(at, ENGINE, "note", *place, {}, told, outcome.value, reason)
