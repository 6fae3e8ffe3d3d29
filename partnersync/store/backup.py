"""A backup: the whole store in one SQLite file, whichever database it comes from and goes to.

The file is a store at the revision of the one it was made from, without leases, and has one more table that says when
it was made and the digest of its rows. The digest (SHA-256) covers the revision and every row of every table in the
order of its key, as JSON; so damage is found before anything is restored.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, Select, Table, Text, func, insert, inspect, select
from sqlalchemy.exc import DBAPIError

from partnersync.errors import ConfigError, LockHeld, PartnersyncError
from partnersync.store import locks, schema
from partnersync.store.codec import moment, moment_text
from partnersync.store.database import Store, open_file
from partnersync.store.rows import chunks_of, stream
from partnersync.store.run_tables import leases

Told = Callable[[str, int], None]  # the table and how many more of its rows are done

_FORMAT = "1"
_AT_ONCE = 1000
_MAKE_ANOTHER = "Make one with `partnersync db backup FILE`"
_REVISION = "alembic_version"
_label = Table("backup", MetaData(), Column("key", Text, primary_key=True), Column("value", Text, nullable=False))


@dataclass(frozen=True, slots=True)
class Backup:
    """What a file holds: the store of a moment."""

    revision: str
    made_at: datetime
    digest: str
    rows: int


def write(store: Store, path: Path, made_at: datetime, told: Told) -> Backup:
    """Copy a store, as it stands now, into a new file, which is its owner's alone. Runs go on meanwhile."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    file = open_file(path)
    try:
        with store.read() as tx, file.write() as into:
            revision = schema.current(tx) or ""
            schema.upgrade(into, revision)
            tables = _tables(into)
            for table in tables:
                if table.name != leases.name:
                    _copy(table, _rows(tx, table), into, told)
            digest, rows = _digest(into, revision, tables)
            label = {"format": _FORMAT, "made_at": moment_text(made_at), "digest": digest, "rows": str(rows)}
            _label.create(into)
            into.execute(insert(_label), [{"key": key, "value": value} for key, value in label.items()])
    finally:
        file.close()
    return Backup(revision, made_at, digest, rows)


def check(path: Path) -> Backup:
    """What the backup in a file says about itself, after all of it was read.

    ConfigError for a file that is no backup, or of a newer version; PartnersyncError for a damaged one.
    """
    file = open_file(path, writable=False)
    try:
        with _told_by_name(path), file.engine.connect() as tx:
            label = _read_label(tx, path)
            if path.stat().st_size != _size(tx):
                raise _damaged(path)
            revision = tx.exec_driver_sql(f"SELECT version_num FROM {_REVISION}").scalar()  # noqa: S608
            if label["format"] != _FORMAT or revision is None or revision > schema.HEAD:
                raise ConfigError(f"{path} was made by a newer partnersync", hint="Install the newer version first")
            digest, rows = _digest(tx, revision, _tables(tx))
    finally:
        file.close()
    if digest != label["digest"]:
        raise _damaged(path)
    return Backup(revision, moment(label["made_at"]), digest, rows)


def restore(found: Backup, path: Path, store: Store, now: datetime, told: Told) -> None:
    """Fill an empty store from a checked file, all of it or nothing; an older backup is upgraded on the way.

    ConfigError for a store that holds anything; LockHeld while a run is at work.
    """
    with _at_head(path, found.revision) as current:
        file = open_file(current, writable=False)
        try:
            with file.read() as tx, store.write() as into:
                tables = _tables(tx)
                _refuse_filled(into, tables, now)
                for table in tables:
                    _copy(table, _rows(tx, table), into, told)
                    _go_on_counting(into, table)
        finally:
            file.close()


def _tables(tx: Connection) -> list[Table]:
    """The tables of a file as they are there, which may be of an older revision."""
    found = MetaData()
    found.reflect(tx, only=[name for name in inspect(tx).get_table_names() if name not in (_label.name, _REVISION)])
    return found.sorted_tables


def _rows(tx: Connection, table: Table) -> Iterator[Sequence[object]]:
    query: Select[*tuple[object, ...]] = select(table).order_by(*table.primary_key.columns)
    return stream(tx, query)


