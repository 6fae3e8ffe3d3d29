"""A backup holds every row of a store on any database, and comes back whole, or is refused by name."""

import random
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import BigInteger, Boolean, Column, Connection, Integer, MetaData, create_engine, insert, select, text

from partnersync.domain.change import JournalRow
from partnersync.errors import ConfigError, LockHeld, PartnersyncError
from partnersync.store import backup, journal, runs, schema
from partnersync.store.backup import Backup
from partnersync.store.case_tables import cases
from partnersync.store.database import Store, open_file, open_store
from partnersync.store.locks import lease
from partnersync.store.run_tables import leases
from partnersync.store.tables import metadata

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
Rows = dict[str, list[tuple[object, ...]]]


def value(column: Column[object], number: int) -> object:
    """Something that the column can hold; texts are such as people write."""
    if isinstance(column.type, Boolean):
        return number % 2 == 0
    if isinstance(column.type, BigInteger):
        return number + 2**40 if not column.primary_key else number
    if isinstance(column.type, Integer):
        return number
    if column.nullable and number == 2:
        return None
    return f"{column.name} № {number}\n'Ёлка'; 😀 {{}}"


def filled(store: Store) -> Store:
    with store.write() as tx:
        for table in metadata.sorted_tables:
            rows = [{column.name: value(column, number) for column in table.columns} for number in (1, 2, 3)]
            tx.execute(insert(table), rows)
    return store


def contents(store: Store) -> Rows:
    with store.read() as tx:
        return {
            table.name: [tuple(row) for row in tx.execute(select(table).order_by(*table.primary_key.columns))]
            for table in metadata.sorted_tables
        }


def silent(table: str, number: int) -> None:
    """Nobody watches."""


def backed_up(store: Store, path: Path) -> Path:
    backup.write(store, path, NOW, silent)
    return path


def restored(path: Path, store: Store) -> Backup:
    found = backup.check(path)
    backup.restore(found, path, store, NOW, silent)
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "backup.db"


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Store]:
    """A store that nothing was written into, on each database."""
    store = open_store(empty_database_url)
    yield store
    store.close()


@pytest.fixture
def small(tmp_path: Path, new_sqlite_store: Path) -> Iterator[Store]:
    """A filled store on SQLite, where the database makes no difference."""
    shutil.copyfile(new_sqlite_store, tmp_path / "small.db")
    store = filled(open_store(f"sqlite:///{tmp_path / 'small.db'}"))
    yield store
    store.close()


def test_every_row_comes_back_on_either_database(store: Store, empty: Store, path: Path) -> None:
    before = contents(filled(store))
    made = backup.write(store, path, NOW, silent)
    assert restored(path, empty) == made
    after = contents(empty)
    assert after.pop(leases.name) == []  # they belong to processes that do not use the new store
    assert after == {name: rows for name, rows in before.items() if name != leases.name}
    assert made.rows == sum(map(len, after.values()))


def test_runs_are_numbered_on_behind_those_that_came_back(store: Store, empty: Store, path: Path) -> None:
    restored(backed_up(filled(store), path), empty)
    with empty.write() as tx:
        assert runs.start(tx, "sync", NOW, NOW) == 4


def test_what_is_written_meanwhile_is_not_in_it(store: Store, path: Path) -> None:
    before = contents(filled(store))
    late: list[str] = []

    def write_more(table: str, number: int) -> None:
        with store.write() as tx:
            tx.execute(insert(cases).values(case_id=f"late {len(late)}", dirty=True))
        late.append(table)

    backup.write(store, path, NOW, write_more)
    assert len(late) > 5
    database = sqlite3.connect(path)
    assert database.execute("SELECT count(*) FROM cases").fetchone() == (len(before["cases"]),)
    database.close()
    backup.check(path)


def test_it_is_one_file_for_its_owner_alone(small: Store, tmp_path: Path) -> None:
    path = backed_up(small, tmp_path / "to?keep #1%.db")
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith("to")] == [path.name]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    backup.check(path)


def test_a_file_that_is_there_is_left_alone(small: Store, path: Path) -> None:
    path.write_text("precious")
    with pytest.raises(FileExistsError):
        backup.write(small, path, NOW, silent)
    assert path.read_text() == "precious"


def test_a_store_that_holds_anything_is_left_as_it_is(small: Store, store: Store, path: Path) -> None:
    backed_up(small, path)
    with store.write() as tx:
        tx.execute(insert(cases).values(case_id="mine", dirty=True))
    before = contents(store)
    with pytest.raises(ConfigError, match="holds something already") as refused:
        restored(path, store)
    assert "store.url" in refused.value.hint
    assert contents(store) == before


def test_a_run_at_work_is_not_disturbed(small: Store, store: Store, path: Path) -> None:
    backed_up(small, path)
    with (
        lease(store, "connection:main", "elsewhere:1:2", lambda: NOW),
        pytest.raises(LockHeld, match="connection:main"),
    ):
        restored(path, store)
    restored(path, store)


def test_an_error_on_the_way_leaves_the_store_empty(small: Store, store: Store, path: Path) -> None:
    def stop(table: str, number: int) -> None:
        if table == "records":
            raise KeyboardInterrupt

    found = backup.check(backed_up(small, path))
    with pytest.raises(KeyboardInterrupt):
        backup.restore(found, path, store, NOW, stop)
    assert not any(contents(store).values())
    restored(path, store)


