"""The command that serves an emulated system."""

from threading import Event

import click

from partnersync.cli.assemble import config_unread_option
from partnersync.errors import ConfigError
from partnersync.loader import load_plugins
from partnersync.sandbox.clock import SystemClock
from partnersync.sandbox.front import Front
from partnersync.sandbox.kind import SandboxKind
from partnersync.sandbox.server import serving


@click.command()
@click.argument("kind")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="Where it answers; 0, the default, is any free one."
)
@click.option("--deals", type=click.IntRange(0), default=300, show_default=True, help="Sample deals it begins with.")
@click.option("--latency", type=click.IntRange(0), default=0, show_default=True, help="Milliseconds each call takes.")
@config_unread_option
def sandbox(kind: str, port: int, deals: int, latency: int) -> int:
    """Emulate a system of this KIND on this machine until Ctrl-C; its page shows how deals and partners change."""
    clock = SystemClock()
    emulator = _offered(kind).make(deals, clock)
    try:
        with serving(Front(emulator, clock), port=port, latency_s=latency / 1000) as server:
            click.echo(f"url    {server.url}")
            click.echo(f"token  {emulator.token}")
            click.echo("Open the url in a browser to see deals and partners; Ctrl-C ends it, and nothing is kept")
            Event().wait()
    except OSError as error:
        raise ConfigError(f"port {port} cannot be used: {error.strerror}", hint="Name another one by --port") from error
    except KeyboardInterrupt:
        pass
    return 0


def _offered(kind: str) -> SandboxKind:
    known = load_plugins().sandboxes
    if kind not in known:
        installed = ", ".join(sorted(known)) or "none"
        hint = f"Install its plugin (pip install partnersync-{kind}); installed sandboxes: {installed}"
        raise ConfigError(f'no plugin offers a sandbox of the kind "{kind}"', hint=hint)
    return known[kind]
