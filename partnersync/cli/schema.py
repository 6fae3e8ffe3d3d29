"""schema: the fields and lists of a connected system, as code."""

from collections.abc import Callable
from pathlib import Path

import click

from partnersync.cli.assemble import config_option, json_option, kind_of_connection, now, read_company
from partnersync.cli.output import counted, show_json
from partnersync.contract.schema import Schema, SchemaPlan
from partnersync.contract.secret import discreet
from partnersync.errors import ConfigError
from partnersync.loader import load_plugins

_DRIFT = 3  # the exit code where something has to be mended by hand


@click.group()
def schema() -> None:
    """What the programme needs in a connected system: planned, then made."""


@schema.command()
@click.argument("name")
@json_option
@config_option
def plan(name: str, as_json: bool, config: Path) -> int:
    """Tell what is missing in the system of the connection NAME; nothing is changed."""
    return _tell(_asked(name, config, lambda found: found.plan()), "to do", "nothing is missing", as_json=as_json)


@schema.command()
@click.argument("name")
@json_option
@config_option
def apply(name: str, as_json: bool, config: Path) -> int:
    """Make what is missing in the system of the connection NAME."""
    return _tell(_asked(name, config, lambda found: found.apply()), "done", "nothing was missing", as_json=as_json)


def _asked(name: str, config: Path, ask: Callable[[Schema], SchemaPlan]) -> SchemaPlan:
    kind, connection, options = kind_of_connection(read_company(config), load_plugins(), name, now)
    if kind.schema is None:
        raise ConfigError(f"{kind.name} needs no schema", hint="Its places are made when something is written there")
    found = kind.schema(connection, options)
    try:
        return ask(found)
    finally:
        found.close()


def _tell(told: SchemaPlan, done: str, nothing: str, *, as_json: bool) -> int:
    rows = [("step", discreet(text)) for text in told.steps] + [("drift", discreet(text)) for text in told.drift]
    if as_json:
        show_json([{"what": what, "text": text} for what, text in rows])
    else:
        for what, text in rows:
            click.echo(text if what == "step" else f"drift: {text}")
        click.echo(f"{counted(len(told.steps), 'step')} {done}" if told.steps else nothing)
    return _DRIFT if told.drift else 0
