"""What docs/running.md tells to watch is what `status --json` tells, and its check goes off when it should."""

import json
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from small_firm import Firm

PAGE = (Path(__file__).parents[2] / "docs/running.md").read_text(encoding="utf-8")
CHECK = re.search(r"jq -e '\n(.*?)' > /dev/null", PAGE, re.DOTALL)
WATCHED = re.findall(r"^\| `([a-z_.\[\]0-9]+)` \|", PAGE, re.MULTILINE)


def told(firm: Firm) -> dict[str, Any]:
    found: dict[str, Any] = firm.run("status", "--json").json()
    return found


@pytest.mark.parametrize("path", WATCHED)
def test_what_is_to_be_watched_is_told(firm: Firm, path: str) -> None:
    value: Any = told(firm.synced())
    for step in re.findall(r"[a-z_]+|\d+", path):
        value = value[int(step) if step.isdigit() else step]


def test_the_page_names_something() -> None:
    assert {"last_good_sync.age_s", "runs[0].failed", "issues"} <= {*WATCHED}


def aged(firm: Firm, moment: str) -> None:
    with closing(sqlite3.connect(firm.root / "partnersync.db")) as database:
        database.execute("UPDATE runs SET finished_at = ?", [moment])
        database.commit()


def test_only_a_sync_that_ended_well_counts(firm: Firm) -> None:
    assert told(firm)["last_good_sync"] is None
    firm.run("plan")
    firm.sync("--dry-run")
    assert told(firm)["last_good_sync"] is None
    firm.synced()
    good = told(firm)["last_good_sync"]
    assert (good["run"], 0 <= good["age_s"] < 60) == (3, True)
    firm.put("data/deals.csv", firm.text("data/deals.csv") + "D-9,Ash,ash.ru,P-1,licence,won,many,2026-03-01,,,\n")
    assert firm.sync().code == 3
    assert told(firm)["last_good_sync"]["run"] == 4
    assert firm.sync("--as-of", "2020-01-01").code == 2
    (firm.root / "out/ledger.csv").unlink()
    aged(firm, "2026-01-01T00:00:00+00:00")
    assert told(firm)["last_good_sync"]["age_s"] > 3600
    assert "last good    2026-01-01T03:00:00+03:00" in firm.run("status").out


def test_a_connection_that_failed_is_told(firm: Firm) -> None:
    firm.synced()
    (firm.root / "data/deals.csv").unlink()
    assert firm.sync().code == 3
    assert told(firm)["runs"][0]["failed"] == ["main"]
    assert firm.run("status").out.splitlines()[1].rstrip().endswith("main")


def states(firm: Firm) -> Iterator[tuple[str, bool]]:
    """What `status` says of the company from day to day, and whether all is well."""
    yield firm.run("status", "--json").out, False  # never a run
    firm.synced()
    yield firm.run("status", "--json").out, True
    deals = firm.text("data/deals.csv")
    (firm.root / "data/deals.csv").unlink()
    firm.sync()
    yield firm.run("status", "--json").out, False
    firm.put("data/deals.csv", deals)
    firm.sync()
    yield firm.run("status", "--json").out, True
    aged(firm, "2026-01-01T00:00:00+00:00")
    yield firm.run("status", "--json").out, False


def test_the_check_for_a_monitor_goes_off_when_it_should(firm: Firm) -> None:
    assert CHECK is not None
    jq = shutil.which("jq")
    for status, well in states(firm):
        assert json.loads(status)["runs"] is not None
        if jq:
            ended = subprocess.run([jq, "-e", CHECK[1]], input=status, capture_output=True, text=True)
            assert (ended.returncode == 0, ended.stderr) == (well, ""), status
