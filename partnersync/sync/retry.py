"""Records left over, taken up again: what the next run reads or decides once more although nothing changed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection as Tx

from partnersync.store import casefile, cursors, held, records
from partnersync.sync.stream_reader import stream_of


@dataclass(frozen=True, slots=True)
class Retried:
    """What the next run does about the issues. `every_run`: those that each run looks at by itself."""

    issues: int
    streams: tuple[str, ...]  # read again, "connection/stream"
    records: int  # of them, read anew whatever they hold
    cases: int  # decided again
    fields: int  # no longer held
    every_run: int


def retry(tx: Tx, issues: Sequence[Mapping[str, Any]], run: int) -> Retried:
    """Have the next run look again at the records of these open issues; `run` closes those of fields let go."""
    pulled = [row for row in issues if row["stage"] == "pull"]
    cases = {case for row in issues if row["stage"] == "decide" and (case := casefile.case_of(row["scope"]))}
    casefile.touch(tx, sorted(cases))
    return Retried(
        len(issues),
        _read_again(tx, pulled),
        _take_for_changed(tx, pulled),
        len(cases),
        held.release_for_issues(tx, [row["issue_id"] for row in issues], run),
        sum(row["stage"] == "decide" and casefile.case_of(row["scope"]) is None for row in issues),
    )


def _read_again(tx: Tx, issues: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    streams: dict[str, set[str]] = defaultdict(set)
    for row in issues:
        streams[row["connection"]].add(stream_of(row["scope"]))
    for connection, names in streams.items():
        cursors.ask_again(tx, connection, names)
    return tuple(sorted(f"{connection}/{name}" for connection, names in streams.items() for name in names))


def _take_for_changed(tx: Tx, issues: Sequence[Mapping[str, Any]]) -> int:
    ids: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in issues:
        if row["record_id"]:
            ids[row["connection"], row["kind"]].add(row["record_id"])
    for (connection, kind), record_ids in ids.items():
        records.forget_hashes(tx, connection, kind, sorted(record_ids))
    return sum(map(len, ids.values()))