def _copy(table: Table, rows: Iterable[Sequence[object]], into: Connection, told: Told) -> None:
    names = [column.name for column in table.columns]
    for chunk in chunks_of(rows, _AT_ONCE):
        into.execute(insert(table), [dict(zip(names, row, strict=True)) for row in chunk])
        told(table.name, len(chunk))


def _go_on_counting(tx: Connection, table: Table) -> None:
    """PostgreSQL numbers new rows from a sequence, which knows nothing of rows that came with their numbers."""
    column = table.autoincrement_column
    if tx.dialect.name == "postgresql" and column is not None:
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        tx.execute(select(func.setval(sequence, select(func.max(column)).scalar_subquery())))


def _refuse_filled(tx: Connection, tables: Sequence[Table], now: datetime) -> None:
    if held := locks.held(tx, now):
        raise LockHeld(f"a run holds {', '.join(held)}", hint="Restore when it has ended")
    for table in tables:
        if table.name != leases.name and tx.execute(select(table).limit(1)).first() is not None:
            raise ConfigError(
                "the store holds something already: restoring never replaces it",
                hint="Name an empty or new database in store.url, or move the store away first",
            )


def _size(tx: Connection) -> int:
    """Bytes of the file, as it says itself: SQLite takes what was cut off for zeros."""
    pages, bytes_each = (tx.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size"))
    return int(pages * bytes_each)


def _read_label(tx: Connection, path: Path) -> dict[str, str]:
    label_there, store_there = (inspect(tx).has_table(name) for name in (_label.name, _REVISION))
    if store_there and not label_there:
        raise ConfigError(f"{path} is a store, not a backup", hint=_MAKE_ANOTHER)
    label = dict(tx.execute(select(_label.c.key, _label.c.value)).all()) if label_there and store_there else {}
    if not {"format", "made_at", "digest"} <= label.keys():
        raise ConfigError(f"{path} is no backup of partnersync", hint=_MAKE_ANOTHER)
    return label


def _digest(tx: Connection, revision: str, tables: Sequence[Table]) -> tuple[str, int]:
    """The digest of the rows, and their number."""
    digest, count = hashlib.sha256(), 0
    digest.update(json.dumps([_FORMAT, revision]).encode())
    for table in sorted(tables, key=lambda table: table.name):
        columns = sorted(column.name for column in table.columns)
        digest.update(json.dumps([table.name, columns]).encode())
        query: Select[*tuple[object, ...]] = select(*(table.c[name] for name in columns))
        for row in stream(tx, query.order_by(*table.primary_key.columns)):
            digest.update(json.dumps(list(row), ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
            count += 1
    return digest.hexdigest(), count


@contextmanager
def _at_head(path: Path, revision: str) -> Iterator[Path]:
    """The file, or for one of an older version an upgraded copy, which is its owner's alone and soon gone."""
    if revision == schema.HEAD:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="partnersync-") as folder:
        copy = Path(folder) / "backup.db"
        shutil.copyfile(path, copy)
        file = open_file(copy)
        try:
            with file.write() as tx:
                schema.upgrade(tx)
        finally:
            file.close()
        yield copy


@contextmanager
def _told_by_name(path: Path) -> Iterator[None]:
    """What the database says about a file that it cannot read, said of the file."""
    try:
        yield
    except DBAPIError as error:
        name = getattr(error.orig, "sqlite_errorname", "")
        if name == "SQLITE_NOTADB":
            raise ConfigError(f"{path} is no backup of partnersync", hint=_MAKE_ANOTHER) from None
        if name.startswith("SQLITE_CANTOPEN"):
            raise ConfigError(f"{path} cannot be read", hint="Name a file that this user may read") from None
        raise _damaged(path) from None
    except (ValueError, TypeError):  # a cell or a name that no database of ours would give
        raise _damaged(path) from None


def _damaged(path: Path) -> PartnersyncError:
    return PartnersyncError(f"{path} is damaged: its rows are not those that were backed up", hint="Use another backup")
