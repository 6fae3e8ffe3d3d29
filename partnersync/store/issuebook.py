"""The issues: records left over, each open until whoever found it no longer does."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select, update

from partnersync.contract.secret import discreet
from partnersync.domain.issue import Issue
from partnersync.domain.masking import masked
from partnersync.domain.value import RecordKind
from partnersync.store import changes
from partnersync.store.codec import moment_text
from partnersync.store.record_tables import issues as table
from partnersync.store.rows import chunks, stream, upsert_all

_COUNTER = "issues"
_OPENED = ("opened_run", "opened_at")


@dataclass(frozen=True, slots=True)
class IssueRow:
    """An issue and where its record stands in the source; `line` 0 is unknown."""

    connection: str
    issue: Issue
    file: str = ""
    line: int = 0

    @property
    def issue_id(self) -> str:
        """The same for the same trouble of the same record, so that it is opened once."""
        issue = self.issue
        place = (self.connection, issue.kind.value, issue.record_id, issue.code, issue.column, self.file)
        return "I" + hashlib.blake2b("\x1f".join(place).encode(), digest_size=8).hexdigest()


def raise_issues(
    tx: Connection,
    stage: str,
    scope: str,
    run: int,
    now: datetime,
    rows: Sequence[IssueRow],
    *,
    whole: bool = False,
) -> list[str]:
    """Open these issues; ids of those that were not open before. `whole`: others of this scope are closed."""
    return raise_by_scope(tx, stage, {scope: rows}, run, now, whole=whole)


def raise_by_scope(
    tx: Connection,
    stage: str,
    by_scope: Mapping[str, Sequence[IssueRow]],
    run: int,
    now: datetime,
    *,
    whole: bool = False,
) -> list[str]:
    """The same for many scopes at once, which costs no more than for one."""
    found = {row.issue_id: _values(row, stage, scope, run, now) for scope, rows in by_scope.items() for row in rows}
    before = {row["issue_id"]: row for row in by_ids(tx, list(found)) if row["closed_run"] is None}
    if whole:
        close(tx, [issue_id for issue_id in _open_in(tx, stage, list(by_scope)) if issue_id not in found], run)
    new = [values for issue_id, values in found.items() if issue_id not in before]
    known = [values for issue_id, values in found.items() if issue_id in before]
    changed = [values for values in known if _differ(values, before[values["issue_id"]])]
    upsert_all(tx, table, new)
    upsert_all(tx, table, changed, keep=_OPENED)
    if new or changed:
        changes.count(tx, _COUNTER)
    return [values["issue_id"] for values in new]


def close_for_records(
    tx: Connection, connection: str, kind: RecordKind, record_ids: Sequence[str], stage: str, run: int
) -> None:
    """Close what a stage found wrong with these records before it looks at them again."""
    for chunk in chunks(record_ids):
        query = select(table.c.issue_id).where(
            _is_open(),
            table.c.stage == stage,
            table.c.connection == connection,
            table.c.kind == kind.value,
            table.c.record_id.in_(chunk),
        )
        close(tx, list(tx.execute(query).scalars()), run)


def close(tx: Connection, issue_ids: Sequence[str], run: int) -> None:
    """Close these issues."""
    for chunk in chunks(issue_ids):
        tx.execute(update(table).where(table.c.issue_id.in_(chunk)).values(closed_run=run))
    if issue_ids:
        changes.count(tx, _COUNTER)


def open_issues(tx: Connection) -> Iterator[RowMapping]:
    """All open issues, streamed, in the order of connection, file, line and record."""
    for row in stream(tx, select(table).where(_is_open()).order_by(*(table.c[name] for name in _ORDER))):
        yield row._mapping


def by_ids(tx: Connection, issue_ids: Sequence[str]) -> list[RowMapping]:
    """These issues, open or closed, in the order of `open_issues`."""
    found = [
        row
        for chunk in chunks(issue_ids)
        for row in tx.execute(select(table).where(table.c.issue_id.in_(chunk))).mappings()
    ]
    return sorted(found, key=lambda row: tuple(row[name] for name in _ORDER))


def of_records(tx: Connection, connection: str, kind: RecordKind, record_ids: Sequence[str]) -> list[RowMapping]:
    """Open issues of these records."""
    found: list[RowMapping] = []
    for chunk in chunks(record_ids):
        here = (table.c.connection == connection) & (table.c.kind == kind.value) & table.c.record_id.in_(chunk)
        found += tx.execute(select(table).where(_is_open(), here).order_by(table.c.issue_id)).mappings()
    return found


def counts(tx: Connection) -> dict[str, int]:
    """Open issues by code."""
    query = select(table.c.code, func.count()).where(_is_open()).group_by(table.c.code).order_by(table.c.code)
    return dict(tx.execute(query).all())


def count_open(tx: Connection) -> int:
    """How many issues are open."""
    return tx.execute(select(func.count()).where(_is_open())).scalar_one()


def state(tx: Connection) -> str:
    """A short text that is another one whenever the open issues are."""
    return str(changes.number(tx, _COUNTER))


_ORDER = ("connection", "file", "line", "record_id", "code", "column", "issue_id")


def _is_open() -> ColumnElement[bool]:
    return table.c.closed_run.is_(None)


def _open_in(tx: Connection, stage: str, scopes: Sequence[str]) -> list[str]:
    found: list[str] = []
    for chunk in chunks(scopes):
        query = select(table.c.issue_id).where(_is_open(), table.c.stage == stage, table.c.scope.in_(chunk))
        found += tx.execute(query).scalars()
    return found


def _differ(values: Mapping[str, Any], known: RowMapping) -> bool:
    return any(known[name] != value for name, value in values.items() if name not in _OPENED)


def _values(row: IssueRow, stage: str, scope: str, run: int, now: datetime) -> dict[str, Any]:
    issue = row.issue
    return {
        "issue_id": row.issue_id,
        "stage": stage,
        "scope": scope,
        "connection": row.connection,
        "kind": issue.kind.value,
        "record_id": issue.record_id,
        "file": row.file,
        "line": row.line,
        "column": issue.column,
        "value": discreet(masked(issue.value, issue.column)),
        "code": issue.code,
        "reason": discreet(issue.reason),
        "opened_run": run,
        "opened_at": moment_text(now),
        "closed_run": None,
    }
