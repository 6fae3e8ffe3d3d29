"""The command by which registrations come in by hand, each with its verdict at once."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection as Tx

from partnersync.cli.assemble import (
    Company,
    as_of_option,
    config_option,
    engine,
    json_option,
    language_option,
    log_level_option,
    read_company,
)
from partnersync.cli.output import show_json, tame
from partnersync.cli.progress import Progress
from partnersync.cli.registrations import CLAIM_COLUMNS, claim_row
from partnersync.cli.reports import issue_text, troubles
from partnersync.contract.adapter import Page
from partnersync.contract.columns import COLUMNS
from partnersync.contract.secret import discreet
from partnersync.domain.registration import INTAKE, RegistrationState
from partnersync.domain.say import Say
from partnersync.domain.value import RecordKind
from partnersync.errors import ConfigError
from partnersync.loader import load_plugins
from partnersync.rules import explain as words
from partnersync.rules.words import word
from partnersync.store import decisions, issuebook
from partnersync.sync.register import Given, Pages, one_page
from partnersync.translate import translator

_KIND = RecordKind.REGISTRATION
_SHORT = {"registration_id": "id", "partner_id": "partner"}  # columns whose options are shorter
_OPTIONS = {name: f"--{_SHORT.get(name, name).replace('_', '-')}" for name in COLUMNS[_KIND]}


def _column_options(command: Callable[..., int]) -> Callable[..., int]:
    """An option for each column of registrations.csv."""
    for name, option in reversed(_OPTIONS.items()):
        told = f"The cell {name} of one registration, as in registrations.csv."
        command = click.option(option, name, metavar="TEXT", help=told)(command)
    return command


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@_column_options
@as_of_option
@language_option
@json_option
@log_level_option
@config_option
def register(
    file: Path | None,
    as_of: str | None,
    language: str | None,
    as_json: bool,
    log_level: str | None,
    config: Path,
    **cells: str | None,
) -> int:
    """Take registrations from FILE (as registrations.csv, or a workbook), or one from options; say the verdict on each.

    Nothing is pulled or pushed; what the verdicts change elsewhere goes out with the next sync. What was given before
    changes nothing.
    """
    given = Given(_pages(file, {name: text for name, text in cells.items() if text is not None}))
    company = read_company(config, log_level)
    say = translator(language or company.settings.language)
    with engine(company, Progress()) as running:
        report = running.register(given, as_of=company.moment(as_of))
        with running.store.read() as tx:
            told = list(_told(tx, given, company, say))
    if as_json:
        show_json(told)
        return report.exit_code
    for line in (line for one in told for line in _lines(one, say)):
        click.echo(line)
    report.issues = [row for row in report.issues if row["record_id"] not in given.ids]  # the others were just told
    for line in troubles(report, dry_run=False):
        click.echo(discreet(line))
    return report.exit_code


def _pages(file: Path | None, cells: dict[str, str]) -> Pages:
    if file is None:
        needed = [_OPTIONS[name] for name in ("registration_id", "partner_id") if not cells.get(name)]
        if needed:
            raise ConfigError(f"without a file {' and '.join(needed)} must be given", hint="Name a file, or add them")
        return partial(one_page, cells)
    if cells:
        raise ConfigError(f"{_OPTIONS[next(iter(cells))]} has no effect beside a file", hint="Leave one of them out")
    if not file.is_file():
        raise ConfigError(f"{file} is no file", hint="Name one with the columns of registrations.csv (docs/files.md)")
    return lambda *_: _read(file)


def _read(file: Path) -> Iterator[Page]:
    reader = next((kind.read_file for kind in load_plugins().kinds.values() if kind.read_file), None)
    if reader is None:
        raise ConfigError("no plugin reads files", hint="Install one (pip install partnersync-csv)")
    return reader(file, _KIND)


def _told(tx: Tx, given: Given, company: Company, say: Say) -> Iterator[dict[str, Any]]:
    """What became of each row: how its registration stands, why, and what is wrong with the row."""
    ids = list(dict.fromkeys(given.ids))
    decided = decisions.claims_by_id(tx, ids)
    wrong: dict[str, list[str]] = {}
    for row in issuebook.of_records(tx, INTAKE, _KIND, ids):
        wrong.setdefault(row["record_id"], []).append(discreet(issue_text(row)))
    for record_id in ids:
        told: dict[str, Any] = dict.fromkeys(CLAIM_COLUMNS, "") | {"registration_id": record_id}
        told |= {"why": [], "set_aside": wrong.get(record_id, [])}
        if record_id in decided:
            connection, one = decided[record_id]
            told |= zip(CLAIM_COLUMNS, claim_row(connection, one, company.programme), strict=True)
            told["why"] = words.verdict_sentences(one, say)
        elif record_id not in wrong:
            told["why"] = [say("It is dated later than now: it is judged when its time comes.")]
        yield told


def _lines(told: Mapping[str, Any], say: Say) -> Iterator[str]:
    state = told["ps_status"] and word(RegistrationState(told["ps_status"]), say)
    yield tame("  ".join(filter(None, (told["registration_id"], state, told["ps_reason"]))))
    yield from (f"  {tame(line)}" for line in (*told["why"], *told["set_aside"]))
