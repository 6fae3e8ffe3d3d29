"""docs/settings.md lists every key with its default; the example in config/ names every key and loads."""

import re
from pathlib import Path

import pytest

from partnersync.config import _File, load_programme, load_settings, plugin_options
from partnersync.rules.not_yet import has_effect
from partnersync.rules.program import Program
from partnersync_amocrm.settings import AmoSettings
from partnersync_bitrix24.settings import BitrixSettings
from partnersync_csv.settings import CsvSettings, DealSettings, Files, FileSettings
from setting_keys import default_of, keys

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
CORE_PART, CSV_PART, AMOCRM_PART, BITRIX24_PART, PROGRAM_PART = re.split(
    r"\n### A connection of kind \w+\n|\n## config/program/\*\.toml\n", PAGE
)
SETTINGS_FILE = ROOT / "config/partnersync.toml"
PROGRAM_FILE = ROOT / "config/program/2026-01-01.toml"


def rows(part: str) -> dict[str, tuple[str, str]]:
    """Key → (default, now), as the tables have them."""
    found = re.findall(r"^\| `([^`|]+)` \| ([^|]+) \| ([^|]+) \| [^|]+ \|$", part, re.MULTILINE)
    return {key: (default, now) for key, default, now in found}


def csv_keys() -> dict[str, str]:
    """Those of the plugin; every kind of file has the same, but for the states of deals."""
    own = {name: default_of(info) for name, info in CsvSettings.model_fields.items() if name != "files"}
    shared = {f"files.KIND.{name}": default_of(info) for name, info in FileSettings.model_fields.items()}
    more = DealSettings.model_fields.keys() - FileSettings.model_fields.keys()
    return own | shared | {f"files.deals.{name}": default_of(DealSettings.model_fields[name]) for name in more}


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        pytest.param(CORE_PART, dict(keys(_File)), id="of the settings file"),
        pytest.param(CSV_PART, csv_keys(), id="of a csv connection"),
        pytest.param(AMOCRM_PART, dict(keys(AmoSettings)), id="of an amocrm connection"),
        pytest.param(BITRIX24_PART, dict(keys(BitrixSettings)), id="of a bitrix24 connection"),
        pytest.param(PROGRAM_PART, dict(keys(Program)), id="of a program version"),
    ],
)
def test_every_key_stands_there_with_its_default_and_no_other(part: str, expected: dict[str, str]) -> None:
    assert len(expected) > 6
    assert {key: default for key, (default, _) in rows(part).items()} == expected


def test_every_kind_of_file_is_named() -> None:
    assert all(f"`{kind}`" in CSV_PART for kind in Files.model_fields)


def named_in(file: Path) -> set[str]:
    """Every word that stands before an equals sign or in a table's brackets, commented out or not."""
    text = file.read_text(encoding="utf-8")
    tables = re.findall(r"^#? ?\[+([\w.-]+)\]+", text, re.MULTILINE)
    return {word for table in tables for word in table.split(".")} | set(re.findall(r"([\w-]+) = ", text))


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        pytest.param(SETTINGS_FILE, [*dict(keys(_File)), *csv_keys()], id="the settings"),
        pytest.param(PROGRAM_FILE, list(dict(keys(Program))), id="the program"),
    ],
)
def test_the_example_names_every_key(file: Path, expected: list[str]) -> None:
    words = {word for key in expected for word in re.split(r"\.|\[\]\.", key)} - {"NAME", "KIND", "YEAR"}
    assert words - named_in(file) == set()


def test_the_example_settings_load() -> None:
    settings = load_settings(SETTINGS_FILE)
    assert [connection.kind for connection in settings.connections.values()] == ["csv"]
    for connection in settings.connections.values():
        plugin_options(settings, connection, CsvSettings)


def test_the_example_program_loads_and_says_the_defaults() -> None:
    (version,) = load_programme(ROOT / "config/program").versions
    plain = Program(effective_from=version.effective_from)
    for name in Program.model_fields:
        told, default = getattr(version, name), getattr(plain, name)
        if name == "commission":
            assert told.rules
            told = told.model_copy(update={"rules": ()})
        assert told == default, name


def test_keys_without_effect_are_marked_so() -> None:
    marked = {key for key, (_, now) in rows(PROGRAM_PART).items() if now == "later"}
    assert marked == {key for key in rows(PROGRAM_PART) if not has_effect(key)}
