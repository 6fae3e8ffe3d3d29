"""A small CRM in memory: what its people do to it, and the calls that it answers over an imagined network.

Times are whole seconds, as real systems keep them. A change may become visible late, as one of a long transaction does.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from partnersync.contract.columns import COLUMNS
from partnersync.contract.managed import MANAGED
from partnersync.domain.value import RecordKind

ROBOT = "robot"
"""The user that our writes are made as."""


@dataclass(slots=True)
class Card:
    """One record. `editors`: who changed a field last, None where the log does not tell."""

    record_id: str
    cells: dict[str, str]
    changed_at: int
    visible_at: int
    managed: dict[str, str] = field(default_factory=dict)
    editors: dict[str, str | None] = field(default_factory=dict)
    deleted: bool = False
    merged_into: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A note or task on a record; `reference` is the mark of whoever made it through the interface."""

    kind: RecordKind
    record_id: str
    text: str
    reference: str


@dataclass(slots=True)
class MemorySystem:
    """All of it. `fields` are the managed fields that an admin has made."""

    now: int = 1_780_000_000
    fields: dict[RecordKind, list[str]] = field(
        default_factory=lambda: {kind: [*each] for kind, each in MANAGED.items()}
    )
    cards: dict[RecordKind, dict[str, Card]] = field(default_factory=lambda: {kind: {} for kind in COLUMNS})
    notes: list[Entry] = field(default_factory=list)
    tasks: list[Entry] = field(default_factory=list)
    tables: dict[str, tuple[str, list[tuple[str, ...]]]] = field(default_factory=dict)  # name → state, rows
    calls: list[str] = field(default_factory=list)
    refusing: set[tuple[RecordKind, str]] = field(default_factory=set)
    losing: list[bool] = field(default_factory=list)  # for each answer to be lost, whether the write is made
    made: int = 0

    # What people do.

    def put(self, kind: RecordKind, cells: Mapping[str, str]) -> str:
        """Enter a record; its id."""
        self.made += 1
        self.cards[kind][str(self.made)] = Card(str(self.made), dict(cells), self.now, self.now)
        return str(self.made)

    def edit(
        self, kind: RecordKind, record_id: str, cells: Mapping[str, str], by: str | None, *, visible_in: int = 0
    ) -> None:
        """Change cells and managed fields; others see it `visible_in` seconds later, dated now."""
        card = self.cards[kind][record_id]
        managed = {name: text for name, text in cells.items() if name in MANAGED.get(kind, ())}
        card.managed |= managed
        card.cells |= {name: text for name, text in cells.items() if name not in managed}
        card.editors |= dict.fromkeys(managed, by)
        self._touch(card, visible_in)

    def delete(self, kind: RecordKind, record_id: str) -> None:
        """Delete a record; its id stays in the bin."""
        self.cards[kind][record_id].deleted = True
        self._touch(self.cards[kind][record_id])

    def merge(self, kind: RecordKind, record_id: str, into: str) -> None:
        """Merge a record into another one."""
        self.cards[kind][record_id].merged_into = into
        self.delete(kind, record_id)

    def remove_field(self, kind: RecordKind, name: str) -> None:
        """Delete a managed field of all records, with its values."""
        self.fields[kind].remove(name)
        for card in self.cards[kind].values():
            card.managed.pop(name, None)

    # What is asked over the network. A write whose answer is lost raises TimeoutError.

    def changes(self, kind: RecordKind, since: int, until: int, after: tuple[int, str], limit: int) -> Sequence[Card]:
        """Records changed from `since` to `until`, by time and id, behind the place `after`, also deleted ones."""
        found = sorted(
            (card.changed_at, card.record_id)
            for card in self.cards[kind].values()
            if since <= card.changed_at <= until and card.visible_at <= self.now
        )
        return [self.cards[kind][record_id] for at, record_id in found if (at, record_id) > after][:limit]

    def ids(self, kind: RecordKind) -> Sequence[str]:
        """The ids of all records that are there."""
        return sorted(card.record_id for card in self.cards[kind].values() if not card.deleted)

    def get(self, kind: RecordKind, record_ids: Sequence[str]) -> Sequence[Card]:
        """The named records, as far as they ever were."""
        return [self.cards[kind][record_id] for record_id in record_ids if record_id in self.cards[kind]]

    def update(self, kind: RecordKind, changes: Sequence[tuple[str, Mapping[str, str]]]) -> list[str]:
        """Set managed fields of several records: for each of them "ok", "gone", or why it was refused."""
        with self._answered(f"update {kind} {' '.join(record_id for record_id, _ in changes)}") as made:
            return [self._updated(kind, record_id, values) for record_id, values in changes] if made else []

    def drop_field(self, kind: RecordKind, name: str) -> None:
        """Delete a managed field that no record holds anything in."""
        if name in self.fields[kind] and not any(card.managed.get(name) for card in self.cards[kind].values()):
            self.remove_field(kind, name)

    def add(self, entries: list[Entry], entry: Entry) -> str:
        """Make a note or a task, as often as it is asked: "ok", "gone", or why it was refused."""
        with self._answered(f"add to {entry.kind} {entry.record_id}") as made:
            problem = self._problem(entry.kind, entry.record_id)
            if made and not problem:
                entries.append(entry)
            return problem or "ok"

    def save_table(self, name: str, state: str, rows: Sequence[tuple[str, ...]]) -> None:
        """Replace a table."""
        self.calls.append(f"save {name}")
        self.tables[name] = (state, list(rows))

    def _updated(self, kind: RecordKind, record_id: str, values: Mapping[str, str]) -> str:
        problem = self._problem(kind, record_id)
        missing = [name for name in values if name not in self.fields.get(kind, ())]
        if problem or missing:
            return problem or f"there is no field {', '.join(missing)}"
        self.edit(kind, record_id, values, ROBOT)
        return "ok"

    def _problem(self, kind: RecordKind, record_id: str) -> str:
        card = self.cards[kind].get(record_id)
        if card is None or card.deleted:
            return "gone"
        return "the record is locked" if (kind, record_id) in self.refusing else ""

    def _touch(self, card: Card, visible_in: int = 0) -> None:
        card.changed_at, card.visible_at = self.now, self.now + visible_in

    @contextmanager
    def _answered(self, call: str) -> Iterator[bool]:
        """Log a write and say whether it is made; its answer may then be lost."""
        self.calls.append(call)
        lost = self.losing.pop() if self.losing else None
        yield lost is not False
        if lost is not None:
            raise TimeoutError(call)
