"""Undo of a run: what it wrote and nobody touched since goes back to what was there, and is held so."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection as Tx

from partnersync.contract.adapter import Adapter
from partnersync.contract.managed import MANAGED, NEVER_MADE
from partnersync.domain.change import UNDO, WRITE, Intent, Managed
from partnersync.domain.issue import Issue
from partnersync.domain.value import RecordKind
from partnersync.errors import ConfigError
from partnersync.store import fields, held, intents, issuebook, journal, records, runs
from partnersync.store.database import Store
from partnersync.store.held import Hold
from partnersync.store.issuebook import IssueRow
from partnersync.store.journal import Kept
from partnersync.store.records import Row
from partnersync.sync.plan import NOT_HELD, Change, change
from partnersync.sync.progress import Progress
from partnersync.sync.push import Purpose, PushReport, push
from partnersync.sync.restore import Leaving, restore

_TOLD = 1000
_STAGE = "undo"

Place = tuple[RecordKind, str]


@dataclass(slots=True)
class Undone:
    """What an undo of `run` puts back, or would: fields by connection and name; and what it leaves."""

    run: int
    records: int = 0
    by_field: dict[str, Counter[str]] = field(default_factory=dict)
    changes: list[tuple[str, Change]] = field(default_factory=list)  # with their connection, the first of many
    left: Counter[str] = field(default_factory=Counter)  # fields, by reason
    leaving: list[tuple[str, Leaving]] = field(default_factory=list)  # with their connection, the first of many

    @property
    def fields(self) -> int:
        """How many fields are put back."""
        return sum(sum(by_field.values()) for by_field in self.by_field.values())


def connections(tx: Tx, run: int, known: Sequence[str]) -> frozenset[str]:
    """Where a run wrote, or may have; one that never ended may still be at work in any of those `known`.

    ConfigError: there is no such run, or it is an undo itself.
    """
    found = runs.by_number(tx, run)
    if found is None:
        raise ConfigError(f"there is no run {run}", hint="`partnersync status` shows the last runs")
    if found.command.startswith(UNDO):
        raise ConfigError(
            f"run {run} is an undo itself ({found.command})",
            hint="`partnersync issues retry --code UNDONE` lets the next sync write again what is due",
        )
    wrote = journal.connections(tx, run, WRITE) | intents.connections(tx, run)
    return frozenset(wrote if found.finished_at else {*wrote, *known})


@dataclass(slots=True)
class Undo:
    """The undo of one run in one connection that was read just now; `number` is the run that undoes."""

    store: Store
    connection: str
    adapter: Adapter
    run: int
    number: int
    now: Callable[[], datetime]

    def look(self, tx: Tx, undone: Undone) -> dict[RecordKind, frozenset[str]]:
        """Count what can be put back; the fields in which nothing of ours is left then, of kinds that lose places."""
        taken: dict[RecordKind, Counter[str]] = defaultdict(Counter)
        by_field = undone.by_field.setdefault(self.connection, Counter())
        for back, leaving in self._judged(tx):
            if back:
                undone.records += 1
                by_field.update(back.after.keys())
                taken[back.kind].update(name for name, text in back.after.items() if text is None)
                if len(undone.changes) < _TOLD:
                    undone.changes.append((self.connection, back))
            undone.left.update(one.why.value for one in leaving)
            if len(undone.leaving) < _TOLD:
                undone.leaving += [(self.connection, one) for one in leaving]
        return {kind: self._emptied(tx, kind, names) for kind, names in taken.items() if names}

    def write(
        self, drops: dict[RecordKind, frozenset[str]], total: int, report: PushReport, progress: Progress
    ) -> None:
        """Put back what can be, and hold it."""
        purpose = Purpose(UNDO, f"undo of run {self.run}", self._hold, drops)
        changes = self._changes()
        push(self.store, self.adapter, changes, self.number, self.now, progress, report, total, purpose)

    def settle(self) -> None:
        """Let the plan pass by records in which all that is due is held now."""
        after: Place | None = None
        while True:
            with self.store.write() as tx:
                page = fields.due_page(tx, self.connection, after)
                holds = held.of_records(tx, self.connection, [(one.kind, one.record_id) for one in page])
                asked = [one for one in page if (one.kind, one.record_id) in holds]
                idle = [one for one in asked if change(one, holds[one.kind, one.record_id]) is None]
                for kind in {one.kind for one in idle}:
                    fields.lull(tx, self.connection, kind, [one.record_id for one in idle if one.kind is kind])
            if not page:
                return
            after = (page[-1].kind, page[-1].record_id)

    def _judged(self, tx: Tx) -> Iterator[tuple[Change | None, Sequence[Leaving]]]:
        after = 0
        while page := journal.done_page(tx, self.run, WRITE, self.connection, after):
            yield from self._of_page(tx, page)
            after = page[-1].seq

    def _changes(self) -> Iterator[Change]:
        """Page by page, so that outcomes can be kept in between."""
        after = 0
        while True:
            with self.store.read() as tx:
                page = journal.done_page(tx, self.run, WRITE, self.connection, after)
                judged = list(self._of_page(tx, page))
            if not page:
                return
            yield from (back for back, _ in judged if back)
            after = page[-1].seq

    def _of_page(self, tx: Tx, page: Sequence[Kept]) -> Iterator[tuple[Change | None, Sequence[Leaving]]]:
        places = [(RecordKind(kept.row.kind), kept.row.record_id) for kept in page]
        managed, rows = _managed(tx, self.connection, places), _rows(tx, self.connection, places)
        removes, lost = self.adapter.capabilities.removes_places, held.without_place(tx, self.connection, places)
        for kept, place in zip(page, places, strict=True):
            row, undone = rows.get(place), lost.get(place, ())
            gone = row is None or row.state == "gone"
            yield restore(managed[place], kept.row.before, kept.row.after, undone, gone=gone, removes_places=removes)

    def _emptied(self, tx: Tx, kind: RecordKind, taken: Counter[str]) -> frozenset[str]:
        """The fields that no record of the kind keeps anything of ours in, once their places are taken from `taken`."""
        ours: Counter[str] = Counter()
        after = ""
        while page := fields.of_kind(tx, self.connection, kind, after):
            after = page[-1].record_id
            lost = held.without_place(tx, self.connection, [(kind, one.record_id) for one in page])
            for one in page:
                undone = lost.get((kind, one.record_id), ())
                ours.update(name for name, base in one.base.items() if base is not None and name not in undone)
        return frozenset(name for name in MANAGED[kind] if name not in NEVER_MADE and ours[name] == taken[name])

    def _hold(self, tx: Tx, batch: Sequence[Intent]) -> None:
        """Hold what is put back while the same is due as now, and say so in an issue where it shows."""
        places = [(intent.kind, intent.record_id) for intent in batch]
        managed, rows = _managed(tx, self.connection, places), _rows(tx, self.connection, places)
        known = held.of_records(tx, self.connection, places)
        at = self.now()
        holds: list[Hold] = []
        issues: list[IssueRow] = []
        for intent, place in zip(batch, places, strict=True):
            for name, text in intent.after.items():
                want = managed[place].want.get(name)
                if want is None or want == text or known.get(place, NOT_HELD).get(name, want) is None:
                    continue  # nothing is due, or the field is held whatever is due
                issue_id = ""
                if want != (text or ""):
                    issues.append(self._issue(intent, name, want, rows[place]))
                    issue_id = issues[-1].issue_id
                holds.append(
                    Hold(self.connection, *place, name, want, self.number, at, issue_id, had_place=text is not None)
                )
        held.put(tx, holds)
        issuebook.raise_issues(tx, _STAGE, f"{_STAGE} {self.connection}", self.number, at, issues)

    def _issue(self, intent: Intent, name: str, want: str, row: Row) -> IssueRow:
        reason = (
            f"is due and not written, for run {self.run} was undone: it is written when something else is due, "
            "or let it go with `partnersync issues retry`"
        )
        return IssueRow(
            self.connection, Issue(intent.kind, intent.record_id, "UNDONE", reason, name, want), row.file, row.line
        )


def _managed(tx: Tx, connection: str, places: Sequence[Place]) -> dict[Place, Managed]:
    """The managed fields of these records; of one that nothing is known of, none."""
    found: dict[Place, Managed] = {place: Managed(*place, {}, {}, {}) for place in places}
    for kind, record_ids in _by_kind(places).items():
        for record_id, managed in fields.by_ids(tx, connection, kind, record_ids).items():
            found[kind, record_id] = managed
    return found


def _rows(tx: Tx, connection: str, places: Sequence[Place]) -> dict[Place, Row]:
    return {
        (kind, record_id): row
        for kind, record_ids in _by_kind(places).items()
        for record_id, row in records.by_ids(tx, connection, kind, record_ids).items()
    }


def _by_kind(places: Sequence[Place]) -> dict[RecordKind, list[str]]:
    found: dict[RecordKind, list[str]] = defaultdict(list)
    for kind, record_id in places:
        found[kind].append(record_id)
    return found
