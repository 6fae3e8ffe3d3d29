"""README.md and README.ru.md say the same: sections, commands, links, tables, and what the code prints."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGLISH, RUSSIAN = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ru.md"))
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str) -> list[tuple[str, str]]:
    """Language and text of each block of code; of commands without their comments."""
    return [(name, re.sub(r" *#.*", "", text) if name == "sh" else text) for name, text in BLOCK.findall(page)]


def prose(page: str) -> str:
    return BLOCK.sub("", page)


def links(page: str) -> list[str]:
    return [target for target in re.findall(r"\]\(([^)]+)\)", page) if not target.startswith("README")]


def sections(page: str) -> list[str]:
    return re.split(r"^## .+$", page, flags=re.MULTILINE)


def test_each_links_to_the_other_at_the_top() -> None:
    assert "](README.ru.md)" in ENGLISH.split("\n\n")[1]
    assert "](README.md)" in RUSSIAN.split("\n\n")[1]


def test_they_have_the_same_sections_with_the_same_commands_links_and_tables() -> None:
    assert len(sections(ENGLISH)) == len(sections(RUSSIAN)) > 5
    for english, russian in zip(sections(ENGLISH), sections(RUSSIAN), strict=True):
        assert [name for name, _ in blocks(english)] == [name for name, _ in blocks(russian)]
        commands = [[text for name, text in blocks(page) if name == "sh"] for page in (english, russian)]
        assert commands[0] == commands[1]
        assert english.count(";") == russian.count(";"), "another number of things is told"
        assert sorted(links(english)) == sorted(links(russian))
        assert re.findall(r"^\|.*?\|", english, re.MULTILINE)[1:] == re.findall(r"^\|.*?\|", russian, re.MULTILINE)[1:]


def test_they_name_the_same_commands_and_keys() -> None:
    english, russian = (set(re.findall(r"`([^`\n]+)`", prose(page))) for page in (ENGLISH, RUSSIAN))
    assert english == russian


def test_their_blocks_of_output_have_the_same_lines() -> None:
    [english], [russian] = ([text for _, text in blocks(page) if "run 1, as of" in text] for page in (ENGLISH, RUSSIAN))
    assert len(english.splitlines()) == len(russian.splitlines())
    ids = re.compile(r"\bR-\d|registry/\w+")
    assert ids.findall(english) == ids.findall(russian)


@pytest.mark.parametrize("page", [ENGLISH, RUSSIAN], ids=["English", "Russian"])
def test_links_lead_somewhere(page: str) -> None:
    assert [target for target in links(page) if not (ROOT / target.partition("#")[0]).exists()] == []
