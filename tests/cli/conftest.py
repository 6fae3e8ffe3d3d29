"""A small company of csv files for each test."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from small_firm import FILES, PROGRAM, SETTINGS, Ended, Firm, collect


@pytest.fixture
def new_firm(tmp_path: Path, new_sqlite_store: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Firm]:
    """Make companies in folders of their own; the last one's is the current folder."""

    def make(name: str) -> Firm:
        root = tmp_path / name
        firm = Firm(root)
        firm.put("config/partnersync.toml", SETTINGS)
        firm.put("config/program/2026-01-01.toml", PROGRAM)
        for kind, text in FILES.items():
            firm.put(f"data/{kind}.csv", text)
        shutil.copyfile(new_sqlite_store, root / "partnersync.db")
        monkeypatch.chdir(root)
        return firm

    return make


@pytest.fixture
def firm(new_firm: Callable[[str], Firm]) -> Firm:
    """A company that was never synced."""
    return new_firm("firm")


@pytest.fixture
def wait() -> Callable[["subprocess.Popen[str]"], Ended]:
    """Wait for a spawned command."""
    return collect
