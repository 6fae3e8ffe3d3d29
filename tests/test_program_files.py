"""The programme as a folder of files: all are read, and all that is wrong is told at once."""

from pathlib import Path

import pytest

from partnersync.config import load_programme
from partnersync.errors import ConfigError

FOLDER = Path("config/program")


@pytest.fixture(autouse=True)
def _root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def version(name: str, text: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / name).write_text(text, encoding="utf-8")


def test_versions_are_read_from_every_file_and_sorted() -> None:
    version("a.toml", "effective_from = 2026-07-01")
    version("b.toml", "effective_from = 2026-01-01")
    version("notes.txt", "no version")
    assert [v.version for v in load_programme(FOLDER).versions] == ["2026-01-01", "2026-07-01"]


def test_a_folder_without_versions_is_told() -> None:
    with pytest.raises(ConfigError, match=r"config/program: holds no version of the program\. Make one with"):
        load_programme(FOLDER)
    with pytest.raises(ConfigError, match=r"nowhere: holds no version of the program"):
        load_programme(Path("nowhere"))


def test_all_versions_are_checked_before_any_is_refused() -> None:
    version("1.toml", 'effective_from = "soon"\nhold = 1')
    version("2.toml", "effective_from = 2026-01-01\n[commission]\nhold_day = 1")
    version("3.toml", "effective_from = 2026-01-01")
    version("4.toml", 'effective_from = 2026-01-01\ntime_zone = "Asia/Omsk"')
    version("5.toml", "no toml")
    with pytest.raises(ConfigError) as refused:
        load_programme(FOLDER)
    told = str(refused.value).splitlines()
    assert [line.partition(": ")[0] for line in told] == [
        "config/program/1.toml:1",
        "config/program/1.toml:2",
        "config/program/2.toml:3",
        "config/program/5.toml:1",
        "config/program/4.toml:1",
        "config/program/4.toml:2",
    ]
    assert 'Did you mean "hold_days"?' in told[2]
    assert "is the first day of another version too" in told[4]
    assert 'time_zone = "Asia/Omsk": differs from 2026-01-01\'s "Europe/Moscow"' in told[5]
