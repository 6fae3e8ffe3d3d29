"""The commands that show what is kept: ledger, status."""

from collections.abc import Generator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Connection as Tx

from partnersync.cli.assemble import (
    as_of_option,
    config_option,
    csv_option,
    force_option,
    json_option,
    month_option,
    now,
    opened_store,
    read_company,
)
from partnersync.cli.output import counted, show_json, show_table, write_csv
from partnersync.cli.references import deal_ref
from partnersync.contract.tables import LEDGER_COLUMNS
from partnersync.rules.program import Programme
from partnersync.rules.statements import closes_at, month_after
from partnersync.store import casefile, codec, cursors, issuebook, locks, runs, statements
from partnersync.store import ledger as lines
from partnersync.sync.publish import ledger_row, moment_text

# Columns that a terminal has room for; --json and --csv give all of ledger.csv.
_SHORT = (
    "line_id",
    "partner_id",
    "deal_id",
    "event_time",
    "rule",
    "base",
    "rate",
    "amount",
    "currency",
    "kind",
    "status",
)


@click.command()
@click.option("--deal", metavar="ID", help="Only lines of this deal.")
@click.option("--partner", metavar="ID", help="Only lines of this partner.")
@month_option(required=False, text="Only lines of this month.")
@csv_option
@force_option
@as_of_option
@json_option
@config_option
def ledger(
    deal: str | None,
    partner: str | None,
    period: str | None,
    csv_file: Path | None,
    force: bool,
    as_of: str | None,
    as_json: bool,
    config: Path,
) -> int:
    """Show lines of the ledger, oldest first, with their status as of now; with --as-of those of events until then."""
    company = read_company(config)
    zone, until = company.programme.zone, company.moment(as_of)
    moment = until or now()
    with opened_store(company) as store, store.read() as tx:
        ref = deal_ref(tx, deal) if deal else None

        def told() -> Generator[tuple[str, ...]]:
            found = lines.rows(tx, deal_ref=ref, partner_id=partner, period=period, until=until)
            for _, line, facts, before, own in found:
                yield ledger_row(line, facts, (before, own), zone, moment)

        with closing(told()) as rows:  # before the store is, also where nobody reads on
            if csv_file:
                write_csv(csv_file, LEDGER_COLUMNS, rows, force=force)
            elif as_json:
                show_table(LEDGER_COLUMNS, rows, as_json=True)
            else:
                places = [LEDGER_COLUMNS.index(column) for column in _SHORT]
                show_table(_SHORT, ([row[place] for place in places] for row in rows), as_json=False)
    return 0


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
