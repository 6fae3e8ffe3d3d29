"""What an adapter takes from the core: writes with their receipts, and the programme's tables for people."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from partnersync.contract.pulled import Cells
from partnersync.domain.value import RecordKind


@dataclass(frozen=True, slots=True)
class FieldsWrite:
    """Set managed fields of one record. `values` holds only the fields to change; an empty text clears.

    Only where `removes_places`: the record loses its place of the fields in `removes` (where a record cannot be without
    a place that others have, it is cleared), and the places of the fields in `drops` go for all records of the kind
    once the writes that go out together are made, unless one of them holds something there.
    """

    write_id: str
    kind: RecordKind
    record_id: str
    values: Cells
    removes: frozenset[str] = frozenset()
    drops: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NoteWrite:
    """Leave a note on a record, once: `write_id` is kept in the system, so that a rerun finds it there."""

    write_id: str
    kind: RecordKind
    record_id: str
    note_kind: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TaskWrite:
    """Give a person a task on a record, once, as for notes. `assignee` None: whoever is responsible for the record."""

    write_id: str
    kind: RecordKind
    record_id: str
    task_kind: str
    text: str
    at: datetime
    due_at: datetime
    assignee: str | None = None


Write = FieldsWrite | NoteWrite | TaskWrite


def reference(write_id: str) -> str:
    """What stands at the end of a note's or task's text where a CRM has no other place by which to find it again."""
    return f"[ps {hashlib.blake2b(write_id.encode(), digest_size=6).hexdigest()}]"


class Outcome(StrEnum):
    """What became of one write."""

    DONE = "done"
    REFUSED = "refused"  # the system said no to this one; the others stand. It is planned again at the next run
    GONE = "gone"  # the record no longer exists
    UNKNOWN = "unknown"  # sent, no answer: the core reads the record back before anything else


@dataclass(frozen=True, slots=True)
class Receipt:
    """The outcome of one write, in the order in which outcomes became known.

    `reason` is a sentence without secrets. `version` is the record's new version where the system tells. `cursors`
    moves streams past our own write: reading on from there gives no echo of it (only where that is certain).
    """

    write_id: str
    outcome: Outcome
    reason: str = ""
    version: str = ""
    cursors: Cells = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the programme for people: ledger, issues … `state` names its content: equal state, equal rows."""

    name: str
    columns: tuple[str, ...]
    state: str
    rows: Callable[[], Iterator[Sequence[str]]]
