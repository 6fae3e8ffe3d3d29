"""The command `undo`: what a run wrote, put back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from partnersync.cli.assemble import NUMBER, config_option, engine, json_option, log_level_option, read_company
from partnersync.cli.output import aligned, counted, show_json
from partnersync.cli.progress import Progress
from partnersync.cli.reports import troubles
from partnersync.contract.secret import discreet, discreet_value
from partnersync.sync.publish import issue_cells, moment_text
from partnersync.sync.report import Report
from partnersync.sync.undo import Undone

_SHOWN = 20


@click.command()
@click.argument("run", type=NUMBER)
@click.option("--dry-run", is_flag=True, help="Pull, and say what would be put back; write nothing.")
@json_option
@log_level_option
@config_option
def undo(run: int, dry_run: bool, as_json: bool, log_level: str | None, config: Path) -> int:
    """Put back what RUN replaced in managed fields, unless someone changed it since.

    Lines, verdicts, notes and tasks stay. A field that was put back is held (issue UNDONE): it is written when
    something else is due, or once `issues retry` lets it go.
    """
    company = read_company(config, log_level)
    with engine(company, Progress()) as running:
        report = running.undo(run, dry_run=dry_run)
    undone = report.undone or Undone(run)
    if as_json:
        show_json(discreet_value(_object(report, undone, company.programme.zone)))
    else:
        for line in _told(report, undone, company.programme.zone, dry_run=dry_run):
            click.echo(discreet(line))
    return report.exit_code


def _object(report: Report, undone: Undone, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "run": report.run,
        "undone_run": undone.run,
        "as_of": moment_text(report.as_of, zone),
        "exit_code": report.exit_code,
        "records": undone.records,
        "fields": {connection: dict(by_field) for connection, by_field in undone.by_field.items() if by_field},
        "put_back": [
            {
                "connection": connection,
                "record": f"{change.kind.value} {change.record_id}",
                "before": dict(change.before),
                "after": dict(change.after),
            }
            for connection, change in undone.changes
        ],
        "left": dict(undone.left),
        "left_fields": [
            {
                "connection": connection,
                "record": f"{one.kind.value} {one.record_id}",
                "field": one.field,
                "wrote": one.wrote,
                "seen": one.holds,
                "why": one.why.value,
            }
            for connection, one in undone.leaving
        ],
        "written": report.written,
        "refused": [
            {"connection": pushed.connection, "record": record, "reason": reason}
            for pushed in report.pushed
            for record, reason in pushed.refused
        ],
        "failed": {name: str(error) for name, error in report.failed.items()},
        "plugins_left_out": [str(problem) for problem in report.problems],
        "issues": [issue_cells(row) for row in report.issues],
    }


def _told(report: Report, undone: Undone, zone: ZoneInfo, *, dry_run: bool) -> Iterator[str]:
    rehearsed = " (dry run: nothing is written)" if dry_run else ""
    yield f"run {report.run} undoes run {undone.run}, as of {moment_text(report.as_of, zone)}{rehearsed}"
    if not undone.records and not undone.left and not report.failed:
        yield f"nothing    run {undone.run} wrote nothing that is still there to put back"
    word = "to put back" if dry_run else "put back   "
    for connection, by_field in undone.by_field.items():
        if by_field:
            named = ", ".join(f"{name} {number:,}" for name, number in sorted(by_field.items()))
            yield f"{word} {connection}: {named}"
    if dry_run:
        yield from _rows(undone)
    for why, number in sorted(undone.left.items()):
        yield f"left        {counted(number, 'field')}: {why}"
    for connection, one in undone.leaving[:_SHOWN]:
        holds = "without a place" if one.holds is None else repr(one.holds)
        wrote = repr(one.wrote or "")
        yield f"  {connection}: {one.kind.value} {one.record_id}: {one.field} was written {wrote}, is {holds}"
    if undone.left.total() > _SHOWN:
        yield f"  … and {undone.left.total() - _SHOWN:,} more{'; --json shows a thousand' if undone.leaving else ''}"
    if report.written:
        until = "something else is due there, or `partnersync issues retry`"
        yield f"held        until {until}; they are listed in `partnersync issues` (UNDONE)"
    yield from troubles(report, dry_run=dry_run)


def _rows(undone: Undone) -> Iterator[str]:
    rows = [
        (f"{connection} {change.kind.value} {change.record_id}", name, _shown(change.before[name]), _shown(text))
        for connection, change in undone.changes[:_SHOWN]
        for name, text in change.after.items()
    ]
    if rows:
        yield from aligned(("record", "field", "holds", "would hold"), rows[:_SHOWN])
    if undone.fields > _SHOWN:
        yield f"… and {undone.fields - _SHOWN:,} more"


def _shown(text: str | None) -> str:
    return "(no place)" if text is None else text
