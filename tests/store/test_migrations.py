"""A new store has the tables of tables.py, whatever the database; an older one is named, a stranger's is left alone."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from partnersync.errors import ConfigError
from partnersync.store import schema
from partnersync.store.database import open_store
from partnersync.store.tables import metadata


def test_a_new_store_has_exactly_the_tables_of_the_program(empty_database_url: str) -> None:
    store = open_store(empty_database_url)
    with store.read() as tx:
        context = MigrationContext.configure(tx, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
    assert store.revision() == (schema.HEAD, schema.HEAD)
    store.close()


def test_text_is_compared_byte_by_byte(empty_database_url: str) -> None:
    words = ["a", "B", "_", "Я", "я", "é", "-", "A", "ab", "a-", "10", "9", "😀", "z"]
    store = open_store(empty_database_url)
    with store.write() as tx:
        tx.execute(text("INSERT INTO case_keys (key, case_id) VALUES (:word, '')"), [{"word": word} for word in words])
        assert list(tx.execute(text("SELECT key FROM case_keys ORDER BY key")).scalars()) == sorted(words)
    store.close()


def test_the_newest_revision_is_the_one_named_in_the_program() -> None:
    config = Config()
    config.set_main_option("script_location", "partnersync.store:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == schema.HEAD


def test_an_older_store_waits_for_db_upgrade(empty_database_url: str) -> None:
    store = open_store(empty_database_url)
    with store.write() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    store.close()
    with pytest.raises(ConfigError) as refused:
        open_store(empty_database_url)
    assert "partnersync db upgrade" in refused.value.hint
    older = open_store(empty_database_url, upgrading=True)
    assert older.revision() == ("0000", schema.HEAD)
    older.close()


def test_a_failed_upgrade_leaves_the_database_as_it_was(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade = schema.upgrade

    def fail_late(tx: object) -> None:
        upgrade(tx)  # type: ignore[arg-type]
        raise RuntimeError

    monkeypatch.setattr(schema, "upgrade", fail_late)
    with pytest.raises(RuntimeError):
        open_store(empty_database_url)
    engine = create_engine(empty_database_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        pytest.param(["CREATE TABLE audit (x INTEGER)"], "audit", id="tables of another program are not touched"),
        pytest.param(
            ["CREATE TABLE alembic_version (version_num TEXT)", "INSERT INTO alembic_version VALUES ('9f3b')"],
            "newer partnersync, or by another program",
            id="another program's revision is not ours",
        ),
    ],
)
def test_a_database_of_something_else_is_refused(empty_database_url: str, statements: list[str], message: str) -> None:
    engine = create_engine(empty_database_url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
    with pytest.raises(ConfigError, match=message):
        open_store(empty_database_url)
