"""A small CRM in memory: what its people do to it, and the calls that it answers over an imagined network.

Times are whole seconds, as real systems keep them. A change may become visible late, as one of a long transaction does.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from partnersync.contract.columns import COLUMNS
from partnersync.contract.managed import MANAGED
from partnersync.domain.value import RecordKind
from partnersync.testing.troubles import WORKS, Disturbance, Killed, Trouble

ROBOT = "robot"
"""The user that our writes are made as."""

LARGEST_BATCH = 3
"""Changes that one call may hold."""


class Busy(Exception):
    """The call was refused for speed: it was certainly not processed."""


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
    """All of it. `fields` are the managed fields that an admin has made, in the order of `MANAGED`."""

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
    exceeded: list[str] = field(default_factory=list)  # calls that held more than is allowed
    disturbance: Disturbance | None = None
    zone: str = "Europe/Moscow"
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

    # What is asked over the network. TimeoutError: no answer came; Busy: certainly nothing was done.

    def changes(self, kind: RecordKind, since: int, until: int, after: tuple[int, str], limit: int) -> Sequence[Card]:
        """Records changed from `since` to `until`, by time and id, behind the place `after`, also deleted ones."""
        with self._called():
            found = sorted(
                (card.changed_at, card.record_id)
                for card in self.cards[kind].values()
                if since <= card.changed_at <= until and card.visible_at <= self.now
            )
            return [self.cards[kind][record_id] for at, record_id in found if (at, record_id) > after][:limit]

    def ids(self, kind: RecordKind) -> Sequence[str]:
        """The ids of all records that are there."""
        with self._called():
            return sorted(card.record_id for card in self.cards[kind].values() if not card.deleted)

    def get(self, kind: RecordKind, record_ids: Sequence[str]) -> Sequence[Card]:
        """The named records, as far as they ever were."""
        with self._called():
            return [self.cards[kind][record_id] for record_id in record_ids if record_id in self.cards[kind]]

    def update(self, kind: RecordKind, changes: Sequence[tuple[str, Mapping[str, str]]]) -> list[str]:
        """Set managed fields of several records: for each of them "ok", "gone", or why it was refused."""
        if len(changes) > LARGEST_BATCH:
            self.exceeded.append(f"{len(changes)} changes in one call")
        with self._called(f"update {kind} {' '.join(record_id for record_id, _ in changes)}"):
            return [self._updated(kind, record_id, values) for record_id, values in changes]

    def make_field(self, kind: RecordKind, name: str) -> None:
        """Make a managed field."""
        with self._called(f"make {name} of {kind}"):
            self.fields[kind] = [each for each in MANAGED[kind] if each in (*self.fields[kind], name)]

    def drop_field(self, kind: RecordKind, name: str) -> None:
        """Delete a managed field that no record holds anything in."""
        with self._called(f"drop {name} of {kind}"):
            if name in self.fields[kind] and not any(card.managed.get(name) for card in self.cards[kind].values()):
                self.remove_field(kind, name)

    def add(self, entries: list[Entry], entry: Entry) -> str:
        """Make a note or a task, as often as it is asked: "ok", "gone", or why it was refused."""
        with self._called(f"add to {entry.kind} {entry.record_id}"):
            problem = self._problem(entry.kind, entry.record_id)
            if not problem:
                entries.append(entry)
            return problem or "ok"

    def save_table(self, name: str, state: str, rows: Sequence[tuple[str, ...]]) -> None:
        """Replace a table."""
        with self._called(f"save {name}"):
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
    def _called(self, write: str = "") -> Iterator[None]:
        """One call; those that write say what. What is planned for it happens."""
        if write:
            self.calls.append(write)
        trouble = self.disturbance.of_call(writes=bool(write)) if self.disturbance else None
        if trouble is Trouble.REPLACED:
            self._save_all_anew()
        elif trouble is Trouble.KILLED_BEFORE:
            raise Killed
        elif trouble and trouble not in WORKS:
            raise Busy(write) if trouble is Trouble.TOO_MANY else TimeoutError(write)
        yield
        if trouble is Trouble.KILLED_AFTER:
            raise Killed
        if trouble in (Trouble.LOST, Trouble.TRUNCATED):
            raise TimeoutError(write)

    def _save_all_anew(self) -> None:
        for cards in self.cards.values():
            for card in cards.values():
                self._touch(card)
