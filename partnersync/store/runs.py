"""The runs: what was started when, as of which moment, and how it ended."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from partnersync.store.codec import moment, moment_text
from partnersync.store.run_tables import runs


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


def book(tx: Connection, run: int) -> None:
    """Note in the transaction that books that the run did: its as_of is the earliest of later booking runs."""
    tx.execute(update(runs).where(runs.c.run == run).values(booked=True))


def finish(tx: Connection, run: int, now: datetime, exit_code: int, counts: Mapping[str, object]) -> None:
    """Note how a run ended."""
    values = {
        "finished_at": moment_text(now),
        "exit_code": exit_code,
        "counts": json.dumps(counts, ensure_ascii=False),
    }
    tx.execute(update(runs).where(runs.c.run == run).values(values))


def latest(tx: Connection, limit: int) -> list[Run]:
    """The last runs, the newest first."""
    query = select(runs).order_by(runs.c.run.desc()).limit(limit)
    return [_run(row) for row in tx.execute(query).mappings()]


def by_number(tx: Connection, number: int) -> Run | None:
    """One run, or None if there is none of that number."""
    row = tx.execute(select(runs).where(runs.c.run == number)).mappings().one_or_none()
    return _run(row) if row else None


def last_booked_as_of(tx: Connection) -> datetime | None:
    """The as_of of the last run that booked, however it ended; None where none did."""
    found = tx.execute(select(runs.c.as_of).where(runs.c.booked).order_by(runs.c.run.desc()).limit(1)).scalar()
    return moment(found) if found else None


def next_booking(tx: Connection) -> int:
    """The earliest run that can book what is pulled now; the same for all runs until one of them has booked."""
    return (tx.execute(select(func.max(runs.c.run)).where(runs.c.booked)).scalar() or 0) + 1


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