def sql(*statements: str) -> Callable[[Path], None]:
    """As someone with a tool for databases would."""

    def spoil(path: Path) -> None:
        database = sqlite3.connect(path)
        for statement in statements:
            database.execute(statement)
        database.commit()
        database.close()

    return spoil


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def cut_a_little(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def zeroed_in_the_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[8192 : len(content) - 8192] = bytes(len(content) - 16384)
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        pytest.param(
            sql("UPDATE ledger SET amount_minor = amount_minor + 1 WHERE seq = 2"),
            PartnersyncError,
            "is damaged",
            id="a changed row",
        ),
        pytest.param(
            sql("DELETE FROM outbox WHERE note_id = (SELECT min(note_id) FROM outbox)"),
            PartnersyncError,
            "is damaged",
            id="a row less",
        ),
        pytest.param(cut, PartnersyncError, "is damaged", id="half of it"),
        pytest.param(cut_a_little, PartnersyncError, "is damaged", id="nearly all of it"),
        pytest.param(zeroed_in_the_middle, PartnersyncError, "is damaged", id="a hole in it"),
        pytest.param(
            sql("UPDATE alembic_version SET version_num = '9999'"),
            ConfigError,
            "newer partnersync",
            id="of a newer version",
        ),
        pytest.param(
            sql("UPDATE backup SET value = '2' WHERE key = 'format'"),
            ConfigError,
            "newer partnersync",
            id="of a later form",
        ),
        pytest.param(sql("DROP TABLE backup"), ConfigError, "is a store, not a backup", id="a store"),
        pytest.param(
            sql("DROP TABLE backup", "DROP TABLE alembic_version"),
            ConfigError,
            "is no backup",
            id="a database of something else",
        ),
        pytest.param(lambda path: path.write_text("a;b\n1;2\n" * 99), ConfigError, "is no backup", id="a table"),
        pytest.param(lambda path: path.write_bytes(b""), ConfigError, "is no backup", id="nothing"),
        pytest.param(lambda path: path.unlink(), ConfigError, "cannot be read", id="not there"),
    ],
)
def test_a_file_that_is_no_whole_backup_is_refused_by_name(
    small: Store,
    path: Path,
    spoil: Callable[[Path], object],
    error: type[PartnersyncError],
    message: str,
) -> None:
    spoil(backed_up(small, path))
    with pytest.raises(error, match=message) as refused:
        backup.check(path)
    assert str(path) in refused.value.message
    assert refused.value.hint
    assert type(refused.value) is error


def test_no_flipped_byte_is_restored_as_if_it_were_right(small: Store, tmp_path: Path, path: Path) -> None:
    whole = backed_up(small, path).read_bytes()
    before = contents(small)
    before[leases.name] = []
    rng = random.Random(7)
    for number in range(60):
        content = bytearray(whole)
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        path.write_bytes(content)
        target = open_store(f"sqlite:///{tmp_path / f'target-{number}.db'}")
        with suppress(PartnersyncError):
            restored(path, target)
            assert contents(target) == before
        target.close()


def test_a_backup_of_an_older_version_is_upgraded_and_left_as_it_is(
    small: Store, empty: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backed_up(small, path)
    sql("DROP TABLE outbox", "UPDATE alembic_version SET version_num = '0000'")(path)
    relabelled(path)
    kept = path.read_bytes()

    def upgrade(tx: Connection, revision: str = "head") -> None:
        metadata.tables["outbox"].create(tx)
        tx.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": schema.HEAD})

    monkeypatch.setattr(schema, "upgrade", upgrade)
    assert restored(path, empty).revision == "0000"
    after = contents(empty)
    assert (len(after["ledger"]), after["outbox"]) == (3, [])
    assert path.read_bytes() == kept


def relabelled(path: Path) -> None:
    """Give a changed file the digest of what it holds now."""
    file = open_file(path, writable=False)
    with file.read() as tx:
        digest, _ = backup._digest(tx, "0000", backup._tables(tx))
    file.close()
    sql(f"UPDATE backup SET value = '{digest}' WHERE key = 'digest'")(path)


def every_revision() -> list[str]:
    config = Config()
    config.set_main_option("script_location", "partnersync.store:migrations")
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]


@pytest.mark.parametrize("revision", every_revision())
def test_a_store_can_be_backed_up_before_it_is_upgraded(
    revision: str, empty_database_url: str, store: Store, path: Path
) -> None:
    engine = create_engine(empty_database_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as tx:
        schema.upgrade(tx, revision)
        found = MetaData()
        found.reflect(tx)
        tx.execute(insert(found.tables["cases"]).values(case_id="a", dirty=True, recut=True))
    engine.dispose()
    older = open_store(empty_database_url, upgrading=True, making=False)
    made = backup.write(older, path, NOW, silent)
    older.close()
    assert (made.revision, made.rows) == (revision, 1)
    restored(path, store)
    assert [row[:3] for row in contents(store)["cases"]] == [("a", True, True)]


def test_chains_verify_after_they_came_back(store: Store, empty: Store, path: Path) -> None:
    row = JournalRow(NOW, "partnersync", "write", "main", "deal", "D-1", {}, {"ps_source": "promo"}, "done", "")
    with store.write() as tx:
        journal.append(tx, [row, row], 1)
    restored(backed_up(store, path), empty)
    with empty.write() as tx:
        journal.append(tx, [row], 2)
        assert journal.verify(tx) == []


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path, empty_database_url: str) -> None:
    with pytest.raises(ConfigError, match="no store yet"):
        open_store(empty_database_url, making=False)
    assert not (tmp_path / "empty.db").exists()
