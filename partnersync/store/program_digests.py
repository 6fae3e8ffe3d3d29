"""Digests of the program versions in use: one that lines were booked under cannot be edited or taken away."""

from collections.abc import Mapping

from sqlalchemy import Connection, delete, select

from partnersync.errors import ConfigError
from partnersync.store.ledger_tables import ledger
from partnersync.store.rows import upsert_all
from partnersync.store.run_tables import program_digests as table

MEND = "Put it back as it was, and add a new version with a later effective_from"
_NOWHERE: Mapping[str, str] = {}


def keep(tx: Connection, digests: Mapping[str, str], run: int, places: Mapping[str, str] = _NOWHERE) -> bool:
    """Note the versions in use; whether any is new, edited or gone. ConfigError where lines stand in the way.

    `places` says where each stands, for the error.
    """
    before = _noted(tx)
    if before == dict(digests):
        return False
    for version, text in touched(tx, digests):
        place = f"{places[version]}: " if version in places else ""
        raise ConfigError(f"{place}{text}", hint=MEND)
    tx.execute(delete(table))
    rows = [{"version": version, "digest": digest, "first_run": run} for version, digest in digests.items()]
    upsert_all(tx, table, rows)
    return True


def touched(tx: Connection, digests: Mapping[str, str]) -> list[tuple[str, str]]:
    """Versions that are edited or gone although lines were booked under them, each with the text that says so."""
    return [
        (version, f"program version {version} {what}, but lines were booked under it")
        for version, digest in sorted(_noted(tx).items())
        if digests.get(version) != digest and _booked(tx, version)
        for what in ["was edited" if version in digests else "is gone"]
    ]


def _noted(tx: Connection) -> dict[str, str]:
    return {row.version: row.digest for row in tx.execute(select(table.c.version, table.c.digest))}


def _booked(tx: Connection, version: str) -> bool:
    query = select(ledger.c.seq).where(ledger.c.program_version == version).limit(1)
    return tx.execute(query).first() is not None
