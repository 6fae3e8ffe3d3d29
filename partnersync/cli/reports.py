"""What a run did, or would do, for people and as one object for scripts."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

import click

from partnersync.cli.output import aligned, counted
from partnersync.config import Limits
from partnersync.contract.secret import discreet, discreet_value
from partnersync.contract.tables import INCIDENT_COLUMNS
from partnersync.errors import SafetyStop
from partnersync.sync.planfile import LINE_COLUMNS, Plan
from partnersync.sync.publish import incident_row, issue_cells, moment_text
from partnersync.sync.report import Report

_SHOWN = 20
_DUE_SHOWN = 50  # changes, and lines, of a plan


def report_object(report: Report, zone: ZoneInfo) -> dict[str, Any]:
    """The report of a run, without contacts; its moment carries the program's offset."""
    told = {
        "run": report.run,
        "as_of": moment_text(report.as_of, zone),
        "exit_code": report.exit_code,
        "connections": {
            pulled.connection: {
                "read": pulled.read,
                "changed": pulled.changed,
                "set_aside": len(pulled.opened),
                "fields": report.planned[pulled.connection].by_field if pulled.connection in report.planned else {},
                "foreign": report.planned[pulled.connection].foreign if pulled.connection in report.planned else 0,
            }
            for pulled in report.pulled
        },
        "foreign_edits": [
            {
                "connection": name,
                "record": record,
                "field": edit.field,
                "seen": edit.seen,
                "want": edit.want,
            }
            for name, tally in report.planned.items()
            for record, edit in tally.edits
        ],
        "incidents": [dict(zip(INCIDENT_COLUMNS, incident_row(one, zone), strict=True)) for one in report.incidents],
        "open_incidents": report.open_incidents,
        "statements": asdict(report.round.stated),
        "put_back": report.round.guarded.put_back,
        "overrides": report.round.overrides,
        "cases": report.decided.cases,
        "deals": report.decided.deals,
        "attributed": report.decided.attributed,
        "verdicts": report.decided.verdicts,
        "lines": report.decided.lines,
        "booked": dict(_booked(report)),
        "written": report.written,
        "tables": report.published,
        "refused": [
            {"connection": pushed.connection, "record": record, "reason": reason}
            for pushed in report.pushed
            for record, reason in pushed.refused
        ],
        "failed": {name: str(error) for name, error in report.failed.items()},
        "plugins_left_out": [str(problem) for problem in report.problems],
        "stopped": str(report.stopped) if report.stopped else None,
        "issues": [issue_cells(row) for row in report.issues],
        "older_issues": report.older_issues,
    }
    return dict(discreet_value(told))


def plan_object(plan: Plan, report: Report, zone: ZoneInfo) -> dict[str, Any]:
    """A plan with what was found on the way to it."""
    return {**report_object(report, zone), "plan": plan.content()}


def show_report(report: Report, zone: ZoneInfo, *, dry_run: bool = False) -> None:
    """Tell people what a run did, without contacts: what a system answers, and what a person typed, may hold them."""
    for line in _told(report, zone, dry_run=dry_run):
        click.echo(discreet(line))


def _told(report: Report, zone: ZoneInfo, *, dry_run: bool) -> Iterator[str]:
    rehearsed = " (dry run: nothing is written)" if dry_run else ""
    yield f"run {report.run}, as of {moment_text(report.as_of, zone)}{rehearsed}"
    yield from read_lines(report)
    decided = report.decided
    verdicts = ", ".join(f"{code} {number}" for code, number in sorted(decided.verdicts.items()))
    deals, cases = counted(decided.deals, "deal"), counted(decided.cases, "case")
    yield f"decided    {deals} in {cases}, {decided.attributed:,} with a partner"
    if verdicts:
        yield f"verdicts   {verdicts}"
    sums = ", ".join(f"{text} {currency}" for currency, text in _booked(report))
    rehearsal = dry_run or report.stopped is not None
    word = "to book    " if dry_run else "booked     "
    yield f"{word}{counted(decided.lines, 'line')}{f', {sums}' if sums else ''}"
    for name, tally in report.planned.items():
        due = counted(tally.writes if rehearsal else _done(report, name), "record")
        word = "due       " if rehearsal else "written   "
        tables = f", tables {', '.join(report.published[name])}" if report.published.get(name) else ""
        yield f"{word} {name}: {due}{tables}"
        if tally.foreign:
            yield f"foreign    {name}: managed fields that hold what others wrote, left as they are: {tally.foreign}"
            for record, edit in tally.edits[:_SHOWN]:
                yield f"  {record}: {edit.field} holds {edit.seen!r}, due is {edit.want!r}"
    yield from _stated(report)
    yield from _guarded(report, zone)
    yield from troubles(report, dry_run=dry_run)


