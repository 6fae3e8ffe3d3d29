"""A system full of records, and runs over it: what every check starts from."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

from partnersync.contract.adapter import (
    Adapter,
    Capabilities,
    Cells,
    FieldsWrite,
    NoteWrite,
    Outcome,
    Raw,
    Receipt,
    TaskWrite,
    Write,
)
from partnersync.contract.managed import OWNER
from partnersync.domain.value import RecordKind
from partnersync.testing import samples
from partnersync.testing.harness import Harness
from partnersync.testing.mirror import Mirror
from partnersync.testing.troubles import Trouble

DEAL = RecordKind.DEAL
HOUR_S = 3600  # longer than any overlap
_AT = datetime(2026, 4, 1, 9, tzinfo=UTC)


class World:
    """A harness with records of these kinds in it, more deals than two pages hold, and what a core knows of them."""

    def __init__(self, harness: Harness, kinds: Collection[RecordKind] = tuple(RecordKind)) -> None:
        self.harness = harness
        self.mirror = Mirror()
        self._numbers = count(1)
        self.put: dict[RecordKind, list[tuple[str, Cells]]] = {}
        self.enter(DEAL, 2 * harness.page_rows + 1)
        for kind in harness.columns:
            if kind is not DEAL and kind in kinds:
                self.enter(kind, 2)
        harness.calls()

    def enter(self, kind: RecordKind, number: int) -> Sequence[str]:
        """People enter records; their ids."""
        deal_id = self.ids(DEAL)[0] if self.put else ""
        rows = samples.rows(self.harness, kind, number, deal_id)
        ids = self.harness.put(kind, rows)
        self.put.setdefault(kind, []).extend(zip(ids, rows, strict=True))
        return ids

    def ids(self, kind: RecordKind) -> list[str]:
        """The ids of all records of a kind that were entered."""
        return [record_id for record_id, _ in self.put.get(kind, [])]

    def live(self, kind: RecordKind) -> set[str]:
        """Ids of the records of a kind that are known to be there; of users those that were entered.

        The system has users before anyone enters them: its people, and ourselves.
        """
        live = self.mirror.live(kind)
        return live & set(self.ids(kind)) if kind is RecordKind.USER else live

    def told(self) -> list[RecordKind]:
        """The kinds of record that were entered and that the adapter supplies."""
        absent = () if self.able().supplies_activities else (RecordKind.ACTIVITY,)
        return [kind for kind in self.put if kind not in absent]

    @contextmanager
    def run(self) -> Iterator[Adapter]:
        """A new adapter, closed at the end, as in each run."""
        adapter = self.harness.adapter()
        try:
            yield adapter
        finally:
            adapter.close()

    def pull(self) -> list[Raw]:
        """One run that pulls everything; the rows that came."""
        with self.run() as adapter:
            return self.mirror.pull(adapter)

    def push(self, *writes: Write) -> dict[str, Receipt]:
        """One run that makes writes."""
        with self.run() as adapter:
            return self.mirror.push(adapter, writes)

    def sync(self, *writes: Write, meanwhile: Callable[[], object] = lambda: None) -> dict[str, Receipt]:
        """One run that pulls everything and then makes writes; `meanwhile` happens in between."""
        with self.run() as adapter:
            self.mirror.pull(adapter)
            meanwhile()
            return self.mirror.push(adapter, writes)

    def reread(self) -> Mirror:
        """What a core would know that pulls from the start."""
        fresh = Mirror()
        with self.run() as adapter:
            fresh.pull(adapter)
        return fresh

    def able(self) -> Capabilities:
        """What the adapter declares."""
        with self.run() as adapter:
            return adapter.capabilities

    def managed(self) -> dict[RecordKind, tuple[str, ...]]:
        """Managed fields that the adapter declares, but for the owner, of the kinds that people can enter."""
        managed = {kind: names for kind, names in self.able().managed.items() if kind in self.put}
        return {kind: tuple(name for name in names if name != OWNER) for kind, names in managed.items()}

    def set(self, kind: RecordKind, record_id: str, values: Cells) -> FieldsWrite:
        """A write of managed fields."""
        return FieldsWrite(self.write_id(), kind, record_id, values)

    def take(self, kind: RecordKind, record_id: str, names: Iterable[str], drops: Iterable[str] = ()) -> FieldsWrite:
        """A write that takes places away, from one record, and altogether."""
        return FieldsWrite(self.write_id(), kind, record_id, {}, frozenset(names), frozenset(drops))

    def note(self, record_id: str, text: str, write_id: str = "") -> NoteWrite:
        """A note on a deal."""
        return NoteWrite(write_id or self.write_id(), DEAL, record_id, "incident", text, _AT)

    def task(self, record_id: str, text: str, write_id: str = "") -> TaskWrite:
        """A task on a deal, for one of the system's people."""
        due = _AT + timedelta(days=3)
        person = self.harness.people[0]
        return TaskWrite(write_id or self.write_id(), DEAL, record_id, "incident", text, _AT, due, person)

    def write_id(self) -> str:
        """A new write id."""
        return f"kit/{next(self._numbers)}"

    def shown(self) -> dict[tuple[RecordKind, str], Cells]:
        """Our fields of all records as people see them."""
        return {(kind, key): self.harness.managed(kind, key) for kind in self.managed() for key in self.ids(kind)}

    def unmanaged(self) -> dict[tuple[RecordKind, str], object]:
        """All the rest of all records."""
        return {(kind, key): self.harness.unmanaged(kind, key) for kind in self.put for key in self.ids(kind)}


def outcomes(receipts: dict[str, Receipt]) -> set[Outcome]:
    """What became of all of them."""
    return {receipt.outcome for receipt in receipts.values()}


def unanswered(harness: Harness) -> list[Trouble]:
    """Troubles that leave a write without an answer, though it was made or not."""
    return [each for each in (Trouble.TIMEOUT, Trouble.LOST, Trouble.RESET) if each in harness.troubles]


def taken(writes: Iterable[Write], log: list[str]) -> Iterator[Write]:
    """Hand writes out, and note each one that is asked for."""
    for write in writes:
        log.append(write.write_id)
        yield write
