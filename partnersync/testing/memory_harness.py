"""The conformance kit's harness of the system in memory: an example of one."""

from collections.abc import Callable, Mapping, Sequence

from partnersync.contract.adapter import Adapter, Cells
from partnersync.contract.columns import COLUMNS, ID_COLUMN
from partnersync.contract.schema import Schema
from partnersync.domain.value import RecordKind
from partnersync.testing.memory import MemoryAdapter
from partnersync.testing.memory_schema import MemorySchema
from partnersync.testing.memory_system import MemorySystem
from partnersync.testing.troubles import Disturbance, Trouble

_SELF_NAMED = frozenset({RecordKind.DOCUMENT, RecordKind.RATE})  # kinds without an id of their own


class MemoryHarness:
    """People at work in a `MemorySystem`; `make` and `define` build the adapter and the schema under test."""

    people = ("7", "8")
    page_rows = 3
    troubles = frozenset(Trouble)

    def __init__(
        self,
        make: Callable[[MemorySystem], Adapter] = MemoryAdapter,
        define: Callable[[MemorySystem], Schema | None] = MemorySchema,
    ) -> None:
        self.columns: Mapping[RecordKind, tuple[str, ...]] = {
            kind: tuple(name for name in names if kind in _SELF_NAMED or name != ID_COLUMN[kind])
            for kind, names in COLUMNS.items()
        }
        self._system = MemorySystem()
        self._make = make
        self._define = define

    def adapter(self) -> Adapter:
        return self._make(self._system)

    def schema(self) -> Schema | None:
        return self._define(self._system)

    def put(self, kind: RecordKind, rows: Sequence[Cells]) -> Sequence[str]:
        return [self._system.put(kind, row) for row in rows]

    def edit(self, kind: RecordKind, record_id: str, cells: Cells, by: str | None) -> None:
        self._system.edit(kind, record_id, cells, by)

    def delete(self, kind: RecordKind, record_id: str) -> None:
        self._system.delete(kind, record_id)

    def merge(self, kind: RecordKind, record_id: str, into: str) -> None:
        self._system.merge(kind, record_id, into)

    def managed(self, kind: RecordKind, record_id: str) -> Cells:
        card = self._system.cards[kind][record_id]
        return {name: card.managed.get(name, "") for name in self._system.fields.get(kind, ())}

    def unmanaged(self, kind: RecordKind, record_id: str) -> object:
        return dict(self._system.cards[kind][record_id].cells)

    def remove_place(self, kind: RecordKind, field: str) -> None:
        self._system.remove_field(kind, field)

    def notes(self, kind: RecordKind, record_id: str) -> Sequence[str]:
        return [note.text for note in self._system.notes if (note.kind, note.record_id) == (kind, record_id)]

    def tasks(self, kind: RecordKind, record_id: str) -> Sequence[str]:
        return [task.text for task in self._system.tasks if (task.kind, task.record_id) == (kind, record_id)]

    def table(self, name: str) -> Sequence[Sequence[str]]:
        return self._system.tables[name][1]

    def refuse(self, kind: RecordKind, record_id: str) -> None:
        self._system.refusing.add((kind, record_id))

    def accept(self, kind: RecordKind, record_id: str) -> None:
        self._system.refusing.discard((kind, record_id))

    def disturb(self, by: Disturbance | None) -> None:
        self._system.disturbance = by

    def move(self, zone: str) -> None:
        self._system.zone = zone

    def tick(self, seconds: int) -> None:
        self._system.now += seconds

    def calls(self) -> Sequence[str]:
        calls, self._system.calls = self._system.calls, []
        return calls

    def exceeded(self) -> Sequence[str]:
        return self._system.exceeded
