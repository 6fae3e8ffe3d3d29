"""The commands that begin: init writes the settings, doctor checks everything."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from partnersync.cli.assemble import config_option, json_option, make_adapters, now, opened_store, read_company
from partnersync.cli.output import show_json
from partnersync.errors import ConfigError, PartnersyncError
from partnersync.fields import said
from partnersync.loader import load_plugins
from partnersync.rules.not_yet import without_effect

_SETTINGS = """\
# Written by `partnersync init`. Every setting is described in docs/settings.md.

language = "ru" # or "en": what people read in notes, tasks and explanations

[store]
url = "sqlite:///partnersync.db"

# A folder with partners.csv, deals.csv, payments.csv, registrations.csv (docs/files.md). Foreign files are mapped
# under [connections.registry.files.deals] and the like.
[connections.registry]
kind = "csv"
path = "{path}"
out = "{out}"
mode = "observe"
"""
_PROGRAM = """\
# The terms from {day} on. Every key is described in docs/settings.md; what is not named keeps its default.
effective_from = {day}
time_zone = "{zone}"
currency = "{currency}"

[[commission.rules]]
name = "all"
rate = "10%"
"""


@click.command()
@click.option("--path", help="The folder to read; by default data.")
@click.option("--out", help="The folder to write; by default out.")
@click.option("--currency", help="The program's currency; by default RUB.")
@click.option("--zone", help="Days begin and end in this time zone; by default Europe/Moscow.")
@click.option(
    "--from", "first_day", metavar="DATE", help="The program's effective_from; by default this year's first day."
)
@click.option("--yes", is_flag=True, help="Ask nothing: take the default of what the other options do not say.")
@config_option
def init(
    path: str | None,
    out: str | None,
    currency: str | None,
    zone: str | None,
    first_day: str | None,
    yes: bool,
    config: Path,
) -> int:
    """Write config/partnersync.toml and a first program version by asking; nothing is overwritten."""

    def answer(told: str | None, question: str, default: str) -> str:
        if told is not None or yes:
            return default if told is None else told
        return str(click.prompt(question, default=default))

    _refuse_existing(config)
    path = answer(path, "Folder with the files", "data")
    out = answer(out, "Folder for what is written", "out")
    currency = answer(currency, "Currency", "RUB")
    zone = answer(zone, "Time zone", "Europe/Moscow")
    first_day = answer(first_day, "First day of the program", date(now().year, 1, 1).isoformat())
    try:
        day = date.fromisoformat(first_day)
    except ValueError:
        raise ConfigError(f"--from {first_day!r} is no date", hint="Write it like 2026-01-31") from None
    program = config.parent / "program" / f"{day.isoformat()}.toml"
    _refuse_existing(program)
    values = {"day": day.isoformat(), "zone": _text(zone), "currency": _text(currency)}
    try:
        program.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(_SETTINGS.format(path=_text(path), out=_text(out)), encoding="utf-8")
        program.write_text(_PROGRAM.format(**values), encoding="utf-8")
        company = read_company(config)
        make_adapters(company, load_plugins(), now)
        company.settings.relative(path).mkdir(parents=True, exist_ok=True)
    except (PartnersyncError, OSError) as error:
        config.unlink(missing_ok=True)
        program.unlink(missing_ok=True)
        if isinstance(error, PartnersyncError):
            raise
        reason = (error.strerror or "it cannot be written").lower()
        raise ConfigError(f"{error.filename}: {reason}", hint="Name a folder that this user may write") from None
    click.echo(f"wrote {config} and {program}")
    click.echo("next: put the files into the folder, then `partnersync doctor` and `partnersync plan`")
    return 0


def _refuse_existing(file: Path) -> None:
    if file.exists():
        raise ConfigError(f"{file} exists already", hint="Edit it, or name another with --config")


def _text(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


@click.command()
@json_option
@config_option
def doctor(as_json: bool, config: Path) -> int:
    """Check settings, program, plugins, store and connections; every problem comes with its mend.

    A store that is not there yet is made; nothing else is changed.
    """
    found = list(_problems(config))
    if as_json:
        show_json([{"area": area, "problem": problem} for area, problem, _ in found])
    else:
        for area, problem, _ in found:
            click.echo(f"{area}: {problem}")
        number = sum(1 for _, _, code in found if code)
        click.echo(f"{number} {'problem' if number == 1 else 'problems'}" if number else "all is well")
    return max((code for _, _, code in found), default=0)


def _problems(config: Path) -> Iterator[tuple[str, str, int]]:
    """Area, problem with its mend, and the exit code that it would give."""
    try:
        company = read_company(config)
    except PartnersyncError as error:
        yield "settings", str(error), error.exit_code
        return
    for program in company.programme.versions:
        for key in without_effect(said(program)):
            yield f"program {program.version}", f"{key} is kept, but has no effect in this version", 0
    plugins = load_plugins()
    for problem in plugins.problems:
        yield "plugins", str(problem), problem.exit_code
    try:
        with opened_store(company):
            pass
    except PartnersyncError as error:
        yield "store", str(error), error.exit_code
    try:
        adapters = make_adapters(company, plugins, now)
    except PartnersyncError as error:
        yield "connections", str(error), error.exit_code
        return
    if not any(map(company.settings.holds_ledger, adapters)):
        yield "connections", "none has ledger = true: ledger.csv and issues.csv are written nowhere", 0
    for name, adapter in adapters.items():
        try:
            for text in adapter.check():
                yield name, text, 1
        except PartnersyncError as error:
            yield name, str(error), error.exit_code
        finally:
            adapter.close()
