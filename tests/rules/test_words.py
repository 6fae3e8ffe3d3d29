"""Stored words in the language of people."""

from enum import StrEnum

import pytest

from partnersync.domain.deal import DealState
from partnersync.domain.line import LineStatus
from partnersync.domain.registration import RegistrationState
from partnersync.rules.words import CONTEXT, word
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
