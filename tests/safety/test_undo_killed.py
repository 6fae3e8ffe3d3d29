"""An undo that is killed anywhere, and once more: the end is that of an undo that nobody killed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from crash_points import CrashPoints
from partnersync.domain.value import RecordKind
from partnersync.store import held
from two_folders import AS_OF_FIRST, AS_OF_LATER, TwoFolders


@pytest.fixture
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages and batches of two, so that a small company is cut in many places."""
    monkeypatch.setattr("partnersync_csv.source.PAGE_ROWS", 2)
    monkeypatch.setattr("partnersync.sync.push._AT_ONCE", 2)
    monkeypatch.setattr("partnersync.store.journal._PAGE", 2)


def _undo(company: TwoFolders, run: int, owner: str = "") -> None:
    with company.engine(owner) as engine:
        assert engine.undo(run).failed == {}


@pytest.mark.usefixtures("_small_steps")
@pytest.mark.parametrize("run", [pytest.param(1, id="first run"), pytest.param(2, id="later run")])
def test_an_undo_that_was_killed_at_any_moment_is_finished_by_the_same_again(
    new_company: Callable[[str], TwoFolders], tmp_path: Path, ended_process: str, run: int
) -> None:
    company = new_company("company")
    before = company.files()
    company.sync(AS_OF_FIRST)
    if run == 2:
        company.go_on()
        before = company.files()
        company.sync(AS_OF_LATER)
    points = CrashPoints(company.root, tmp_path / "moments")
    with points.watching():
        _undo(company, run, ended_process)
    assert points.kinds["after commit"] > 20
    assert points.kinds["after replace"] + points.kinds["after unlink"] > 3
    expected = company.end_state()
    assert expected["intents"] == expected["leases"] == []
    folders = ("crm/",) if run == 2 else ("crm/", "registry/", "out/")  # what others changed in the input is in `out`
    assert _files(expected["files"], folders) == _files(before, folders)
    for moment in points.moments:
        copy = TwoFolders(moment)
        _undo(copy, run)
        ended = copy.end_state()
        assert {name: ended[name] for name in ended if ended[name] != expected[name]} == {}, moment.name


@pytest.mark.usefixtures("_small_steps")
def test_a_sync_after_a_killed_undo_holds_what_was_put_back_and_nothing_else(
    company: TwoFolders, tmp_path: Path, ended_process: str
) -> None:
    company.sync(AS_OF_FIRST)
    points = CrashPoints(company.root, tmp_path / "moments")
    with points.watching():
        _undo(company, 1, ended_process)
    for moment in points.moments:
        copy = TwoFolders(moment)
        copy.sync(AS_OF_FIRST)
        shown = copy.root / "crm/deals.csv"
        with copy.engine() as engine, engine.store.read() as tx:
            holds = held.of_records(tx, "crm", [(RecordKind.DEAL, "D-1")]).get((RecordKind.DEAL, "D-1"), {})
        assert ("ps_partner_id" in holds) is (b"ps_partner_id" not in shown.read_bytes()), moment.name


def _files(files: dict[str, bytes], folders: tuple[str, ...]) -> dict[str, bytes]:
    """Those of some folders, but for the tables of the programme."""
    tables = {
        f"out/{name}.csv" for name in ("ledger", "statements", "payouts", "issues", "incidents", "notes", "tasks")
    }
    return {name: held for name, held in files.items() if name.startswith(folders) and name not in tables}
