"""The commands that look after the store: db upgrade, backup, restore."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from partnersync.cli.assemble import config_option, force_option, log_level_option, now, read_settings
from partnersync.cli.keeping import findings, prove
from partnersync.cli.output import counted, keep_others, whole
from partnersync.cli.progress import Progress
from partnersync.errors import ConfigError
from partnersync.store import backup as backups
from partnersync.store import ledger
from partnersync.store.database import Store, open_store


@click.group()
def db() -> None:
    """Look after the store."""


@db.command()
@config_option
def upgrade(config: Path) -> int:
    """Bring the store's tables to this version; a store that is not there yet is made."""
    with _opened(config, upgrading=True) as store:
        before, head = store.revision()
        store.upgrade()
    click.echo(f"the store is at {head}" if before == head else f"the store went from {before} to {head}")
    return 0


@db.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@force_option
@log_level_option
@config_option
def backup(file: Path, force: bool, log_level: str | None, config: Path) -> int:
    """Copy the whole store, as it stands now, into FILE; runs go on meanwhile.

    The file is the same whether the store is SQLite or PostgreSQL, and can be restored into either. It holds contacts:
    only its owner may read it.
    """
    with _opened(config, log_level, upgrading=True, making=False) as store:
        keep_others(file, force=force)
        if store.is_in(file):
            raise ConfigError(f"{file} is the store itself", hint="Name another file")
        with _progress() as progress, whole(file) as fresh:
            made = backups.write(store, fresh, now(), lambda table, number: progress.advance(f"copy {table}", number))
    click.echo(f"backed up {counted(made.rows, 'row')} of revision {made.revision} to {file}")
    return 0


@db.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@log_level_option
@config_option
def restore(file: Path, log_level: str | None, config: Path) -> int:
    """Fill an empty store from the backup in FILE, all of it or nothing, and verify it.

    A store that holds anything is refused. A backup of an older version is upgraded on the way.
    """
    made = backups.check(file)
    with _opened(config, log_level) as store:
        with _progress() as progress:
            backups.restore(made, file, store, now(), lambda table, number: progress.advance(f"copy {table}", number))
        click.echo(f"restored {counted(made.rows, 'row')} of {made.made_at.isoformat(timespec='seconds')} from {file}")
        with store.read() as tx:
            broken, lines = findings(tx), ledger.head(tx)
    prove(broken, lines)
    return 0


@contextmanager
def _opened(
    config: Path, log_level: str | None = None, *, upgrading: bool = False, making: bool = True
) -> Iterator[Store]:
    store = open_store(read_settings(config, log_level).store_url, upgrading=upgrading, making=making)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _progress() -> Iterator[Progress]:
    progress = Progress()
    try:
        yield progress
    finally:
        progress.stop()
