"""docs/mutation.md tells what `make mutation` found, and no file of the rules is left out of it by accident."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEAST = 85.0  # per cent, of all mutants and of those that types let pass
PAGE = (ROOT / "docs" / "mutation.md").read_text(encoding="utf-8")
MUTATED: set[str] = set(
    tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutmut"]["only_mutate"]
)
TOLD = tomllib.loads((ROOT / "docs" / "mutants.toml").read_text(encoding="utf-8"))


def test_every_mutated_file_stands_in_the_table() -> None:
    assert set(re.findall(r"^\| `(partnersync/\S+\.py)` ", PAGE, flags=re.MULTILINE)) == MUTATED


def test_enough_mutants_are_noticed() -> None:
    [shares] = re.findall(r"^\| \*\*all\*\* .* \| ([\d.]+) \| ([\d.]+) \|$", PAGE, flags=re.MULTILINE)
    assert min(map(float, shares)) >= LEAST


def test_each_survivor_in_money_code_has_its_reason() -> None:
    assert "## Survivors in money code" in PAGE
    assert "**not told**" not in PAGE
    assert set(TOLD["money"]) <= MUTATED


def test_every_file_of_the_rules_is_mutated_or_told_to_decide_nothing() -> None:
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "partnersync" / "rules").glob("*.py")}
    aside = set(TOLD["decides_nothing"])
    assert files == {name for name in MUTATED if name.startswith("partnersync/rules/")} | aside
    assert not aside & MUTATED
