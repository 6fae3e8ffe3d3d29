"""Changes → the connected system. An intent is committed before each write goes out, its outcome after the receipt."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection as Tx

from partnersync.contract.adapter import Adapter, FieldsWrite, NoteWrite, Outcome, Receipt, TaskWrite, Write
from partnersync.contract.secret import discreet
from partnersync.domain.change import WRITE, Intent, JournalRow
from partnersync.domain.note import Note, Task
from partnersync.domain.value import RecordKind
from partnersync.store import cursors, fields, intents, journal, outbox
from partnersync.store.database import Store
from partnersync.sync import audit
from partnersync.sync.outcome import landed, missed
from partnersync.sync.plan import Change
from partnersync.sync.plugin_calls import from_plugin
from partnersync.sync.progress import Progress

log = logging.getLogger(__name__)
_SETTLED = frozenset({Outcome.DONE, Outcome.GONE})
_NOT_MADE = frozenset({Outcome.REFUSED, Outcome.GONE})
_AT_ONCE = 1000  # intents and receipts that share a transaction


@dataclass(slots=True)
class PushReport:
    """What became of the writes of one connection; `refused` holds record ids with the system's reason."""

    connection: str
    outcomes: dict[str, int] = field(default_factory=dict)
    refused: list[tuple[str, str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)  # what the system says about writes that were done
    notes: int = 0  # notes and tasks that were sent

    @property
    def done(self) -> int:
        """Records written."""
        return self.outcomes.get(Outcome.DONE.value, 0)


def _nothing_more(tx: Tx, intents: Sequence[Intent]) -> None:
    """Nothing stands beside the intents."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """What writes are made for: their word in the journal, and why.

    `beside` is called in the transaction that makes intents durable. `drops` are fields whose places may go altogether.
    """

    action: str = WRITE
    reason: str = ""
    beside: Callable[[Tx, Sequence[Intent]], None] = _nothing_more
    drops: Mapping[RecordKind, frozenset[str]] = field(default_factory=dict)


_DUE = Purpose()


def push(
    store: Store,
    adapter: Adapter,
    changes: Iterable[Change],
    run: int,
    now: Callable[[], datetime],
    progress: Progress,
    report: PushReport,
    total: int,
    purpose: Purpose = _DUE,
) -> None:
    """Make the changes of the report's connection. Killed anywhere, the next run reads back what landed.

    `total` is the number of changes, for the progress.
    """
    connection = report.connection
    writes = _intended(store, adapter.capabilities.batch_size, connection, changes, run, now, purpose)
    for receipts in _batches(_pushed(connection, adapter, writes), adapter.capabilities.batch_size or _AT_ONCE):
        _settle(store, connection, receipts, run, now, report)
        progress(f"{connection}: written", len(receipts), total)
    log.info("written", {"connection": connection, **report.outcomes})


def send_notes(store: Store, adapter: Adapter, run: int, now: Callable[[], datetime], report: PushReport) -> None:
    """Send the notes and tasks that are due, each once: a system that has it already finds it by its id and says so.

    What was refused is tried again by the next run. A system without notes or tasks gets none.
    """
    able = adapter.capabilities
    with store.read() as tx:
        unsent = outbox.unsent(tx, report.connection)
    due = {note.note_id: note for note in unsent if (able.tasks if isinstance(note, Task) else able.notes)}
    writes = map(_message, due.values())
    for receipts in _batches(_pushed(report.connection, adapter, writes), _AT_ONCE) if due else ():
        at = now()
        with store.write() as tx:
            ended = [one for one in receipts if one.outcome in _SETTLED]
            outbox.settle(tx, [(one.write_id, one.outcome.value) for one in ended])
            rows = [audit.noted(due[one.write_id], one.outcome, one.reason, at) for one in receipts]
            journal.append(tx, rows, run)
        report.notes += sum(one.outcome is Outcome.DONE for one in receipts)
        report.refused += [
            (
                f"{audit.word(due[one.write_id])} on {due[one.write_id].kind.value} {due[one.write_id].record_id}",
                one.reason,
            )
            for one in receipts
            if one.outcome not in _SETTLED
        ]


def _message(note: Note) -> NoteWrite | TaskWrite:
    if isinstance(note, Task):
        place = (note.note_id, note.kind, note.record_id, note.note_kind, note.text, note.at)
        return TaskWrite(*place, note.due_at, note.assignee or None)
    return NoteWrite(note.note_id, note.kind, note.record_id, note.note_kind, note.text, note.at)


def _pushed(connection: str, adapter: Adapter, writes: Iterable[Write]) -> Iterator[Receipt]:
    """The receipts of writes; a reason is kept and shown, so it must not quote a contact or a secret."""
    for receipt in from_plugin(connection, partial(adapter.push, writes)):
        reason = discreet(receipt.reason) if receipt.reason else ""
        log.debug(
            "write",
            {"connection": connection, "write": receipt.write_id, "outcome": receipt.outcome.value, "reason": reason},
        )
        yield replace(receipt, reason=reason) if reason else receipt


def _batches(items: Iterable[Receipt], size: int) -> Iterator[Sequence[Receipt]]:
    batch: list[Receipt] = []
    for item in items:
        batch.append(item)
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch


def _intended(
    store: Store,
    batch_size: int,
    connection: str,
    changes: Iterable[Change],
    run: int,
    now: Callable[[], datetime],
    purpose: Purpose,
) -> Iterator[FieldsWrite]:
    """Hand writes out, each batch made durable just before."""
    size = batch_size or _AT_ONCE
    batch: list[Intent] = []
    for change in changes:
        if not change.after:
            continue
        write_id = f"{run}/{connection}/{change.kind.value}/{change.record_id}"
        place = (connection, change.kind, change.record_id)
        batch.append(Intent(write_id, run, *place, change.before, change.after, purpose.action, purpose.reason))
        if len(batch) >= size:
            yield from _open(store, batch, now(), purpose)
            batch = []
    if batch:
        yield from _open(store, batch, now(), purpose)


def _open(store: Store, batch: Sequence[Intent], at: datetime, purpose: Purpose) -> Iterator[FieldsWrite]:
    with store.write() as tx:
        intents.open_all(tx, batch, at)
        purpose.beside(tx, batch)
    for intent in batch:
        values = {name: text for name, text in intent.after.items() if text is not None}
        removes, drops = intent.after.keys() - values.keys(), purpose.drops.get(intent.kind, frozenset())
        yield FieldsWrite(intent.write_id, intent.kind, intent.record_id, values, frozenset(removes), drops)


def _settle(
    store: Store,
    connection: str,
    receipts: Sequence[Receipt],
    run: int,
    now: Callable[[], datetime],
    report: PushReport,
) -> None:
    at = now()
    with store.write() as tx:
        open_now = intents.by_ids(tx, [receipt.write_id for receipt in receipts])
        rows: list[JournalRow] = []
        for receipt in receipts:
            intent = open_now[receipt.write_id]
            rows.append(audit.written(intent, receipt.outcome, receipt.reason, at))
            report.outcomes[receipt.outcome.value] = report.outcomes.get(receipt.outcome.value, 0) + 1
            if receipt.outcome not in _SETTLED:
                report.refused.append((f"{intent.kind.value} {intent.record_id}", receipt.reason))
            elif receipt.outcome is Outcome.DONE and receipt.reason:
                report.remarks.append(receipt.reason)
            for stream, cursor in receipt.cursors.items():
                cursors.put(tx, connection, stream, cursor, at)
        landed(tx, connection, [open_now[receipt.write_id] for receipt in receipts if receipt.outcome is Outcome.DONE])
        not_made = [receipt.write_id for receipt in receipts if receipt.outcome in _NOT_MADE]
        missed(tx, connection, [open_now[write_id] for write_id in not_made], run)
        for kind in {intent.kind for intent in open_now.values()}:
            ids = [open_now[receipt.write_id] for receipt in receipts if receipt.outcome is Outcome.GONE]
            fields.rest(tx, connection, kind, [intent.record_id for intent in ids if intent.kind is kind])
        journal.append(tx, rows, run)
        unknown = [receipt.write_id for receipt in receipts if receipt.outcome is Outcome.UNKNOWN]
        intents.mark_unknown(tx, unknown)
        intents.settle(tx, [receipt.write_id for receipt in receipts if receipt.outcome is not Outcome.UNKNOWN])
