"""A store is backed up and restored from the command line; what would destroy something is refused with its mend."""

import sqlite3
import stat

import pytest

from small_firm import Firm

BACKUP = "kept/firm.backup"
URL = 'url = "sqlite:///partnersync.db"'


@pytest.fixture
def kept(firm: Firm) -> Firm:
    """A company whose store was backed up, and then lost."""
    firm.synced().put("kept/notes", "")
    ended = firm.run("db", "backup", BACKUP)
    assert ended.code == 0, ended.told
    for name in ("partnersync.db", "partnersync.db-wal", "partnersync.db-shm"):
        (firm.root / name).unlink(missing_ok=True)
    return firm


def test_a_restored_store_verifies_and_the_next_sync_changes_nothing(kept: Firm) -> None:
    files = kept.written()
    ended = kept.run("db", "restore", BACKUP)
    assert ended.code == 0, ended.told
    assert "the ledger (2 lines) and the journal are whole" in ended.out
    assert kept.run("verify").code == 0
    again = kept.sync("--json").json()
    assert (again["written"], again["lines"], again["tables"], again["exit_code"]) == (0, 0, {"main": []}, 0)
    assert kept.written() == files


def test_a_restored_store_knows_what_was_written_when_the_files_are_lost_too(kept: Firm) -> None:
    files = kept.written()
    for name in files:
        (kept.root / "out" / name).unlink()
    assert kept.run("db", "restore", BACKUP).code == 0
    assert kept.sync().code == 0
    assert kept.written() == files


def test_a_backup_is_its_owners_alone_and_nothing_lies_beside_it(kept: Firm) -> None:
    assert stat.S_IMODE((kept.root / BACKUP).stat().st_mode) == 0o600
    assert sorted(path.name for path in (kept.root / "kept").iterdir()) == ["firm.backup", "notes"]


def test_a_file_is_replaced_only_where_asked_for(firm: Firm) -> None:
    firm.synced().put("there", "precious")
    refused = firm.run("db", "backup", "there")
    assert (refused.code, firm.text("there")) == (2, "precious")
    assert "there exists already" in refused.err
    assert "--force" in refused.err
    assert firm.run("db", "backup", "there", "--force").code == 0
    assert (firm.root / "there").read_bytes().startswith(b"SQLite format 3")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        pytest.param("partnersync.db", ["is the store itself"], id="over the store"),
        pytest.param("nowhere/firm.backup", ["cannot be written", "a folder of yours"], id="into no folder"),
    ],
)
def test_a_backup_that_cannot_be_is_refused(firm: Firm, file: str, words: list[str]) -> None:
    firm.synced()
    ended = firm.run("db", "backup", file, "--force")
    assert ended.code == 2
    assert [word for word in words if word not in ended.err] == []
    assert firm.run("verify").code == 0


def test_no_empty_store_is_backed_up_where_none_is(kept: Firm) -> None:
    ended = kept.run("db", "backup", "other.backup")
    assert ended.code == 2
    assert "there is no store yet" in ended.err
    assert not (kept.root / "other.backup").exists()
    assert not (kept.root / "partnersync.db").exists()


def test_a_store_in_use_is_never_replaced(kept: Firm) -> None:
    assert kept.sync().code == 0
    ended = kept.run("db", "restore", BACKUP)
    assert ended.code == 2
    assert "holds something already" in ended.err
    assert "store.url" in ended.err


def test_no_store_is_made_for_a_file_that_is_no_backup(kept: Firm) -> None:
    ended = kept.run("db", "restore", "data/deals.csv")
    assert ended.code == 2
    assert "data/deals.csv is no backup of partnersync" in ended.err
    assert not (kept.root / "partnersync.db").exists()


def test_a_store_that_was_broken_is_told_to_be_when_it_comes_back(firm: Firm) -> None:
    firm.synced()
    with sqlite3.connect(firm.root / "partnersync.db") as database:
        database.execute("UPDATE ledger SET rule = 'licencf' WHERE seq = 1")
    database.close()
    assert firm.run("db", "backup", "firm.backup").code == 0
    firm.edit("config/partnersync.toml", URL, 'url = "sqlite:///other.db"')
    ended = firm.run("db", "restore", "firm.backup")
    assert ended.code == 1
    assert "restored" in ended.out
    assert "the ledger is broken at 1" in ended.err
