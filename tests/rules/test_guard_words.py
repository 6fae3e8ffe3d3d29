"""What people are told about foreign edits, in both languages."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from partnersync.domain.incident import About, Incident, IncidentKind, Place
from partnersync.domain.value import RecordKind
from partnersync.rules import guard_words
from partnersync.translate import translator

ENGLISH, RUSSIAN = translator("en"), translator("ru")
AT = datetime(2026, 3, 1, tzinfo=UTC)
PROTECTED = About("main/D-1", "R-1", "P-1", "main/c", "2026-05-04")
EDIT = Incident(
    "I1",
    IncidentKind.FOREIGN_PARTNER,
    Place("main", RecordKind.DEAL, "D-1", "ps_partner_id"),
    PROTECTED,
    "P-1",
    "P-2",
    "",
    AT,
    AT,
)


def in_field(field: str, expected: str, seen: str) -> Incident:
    return replace(EDIT, place=replace(EDIT.place, field=field), expected=expected, seen=seen)


def test_a_note_says_what_changed_whose_it_is_and_how_a_change_is_decided() -> None:
    assert guard_words.warning([EDIT], PROTECTED, ENGLISH) == (
        "Field ps_partner_id was changed to P-2; due there is P-1. "
        "Registration R-1 protects it for partner P-1 until 2026-05-04. "
        "To ask for a change, have an approver write a partner_id or `accept` into ps_decision."
    )
    assert guard_words.warning([EDIT], PROTECTED, RUSSIAN) == (
        "Значение поля «Партнёр (код)» заменено на P-2; там должно быть: P-1. "
        "По регистрации R-1 клиент закреплён за партнёром P-1 до 04.05.2026 включительно. "
        "Если правка верна, обратитесь к согласующему: "
        "он запишет в поле «Решение по партнёру» код партнёра или слово accept."
    )


def test_a_note_of_a_revert_says_so() -> None:
    assert "What was due has been put back." in guard_words.put_back([EDIT], PROTECTED, ENGLISH)
    assert "Значение по программе возвращено." in guard_words.put_back([EDIT], PROTECTED, RUSSIAN)


@pytest.mark.parametrize(
    ("edit", "english", "russian"),
    [
        pytest.param(
            replace(EDIT, seen=""),
            "Field ps_partner_id was emptied; due there is P-1.",
            "Поле «Партнёр (код)» очищено; там должно быть: P-1.",
            id="emptied",
        ),
        pytest.param(
            replace(EDIT, expected="", author="U-7"),
            "User U-7 filled field ps_partner_id with P-2; it is due to be empty.",
            "Пользователь U-7 вписал в поле «Партнёр (код)» значение P-2; поле должно быть пустым.",
            id="filled, by whom is known",
        ),
        pytest.param(
            replace(EDIT, seen="buyer@oak.ru"),
            "Field ps_partner_id was changed to ***; due there is P-1.",
            "Значение поля «Партнёр (код)» заменено на ***; там должно быть: P-1.",
            id="a contact was typed",
        ),
        pytest.param(
            in_field("ps_protection", "active", "expired"),
            "Field ps_protection was changed to expired; due there is active.",
            "Значение поля «Защита» заменено на истекла (expired); там должно быть: действует (active).",
            id="words of ours stand beside what people call them",
        ),
        pytest.param(
            in_field("ps_protected_until", "2026-05-04", "never"),
            "Field ps_protected_until was changed to never; due there is 2026-05-04.",
            "Значение поля «Защита до» заменено на never; там должно быть: 04.05.2026.",
            id="a day as the language writes it, and what is none as it was typed",
        ),
        pytest.param(
            in_field("ps_commission", "1234.50", "0"),
            "Field ps_commission was changed to 0; due there is 1,234.50.",
            "Значение поля «Вознаграждение» заменено на 0; там должно быть: 1\xa0234,50.",
            id="a sum as well",
        ),
    ],
)
def test_an_edit_in_a_sentence(edit: Incident, english: str, russian: str) -> None:
    assert guard_words.incident_sentence(edit, ENGLISH) == english
    assert guard_words.incident_sentence(edit, RUSSIAN) == russian


@pytest.mark.parametrize(("times", "form"), [(1, "1 раз и"), (3, "3 раза и"), (5, "5 раз и"), (21, "21 раз и")])
def test_russian_has_three_forms(times: int, form: str) -> None:
    assert f"возвращено {form} снова изменено" in guard_words.gave_up(EDIT, times, RUSSIAN)


@pytest.mark.parametrize(("times", "form"), [(1, "put back once within"), (3, "put back 3 times within")])
def test_english_has_two(times: int, form: str) -> None:
    assert form in guard_words.gave_up(EDIT, times, ENGLISH)
