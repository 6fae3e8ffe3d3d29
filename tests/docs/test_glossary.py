"""docs/glossary.md is kept to: Russian texts have none of the words that it refuses."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines() if line.startswith("| ")][1:]
REFUSED = [stem for *_, stems in ROWS for stem in stems.split(", ") if stem]


def russian_texts() -> list[str]:
    with (ROOT / "partnersync/locale/ru/LC_MESSAGES/partnersync.po").open("rb") as file:
        strings = [message.string for message in read_po(file, locale="ru") if message.id]
    said = [text for one in strings for text in ([one] if isinstance(one, str) else one or ())]
    return [*said, (ROOT / "README.ru.md").read_text(encoding="utf-8")]


def test_each_english_word_stands_there_once() -> None:
    words = [english for english, *_ in ROWS]
    assert len(words) == len({*words}) > 30


@pytest.mark.parametrize("stem", REFUSED)
def test_no_russian_text_has_a_refused_word(stem: str) -> None:
    begins = re.compile(rf"\b{stem}", re.IGNORECASE)
    assert [text for text in russian_texts() if begins.search(text)] == []


def test_the_letter_yo_is_written() -> None:
    bare = re.compile(r"\b(?:партнер|счет|отчет|расчет|еще|ее|свое)\w*", re.IGNORECASE)
    assert [match.group() for text in russian_texts() for match in bare.finditer(text)] == []
