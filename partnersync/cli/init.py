"""init: write the settings by asking, and by looking at the files that are there."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from textwrap import indent

import click

from partnersync.cli.assemble import config_option, make_adapters, now, read_company
from partnersync.cli.first_settings import KIND, NAME, keys_text, program_text, settings_text
from partnersync.cli.output import aligned, tame
from partnersync.contract.adapter import Surveyed
from partnersync.domain.masking import masked
from partnersync.errors import ConfigError, PartnersyncError
from partnersync.loader import Plugins, load_plugins

_MANY = 30  # letters of a sample cell that are shown


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
    """Write config/partnersync.toml and a first program version by asking; nothing is overwritten.

    Files that are in the folder already are looked at, and mapped where they are recognised.
    """

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
    plugins = load_plugins()
    found = _survey(plugins, config.resolve().parent.parent / path)
    taken = [each for each in found if each.recognised and (_show(each) or yes or _confirmed(each))]
    for each in found:
        if not each.recognised:
            _tell(f"{each.name} is left out: {masked(' '.join(each.remarks))}")
    try:
        program.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(settings_text(path, out, taken), encoding="utf-8")
        program.write_text(program_text(day, zone, currency), encoding="utf-8")
        company = read_company(config)
        make_adapters(company, plugins, now)
        company.settings.relative(path).mkdir(parents=True, exist_ok=True)
    except (PartnersyncError, OSError) as error:
        config.unlink(missing_ok=True)
        program.unlink(missing_ok=True)
        if isinstance(error, PartnersyncError):
            raise
        reason = (error.strerror or "it cannot be written").lower()
        raise ConfigError(f"{error.filename}: {reason}", hint="Name a folder that this user may write") from None
    click.echo(f"wrote {config} and {program}")
    first = "" if taken else "put the files into the folder, then "
    click.echo(f"next: {first}`partnersync doctor` and `partnersync plan`")
    return 0


def _refuse_existing(file: Path) -> None:
    if file.exists():
        raise ConfigError(f"{file} exists already", hint="Edit it, or name another with --config")


def _survey(plugins: Plugins, folder: Path) -> Sequence[Surveyed]:
    survey = plugins.kind(KIND, NAME).survey
    if survey is None or not folder.is_dir():
        return ()
    try:
        return survey(folder)
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise ConfigError(f"{folder}: {reason}", hint="Name a folder that this user may read") from None


def _show(found: Surveyed) -> bool:
    """Show how a file would be read; whether there is nothing about it to confirm."""
    _tell(f"{found.name} is read as {found.recognised}")
    if found.options:
        _tell(indent(keys_text(found), "  "))
    if found.samples:
        columns = [name for name in found.samples[0] if any(cells.get(name) for cells in found.samples)]
        rows = [[_cell(cells.get(name, ""), name) for name in columns] for cells in found.samples]
        _tell(indent("\n".join(aligned(columns, rows)), "  "))
    for remark in found.remarks:
        _tell(f"  note: {masked(remark)}")
    return not found.options


def _confirmed(found: Surveyed) -> bool:
    return click.confirm(f"Read {tame(found.name)} so?", default=True)


def _tell(text: str) -> None:
    """Lines with names and words of files, which may hold anything."""
    for line in text.split("\n"):
        click.echo(tame(line))


def _cell(text: str, column: str) -> str:
    shown = " ".join(masked(text, column).split())
    return shown if len(shown) <= _MANY else f"{shown[:_MANY]}…"
