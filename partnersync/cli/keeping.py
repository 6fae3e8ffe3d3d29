"""The commands that look after what is kept: verify, db, plugins."""

from pathlib import Path

import click

from partnersync.cli.assemble import config_option, config_unread_option, json_option, opened_store, read_company
from partnersync.cli.output import show_json, show_table
from partnersync.config import load_settings
from partnersync.errors import BrokenChain
from partnersync.store import journal, ledger
from partnersync.store.database import open_store


@click.command()
@json_option
@config_option
def verify(as_json: bool, config: Path) -> int:
    """Recompute every hash of the ledger and the journal; name the first broken line, a gap, a cut-off tail."""
    with opened_store(read_company(config)) as store, store.read() as tx:
        found = {"ledger": ledger.verify(tx), "audit": journal.verify(tx)}
        lines = ledger.head(tx)
    broken = [(chain, one.seq, one.name, one.what) for chain in found for one in found[chain]]
    if as_json:
        keys = ("chain", "seq", "name", "what")
        show_json({"lines": lines, "findings": [dict(zip(keys, one, strict=True)) for one in broken]})
        return BrokenChain.exit_code if broken else 0
    if broken:
        told = (f"the {chain} is broken at {f'{seq} {name}'.strip()}: {what}" for chain, seq, name, what in broken)
        hint = "Restore the store from a backup that verifies; lines are never mended by hand"
        raise BrokenChain("\n".join(told), hint=hint)
    click.echo(f"the ledger ({lines:,} lines) and the journal are whole")
    return 0


@click.group()
def db() -> None:
    """Look after the store."""


@db.command()
@config_option
def upgrade(config: Path) -> int:
    """Bring the store's tables to this version; a store that is not there yet is made."""
    store = open_store(load_settings(config).store_url, upgrading=True)
    try:
        before, head = store.revision()
        store.upgrade()
    finally:
        store.close()
    click.echo(f"the store is at {head}" if before == head else f"the store went from {before} to {head}")
    return 0


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
    rows = [(one.name, one.distribution, one.version, "|".join(one.kinds), one.problem) for one in found.listing]
    show_table(("name", "distribution", "version", "kinds", "problem"), rows, as_json=as_json)
    return 3 if found.problems else 0
