"""The journal: who did what to which record, when and why, before and after; hash-chained (chain.py)."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, RowMapping, Select, select

from partnersync.domain.change import JournalRow
from partnersync.store.chain import Chain, Finding
from partnersync.store.codec import moment, moment_text
from partnersync.store.rows import stream
from partnersync.store.write_tables import audit

# In this order for ever: the hash covers them so.
_COLUMNS = tuple("at run actor action connection kind record_id before after outcome reason".split())
_PAGE = 1000
_CHAIN = Chain("audit", audit, _COLUMNS, "record_id")


class Kept(NamedTuple):
    """A row of the journal with its place in the chain and the run that wrote it."""

    seq: int
    run: int
    row: JournalRow


def append(tx: Connection, new: Sequence[JournalRow], run: int) -> None:
    """Add rows, in the order given."""
    _CHAIN.append(tx, (_values(row, run) for row in new))


def rows(
    tx: Connection,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    last: int | None = None,
    **where: str | int | None,
) -> Iterator[Kept]:
    """The journal in its order, streamed: all, or the rows (the `last` so many of them) that agree with every filter.

    `where` are columns with the value that they must have; None asks nothing. `until` counts to the end of its second.
    """
    query = select(audit)
    for name, value in where.items():
        if value is not None:
            query = query.where(audit.c[name] == value)
    if since:
        query = query.where(audit.c.at >= moment_text(since))
    if until:
        query = query.where(audit.c.at < moment_text(until.replace(microsecond=0) + timedelta(seconds=1)))
    if last is not None:
        newest = query.order_by(audit.c.seq.desc()).limit(last).subquery()
        query = select(newest)
    for row in stream(tx, query.order_by("seq")):
        yield Kept(row.seq, row.run, _row(row._mapping))


def done_page(tx: Connection, run: int, action: str, connection: str, after: int) -> list[Kept]:
    """The next rows behind the place `after` that tell what a run did to one connection."""
    query = _done(run, action).where(audit.c.connection == connection, audit.c.seq > after)
    return [Kept(row.seq, row.run, _row(row._mapping)) for row in tx.execute(query.order_by(audit.c.seq).limit(_PAGE))]


def connections(tx: Connection, run: int, action: str) -> set[str]:
    """Where a run did something."""
    found = _done(run, action).with_only_columns(audit.c.connection).distinct()
    return set(tx.execute(found).scalars())


def _done(run: int, action: str) -> Select[Any]:
    return select(audit).where(audit.c.run == run, audit.c.action == action, audit.c.outcome == "done")


def verify(tx: Connection) -> list[Finding]:
    """What does not agree in the journal: a changed, added or missing row, or a cut end."""
    return _CHAIN.verify(tx)


def _values(row: JournalRow, run: int) -> dict[str, Any]:
    return {
        "at": moment_text(row.at),
        "run": run,
        "actor": row.actor,
        "action": row.action,
        "connection": row.connection,
        "kind": str(row.kind),
        "record_id": row.record_id,
        "before": json.dumps(dict(row.before), ensure_ascii=False),
        "after": json.dumps(dict(row.after), ensure_ascii=False),
        "outcome": row.outcome,
        "reason": row.reason,
    }


def _row(row: RowMapping) -> JournalRow:
    return JournalRow(
        moment(row["at"]),
        row["actor"],
        row["action"],
        row["connection"],
        row["kind"],
        row["record_id"],
        json.loads(row["before"]),
        json.loads(row["after"]),
        row["outcome"],
        row["reason"],
    )
