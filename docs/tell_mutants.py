"""Tells what the last `make mutation` found: python docs/tell_mutants.py > docs/mutation.md"""

import json
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code

MUTANTS = Path("mutants")
REASONS = Path("docs/mutants.toml")

HEAD = """# What the tests of the rules notice

Written by `make mutation`: mutmut changes the code of the rules in one small place at a time. What mypy notices is
counted as *types*; with the rest it runs the example tests of `tests/rules` and `tests/domain` that reach the place,
and counts as *tests* what one of them noticed, or what never came to an end. Property tests do not take part. Functions
that remember their answers (`lru_cache`) are not changed.

"""
COLUMNS = """| file | mutants | types | tests | survived | without a test | killed, % | of the rest by tests, % |
|---|---|---|---|---|---|---|---|
"""
BY_TYPES, BY_TESTS = ("caught by type check",), ("killed", "timeout")
SURVIVORS = """
## Survivors in money code

Each is told with the reason why it is left (docs/mutants.toml).

| where | was | became | why it is left |
|---|---|---|---|
"""


@dataclass(frozen=True)
class File:
    """The mutants of one file by what became of them."""

    name: str
    fates: Mapping[str, str]

    def count(self, *fates: str) -> int:
        """How many ended so."""
        return sum(fate in fates for fate in self.fates.values())


def files() -> Iterator[File]:
    """Every mutated file of the last run."""
    for path in sorted(MUTANTS.rglob("*.py.meta")):
        codes = json.loads(path.read_text("utf-8"))["exit_code_by_key"]
        name = path.relative_to(MUTANTS).as_posix().removesuffix(".meta")
        yield File(name, {key: status_by_exit_code[code] for key, code in codes.items()})


def page() -> str:
    """The table by file, and what survived in money code."""
    found = list(files())
    lines = [HEAD, COLUMNS]
    totals: Counter[str] = Counter()
    for one in found:
        row = {
            "mutants": len(one.fates),
            "types": one.count(*BY_TYPES),
            "tests": one.count(*BY_TESTS),
            "survived": one.count("survived", "suspicious", "segfault"),
            "untested": one.count("no tests"),
        }
        totals.update(row)
        lines.append(_row(f"`{one.name}`", row))
    lines.append(_row("**all**", totals))
    with REASONS.open("rb") as file:
        told = tomllib.load(file)
    lines.append(SURVIVORS)
    for one in found:
        if one.name in told["money"]:
            lines += _survivors(one, told["reasons"])
    return "".join(lines)


def _row(name: str, row: Mapping[str, int]) -> str:
    numbers = " | ".join(str(row[key]) for key in ("mutants", "types", "tests", "survived", "untested"))
    whole = _percent(row["types"] + row["tests"], row["mutants"])
    return f"| {name} | {numbers} | {whole} | {_percent(row['tests'], row['mutants'] - row['types'])} |\n"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "–"


def _survivors(one: File, reasons: Mapping[str, str]) -> Iterator[str]:
    for key, fate in one.fates.items():
        if fate not in (*BY_TYPES, *BY_TESTS):
            place = key.rpartition("__mutmut_")[0].removeprefix("partnersync.").replace(".x_", ".").replace("xǁ", "")
            was, became = _change(key)
            why = reasons.get(f"{was} → {became}", "**not told**")
            yield f"| {place.replace('ǁ', '.')} | `{was}` | `{became}` | {why} |\n"


def _change(key: str) -> tuple[str, str]:
    """The first line that differs, as it was and as it became."""
    lines = get_diff_for_mutant(key).splitlines()
    changed = [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    was = next((line[1:].strip() for line in changed if line[0] == "-"), "")
    became = next((line[1:].strip() for line in changed if line[0] == "+"), "")
    return was.replace("|", "\\|"), became.replace("|", "\\|")


if __name__ == "__main__":
    print(page(), end="")
