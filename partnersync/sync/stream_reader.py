"""One stream of a connection on its way into the store: its pages are taken, each in a transaction."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection as Tx

from partnersync.contract.adapter import Gives, Page, Raw, Stream
from partnersync.contract.columns import ID_COLUMN
from partnersync.contract.managed import MANAGED
from partnersync.domain.issue import Issue
from partnersync.domain.masking import masked
from partnersync.domain.registration import INTAKE, UNDECIDED, Registration
from partnersync.domain.value import RecordKind
from partnersync.store import codec, cursors, decisions, fields, issuebook, records, runs
from partnersync.store.codec import fingerprint
from partnersync.store.database import Store
from partnersync.store.issuebook import IssueRow
from partnersync.store.records import Row
from partnersync.sync import total_intake
from partnersync.sync.forms import Problem, Setting
from partnersync.sync.intake import Intake, Taken
from partnersync.sync.progress import Progress

log = logging.getLogger(__name__)

# Part of every record's hash: raise it when cells are read differently, so that all records are read anew.
_READING = "2"


@dataclass(slots=True)
class PullReport:
    """What one connection gave: rows read and changed by kind, rows set aside now, records that vanished."""

    connection: str
    read: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)  # ids of issues that this pull opened

    def add(self, counter: dict[str, int], kind: RecordKind, amount: int) -> None:
        """Count records of one kind."""
        if amount:
            counter[kind.value] = counter.get(kind.value, 0) + amount


_AS_A_WHOLE = " as a whole"  # behind the scope of a stream: of troubles of its source, not of its records


def stream_of(scope: str) -> str:
    """The stream that issues of a scope were found in."""
    return scope.removesuffix(_AS_A_WHOLE).partition("/")[2]


@dataclass(slots=True)
class StreamReader:
    """Takes the pages of one stream."""

    stream: Stream
    setting: Setting
    run: int
    now: Callable[[], datetime]
    report: PullReport
    started: bool = False
    foreign: set[str] = field(default_factory=set)  # records whose managed fields seem to be edited

    def take_next(self, store: Store, page: Page, progress: Progress, place: str = "") -> None:
        """Keep one page in a transaction of its own, and tell of it; `place`: another name for its cursor."""
        with store.write() as tx:
            self.take(tx, page, place or self.stream.name)
        told = {"stream": self.stream.name, "rows": len(page.raws)}
        moved = "kept" if page.cursor is None else "moved"
        log.debug("page", {"connection": self.setting.connection, **told, "cursor": moved, "complete": page.complete})
        progress(self._scope.replace("/", ": ", 1), len(page.raws))

    def take(self, tx: Tx, page: Page, place: str) -> None:
        """Keep one page: records, managed values, what vanished, issues, and last the cursor."""
        connection, stream = self.setting.connection, self.stream
        if stream.whole and not self.started:
            records.clear_listed(tx, connection, stream.name)
        notices = [self._source_issue(*notice) for notice in page.notices]
        self._raise(tx, self._scope + _AS_A_WHOLE, notices, whole=not self.started)
        self.started = True
        raws, issues = self._distinct(tx, page.raws)
        if stream.gives is not Gives.MANAGED:
            issues += self._facts(tx, raws)
        if stream.kind in MANAGED:
            telling = [raw for raw in raws if raw.seen is not None]
            authors = {raw.record_id: raw.authors for raw in telling if raw.authors}
            seen = [(raw.record_id, raw.seen or {}) for raw in telling]
            self.foreign.update(fields.put_seen(tx, connection, stream.kind, seen, authors))
        if page.complete:
            issues += self._vanished(tx)
        self._raise(tx, self._scope, issues)
        if page.cursor is not None:
            cursors.put(tx, connection, place, page.cursor, self.now())

    def _raise(self, tx: Tx, scope: str, issues: Sequence[IssueRow], *, whole: bool = False) -> None:
        opened = issuebook.raise_issues(tx, "pull", scope, self.run, self.now(), issues, whole=whole)
        self.report.opened += opened

    @property
    def _scope(self) -> str:
        return f"{self.setting.connection}/{self.stream.name}"

    def _distinct(self, tx: Tx, raws: Sequence[Raw]) -> tuple[list[Raw], list[IssueRow]]:
        """One row per id; of a whole listing also against the pages before, where a different row is an issue."""
        if not self.stream.whole:
            return list({raw.record_id: raw for raw in raws}.values()), []
        before = records.listed(tx, self.setting.connection, self.stream.name, [raw.record_id for raw in raws])
        first: dict[str, Raw] = {}
        marks: dict[str, str] = dict(before)
        issues: list[IssueRow] = []
        for raw in raws:
            mark = _hash(raw)
            if raw.record_id not in marks:
                first[raw.record_id] = raw
                marks[raw.record_id] = mark
            elif marks[raw.record_id] != mark and self.stream.gives is not Gives.MANAGED:
                reason = "stands in several rows that differ: the first counts; remove the others"
                issues.append(
                    self._issue(raw, Problem("DUPLICATE_ID", ID_COLUMN[self.stream.kind], raw.record_id, reason))
                )
        marked = [(record_id, marks[record_id]) for record_id in first]
        records.mark_listed(tx, self.setting.connection, self.stream.name, marked)
        return list(first.values()), issues

    def _facts(self, tx: Tx, raws: Sequence[Raw]) -> list[IssueRow]:
        """Keep the records whose content moved, and name those that cannot be used."""
        connection, kind = self.setting.connection, self.stream.kind
        told = [raw for raw in raws if raw.cells is not None or raw.deleted or raw.problem or raw.merged_into]
        known = records.by_ids(tx, connection, kind, [raw.record_id for raw in told])
        hashes = {raw.record_id: _hash(raw) for raw in told}
        moved = [raw for raw in told if (row := known.get(raw.record_id)) is None or row.hash != hashes[raw.record_id]]
        records.upsert(tx, _shifted(told, known))
        self.report.add(self.report.read, kind, len(told))
        self.report.add(self.report.changed, kind, len(moved))
        taken = self._taken(tx, [raw.record_id for raw in moved]) if kind is RecordKind.REGISTRATION else {}
        intake = Intake(self.setting, kind, self.run, runs.next_booking(tx), taken=taken)
        issues: list[IssueRow] = []
        for raw in moved:
            issues += [
                self._issue(raw, problem)
                for problem in intake.add(raw, hashes[raw.record_id], known.get(raw.record_id))
            ]
        issuebook.close_for_records(tx, connection, kind, [raw.record_id for raw in moved], "pull", self.run)
        intake.keep(tx)
        if kind is RecordKind.DEAL:
            total_intake.carry(tx, moved, self.setting, self.run)
            bad = total_intake.take(tx, moved, self.setting, self.run, self.now())
            issues += [self._issue(raw, problem) for raw, problem in bad]
        return issues

    def _taken(self, tx: Tx, record_ids: Sequence[str]) -> dict[str, Taken]:
        """Registrations of other connections under these ids, which the whole programme shares, and decided ones."""
        found: dict[str, Taken] = {}
        for other in sorted((self.setting.connections | {INTAKE}) - {self.setting.connection}):
            for record_id, row in records.by_ids(tx, other, RecordKind.REGISTRATION, record_ids).items():
                if row.body:
                    found[record_id] = Taken(other, codec.load(Registration, row.body))
        for record_id, (connection, one) in decisions.claims_by_id(tx, record_ids).items():
            found[record_id] = Taken(connection, one.registration, one.verdict.state not in UNDECIDED)
        return found

    def _vanished(self, tx: Tx) -> list[IssueRow]:
        """Records that a whole listing no longer names; managed places that are gone."""
        connection, kind = self.setting.connection, self.stream.kind
        if self.stream.gives is Gives.MANAGED:
            fields.forget_unlisted(tx, connection, self.stream.name, kind)
            return []
        gone = records.vanished(tx, connection, self.stream.name, kind)
        known = records.by_ids(tx, connection, kind, gone)
        Intake(self.setting, kind, self.run, runs.next_booking(tx)).gone(tx, gone)
        if self.stream.gives is Gives.BOTH and kind in MANAGED:
            fields.forget_unlisted(tx, connection, self.stream.name, kind)
        issuebook.close_for_records(tx, connection, kind, gone, "pull", self.run)
        reason = "vanished from its source: what was booked stays, nothing new is booked; put it back if that is wrong"
        missed = [row for row in known.values() if row.body]  # what was never good is not missed
        return [self._row(Issue(kind, row.record_id, "DELETED", reason), row.file) for row in missed]

    def _issue(self, raw: Raw, problem: Problem) -> IssueRow:
        column = raw.origin.columns.get(problem.column, problem.column)
        value = masked(
            problem.value, problem.column
        )  # here by the canonical column; the rest is masked when it is kept
        issue = Issue(self.stream.kind, raw.record_id, problem.code, problem.reason, column, value)
        return self._row(issue, raw.origin.file, raw.origin.line)

    def _source_issue(self, code: str, file: str, reason: str) -> IssueRow:
        return self._row(Issue(self.stream.kind, "", code, reason), file)

    def _row(self, issue: Issue, file: str = "", line: int = 0) -> IssueRow:
        return IssueRow(self.setting.connection, issue, file, line)


def _shifted(told: Sequence[Raw], known: Mapping[str, Row]) -> list[Row]:
    """Known records that stand in another line now, so that what is said about them later names the right one."""
    at = ((known.get(raw.record_id), raw.origin) for raw in told)
    return [
        replace(row, file=origin.file, line=origin.line)
        for row, origin in at
        if row is not None and (row.file, row.line) != (origin.file, origin.line)
    ]


def _hash(raw: Raw) -> str:
    """Of everything that the row tells about its record, but where it stands, and since when it is paid."""
    cells = sorted(raw.cells.items()) if raw.cells is not None else None
    told = [_READING, cells, raw.deleted, raw.merged_into, raw.problem, *(one.total for one in raw.paid[-1:])]
    return fingerprint(json.dumps(told, ensure_ascii=False))
