"""connect: lead a person through the sign-in to a system."""

from pathlib import Path

import click

from partnersync.cli.assemble import config_option, kind_of_connection, now, read_company
from partnersync.cli.output import counted
from partnersync.contract.secret import discreet
from partnersync.loader import load_plugins

_SURVIVED = 3  # the exit code of a run that leaves a connection, or records of it, out


@click.command()
@click.argument("name")
@config_option
def connect(name: str, config: Path) -> int:
    """Sign in to the system of the connection NAME, and check it."""
    company = read_company(config)
    kind, connection, options = kind_of_connection(company, load_plugins(), name, now)
    if kind.connect is None:
        click.echo(f"{kind.name} needs no sign-in")
    else:
        kind.connect(connection, options, _Terminal())
    adapter = kind.make(connection, options)
    try:
        problems = [discreet(text) for text in adapter.check()]
    finally:
        adapter.close()
    for text in problems:
        click.echo(f"{name}: {text}")
    click.echo(counted(len(problems), "problem") if problems else "all is well")
    return _SURVIVED if problems else 0


class _Terminal:
    """The person at this terminal."""

    def tell(self, text: str) -> None:
        click.echo(text)

    def ask(self, question: str) -> str:
        answer: str = click.prompt(question)
        return answer.strip()
