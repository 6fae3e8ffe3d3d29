"""`partnersync`: the group of all commands. A command's module is imported when it is called, so that help is quick."""

import sys
from collections.abc import Sequence
from importlib import import_module
from io import StringIO, TextIOWrapper
from typing import Any

import click

from partnersync import __version__
from partnersync.errors import PartnersyncError, place_of

# command → (module in partnersync.cli, its one-line help)
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "Run the whole flow on the sample company and show what came out."),
    "init": ("init", "Write the settings and a first program version by asking and by looking at the files."),
    "connect": ("connect", "Sign in to a connected system, and check the connection."),
    "schema": ("schema", "Make what the programme needs in a connected system: fields and lists, as code."),
    "doctor": ("doctor", "Check settings, program, plugins, store and connections; name every problem's mend."),
    "plan": ("flow", "Show the writes and lines that are due; write nothing."),
    "apply": ("flow", "Make exactly the writes of a plan."),
    "sync": ("flow", "Pull, decide, write: what is due, within the limits."),
    "backfill": ("backfill", "Take history on request, and decide whom old deals belong to."),
    "undo": ("undo", "Put back what a run wrote, unless someone changed it since."),
    "register": ("register", "Take registrations from a file or from options, with a verdict on each at once."),
    "explain": ("explain", "Say why: facts, rules, program version and arithmetic, in plain words."),
    "incidents": ("guard", "Show what was violated; close what was looked into."),
    "approve": ("rulings", "Grant a registration, with a reason."),
    "reject": ("rulings", "Refuse a registration, with a reason."),
    "extend": ("rulings", "Extend a registration's protection, with a reason."),
    "release": ("rulings", "End a registration's protection, with a reason."),
    "withdraw": ("rulings", "End a registration that its partner takes back, with a reason."),
    "transfer": ("rulings", "Pass a client to another partner, with a reason."),
    "override": ("guard", "Decide whom a deal belongs to, with a reason."),
    "ledger": ("ledger", "Show lines of the ledger; propose bonuses and adjustments, and book them."),
    "statements": ("statements", "Show statements; close, send, accept, dispute and approve them."),
    "program": ("program", "Tell the terms, find what is wrong with them, compare them, try others over history."),
    "payouts": ("payouts", "Show payouts; make, approve, export, mark paid and return them."),
    "registrations": ("registrations", "Show registrations with their verdicts."),
    "issues": ("issues", "Show the records that were left over, and how to mend them; take them up again."),
    "status": ("status", "Show the last runs, cursors, open issues and what is due next."),
    "audit": ("audit", "Show the journal of writes: who, what, when, why, before and after."),
    "verify": ("keeping", "Prove the hash chains of the ledger and the journal."),
    "db": ("database", "Look after the store: upgrade, backup, restore."),
    "plugins": ("plugins", "Show the plugins; begin one; prove that it keeps the contract."),
    "sandbox": ("sandbox", "Emulate a system on this machine, and show how its deals change."),
}

_DEBUG = "--debug"  # read by `main`, and taken at any place of the command line


class _Commands(click.Group):
    """Knows every command's name and help, and imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"partnersync.cli.{COMMANDS[cmd_name][0]}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from difflib import get_close_matches

        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = get_close_matches(args[0], COMMANDS, n=1)
            ctx.fail(f"There is no command {args[0]!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="partnersync")
@click.option(
    _DEBUG,
    is_flag=True,
    help="Show the traceback of an unexpected error, contacts masked; it may hold other data of records.",
)
def cli(debug: bool) -> None:
    """Keep the partner programme's truth, and enforce it inside the CRM that the sellers already use.

    Exit codes: 0 done; 1 failed; 2 wrong usage or settings; 3 done, and this run set records aside; 4 stopped by the
    safety limit; 75 another run holds the lock.
    """


def main(args: Sequence[str] | None = None) -> None:
    """Run a command; every error becomes a message, its mend and an exit code."""
    words = list(sys.argv[1:] if args is None else args)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal without Unicode stops no command
    try:
        code = _ended([word for word in words if word != _DEBUG], debug=_DEBUG in words)
    finally:
        if "partnersync.cli.logs" in sys.modules:  # else nothing was logged, and it costs time
            import_module("partnersync.cli.logs").stop()
    sys.exit(code)


def _ended(words: list[str], *, debug: bool) -> int:
    """Run the command; its exit code."""
    try:
        result: Any = cli.main(args=words, standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.Abort as stop:
        return _stopped(stop)
    except click.ClickException as error:
        from partnersync.contract.secret import discreet

        told = StringIO()
        error.show(told)
        click.echo(discreet(told.getvalue()), nl=False, err=True)
        return error.exit_code
    except PartnersyncError as error:
        _tell(error)
        return error.exit_code
    except Exception as error:
        _tell_bug(error, debug=debug)
        return 1
    return result if isinstance(result, int) else 0


def _tell(error: PartnersyncError) -> None:
    from partnersync.cli import logs
    from partnersync.contract.secret import discreet

    logs.failed(error)
    click.echo(f"error: {discreet(error.message)}", err=True)
    if error.hint:
        click.echo(f"what to do: {discreet(error.hint)}", err=True)


def _stopped(stop: click.Abort) -> int:
    """Ctrl-C; or a question that nobody is there to answer."""
    if isinstance(stop.__context__, EOFError):
        click.echo("\nerror: the answers ended before the questions did", err=True)
        click.echo("what to do: Give the answers as options; --help names them", err=True)
        return 2
    click.echo("stopped", err=True)
    return 130


def _tell_bug(error: Exception, *, debug: bool) -> None:
    """Where it happened, without the error's text, which may quote a record; its traceback where asked for."""
    from partnersync.cli import logs

    logs.failed(error)
    place = place_of(error)
    if debug:
        click.echo(logs.told_traceback(error), err=True)
    click.echo(f"error: unexpected {type(error).__name__} in {place}: a bug of partnersync or of a plugin", err=True)
    click.echo(f"what to do: Run it again with {_DEBUG} to see the traceback, and report it", err=True)


if __name__ == "__main__":
    main()
