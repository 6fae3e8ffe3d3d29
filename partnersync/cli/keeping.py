"""The command that proves what is kept: verify."""

from collections.abc import Sequence
from pathlib import Path

import click
from sqlalchemy import Connection as Tx

from partnersync.cli.assemble import config_option, json_option, opened_store, read_company
from partnersync.cli.output import counted, show_json
from partnersync.errors import BrokenChain
from partnersync.store import journal, ledger


@click.command()
@json_option
@config_option
def verify(as_json: bool, config: Path) -> int:
    """Recompute every hash of the ledger and the journal; name the first broken line, a gap, a cut-off tail."""
    with opened_store(read_company(config)) as store, store.read() as tx:
        broken = findings(tx)
        lines = ledger.head(tx)
    if as_json:
        keys = ("chain", "seq", "name", "what")
        show_json({"lines": lines, "findings": [dict(zip(keys, one, strict=True)) for one in broken]})
        return BrokenChain.exit_code if broken else 0
    prove(broken, lines)
    return 0


def findings(tx: Tx) -> list[tuple[str, int, str, str]]:
    """What does not agree in the ledger and the journal: chain, number, name, what is wrong."""
    found = {"ledger": ledger.verify(tx), "audit": journal.verify(tx)}
    return [(chain, one.seq, one.name, one.what) for chain in found for one in found[chain]]


def prove(broken: Sequence[tuple[str, int, str, str]], lines: int) -> None:
    """Say that the chains are whole; BrokenChain names what is not."""
    if broken:
        told = (f"the {chain} is broken at {f'{seq} {name}'.strip()}: {what}" for chain, seq, name, what in broken)
        hint = "Restore the store from a backup that verifies; lines are never mended by hand"
        raise BrokenChain("\n".join(told), hint=hint)
    click.echo(f"the ledger ({counted(lines, 'line')}) and the journal are whole")
