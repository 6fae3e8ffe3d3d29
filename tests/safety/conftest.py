"""Small companies of two csv connections, each in a folder of its own."""

import shutil
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
