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
@click.option("--path", prompt="Folder with the files", default="data", show_default=True, help="The folder to read.")
@click.option(
    "--out", prompt="Folder for what is written", default="out", show_default=True, help="The folder to write."
)
@click.option("--currency", prompt="Currency", default="RUB", show_default=True, help="The program's currency.")
@click.option(
    "--zone", prompt="Time zone", default="Europe/Moscow", show_default=True, help="Days begin and end in it."
)
@click.option("--from", "first_day", prompt="First day of the program", metavar="DATE", help="Its effective_from.",
              default=lambda: date(now().year, 1, 1).isoformat(), show_default=True)  # fmt: skip
@config_option
def init(path: str, out: str, currency: str, zone: str, first_day: str, config: Path) -> int:
    """Write config/partnersync.toml and a first program version by asking; nothing is overwritten."""
    try:
        day = date.fromisoformat(first_day)
    except ValueError:
        raise ConfigError(f"--from {first_day!r} is no date", hint="Write it like 2026-01-31") from None
    program = config.parent / "program" / f"{day.isoformat()}.toml"
    for file in (config, program):
        if file.exists():
            raise ConfigError(f"{file} exists already", hint="Edit it, or name another with --config")
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
