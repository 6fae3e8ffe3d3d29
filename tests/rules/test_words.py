"""Stored words in the language of people."""

from enum import StrEnum

import pytest

from partnersync.domain.deal import DealState
from partnersync.domain.line import LineStatus
from partnersync.domain.registration import RegistrationState
from partnersync.rules.rule_choice import RuleFacts
from partnersync.rules.words import CONDITIONS, CONTEXT, condition, word
from partnersync.translate import translator


@pytest.mark.parametrize(
    ("stored", "russian"),
    [
        pytest.param(DealState.WON, "выиграна (won)", id="a deal that was won"),
        pytest.param(RegistrationState.WON, "закрыта: сделка выиграна (won)", id="a registration whose deal was won"),
        pytest.param(LineStatus.PAYABLE, "к выплате (payable)", id="a line that may be paid"),
    ],
)
def test_a_word_stands_beside_what_is_stored(stored: StrEnum, russian: str) -> None:
    assert word(stored, translator("ru")) == russian
    assert word(stored, translator("en")) == stored


@pytest.mark.parametrize("stored", [member for words in CONTEXT for member in words], ids=repr)
def test_every_word_is_translated(stored: StrEnum) -> None:
    assert word(stored, translator("ru")).endswith(f" ({stored})")


def test_what_a_rule_asks_about_is_told_in_words() -> None:
    assert tuple(CONDITIONS) == RuleFacts._fields
    told = [condition(translator("ru"), name) for name in CONDITIONS]
    assert told[:3] == ["партнёр", "продукт", "вид сделки"]
    assert not {*told} & {*CONDITIONS.values()}
