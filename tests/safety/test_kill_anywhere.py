"""A run that is killed anywhere, and one more: the end is that of a run that nobody killed (docs/commands.md, sync)."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import crash_points
from crash_points import CrashPoints, seams
from partnersync.sync.report import Report
from two_folders import AS_OF_FIRST, AS_OF_LATER, SETTINGS, TwoFolders

NewCompany = Callable[[str], TwoFolders]


@pytest.fixture
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages and batches of two, so that a small company is cut in many places."""
    monkeypatch.setattr("partnersync_csv.source.PAGE_ROWS", 2)
    monkeypatch.setattr("partnersync.sync.push._AT_ONCE", 2)


def first(company: TwoFolders, owner: str = "") -> Report:
    """Everything is new."""
    return company.sync(AS_OF_FIRST, owner)


def later(company: TwoFolders, owner: str = "") -> Report:
    """Much has changed, somebody edited our fields, an approver decided."""
    return company.sync(AS_OF_LATER, owner)


@pytest.mark.usefixtures("_small_steps")
@pytest.mark.parametrize(
    ("run", "at_least"),
    [
        pytest.param(first, {"after commit": 30, "torn": 6, "after replace": 6, "after mkdir": 1}, id="first"),
        pytest.param(later, {"after commit": 30, "torn": 6, "after replace": 6}, id="later"),
    ],
)
def test_a_run_that_was_killed_at_any_moment_is_finished_by_the_next(
    new_company: NewCompany,
    tmp_path: Path,
    ended_process: str,
    run: Callable[..., Report],
    at_least: dict[str, int],
) -> None:
    company = new_company("company")
    if run is later:
        first(company)
        company.go_on()
        company.tamper()
    points = CrashPoints(company.root, tmp_path / "moments")
    with points.watching():
        assert run(company, ended_process).exit_code == 3  # it sets a row aside
    assert {kind: points.kinds[kind] for kind in at_least if points.kinds[kind] < at_least[kind]} == {}
    expected = company.end_state()
    wanted = ("incidents", "reverts", "overrides") if run is later else ()
    assert all(expected[name] for name in ("ledger", "managed", "registrations", "audit", "issues", *wanted))
    assert [name for name in expected["files"] if name.endswith(".tmp")] == []
    assert expected["intents"] == expected["leases"] == []
    for moment in points.moments:
        copy = TwoFolders(moment)
        assert run(copy).exit_code in (0, 3)
        ended = copy.end_state()
        assert {name: ended[name] for name in ended if ended[name] != expected[name]} == {}, moment.name


@pytest.mark.parametrize("share", [0.15, 0.45, 0.7, 0.95])
def test_a_process_that_was_killed_is_finished_by_the_next(
    new_company: NewCompany, store_url: str, share: float
) -> None:
    whole, company = new_company("whole"), new_company("company")
    moments: list[str] = []
    with seams(lambda when, what: moments.append(when)):
        whole.sync(AS_OF_FIRST)
    number = int(len(moments) * share)
    company.put({"config/partnersync.toml": SETTINGS.replace("sqlite:///partnersync.db", store_url)})
    killed = _process(company, str(number), "sync", "--as-of", AS_OF_FIRST)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert company.sync(AS_OF_FIRST).exit_code in (0, 3)
    assert company.end_state() == whole.end_state()


def _process(company: TwoFolders, *args: str) -> "subprocess.CompletedProcess[str]":
    command = (sys.executable, crash_points.__file__, *args)
    return subprocess.run(command, cwd=company.root, capture_output=True, text=True, check=False)
