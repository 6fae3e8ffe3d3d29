"""The commands about the terms themselves: program show, lint, diff, simulate."""

import click

from partnersync.cli.simulate import simulate


@click.group()
def program() -> None:
    """Tell the terms, find what is wrong with them, compare them, and try others over history."""


program.add_command(simulate)
