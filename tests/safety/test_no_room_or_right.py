"""A disk that gets full and a folder that may not be written: what is missing is made by the run after the mend."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

import unprivileged
from partnersync.errors import StoreFailed
from small_disks import full_at, store_of
from two_folders import AS_OF_FIRST, SETTINGS, TwoFolders

NewCompany = Callable[[str], TwoFolders]
FILES = 7  # that a first run writes


@pytest.fixture
def whole(new_company: NewCompany) -> dict[str, Any]:
    """What a first run leaves where nothing hinders it."""
    company = new_company("whole")
    company.sync(AS_OF_FIRST)
    return _told(company)


@pytest.mark.parametrize("for_good", [pytest.param(False, id="once"), pytest.param(True, id="from then on")])
@pytest.mark.parametrize(("effect", "times"), [("write", FILES), ("fsync", FILES), ("mkdir", 1)])
def test_a_disk_that_gets_full_refuses_files_and_the_next_run_writes_them(
    new_company: NewCompany, whole: dict[str, Any], effect: str, times: int, for_good: bool
) -> None:
    for number in range(times):
        company = new_company(f"company {number}")
        before = company.files()
        with full_at(number, effect, for_good=for_good) as refused:
            report = company.sync(AS_OF_FIRST)
        assert refused, "nothing was refused: the test looks in the wrong place"
        assert report.exit_code == 3
        told = [reason for pushed in report.pushed for _, reason in pushed.refused]
        told += [str(error) for error in report.failed.values()]
        assert told
        for text in told:
            assert text.endswith("No space left on device. The old file stands. Free space on its disk")
        for name, content in company.files().items():
            assert content in (before.get(name), whole["files"].get(name)), name
        if not for_good and effect == "write":
            assert len([name for name in whole["files"] if company.files().get(name) != whole["files"][name]]) == 1
        company.sync(AS_OF_FIRST)
        assert _told(company) == whole


def test_a_store_that_gets_full_ends_the_run_and_the_next_one_finishes_it(
    new_company: NewCompany, ended_process: str, whole: dict[str, Any]
) -> None:
    grown = _of_small_pages(new_company("grown"))
    empty = _pages(grown)
    grown.sync(AS_OF_FIRST)
    sizes = range(empty, _pages(grown), 4)
    assert len(sizes) > 5
    for pages in sizes:
        company = _of_small_pages(new_company(f"company {pages}"))
        with store_of(pages), pytest.raises(StoreFailed, match=r"the disk of the store is full\. Free space"):
            company.sync(AS_OF_FIRST, ended_process)
        company.sync(AS_OF_FIRST)
        assert _told(company) == whole


def _of_small_pages(company: TwoFolders) -> TwoFolders:
    """With a store that grows in small steps."""
    with closing(sqlite3.connect(company.root / "partnersync.db")) as database:
        database.executescript("PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM;")
    return company


@pytest.mark.parametrize(
    ("closed", "code", "says"),
    [
        pytest.param(
            ["out"],
            3,
            "out/partners.csv cannot be written: Permission denied. The old file stands. Allow writing it",
            id="the folder that is written",
        ),
        pytest.param(["crm"], 3, "crm/deals.csv cannot be written: Permission denied", id="the input, in place"),
        pytest.param(["store/partnersync.db"], 1, "error: the store may not be written", id="the store"),
        pytest.param(["store"], 1, "what to do: Give this user the right to write the store", id="the store's folder"),
    ],
)
def test_what_may_not_be_written_is_named_and_the_rest_goes_on(
    new_company: NewCompany, whole: dict[str, Any], closed: list[str], code: int, says: str
) -> None:
    company = new_company("company")
    (company.root / "store").mkdir()
    (company.root / "out").mkdir()
    (company.root / "partnersync.db").rename(company.root / "store/partnersync.db")
    company.put({"config/partnersync.toml": SETTINGS.replace("partnersync.db", "store/partnersync.db")})
    paths = [company.root / name for name in closed]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = company.files()
    ended = _bound(company, "sync", "--as-of", AS_OF_FIRST)
    assert ended.returncode == code, ended.stdout + ended.stderr
    assert says in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    after = company.files()
    assert {name for name in after if after[name] != before.get(name)} == _written(whole, closed, code)
    for path in [*paths, *(company.root / "store").glob("*.db-*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert _bound(company, "sync", "--as-of", AS_OF_FIRST).returncode in (0, 3)
    assert _told(company) == whole


def _written(whole: dict[str, Any], closed: list[str], code: int) -> set[str]:
    """The files that a run writes for all that."""
    if code == 1:
        return set()
    written = {name for name in whole["files"] if name.startswith(("out/", "crm/"))}
    return {name for name in written if not name.startswith(tuple(f"{folder}/" for folder in closed))}


def _bound(company: TwoFolders, *args: str) -> "subprocess.CompletedProcess[str]":
    command = (sys.executable, unprivileged.__file__, *args)
    return subprocess.run(command, cwd=company.root, capture_output=True, text=True, check=False)


def _pages(company: TwoFolders) -> int:
    with closing(sqlite3.connect(company.root / "partnersync.db")) as database:
        return int(database.execute("PRAGMA page_count").fetchone()[0])


def _told(company: TwoFolders) -> dict[str, Any]:
    """The end, where refused writes count for nothing."""
    state = company.end_state()
    return {**state, "audit": [row for row in state["audit"] if '"outcome": "done"' in row]}
