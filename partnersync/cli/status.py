"""The command that shows how things stand: runs, streams, issues, locks."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Connection as Tx

from partnersync.cli.assemble import (
    config_option,
    json_option,
    now,
    opened_store,
    read_company,
)
from partnersync.cli.output import counted, show_json, show_table
from partnersync.rules.program import Programme
from partnersync.rules.statements import closes_at, month_after
from partnersync.store import casefile, codec, cursors, issuebook, locks, runs, statements
from partnersync.sync.publish import moment_text

_RUN_COLUMNS = (
    "run",
    "command",
    "as_of",
    "started_at",
    "finished_at",
    "exit_code",
    "read",
    "lines",
    "written",
    "set_aside",
)


@click.command()
@json_option
@config_option
def status(as_json: bool, config: Path) -> int:
    """Show the last runs, cursors, open issues by code, what is due next, and who holds a lock."""
    company = read_company(config)
    with opened_store(company) as store, store.read() as tx:
        told = _status(tx, company.programme)
    if as_json:
        show_json(told)
        return 0
    show_table(_RUN_COLUMNS, [[run[column] for column in _RUN_COLUMNS] for run in told["runs"]], as_json=False)
    click.echo("")
    click.echo(f"open issues  {', '.join(f'{code} {number}' for code, number in told['issues'].items()) or 'none'}")
    click.echo(f"due now      {counted(told['due_now'], 'case')}")
    click.echo(f"due next     {told['next_look_at'] or 'nothing'}")
    click.echo(f"locks        {', '.join(told['locks']) or 'none'}")
    for stream, moved_at in told["streams"].items():
        click.echo(f"read         {stream}: {moved_at}")
    return 0


def _next_look(tx: Tx, programme: Programme) -> datetime | None:
    """When time alone changes something: a case, a statement that silence accepts, a month that closes."""
    cases, last = casefile.next_look_at(tx), statements.last_closed(tx)
    looks = [codec.moment(cases) if cases else None, statements.next_silence(tx)]
    looks.append(closes_at(month_after(last), programme) if last else None)
    return min((look for look in looks if look), default=None)


def _status(tx: Tx, programme: Programme) -> dict[str, Any]:
    zone, next_look = programme.zone, _next_look(tx, programme)
    return {
        "runs": [
            {
                "run": run.run,
                "command": run.command,
                "as_of": _second(run.as_of, zone),
                "started_at": _second(run.started_at, zone),
                "finished_at": _second(run.finished_at, zone) if run.finished_at else None,
                "exit_code": run.exit_code,
                **{name: run.counts.get(name, "") for name in ("read", "lines", "written", "set_aside")},
            }
            for run in runs.latest(tx, 10)
        ],
        "issues": issuebook.counts(tx),
        "due_now": casefile.count_due(tx, now()),
        "next_look_at": _second(next_look, zone) if next_look else None,
        "locks": locks.held(tx, now()),
        "streams": {name: _second(codec.moment(moved), zone) for name, moved in cursors.moved(tx).items()},
    }


def _second(moment: datetime, zone: ZoneInfo) -> str:
    return moment_text(moment.replace(microsecond=0), zone)
