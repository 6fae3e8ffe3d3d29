"""Digests of the program versions in use: one that lines were booked under cannot be edited or taken away."""

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select

from partnersync.errors import ConfigError
from partnersync.store.rows import upsert_all
from partnersync.store.tables import ledger
from partnersync.store.tables import program_digests as table

_NOWHERE: Mapping[str, str] = {}


def keep(tx: Connection, digests: Mapping[str, str], run: int, places: Mapping[str, str] = _NOWHERE) -> bool:
    """Note the versions in use; whether any is new, edited or gone. ConfigError where lines stand in the way.

    `places` says where each stands, for the error.
    """
    before = {row.version: row.digest for row in tx.execute(select(table.c.version, table.c.digest))}
    if before == dict(digests):
        return False
    for version in sorted(before):
        if digests.get(version) != before[version] and _booked(tx, version):
            what = "was edited" if version in digests else "is gone"
            place = f"{places[version]}: " if version in places else ""
            raise ConfigError(
                f"{place}program version {version} {what}, but lines were booked under it",
                hint="Put it back as it was, and add a new version with a later effective_from",
            )
    tx.execute(delete(table))
    rows = [{"version": version, "digest": digest, "first_run": run} for version, digest in digests.items()]
    upsert_all(tx, table, rows)
    return True


def _booked(tx: Connection, version: str) -> bool:
    query = select(ledger.c.seq).where(ledger.c.program_version == version).limit(1)
    return tx.execute(query).first() is not None
