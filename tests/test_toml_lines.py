"""Every key and item of a TOML text is found on the line where a person finds it."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from partnersync.problems import KeyPath
from partnersync.toml_lines import TomlLines

ROOT = Path(__file__).parents[1]

TEXT = '''# a comment with = and [brackets]
top = 1
"quoted key" = "a # is no comment"
dotted.inner."x.y" = true

[store]
url = 'C:\\new'   # = [x]

  [ commission . vat ]
  2026-01-01 = "22%"
  note = """
[not.a.table]
key = "nor a key" \\""""
  after = 3
[commission]
max_total = "50%"

[[commission.rules]]
name = "one"
bands = [
  { from = "0 RUB", rate = "10%" }, { from = "5 RUB", rate = "15%" },
    # a comment, between = [
  { from = "9 RUB", more = { deep = [1, 2,
    { far = 3 }] }, rate = "20%" },
]
[[commission.rules]]
name = "two"

[commission.rules.when]
products = [
  "a",
  'b',
]
[[commission.rules.terms]]
months = 12
[[commission.rules.terms]]
months = 13
[[commission.rules]]
[[commission.rules.terms]]
months = 14
[last]
empty = []
table = {}
literal = \'\'\'
x = 1\'\'\'
when = 1979-05-27 07:32:00
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        pytest.param(("top",), 2, id="a key"),
        pytest.param(("quoted key",), 3, id="a key in quotes"),
        pytest.param(("dotted",), 4, id="the table that a dotted key makes"),
        pytest.param(("dotted", "inner", "x.y"), 4, id="a dotted key with a dot in quotes"),
        pytest.param(("store",), 6, id="a table"),
        pytest.param(("store", "url"), 7, id="a key of a table"),
        pytest.param(("commission", "vat"), 9, id="a table with blanks in its name"),
        pytest.param(("commission", "vat", "2026-01-01"), 10, id="a day as key"),
        pytest.param(("commission", "vat", "after"), 14, id="a key behind a text of several lines"),
        pytest.param(("commission",), 15, id="a table that is opened after its child"),
        pytest.param(("commission", "max_total"), 16, id="a key of that table"),
        pytest.param(("commission", "rules", 0), 18, id="the first item of an array of tables"),
        pytest.param(("commission", "rules", 0, "bands", 1, "from"), 21, id="the second table on a line"),
        pytest.param(("commission", "rules", 0, "bands", 2), 23, id="an item behind a comment"),
        pytest.param(("commission", "rules", 0, "bands", 2, "more", "deep", 2, "far"), 24, id="a key far below"),
        pytest.param(("commission", "rules", 0, "bands", 2, "rate"), 24, id="a key behind an inline table"),
        pytest.param(("commission", "rules", 1), 26, id="the second item of an array of tables"),
        pytest.param(("commission", "rules", 1, "when"), 29, id="a table of an item"),
        pytest.param(("commission", "rules", 1, "when", "products", 1), 32, id="an item of a list of several lines"),
        pytest.param(("commission", "rules", 1, "terms", 1, "months"), 37, id="an array in an item"),
        pytest.param(("commission", "rules", 2, "terms", 0, "months"), 40, id="an array that starts anew in the next"),
        pytest.param(("last", "when"), 46, id="a key behind empty things and a literal text"),
        pytest.param(("store", "missing"), 6, id="what is missing is told where its table begins"),
        pytest.param(("commission", "rules", 1, "rate"), 26, id="what an item lacks, where the item begins"),
        pytest.param(("commission", "rules", 0, "bands", 7), 20, id="an item that is not there, where the list begins"),
        pytest.param(("nowhere", "at", "all"), 1, id="a table that is not there, at the top"),
    ],
)
def test_a_key_is_found_on_its_line(path: KeyPath, line: int) -> None:
    assert TomlLines(TEXT).of(path) == line


def test_line_ends_of_windows_count_once() -> None:
    assert TomlLines(TEXT.replace("\n", "\r\n")).of(("commission", "rules", 1, "terms", 1, "months")) == 37


@pytest.mark.parametrize("text", ["", "# only a comment", "\n\n"])
def test_a_text_without_keys_has_a_first_line(text: str) -> None:
    assert TomlLines(text).of(("store",)) == 1


def paths(value: object, above: KeyPath = ()) -> Iterator[KeyPath]:
    """All keys and items of parsed content."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in items:
        yield (*above, step)
        yield from paths(inner, (*above, step))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(TEXT, id="the text above"),
        pytest.param((ROOT / "config/partnersync.toml").read_text("utf-8"), id="the example's settings"),
        pytest.param((ROOT / "config/program/2026-01-01.toml").read_text("utf-8"), id="the example's program"),
    ],
)
def test_the_named_line_holds_the_key(text: str) -> None:
    lines, written = TomlLines(text), text.split("\n")
    found = list(paths(tomllib.loads(text)))
    assert len(found) > 30
    for path in found:
        keys = [step for step in path if isinstance(step, str)]
        if keys and isinstance(path[-1], str):
            assert path[-1] in written[lines.of(path) - 1], path
