"""The store: one database, its transactions, and one writer at a time.

A writing transaction takes its turn before its first statement, on both databases: BEGIN IMMEDIATE on SQLite, an
advisory lock on PostgreSQL. So what was read inside it is still true when it is written, and no update is lost.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from partnersync.errors import ConfigError
from partnersync.store import schema
from partnersync.store.failures import translated

_BUSY_S = 60
_CONNECT_S = 10
_CACHE_KIB = 65_536
_WRITERS = 0x706172746E657273  # the advisory lock of writers
_EXAMPLES = 'Write it like "sqlite:///partnersync.db" or "postgresql://user@host/name"'
_BEGIN = "partnersync_begin"


class Store:
    """An open store. `guards` are called at the start and the end of every writing transaction and may refuse it."""

    def __init__(self, engine: Engine, busy_s: int = _BUSY_S) -> None:
        self.engine = engine
        self.guards: list[Callable[[Connection], None]] = []
        self._busy_s = busy_s

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    def is_in(self, path: Path) -> bool:
        """Whether a file is the store."""
        own = Path(self.engine.url.database or "")
        return self.dialect == "sqlite" and path.exists() and own.exists() and path.samefile(own)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A writing transaction: committed at the end, undone by an error. LockHeld where another does not end."""
        with self._writing() as tx:
            for guard in self.guards:
                guard(tx)
            yield tx
            for guard in self.guards:
                guard(tx)

    @contextmanager
    def rehearse(self) -> Iterator[Connection]:
        """A writing transaction that is always undone."""
        with self._writing() as tx:
            for guard in self.guards:
                guard(tx)
            yield tx
            tx.rollback()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees the store as it stands at its first query, whatever is written meanwhile."""
        if self.dialect == "postgresql":
            options: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        else:
            options = {}
        with self._transaction(options) as tx:
            yield tx

    def revision(self) -> tuple[str | None, str]:
        """The store's revision (None: an empty database) and the one that this version works with."""
        with self.read() as tx:
            return schema.current(tx), schema.HEAD

    def upgrade(self) -> None:
        """Bring the store to the revision that this version works with, or leave it as it was."""
        with self._writing() as tx:
            if schema.current(tx) != schema.HEAD:
                schema.upgrade(tx)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._transaction({_BEGIN: "IMMEDIATE"}) as tx:
            if self.dialect == "postgresql":
                tx.execute(text(f"SET LOCAL lock_timeout = '{self._busy_s}s'"))
                tx.execute(text("SELECT pg_advisory_xact_lock(:writers)"), {"writers": _WRITERS})
            yield tx

    @contextmanager
    def _transaction(self, options: dict[str, Any]) -> Iterator[Connection]:
        try:
            with self.engine.connect() as connection:
                connection.execution_options(**options)
                with connection.begin():
                    if self.dialect == "postgresql":
                        # Every query here is made for an index. Of a table that grows inside one transaction the server
                        # has no statistics, and would read it whole for every page.
                        connection.execute(text("SET LOCAL enable_seqscan = off"))
                    yield connection
        except DBAPIError as error:
            known = translated(error)
            if known is None:
                raise
            raise known from error


def open_store(url: str, *, busy_s: int = _BUSY_S, upgrading: bool = False, making: bool = True) -> Store:
    """Open the store at `store.url`; an empty database becomes one, where it is not to be there already (`making`).

    `busy_s`: how long to wait for another writer. `upgrading`: leave an older store as it is instead of refusing it.
    ConfigError for a database that is not ours or of another version. No error shows the URL: it may hold a password.
    """
    checked = _checked(url)
    if not making and checked.drivername == "sqlite" and not Path(checked.database or "").exists():
        raise _not_there()
    store = Store(_engine(checked, busy_s), busy_s)
    try:
        revision, head = store.revision()
        if revision is None and making:
            store.upgrade()
        elif revision is None:
            raise _not_there()
        elif not upgrading or revision > head:
            schema.check(revision)
    except BaseException:
        store.close()
        raise
    return store


def _not_there() -> ConfigError:
    return ConfigError("there is no store yet", hint="Check store.url, which relative paths start at, and --config")


def open_file(path: Path, *, writable: bool = True) -> Store:
    """A store in a SQLite file that is there and that nobody else uses: all of it in the one file, no log beside it."""
    address = f"{path.resolve().as_uri()}?{'mode=rw' if writable else 'mode=ro&immutable=1'}"
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(address, uri=True),
        poolclass=NullPool,
        hide_parameters=True,
    )
    _begins_itself(engine, *(("journal_mode = MEMORY", "synchronous = OFF") if writable else ()))
    return Store(engine)


def _checked(text_url: str) -> URL:
    try:
        url = make_url(text_url)
    except (ArgumentError, ValueError):
        raise ConfigError("store.url is not a database URL", hint=_EXAMPLES) from None
    name = url.get_backend_name()
    if name == "sqlite":
        if url.database in (None, "", ":memory:"):
            raise ConfigError("store.url names no file", hint=_EXAMPLES)
        return url.set(drivername="sqlite")
    if name in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    raise ConfigError(f"store.url begins with {name}, which is not supported", hint=_EXAMPLES)


def _engine(url: URL, busy_s: int) -> Engine:
    try:
        if url.drivername == "sqlite":
            return _sqlite_engine(url, busy_s)
        arguments = {"connect_timeout": _CONNECT_S, "application_name": "partnersync"}
        return create_engine(url, hide_parameters=True, connect_args=arguments)
    except ModuleNotFoundError:
        raise ConfigError(
            "the driver for PostgreSQL is not installed", hint="Run `pip install 'partnersync[postgresql]'`"
        ) from None
    except (NoSuchModuleError, ArgumentError):
        raise ConfigError("store.url is not a database URL", hint=_EXAMPLES) from None


def _sqlite_engine(url: URL, busy_s: int) -> Engine:
    with suppress(
        OSError
    ):  # a new file is its owner's alone: it holds contacts; what hinders is told when it is opened
        if "uri" not in url.query:
            os.close(os.open(url.database or "", os.O_CREAT | os.O_EXCL, 0o600))
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": busy_s})
    _begins_itself(
        engine, "journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = OFF", f"cache_size = -{_CACHE_KIB}"
    )
    return engine


def _begins_itself(engine: Engine, *pragmas: str) -> None:
    """Begin transactions here: the driver would begin them too late and too weakly."""

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get(_BEGIN, 'DEFERRED')}")
