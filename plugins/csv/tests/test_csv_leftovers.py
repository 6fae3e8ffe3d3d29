"""What a killed run left is removed by the next, and nothing else is."""

from typing import Any

import pytest

from partnersync_csv.leftovers import remove_leftovers

DEALS = "deal_id,state,created_at\n1,won,2026-01-01\n"


@pytest.mark.parametrize(
    ("name", "removed"),
    [
        pytest.param(".deals.csv.0a1b2c3d.tmp", True, id="what we name so"),
        pytest.param(".other.csv.0a1b2c3d.tmp", False, id="of a file that we do not write"),
        pytest.param(".deals.csv.0a1b2c3.tmp", False, id="a digit too few"),
        pytest.param(".deals.csv.0A1B2C3D.tmp", False, id="capitals"),
        pytest.param(".deals.csv.0a1b2c3d.tmp~", False, id="more behind"),
        pytest.param("deals.csv.0a1b2c3d.tmp", False, id="no dot in front"),
        pytest.param("deals.csv", False, id="the file itself"),
    ],
)
def test_only_temporary_files_of_ours(folder: Any, name: str, removed: bool) -> None:
    path = folder.put(f"out/{name}", "x")
    remove_leftovers([folder.file("out/deals.csv"), folder.file("missing/deals.csv")])
    assert path.exists() != removed


def test_a_folder_or_link_of_that_name_stays(folder: Any) -> None:
    folder.put("out/.deals.csv.0a1b2c3d.tmp/mine", "x")
    (folder.file("out/.deals.csv.00000000.tmp")).symlink_to(folder.put("mine", "x"))
    remove_leftovers([folder.file("out/deals.csv")])
    assert len(list(folder.file("out").iterdir())) == 2


@pytest.mark.parametrize("settings", [{}, {"in_place": True}, {"files": {"deals": {"file": "2026/deals.csv"}}}])
def test_the_next_run_removes_them_wherever_it_writes(folder: Any, settings: Any) -> None:
    folder.settings = settings
    where = "data" if "in_place" in settings else "out"
    name = "2026/deals.csv" if "files" in settings else "deals.csv"
    folder.put(f"data/{name}", DEALS)
    left = [f"{where}/{name.replace('deals', '.deals')}.0a1b2c3d.tmp", f"{where}/.ledger.csv.0a1b2c3d.tmp"]
    for each in left:
        folder.put(each, "half")
    folder.pull_all()
    assert [each for each in left if folder.file(each).exists()] == []
    assert folder.text(f"data/{name}") == DEALS
