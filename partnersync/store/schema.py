"""Which revision a store is at, and how it comes to the one that this version works with."""

from sqlalchemy import Connection, inspect, text

from partnersync.errors import ConfigError
from partnersync.store import (  # noqa: F401 - their tables belong to the metadata
    case_tables,
    guard_tables,
    ledger_tables,
    money_tables,
    record_tables,
    run_tables,
    write_tables,
)
from partnersync.store.tables import metadata

# The newest of migrations/versions, said here so that opening a store does not import Alembic (a test compares).
HEAD = "0013"
_MADE_ELSEWHERE = "Name another database in store.url: this one holds tables of something else"


def current(tx: Connection) -> str | None:
    """The store's revision; None for a database without any of our tables. ConfigError where they are not ours."""
    tables = set(inspect(tx).get_table_names())
    if "alembic_version" not in tables:
        strangers = sorted(tables & set(metadata.tables))
        if strangers:
            raise ConfigError(
                f"the database has a table {strangers[0]} that partnersync did not make", hint=_MADE_ELSEWHERE
            )
        return None
    revision = tx.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if revision is None and tables & set(metadata.tables):
        raise ConfigError("the store does not say which version made it", hint=_MADE_ELSEWHERE)
    return revision


def check(revision: str | None) -> None:
    """Refuse a store that another version made."""
    if revision == HEAD:
        return
    if revision is not None and revision < HEAD:
        raise ConfigError("the store was made by an older partnersync", hint="Run `partnersync db upgrade`")
    raise ConfigError(
        "the store was made by a newer partnersync, or by another program",
        hint="Install the newer version, or name another database in store.url",
    )


def upgrade(tx: Connection, revision: str = "head") -> None:
    """Run the migrations that are missing up to a revision, in this transaction."""
    from alembic import command  # costs a quarter of a second, and only a new or older store needs it
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "partnersync.store:migrations")
    config.attributes["connection"] = tx
    command.upgrade(config, revision)
