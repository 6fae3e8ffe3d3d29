"""Writes on their way: the managed fields of a record, an intent to write, and its row in the journal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from partnersync.domain.value import RecordKind

WRITE, UNDO = "write", "undo"  # actions of the journal
Values = Mapping[str, str | None]  # managed field → text; None: it has no place


@dataclass(frozen=True, slots=True)
class Managed:
    """The managed fields of one record: what we wrote last, what the system holds, what is due.

    `authors` says by field which user put there what is seen, where the system's log names him.
    """

    kind: RecordKind
    record_id: str
    base: Values
    seen: Values
    want: Values
    authors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that is about to go out; durable before it does. `after` holds only what it changes.

    `action` is its word in the journal, `reason` why it is made.
    """

    write_id: str
    run: int
    connection: str
    kind: RecordKind
    record_id: str
    before: Values
    after: Values
    action: str = WRITE
    reason: str = ""


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One row of the audit before it is chained: who did what to which record, and why."""

    at: datetime
    actor: str
    action: str
    connection: str
    kind: str
    record_id: str
    before: Values
    after: Values
    outcome: str
    reason: str
