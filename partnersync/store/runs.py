"""The runs: what was started when, as of which moment, and how it ended."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from partnersync.store.codec import moment, moment_text
from partnersync.store.tables import ledger, runs


@dataclass(frozen=True, slots=True)
class Run:
    """One run; `finished_at` and `exit_code` are None while it works, and for ever where it was killed."""

    run: int
    command: str
    as_of: datetime
    started_at: datetime
    finished_at: datetime | None
    exit_code: int | None
    booked: bool
    counts: Mapping[str, object]


def start(tx: Connection, command: str, as_of: datetime, now: datetime) -> int:
    """Number a new run."""
    values = {"command": command, "as_of": moment_text(as_of), "started_at": moment_text(now)}
    result = tx.execute(insert(runs).values(values))
    [number] = result.inserted_primary_key or [0]
    return int(number)


def finish(tx: Connection, run: int, now: datetime, exit_code: int, counts: Mapping[str, object], booked: bool) -> None:
    """Note how a run ended; `booked` makes its as_of the earliest of later booking runs."""
    values = {
        "finished_at": moment_text(now),
        "exit_code": exit_code,
        "counts": json.dumps(counts, ensure_ascii=False),
        "booked": booked,
    }
    tx.execute(update(runs).where(runs.c.run == run).values(values))


def latest(tx: Connection, limit: int) -> list[Run]:
    """The last runs, the newest first."""
    query = select(runs).order_by(runs.c.run.desc()).limit(limit)
    return [_run(row) for row in tx.execute(query).mappings()]


def last_booked_as_of(tx: Connection) -> datetime | None:
    """The as_of of the last run that booked, also of one that was killed after it booked lines; None where none did."""
    noted = select(runs.c.as_of).where(runs.c.booked).order_by(runs.c.run.desc()).limit(1)
    last_line = select(ledger.c.booked_at).order_by(ledger.c.seq.desc()).limit(1)
    found = [as_of for query in (noted, last_line) if (as_of := tx.execute(query).scalar()) is not None]
    return moment(max(found)) if found else None


def _run(row: RowMapping) -> Run:
    finished = row["finished_at"]
    return Run(
        row["run"],
        row["command"],
        moment(row["as_of"]),
        moment(row["started_at"]),
        None if finished is None else moment(finished),
        row["exit_code"],
        row["booked"],
        json.loads(row["counts"]),
    )
