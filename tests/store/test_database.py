"""Transactions, and what is said when the database cannot go on."""

import os
import stat
import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, make_url, select, text
from sqlalchemy.exc import IntegrityError

from partnersync.errors import ConfigError, LockHeld, PartnersyncError
from partnersync.store.case_tables import cases
from partnersync.store.database import Store, open_store


def _put(tx: Connection, case_id: str) -> None:
    tx.execute(insert(cases).values(case_id=case_id, dirty=True, recut=False))


def _ids(store: Store) -> list[str]:
    with store.read() as tx:
        return list(tx.execute(select(cases.c.case_id).order_by(cases.c.case_id)).scalars())


def test_a_write_is_kept_at_its_end(store: Store) -> None:
    with store.write() as tx:
        _put(tx, "a")
    assert _ids(store) == ["a"]


def test_an_error_undoes_the_whole_write(store: Store) -> None:
    def fail() -> None:
        with store.write() as tx:
            _put(tx, "a")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert _ids(store) == []


def test_a_rehearsal_sees_its_writes_and_leaves_nothing(store: Store) -> None:
    with store.rehearse() as tx:
        _put(tx, "a")
        assert tx.execute(select(cases.c.case_id)).scalars().all() == ["a"]
    assert _ids(store) == []


def test_a_reader_sees_the_store_as_it_stood_at_its_first_query(store: Store) -> None:
    with store.read() as tx:
        assert tx.execute(select(cases.c.case_id)).scalars().all() == []
        with store.write() as other:
            _put(other, "a")
        assert tx.execute(select(cases.c.case_id)).scalars().all() == []
    assert _ids(store) == ["a"]


def test_a_writer_waits_for_another(store: Store) -> None:
    begun = threading.Event()

    def second() -> None:
        begun.set()
        with store.write() as tx:
            _put(tx, "/".join(tx.execute(select(cases.c.case_id)).scalars()) + "/b")

    with store.write() as tx:
        thread = threading.Thread(target=second)
        thread.start()
        begun.wait()
        _put(tx, "a")
    thread.join()
    assert _ids(store) == ["a", "a/b"]


def test_a_writer_that_waits_in_vain_is_told_so(store_url: str) -> None:
    patient, hasty = open_store(store_url), open_store(store_url, busy_s=1)
    with patient.write(), pytest.raises(LockHeld), hasty.write():
        pass
    patient.close()
    hasty.close()


def test_guards_see_the_beginning_and_the_end_of_a_write(store: Store) -> None:
    seen: list[list[str]] = []
    store.guards.append(lambda tx: seen.append(list(tx.execute(select(cases.c.case_id)).scalars())))
    with store.write() as tx:
        _put(tx, "a")
    assert seen == [[], ["a"]]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        pytest.param("partnersync.db", "not a database URL", id="no scheme"),
        pytest.param("mysql://user:secret@host/x", "mysql, which is not supported", id="another database"),
        pytest.param("sqlite://", "names no file", id="memory"),
        pytest.param("sqlite:///:memory:", "names no file", id="memory by name"),
        pytest.param("sqlite:////nowhere/at/all.db", "cannot be opened", id="a folder that does not exist"),
        pytest.param("postgresql://user:secret@127.0.0.1:1/x", "cannot be reached", id="nobody listens"),
    ],
)
def test_a_bad_url_is_told_with_its_mend_and_without_its_password(url: str, message: str) -> None:
    with pytest.raises(PartnersyncError, match=message) as error:
        open_store(url)
    assert error.value.hint
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        pytest.param({"database": "nothing"}, "does not exist", id="no such database"),
        pytest.param({"username": "nobody"}, "refuses this user", id="no such user"),
    ],
)
def test_what_a_server_refuses_is_told(postgresql_url: str, changed: dict[str, str], message: str) -> None:
    url = make_url(postgresql_url).set(**changed).render_as_string(hide_password=False)  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match=message):
        open_store(url)


def test_a_connection_that_breaks_is_told(new_postgresql_store: str) -> None:
    store, other = open_store(new_postgresql_store), open_store(new_postgresql_store)

    def break_off() -> None:
        with store.write() as tx, other.read() as elsewhere:
            pid = tx.execute(text("SELECT pg_backend_pid()")).scalar()
            elsewhere.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            _put(tx, "a")

    with pytest.raises(PartnersyncError, match="cannot be reached"):
        break_off()
    store.close()
    other.close()


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_bytes(b"deal_id;state\n1;won\n" * 100)
    with pytest.raises(ConfigError, match="not a database"):
        open_store(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"deal_id")


def test_a_damaged_file_is_told(tmp_path: Path, new_sqlite_store: Path) -> None:
    path = tmp_path / "damaged.db"
    content = new_sqlite_store.read_bytes()
    path.write_bytes(content[:100] + os.urandom(4000) + content[4100:])
    with pytest.raises(PartnersyncError, match="damaged"):
        open_store(f"sqlite:///{path}")


def test_a_store_that_may_only_be_read_is_told(tmp_path: Path, new_sqlite_store: Path) -> None:
    path = tmp_path / "locked.db"
    path.write_bytes(new_sqlite_store.read_bytes())
    store = open_store(f"sqlite:///file:{path}?mode=ro&uri=true")
    with pytest.raises(PartnersyncError, match="may not be written"), store.write() as tx:
        _put(tx, "a")
    store.close()


def test_sqlite_is_safe_against_crashes_and_quick(tmp_path: Path, new_sqlite_store: Path) -> None:
    path = tmp_path / "partnersync.db"
    path.write_bytes(new_sqlite_store.read_bytes())
    store = open_store(f"sqlite:///{path}")
    with store.read() as tx:
        assert tx.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert tx.execute(text("PRAGMA synchronous")).scalar() == 1
    store.close()


def test_a_new_file_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "partnersync.db"
    open_store(f"sqlite:///{path}").close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_error_shows_no_values(store: Store) -> None:
    def repeat() -> None:
        with store.write() as tx:
            _put(tx, "anna@example.com")
            _put(tx, "anna@example.com")

    with pytest.raises(IntegrityError) as error:
        repeat()
    assert "SQL parameters hidden" in str(error.value)
