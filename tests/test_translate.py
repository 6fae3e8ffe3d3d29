"""Texts for people: the catalogues are whole and fresh, and each language writes figures and days in its own way."""

import ast
import io
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from partnersync.config import Language
from partnersync.domain.value import Money
from partnersync.translate import LANGUAGES, translator

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "partnersync" / "locale"
TRANSLATED = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
Texts = set[tuple[str | None, tuple[str, ...]]]  # (context, message id; where there are two, those of one and many)


def catalogue(language: str) -> Catalog:
    with (FOLDER / language / "LC_MESSAGES" / "partnersync.po").open("rb") as file:
        return read_po(file, locale=language, domain="partnersync", abort_invalid=True)


def messages(language: str) -> list[Message]:
    return [message for message in catalogue(language) if message.id]


def said_by_the_code() -> Texts:
    """As `make texts` finds them."""
    calls = re.findall(r"-k (\S+)", (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert "say" in calls
    found = extract_from_dir(str(ROOT / "partnersync"), keywords=parse_keywords(calls))
    return {(context, several(text)) for _, _, text, _, context in found}


def test_no_text_hides_in_an_f_string() -> None:
    """There the extraction finds it with some versions of Python only."""
    calls = {"say", "msgid", "pmsgid", "pgettext", "ngettext"}
    for path in sorted((ROOT / "partnersync").rglob("*.py")):
        strings = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.JoinedStr)]
        inside = [node.func for one in strings for node in ast.walk(one) if isinstance(node, ast.Call)]
        named = {func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "") for func in inside}
        assert named & calls == set(), path


def several(text: str | Sequence[str] | None) -> tuple[str, ...]:
    """One text, or those of one and many, as a tuple."""
    return (text,) if isinstance(text, str) else tuple(text or ())


def forms(message: Message) -> Iterator[tuple[str, str]]:
    """Each translation beside a text that it stands for."""
    return ((several(message.id)[-1], form) for form in several(message.string))


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_the_setting_knows_every_language() -> None:
    assert {*get_args(Language)} == {*LANGUAGES}


def test_every_language_but_english_has_a_catalogue() -> None:
    assert sorted({*LANGUAGES} - {"en"}) == TRANSLATED


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_catalogue_has_every_text_of_the_code_and_no_other(language: str) -> None:
    kept: Texts = {(message.context, several(message.id)) for message in messages(language)}
    assert kept == said_by_the_code(), "run `make texts`, and translate what is new"
    assert not catalogue(language).obsolete


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language: str) -> None:
    bare = [message.id for message in messages(language) if message.fuzzy or not all(several(message.string))]
    assert bare == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_placeholders_and_the_last_sign(language: str) -> None:
    for message in messages(language):
        for text, form in forms(message):
            assert placeholders(form) == placeholders(text), text
            assert form[-1:] in ".:!" or text[-1:] not in ".:!", text


@pytest.mark.parametrize("language", TRANSLATED)
def test_the_compiled_catalogue_is_fresh(language: str) -> None:
    fresh = io.BytesIO()
    write_mo(fresh, catalogue(language))
    compiled = (FOLDER / language / "LC_MESSAGES" / "partnersync.mo").read_bytes()
    assert compiled == fresh.getvalue(), "run `make texts`"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        pytest.param(
            "en",
            ["-1,234,567.50", "1,234.50 RUB", "12.5%", "2026-04-15", "2026-04-15 09:05", "2026Q2", "2026-05", "2026"],
            id="English",
        ),
        pytest.param(
            "ru",
            [
                "-1 234 567,50",
                "1 234,50 RUB",
                "12,5 %",
                "15.04.2026",
                "15.04.2026 09:05",
                "2 кв. 2026 г.",
                "05.2026",
                "2026",
            ],
            id="Russian",
        ),
    ],
)
def test_figures_and_days_by_the_customs_of_the_language(language: str, expected: list[str]) -> None:
    say = translator(language)
    said = [
        say.number("-1234567.50"),
        say.money(Money(123450, "RUB")),
        say.percent("12.5%"),
        say.day(date(2026, 4, 15)),
        say.minute(datetime(2026, 4, 15, 9, 5, tzinfo=UTC)),
        *map(say.period, ("2026Q2", "2026-05", "2026")),
    ]
    assert [text.replace("\xa0", " ") for text in said] == expected


def test_a_share_that_no_decimal_says_stays_a_fraction() -> None:
    assert translator("ru").percent("1/3") == "1/3"
