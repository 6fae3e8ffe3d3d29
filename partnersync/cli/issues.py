"""The commands about records that were left over: issues, issues retry."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection as Tx

from partnersync.cli.assemble import (
    called_alone,
    config_option,
    csv_option,
    force_option,
    json_option,
    now,
    opened_store,
    read_company,
)
from partnersync.cli.output import counted, show_json, show_table, write_csv
from partnersync.contract.tables import ISSUE_COLUMNS
from partnersync.errors import ConfigError
from partnersync.store import issuebook, runs
from partnersync.store.database import Store
from partnersync.store.locks import lease, this_process
from partnersync.sync.publish import issue_cells
from partnersync.sync.retry import Retried, retry

_WAIT_S = 60


@click.group(invoke_without_command=True)
@csv_option
@force_option
@json_option
@config_option
@click.pass_context
def issues(context: click.Context, csv_file: Path | None, force: bool, as_json: bool, config: Path) -> int:
    """Show the records that were left over, and how to mend them; contacts are masked."""
    if not called_alone(context):
        return 0
    with opened_store(read_company(config)) as store, store.read() as tx:
        shown = ISSUE_COLUMNS if as_json or csv_file else ISSUE_COLUMNS[1:]

        def told() -> Generator[list[object]]:
            for row in issuebook.open_issues(tx):
                cells = issue_cells(row)
                yield [cells[column] for column in shown]

        with closing(told()) as rows:
            if csv_file:
                write_csv(csv_file, shown, rows, force=force)
            else:
                show_table(shown, rows, as_json=as_json)
    return 0


@issues.command(name="retry")
@click.argument("issue_ids", nargs=-1, metavar="[ISSUE_ID]...")
@click.option("--all", "every", is_flag=True, help="All open issues.")
@click.option("--code", metavar="CODE", help="All open issues with this code.")
@json_option
@config_option
def retry_issues(issue_ids: tuple[str, ...], every: bool, code: str | None, as_json: bool, config: Path) -> int:
    """Have the next sync look again at what was left over, although nothing changed in its source.

    Records set aside are read anew, cases decided again, and fields that an undo holds are let go.
    """
    if sum((bool(issue_ids), every, code is not None)) != 1:
        raise ConfigError("it is not said which issues", hint="Name their ids, or --code CODE, or --all")
    with opened_store(read_company(config)) as store:
        with store.read() as tx:
            chosen = _chosen(tx, issue_ids, code)
        done = _retried(store, chosen)
    if as_json:
        show_json(asdict(done))
    else:
        for line in _told(done):
            click.echo(line)
    return 0


def _chosen(tx: Tx, issue_ids: Sequence[str], code: str | None) -> Sequence[Mapping[str, Any]]:
    rows = [dict(row) for row in issuebook.open_issues(tx) if code in (None, row["code"])]
    if not issue_ids:
        return rows
    unknown = sorted(set(issue_ids) - {row["issue_id"] for row in rows})
    if unknown:
        raise ConfigError(f"no open issue is {unknown[0]}", hint="`partnersync issues --json` has the ids of all")
    return [row for row in rows if row["issue_id"] in issue_ids]


def _retried(store: Store, chosen: Sequence[Mapping[str, Any]]) -> Retried:
    """In between runs: one that is reading these connections now would not see the wish, and forget it at its end."""
    with ExitStack() as held:
        for name in sorted({row["connection"] for row in chosen}):
            held.enter_context(lease(store, f"connection:{name}", this_process(), now, wait_s=_WAIT_S))
        with store.write() as tx:
            moment = now()
            run = runs.start(tx, "issues retry", moment, moment)
            done = retry(tx, chosen, run)
            runs.finish(tx, run, now(), 0, {})
    return done


def _told(done: Retried) -> Iterator[str]:
    yield (
        f"looked at again by the next `partnersync sync`: {counted(done.issues, 'open issue')}"
        if done.issues
        else "no such issue is open"
    )
    if done.streams:
        yield f"read again     {', '.join(done.streams)}: {counted(done.records, 'record')} as if changed"
    if done.cases:
        yield f"decided again  {counted(done.cases, 'case')}"
    if done.fields:
        yield f"let go         {counted(done.fields, 'held field')}"
    if done.every_run:
        yield f"at every run   {counted(done.every_run, 'issue')}, without being asked"