def _stated(report: Report) -> Iterator[str]:
    stated = report.round.stated
    if stated.closed:
        yield f"closed     {counted(len(stated.closed), 'statement')}; they are in `partnersync statements`"
    if stated.accepted:
        yield f"accepted   {counted(len(stated.accepted), 'statement')} by silence"
    if stated.waiting:
        yield f"waiting    the statements of {counted(len(stated.waiting), 'partner')}, for a connection that failed"


def _guarded(report: Report, zone: ZoneInfo) -> Iterator[str]:
    guarded, taken = report.round.guarded, report.round.overrides
    if taken:
        yield f"overrides  {taken:,} taken over from approvers"
    if guarded.put_back:
        yield f"put back   {counted(guarded.put_back, 'field')} that others had changed"
    for pushed in report.pushed:
        if pushed.notes:
            yield f"told       {pushed.connection}: {pushed.notes:,} notes and tasks"
    if guarded.found:
        yield f"incidents  {len(guarded.found):,} found; they are in `partnersync incidents --all`"
        for one in report.incidents[:_SHOWN]:
            row = dict(zip(INCIDENT_COLUMNS, incident_row(one, zone), strict=True))
            record = f"{one.place.kind.value} {one.place.connection}/{one.place.record_id}"
            yield f"  {one.incident_id} {one.kind.value}: {record} {row['seen']!r}, due is {row['expected']!r}"
    if report.open_incidents:
        yield f"open       {counted(report.open_incidents, 'incident')}"


def read_lines(report: Report) -> Iterator[str]:
    """What each connection gave."""
    for pulled in report.pulled:
        read = ", ".join(counted(number, kind) for kind, number in pulled.read.items()) or "nothing new"
        changed = sum(pulled.changed.values())
        yield f"read       {pulled.connection}: {read}{f' ({changed:,} changed)' if pulled.read else ''}"


def _done(report: Report, name: str) -> int:
    return sum(pushed.done for pushed in report.pushed if pushed.connection == name)


def _booked(report: Report) -> list[tuple[str, str]]:
    return [(money.currency, money.text()) for money in report.decided.booked]


def troubles(report: Report, *, dry_run: bool) -> Iterator[str]:
    """What a run could not do, and whom it set aside, a line each."""
    for name, error in report.failed.items():
        yield f"failed     {name}: {error}"
    for problem in report.problems:
        yield f"left out   {problem}"
    for pushed in report.pushed:
        yield from (f"remark     {pushed.connection}: {remark}" for remark in pushed.remarks)
        for record, reason in pushed.refused[:_SHOWN]:
            yield f"refused    {pushed.connection}: {record}: {reason}"
    if report.opened:
        kept = "" if dry_run else "; they are in `partnersync issues`"
        yield f"set aside  {counted(len(report.opened), 'new issue')}{kept}"
        for row in report.issues[:_SHOWN]:
            yield f"  {issue_text(row)}"
        if len(report.opened) > _SHOWN:
            yield f"  … and {len(report.opened) - _SHOWN:,} more"
    if report.older_issues:
        yield f"open       {counted(report.older_issues, 'older issue')}"
    if report.stopped:
        yield f"stopped    {report.stopped}"


def issue_text(row: Any) -> str:
    """An issue on one line: place, cell, what is wrong with the mend."""
    place = f"{row['file']}:{row['line']}" if row["file"] and row["line"] else row["file"] or row["connection"]
    cell = f" {row['column']} {row['value']!r}" if row["column"] else ""
    record = f" {row['kind']} {row['record_id']}" if row["record_id"] else ""
    return f"{place}:{record}{cell} {row['reason']} [{row['code']}]"


def show_plan(plan: Plan, report: Report, limits: Limits, zone: ZoneInfo) -> None:
    """Tell people what a run would do."""
    show_report(report, zone, dry_run=True)
    due = [(key, change) for key, change in plan.changes.items() if change.after]
    rows = [
        (discreet(key), name, discreet(change.before.get(name) or ""), value or "")
        for key, change in due
        for name, value in change.after.items()
        if value or change.before.get(name)
    ]
    _show_first(("record", "field", "before", "after"), rows)
    _show_first(("line_id", *LINE_COLUMNS), [(line_id, *line.values()) for line_id, line in plan.lines.items()])
    for name, tally in report.planned.items():
        try:
            tally.stop(name, limits.max_changed_share, limits.max_changed_records)
        except SafetyStop as stop:
            click.echo(f"stops      {stop}")


def _show_first(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if rows:
        click.echo("")
        for line in aligned(columns, rows[:_DUE_SHOWN]):
            click.echo(line)
    if len(rows) > _DUE_SHOWN:
        click.echo(f"… and {len(rows) - _DUE_SHOWN:,} more; --json shows all")
