"""Small companies of two csv connections, each in a folder of its own."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from two_folders import FIRST, TwoFolders


@pytest.fixture
def new_company(tmp_path: Path, new_sqlite_store: Path) -> Callable[[str], TwoFolders]:
    """Make companies in folders of their own, with an empty store on SQLite."""

    def make(name: str) -> TwoFolders:
        company = TwoFolders(tmp_path / name)
        company.put(FIRST)
        shutil.copyfile(new_sqlite_store, company.root / "partnersync.db")
        return company

    return make


@pytest.fixture
def company(new_company: Callable[[str], TwoFolders]) -> TwoFolders:
    """One that was never synced."""
    return new_company("company")


@pytest.fixture(scope="session")
def ended_process() -> str:
    """A process that is gone, as the owner of a lease."""
    code = "from partnersync.store.locks import this_process; print(this_process())"
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
