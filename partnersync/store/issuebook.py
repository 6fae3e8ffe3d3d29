"""The issues: records left over, each open until whoever found it no longer does."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select, update

from partnersync.domain.issue import Issue
from partnersync.domain.value import RecordKind
from partnersync.store.codec import moment_text
from partnersync.store.rows import chunks, upsert_all
from partnersync.store.tables import issues as table


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
    found = {row.issue_id: row for row in rows}
    open_now = _open_ids(tx, list(found))
    if whole:
        of_scope = select(table.c.issue_id).where(_is_open(), table.c.stage == stage, table.c.scope == scope)
        _close(tx, [issue_id for issue_id in tx.execute(of_scope).scalars() if issue_id not in found], run)
    values = [_values(row, stage, scope, run, now) for row in found.values()]
    upsert_all(tx, table, [value for value in values if value["issue_id"] not in open_now])
    known = [value for value in values if value["issue_id"] in open_now]
    upsert_all(tx, table, known, keep=("opened_run", "opened_at"))
    return [issue_id for issue_id in found if issue_id not in open_now]


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
        _close(tx, list(tx.execute(query).scalars()), run)


def open_issues(tx: Connection) -> Iterator[RowMapping]:
    """All open issues in the order of connection, file, line and record."""
    order = (table.c.connection, table.c.file, table.c.line, table.c.record_id, table.c.code, table.c.column)
    query = select(table).where(_is_open()).order_by(*order)
    yield from tx.execute(query.execution_options(yield_per=1000)).mappings()


def by_ids(tx: Connection, issue_ids: Sequence[str]) -> list[RowMapping]:
    """These issues, in the order of `open_issues`."""
    found = [
        row
        for chunk in chunks(issue_ids)
        for row in tx.execute(select(table).where(table.c.issue_id.in_(chunk))).mappings()
    ]
    return sorted(found, key=lambda row: (row["connection"], row["file"], row["line"], row["record_id"], row["code"]))


def counts(tx: Connection) -> dict[str, int]:
    """Open issues by code."""
    query = (
        select(table.c.code, func.count().label("number"))
        .where(_is_open())
        .group_by(table.c.code)
        .order_by(table.c.code)
    )
    return {row.code: row.number for row in tx.execute(query)}


def count_open(tx: Connection) -> int:
    """How many issues are open."""
    return tx.execute(select(func.count()).where(_is_open())).scalar_one()


def state(tx: Connection) -> str:
    """A short text that changes whenever the open issues do."""
    query = select(func.count(), func.max(table.c.opened_run), func.max(table.c.closed_run), func.sum(table.c.line))
    last_closed = tx.execute(select(func.max(table.c.closed_run))).scalar()
    total, opened, _, lines = tx.execute(query.where(_is_open())).one()
    return f"{total} {opened} {last_closed} {lines}"


def _is_open() -> ColumnElement[bool]:
    return table.c.closed_run.is_(None)


def _open_ids(tx: Connection, issue_ids: Sequence[str]) -> set[str]:
    return {
        issue_id
        for chunk in chunks(issue_ids)
        for issue_id in tx.execute(select(table.c.issue_id).where(_is_open(), table.c.issue_id.in_(chunk))).scalars()
    }


def _close(tx: Connection, issue_ids: Sequence[str], run: int) -> None:
    for chunk in chunks(issue_ids):
        tx.execute(update(table).where(table.c.issue_id.in_(chunk)).values(closed_run=run))


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
        "value": issue.value,
        "code": issue.code,
        "reason": issue.reason,
        "opened_run": run,
        "opened_at": moment_text(now),
        "closed_run": None,
    }
