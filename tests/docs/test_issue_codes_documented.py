"""docs/plugins/csv.md explains every code that the code can give, and no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from partnersync.domain.registration import VerdictCode

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/plugins/csv.md").read_text(encoding="utf-8")
ISSUES, REASONS = (part.split("\n## ")[0] for part in re.split(r"\n## (?:Issues|Reasons)\n", PAGE)[1:])
SOURCES = [
    "partnersync/errors.py",
    "partnersync/contract",
    "partnersync/domain",
    "partnersync/rules",
    "partnersync/sync",
    "plugins/csv/partnersync_csv",
]
# Texts of the same form that are no codes: a currency, a word for people, what an item of a base is marked with, a
# public name, a list in a CRM.
OTHERS = {"RUB", "INN", "EXCLUDED", "NO_CELLS", "PS_PARTNER"}
_CODE = re.compile(r"OK|[A-Z][A-Z_]+[A-Z]")


def codes_in_code() -> Iterator[str]:
    for source in SOURCES:
        path = ROOT / source
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and _CODE.fullmatch(node.value):
                    yield node.value


def listed(part: str) -> list[str]:
    return re.findall(r"^\| ([A-Z_]+) \|", part, re.MULTILINE)


def test_every_code_is_explained_once_and_no_other() -> None:
    told = listed(ISSUES) + listed(REASONS)
    assert sorted(told) == sorted(set(codes_in_code()) - OTHERS)


def test_verdicts_are_among_the_reasons() -> None:
    assert set(VerdictCode) <= set(listed(REASONS))


def test_every_issue_has_a_mend() -> None:
    rows = re.findall(r"^\| ([A-Z_]+) \| (.+) \| (.+) \|$", ISSUES, re.MULTILINE)
    assert [code for code, *_ in rows] == listed(ISSUES)
