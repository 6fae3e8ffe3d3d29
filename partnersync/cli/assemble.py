"""Settings, programme, plugins and store put together into an engine, and taken apart again."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource
from pydantic import BaseModel

from partnersync.cli import logs
from partnersync.cli.progress import Progress
from partnersync.config import Settings, load_programme, load_settings, plugin_options
from partnersync.contract.adapter import Adapter, AdapterKind, Connection
from partnersync.errors import ConfigError, PartnersyncError
from partnersync.loader import Plugins, load_plugins
from partnersync.rules.program import Programme
from partnersync.store.database import Store, open_store
from partnersync.store.locks import this_process
from partnersync.sync.run import Engine
from partnersync.translate import LANGUAGES, translator

# The ways in which ISO 8601 writes a day: 2026-01-31, 20260131, 2026-W05-6, 2026W056, 2026-W05.
_DAY = re.compile(r"\d{4}-?(?:\d\d-?\d\d|W\d\d(?:-?\d)?)")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")

Callback = TypeVar("Callback", bound=Callable[..., Any])

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("config/partnersync.toml"),
    show_default=True,
    help="The settings file; the program's versions lie in the folder program/ beside it.",
)
config_unread_option = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    expose_value=False,
    help="Taken as by every command; this one needs no settings of yours.",
)
log_level_option = click.option(
    "--log-level",
    type=click.Choice(logs.LEVELS),
    help="How much is logged, whatever the settings say: `debug` every page and write, `error` no progress.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
language_option = click.option(
    "--language", type=click.Choice(list(LANGUAGES)), help="The language of the texts, if not that of the settings."
)
csv_option = click.option(
    "--csv", "csv_file", type=click.Path(path_type=Path, dir_okay=False), help="Write all columns to this file."
)
NUMBER = click.IntRange(1, 2**31 - 1)  # what every database keeps as an integer
force_option = click.option("--force", is_flag=True, help="Replace whatever file is there.")
as_of_option = click.option(
    "--as-of",
    metavar="TIME",
    help="Decide as of this moment: ISO time, or a date (its last second in the program's zone).",
)


def month_option(*, required: bool, text: str) -> Callable[[Callback], Callback]:
    """The option of a month; ConfigError where its value is none."""
    return click.option("--period", metavar="YYYY-MM", required=required, callback=_month, help=text)


def _month(_: click.Context, __: click.Parameter, period: str | None) -> str | None:
    if period is not None and not _MONTH.fullmatch(period):
        raise ConfigError(f"--period {period!r} is no month", hint="Write it like 2026-01")
    return period


def called_alone(context: click.Context) -> bool:
    """Whether a group was called without a command of its own; ConfigError where options stand before that command."""
    command = context.invoked_subcommand
    given = [name for name in context.params if context.get_parameter_source(name) is not ParameterSource.DEFAULT]
    if command and given:
        raise ConfigError(
            f"options before {command} have no effect", hint=f"Put them behind {command}, which --help tells about"
        )
    return command is None


@dataclass(frozen=True, slots=True)
class Company:
    """What the files say."""

    settings: Settings
    programme: Programme

    def moment(self, text: str | None, option: str = "--as-of", *, begins: bool = False) -> datetime | None:
        """The moment that an option names; a date is its last second, or where something `begins` with it its first."""
        if text is None:
            return None
        zone = self.programme.zone
        try:
            value = datetime.fromisoformat(text)
            if _DAY.fullmatch(text):
                value = datetime.combine(value.date() + timedelta(days=not begins), time(), zone)
                value -= timedelta(seconds=not begins)
            return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            hint = "Write it like 2026-01-31 or 2026-01-31T10:00:00+03:00"
            raise ConfigError(f"{option} {text!r} is no time", hint=hint) from None


def now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


def read_settings(config: Path, log_level: str | None = None) -> Settings:
    """The settings; the log begins as they say, or at another level."""
    settings = load_settings(config)
    logs.start(settings, log_level)
    return settings


def read_company(config: Path, log_level: str | None = None) -> Company:
    """The settings, with which the log begins, and the programme beside them."""
    return Company(read_settings(config, log_level), load_programme(config.parent / "program"))


@contextmanager
def opened_store(company: Company) -> Iterator[Store]:
    """The store, closed at the end."""
    store = open_store(company.settings.store_url)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def engine(company: Company, progress: Progress) -> Iterator[Engine]:
    """An engine over every configured connection; what it opened is closed at the end."""
    plugins = load_plugins()
    with ExitStack() as held:
        adapters = make_adapters(company, plugins, now)
        for adapter in adapters.values():
            held.callback(adapter.close)
        store = held.enter_context(opened_store(company))
        held.callback(progress.stop)
        problems: list[PartnersyncError] = list(plugins.problems)
        say = translator(company.settings.language)
        yield Engine(
            company.settings, company.programme, store, adapters, problems, this_process(), now, progress.advance, say
        )


def make_adapters(company: Company, plugins: Plugins, clock: Callable[[], datetime]) -> dict[str, Adapter]:
    """An adapter for each connection, in the order of the settings."""
    adapters: dict[str, Adapter] = {}
    for name in company.settings.connections:
        kind, told, options = kind_of_connection(company, plugins, name, clock)
        adapters[name] = kind.make(told, options)
    _refuse_shared_places(adapters)
    return adapters


def kind_of_connection(
    company: Company, plugins: Plugins, name: str, clock: Callable[[], datetime]
) -> tuple[AdapterKind, Connection, BaseModel]:
    """A connection's kind, and what it is made of; ConfigError where there is none, or its keys are wrong."""
    connections = company.settings.connections
    if name not in connections:
        hint = f"The settings have: {', '.join(connections)}"
        raise ConfigError(f"there is no connection called {name!r}", hint=hint)
    kind = plugins.kind(connections[name].kind, name)
    options = plugin_options(company.settings, connections[name], kind.settings)
    root, zone = str(company.settings.root), company.programme.zone.key
    return kind, Connection(name, root, zone, clock, company.settings.holds_ledger(name)), options


def _refuse_shared_places(adapters: dict[str, Adapter]) -> None:
    """Two connections that write into one place would overwrite each other at every run."""
    owners: dict[str, str] = {}
    for name, adapter in adapters.items():
        for place in adapter.capabilities.writes_into:
            owner = owners.setdefault(place, name)
            if owner != name:
                raise ConfigError(
                    f"connections {owner} and {name} both write into {place}",
                    hint="Give each of them a place of its own",
                )
