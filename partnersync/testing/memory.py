"""The reference adapter: the contract over a CRM in memory (memory_system.py), for tests and as an example.

It has what real ones have: cursors by time with an overlap, batches that half fail, answers that get lost, authors that
are sometimes unknown, deletions by tombstones or by a listing of ids, merges, notes and tasks that are made once.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from typing import Any, Self

from partnersync.contract.adapter import (
    Capabilities,
    FieldsWrite,
    Gives,
    NoteWrite,
    Outcome,
    Page,
    Raw,
    Receipt,
    Stream,
    Table,
    TaskWrite,
    Write,
)
from partnersync.contract.columns import COLUMNS, ID_COLUMN
from partnersync.domain.value import RecordKind
from partnersync.errors import TryLater, Unsupported
from partnersync.testing.memory_system import LARGEST_BATCH, ROBOT, Busy, Card, Entry, MemorySystem

OVERLAP_S = 120
"""How long a change may stay invisible and still be found."""

_IDS = ".ids"
_OUTCOMES = {"ok": Outcome.DONE, "gone": Outcome.GONE}


@dataclass(frozen=True, slots=True)
class Mark:
    """A cursor: what changed up to `since` is known. Within a walk also its end and the last record that was read."""

    since: int = 0
    until: int = 0
    at: int = 0
    record_id: str = ""

    @classmethod
    def parse(cls, cursor: str | None) -> Self:
        return cls(**json.loads(cursor)) if cursor else cls()

    def text(self) -> str:
        return json.dumps(asdict(self))


class MemoryAdapter:
    """One account of a `MemorySystem`. `able` are capabilities to take from it, to see how less able systems behave.

    Without `tombstones` deletions are told by a stream of all ids beside that of changes.
    """

    def __init__(self, system: MemorySystem, *, page_rows: int = 3, tombstones: bool = True, **able: Any) -> None:
        self._system = system
        self._page_rows = page_rows
        self._tombstones = tombstones
        everything = Capabilities(
            managed={kind: tuple(names) for kind, names in system.fields.items()},
            batch_size=LARGEST_BATCH,
            notes=True,
            tasks=True,
            publishes=True,
            names_authors=True,
            reports_deletions=True,
            reports_merges=True,
            supplies_activities=True,
            reads_record=True,
            removes_places=True,
        )
        self.capabilities = replace(everything, **able)

    def streams(self) -> Sequence[Stream]:
        """One of changes for each kind of record, and one of ids for each where deletions leave no trace."""
        kinds = [kind for kind in COLUMNS if kind is not RecordKind.ACTIVITY or self.capabilities.supplies_activities]
        managed = self.capabilities.managed
        changes = [Stream(kind.value, kind, Gives.BOTH if kind in managed else Gives.FACTS) for kind in kinds]
        if self._tombstones or not self.capabilities.reports_deletions:
            return changes
        return changes + [Stream(kind.value + _IDS, kind, whole=True) for kind in kinds]

    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        """Changes by time and id. A walk ends with what had changed when it began; the overlap repeats some of it."""
        if stream.whole:
            yield from self._ids(stream.kind, cursor)
            return
        mark = Mark.parse(cursor)
        if not mark.until:
            mark = Mark(mark.since - OVERLAP_S, self._system.now)
        while True:
            place = (mark.at, mark.record_id)
            with _repeatable():
                cards = self._system.changes(stream.kind, mark.since, mark.until, place, self._page_rows)
            raws = [self._raw(stream.kind, card) for card in cards if self._tells(card)]
            if len(cards) < self._page_rows:
                yield Page(raws, Mark(mark.until).text())
                return
            mark = replace(mark, at=cards[-1].changed_at, record_id=cards[-1].record_id)
            yield Page(raws, mark.text())

    def push(self, writes: Iterable[Write]) -> Iterator[Receipt]:
        """Fields in batches of one kind, notes and tasks one by one."""
        batch: list[Write] = []
        for write in writes:
            batch.append(write)
            if len(batch) == self.capabilities.batch_size:
                yield from self._send(batch)
                batch = []
        yield from self._send(batch)

    def read(self, kind: RecordKind, record_ids: Sequence[str]) -> Iterator[Raw]:
        """As the system holds them now."""
        self._need(self.capabilities.reads_record, "read single records")
        with _repeatable():
            known = {card.record_id: card for card in self._system.get(kind, record_ids)}
        for record_id in record_ids:
            yield self._raw(kind, known[record_id]) if record_id in known else Raw(record_id, deleted=True)

    def publish(self, table: Table) -> bool:
        """Kept with its state, so that an equal one is not rendered."""
        self._need(self.capabilities.publishes, "hold tables")
        if self._system.tables.get(table.name, ("",))[0] == table.state:
            return False
        rows = [tuple(row) for row in table.rows()]
        with _repeatable():
            self._system.save_table(table.name, table.state, [table.columns, *rows])
        return True

    def holds(self, name: str) -> str:
        """A hash of the table."""
        self._need(self.capabilities.publishes, "hold tables")
        if name not in self._system.tables:
            return ""
        return hashlib.sha256(json.dumps(self._system.tables[name]).encode()).hexdigest()

    def check(self) -> Iterator[str]:
        """Managed kinds without a single field."""
        return (f"{kind} has no field of ours. Make them" for kind, names in self._system.fields.items() if not names)

    def close(self) -> None:
        """Nothing is held."""

    def _need(self, able: bool, what: str) -> None:
        if not able:
            raise Unsupported(f"this system cannot {what}")

    def _tells(self, card: Card) -> bool:
        if card.merged_into and self.capabilities.reports_merges:
            return True
        return not card.deleted or (self._tombstones and self.capabilities.reports_deletions)

    def _raw(self, kind: RecordKind, card: Card) -> Raw:
        merged_into = card.merged_into if self.capabilities.reports_merges else None
        if card.deleted:
            return Raw(card.record_id, deleted=merged_into is None, merged_into=merged_into)
        fields = self.capabilities.managed.get(kind, ())
        named = {name: by for name, by in card.editors.items() if by not in (None, ROBOT) and name in fields}
        return Raw(
            card.record_id,
            {ID_COLUMN[kind]: card.record_id, **card.cells},
            {name: card.managed.get(name, "") for name in fields} if fields else None,
            version=str(card.changed_at),
            authors={name: str(by) for name, by in named.items()} if self.capabilities.names_authors else {},
        )

    def _ids(self, kind: RecordKind, cursor: str | None) -> Iterator[Page]:
        with _repeatable():
            ids = self._system.ids(kind)
        mark = hashlib.sha256(json.dumps(ids).encode()).hexdigest()
        if mark == cursor:
            return
        for start in range(0, len(ids), self._page_rows):
            yield Page([Raw(record_id) for record_id in ids[start : start + self._page_rows]])
        yield Page([], mark, complete=True)

    def _send(self, batch: Sequence[Write]) -> Iterator[Receipt]:
        for (_, kind), group in groupby(batch, key=lambda write: (isinstance(write, FieldsWrite), write.kind)):
            writes = list(group)
            fields = [write for write in writes if isinstance(write, FieldsWrite)]
            if fields:
                yield from self._send_fields(kind, fields)
            for write in writes:
                if not isinstance(write, FieldsWrite):
                    yield self._send_entry(write)

    def _send_fields(self, kind: RecordKind, writes: Sequence[FieldsWrite]) -> Iterator[Receipt]:
        if kind not in self.capabilities.managed:
            yield from (Receipt(write.write_id, Outcome.REFUSED, f"{kind} has no field of ours") for write in writes)
            return
        changes = [(write.record_id, {**write.values, **dict.fromkeys(write.removes, "")}) for write in writes]
        try:
            answers = self._system.update(kind, changes)
        except Busy as error:
            raise TryLater("the system is busy") from error
        except TimeoutError:
            yield from (Receipt(write.write_id, Outcome.UNKNOWN, "no answer came") for write in writes)
            return
        with _repeatable():
            for name in sorted({name for write in writes for name in write.drops}):
                self._system.drop_field(kind, name)
        for write, answer in zip(writes, answers, strict=True):
            yield _receipt(write, answer)

    def _send_entry(self, write: NoteWrite | TaskWrite) -> Receipt:
        is_note = isinstance(write, NoteWrite)
        self._need(self.capabilities.notes if is_note else self.capabilities.tasks, "take notes or tasks")
        entries = self._system.notes if is_note else self._system.tasks
        if any(entry.reference == write.write_id for entry in entries):
            return Receipt(write.write_id, Outcome.DONE)
        try:
            answer = self._system.add(entries, Entry(write.kind, write.record_id, write.text, write.write_id))
        except Busy as error:
            raise TryLater("the system is busy") from error
        except TimeoutError:
            return Receipt(write.write_id, Outcome.UNKNOWN, "no answer came")
        return _receipt(write, answer)


@contextmanager
def _repeatable() -> Iterator[None]:
    """A call that does no harm when the next run makes it again."""
    try:
        yield
    except (Busy, TimeoutError) as error:
        raise TryLater("the system does not answer") from error


def _receipt(write: Write, answer: str) -> Receipt:
    outcome = _OUTCOMES.get(answer, Outcome.REFUSED)
    return Receipt(write.write_id, outcome, "" if outcome is Outcome.DONE else answer)
