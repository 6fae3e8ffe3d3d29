"""docs/policy.md lists every rule with tests that exist, and every default of the program's tables."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from partnersync.rules.program import Program
from setting_keys import keys

ROOT = Path(__file__).parents[2]
HELD, _, OPEN = (ROOT / "docs/policy.md").read_text(encoding="utf-8").partition("\n## Beyond what files tell\n")
SECTIONS = re.split(r"\n## (\d+)\. [^\n]+\n", HELD)[1:]
ENTRIES = [
    (int(number), *cells)
    for number, text in zip(SECTIONS[::2], SECTIONS[1::2], strict=True)
    for cells in re.findall(r"^\| (.+?) \| (.*) \|$", text, re.MULTILINE)
    if cells[0] != "rule"
]
TESTS = sorted({test for *_, tests in ENTRIES for test in re.findall(r"`((?:plugins/\w+/)?tests/[^`]+)`", tests)})
TABLES = ("registration.", "protection.", "attribution.", "commission.", "payout.", "tiers", "calendar.")


@cache
def names(path: str) -> set[str]:
    """The tests of a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_entry_has_a_test() -> None:
    assert len(ENTRIES) > 100
    assert [entry for entry in ENTRIES if not set(TESTS) & set(re.findall(r"`([^`]+)`", entry[2]))] == []


@pytest.mark.parametrize("path", sorted({test.partition("::")[0] for test in TESTS}))
def test_the_named_tests_exist(path: str) -> None:
    named = {test.partition("[")[0].partition("::")[2] for test in TESTS if test.startswith(f"{path}::")}
    assert named - names(path) == set()
    assert named or path in TESTS


def test_the_named_examples_exist() -> None:
    examples = {test for test in TESTS if "[" in test}
    files = sorted({test.partition("::")[0] for test in examples})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *files]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True).stdout
    assert examples - {line.strip() for line in found.splitlines()} == set()


def test_every_row_of_the_table_of_verdicts_is_listed() -> None:
    heads = [rule.partition(":")[0] for number, rule, _ in ENTRIES if number == 3]
    told = {row for head in heads for row in re.findall(r"\bR\d+\b", head)}
    assert told == {f"R{number}" for number in range(1, 25)}


def test_every_default_is_named() -> None:
    expected = {
        key if default == "none" else f"{key} = {default.strip('`')}"
        for key, default in keys(Program)
        if key.startswith(TABLES) and not key.startswith("commission.rules")
    }
    assert len(expected) > 40
    assert expected - {told for text in (HELD, OPEN) for told in re.findall(r"`([^`]+)`", text)} == set()


def test_what_no_file_tells_of_names_no_test() -> None:
    assert "tests/" not in OPEN
