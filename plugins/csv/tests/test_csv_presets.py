"""Which exports are recognised, and what their headers say."""

import pytest

from partnersync_csv.kinds import BY_KEY
from partnersync_csv.presets import (
    CLOSED,
    JOINED,
    PRESETS,
    PRICE,
    QUANTITY,
    header_currency,
    is_closed,
    recognise_preset,
)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param("ID,Название сделки,Дата создания сделки,Этап сделки", "amocrm-export", id="amoCRM"),
        pytest.param("id, этап\u00a0СДЕЛКИ ,Дата  создания сделки", "amocrm-export", id="white space and case"),
        pytest.param("ID,Стадия сделки,Дата создания,Сумма", "bitrix24-export", id="Bitrix24"),
        pytest.param("ID,Тип,Полное имя контакта,Сделки", None, id="amoCRM's contacts are no deals"),
        pytest.param("ID,Стадия сделки,Сумма", None, id="a deal needs its creation"),
        pytest.param("deal_id,state,created_at", None, id="the canonical form needs no preset"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_exports_are_recognised_by_their_header(header: str, expected: str | None) -> None:
    assert recognise_preset(header.split(",")) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param("Бюджет", "", id="bare"),
        pytest.param("Бюджет ", "", id="a space at the end"),
        pytest.param("Бюджет ₽", "RUB", id="a sign"),
        pytest.param("Бюджет, ₽", "RUB", id="behind a comma"),
        pytest.param("Бюджет ₸", "KZT", id="of another country"),
        pytest.param("Бюджет руб", "RUB", id="a short form"),
        pytest.param("Бюджет отдела", None, id="another column"),
        pytest.param("Сумма", None, id="another name"),
    ],
)
def test_headers_of_sums_name_a_currency(header: str, expected: str | None) -> None:
    assert header_currency(header, "Бюджет") == expected


@pytest.mark.parametrize(
    ("text", "closed"),
    [("не закрыта", False), ("Не закрыта ", False), ("", False), ("Нет", False), ("Да", True), ("31.01.2026", True)],
)
def test_exports_say_whether_a_deal_is_closed(text: str, closed: bool) -> None:
    assert is_closed(text) is closed


@pytest.mark.parametrize("name", PRESETS)
def test_presets_name_only_columns_that_are_read(name: str) -> None:
    preset, known = PRESETS[name], {*BY_KEY["deals"].columns, CLOSED, PRICE, QUANTITY}
    assert preset.columns.keys() <= known
    assert preset.columns.keys() >= JOINED
