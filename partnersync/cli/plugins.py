"""plugins: what is installed, the beginning of another one, and the proof that it keeps the contract."""

import re
import subprocess
import sys
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path

import click

from partnersync.cli.assemble import config_unread_option, json_option
from partnersync.cli.output import show_table
from partnersync.contract.secret import discreet
from partnersync.errors import ConfigError

_SCAFFOLD = "acme"
_NAME = re.compile(r"[a-z][a-z0-9]*")
_BROKEN, _NO_TESTS = 1, 5  # how pytest ends


@click.group()
def plugins() -> None:
    """Look after the plugins."""


@plugins.command(name="list")
@json_option
@config_unread_option
def list_plugins(as_json: bool) -> int:
    """Show the installed plugins, what each offers, and what is wrong with broken ones."""
    from partnersync.loader import load_plugins

    found = load_plugins()
    rows = [
        (one.name, one.distribution, one.version, "|".join(one.kinds), discreet(one.problem)) for one in found.listing
    ]
    show_table(("name", "distribution", "version", "kinds", "problem"), rows, as_json=as_json)
    return 3 if found.problems else 0


@plugins.command()
@click.argument("name")
@click.option(
    "--into", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="The folder that it is made in."
)
@config_unread_option
def new(name: str, into: Path) -> int:
    """Begin a plugin for systems of the kind NAME: an adapter and an emulator that keep the contract, to be changed."""
    if not _NAME.fullmatch(name):
        hint = "Write a short name of small letters and digits that begins with a letter, as mycrm"
        raise ConfigError(f"{name!r} cannot be the name of a kind", hint=hint)
    made = into / f"partnersync-{name}"
    if made.exists():
        raise ConfigError(f"{made} is there already", hint="Choose another name, or another folder by --into")
    with as_file(files("partnersync") / "scaffold" / _SCAFFOLD) as scaffold:
        for source in sorted(scaffold.rglob("*")):
            if source.is_file() and source.suffix != ".pyc":
                target = made / _named(source.relative_to(scaffold).as_posix(), name)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(_named(source.read_text(encoding="utf-8"), name), encoding="utf-8")
    click.echo(f"made {made}; its README.md says what to do with each file")
    click.echo(f"next: cd {made} && pip install -e '.[dev]' && partnersync plugins check .")
    return 0


@plugins.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path())
@config_unread_option
def check(folder: Path) -> int:
    """Run the conformance kit of the plugin whose source is in FOLDER, and show what it keeps and breaks."""
    if find_spec("pytest") is None:
        raise ConfigError("the kit needs pytest", hint="pip install 'partnersync[testing]'")
    kit = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "partnersync.testing.kit_alone"]
    ended = subprocess.run(kit, cwd=folder, check=False).returncode  # noqa: S603 - our own words
    if ended == _NO_TESTS:
        hint = "Subclass partnersync.testing.conformance.AdapterConformance in its tests"
        raise ConfigError(f"{folder.resolve()} has no test of the kit", hint=hint)
    return _BROKEN if ended else 0


def _named(text: str, name: str) -> str:
    for told in (str.lower, str.capitalize, str.upper):
        text = text.replace(told(_SCAFFOLD), told(name))
    return text
