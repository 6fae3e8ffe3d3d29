"""Digests of the program versions in use: one that lines were booked under cannot be edited or taken away."""

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select

from partnersync.errors import ConfigError
from partnersync.store.rows import upsert_all
from partnersync.store.tables import ledger
from partnersync.store.tables import program_digests as table


def keep(tx: Connection, digests: Mapping[str, str], run: int) -> bool:
    """Note the versions in use; whether any is new, edited or gone. ConfigError where lines stand in the way."""
    before = {row.version: row.digest for row in tx.execute(select(table.c.version, table.c.digest))}
    if before == dict(digests):
        return False
    for version in sorted(before):
        if digests.get(version) != before[version] and _booked(tx, version):
            what = "was edited" if version in digests else "is gone"
            raise ConfigError(
                f"program version {version} {what}, but lines were booked under it",
                hint="Put it back as it was, and add a new version with a later effective_from",
            )
    tx.execute(delete(table))
    rows = [{"version": version, "digest": digest, "first_run": run} for version, digest in digests.items()]
    upsert_all(tx, table, rows)
    return True


def _booked(tx: Connection, version: str) -> bool:
    query = select(ledger.c.seq).where(ledger.c.program_version == version).limit(1)
    return tx.execute(query).first() is not None
