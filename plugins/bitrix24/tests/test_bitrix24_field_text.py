"""Values of a portal's fields as canonical text, whichever form a portal tells them in."""

from decimal import Decimal
from typing import Any

import pytest

from partnersync_bitrix24.field_text import day, link_id, money, text_of
from partnersync_bitrix24.metadata import Choice, FieldDef

CHOICES = (Choice(11, "Ромашка", 10, "P07"), Choice(12, "Лютик", 20, ""))
STATUSES = {"SOURCE": {"WEB": "Веб-сайт"}}


def field(type_: str) -> FieldDef:
    return FieldDef(2, "ufCrmX", "UF_CRM_X", type_, "Поле", choices=CHOICES, statuses="SOURCE")


@pytest.mark.parametrize("nothing", ["", None, False, []])
@pytest.mark.parametrize("type_", ["string", "integer", "date", "enumeration", "money", "crm", "employee", "boolean"])
def test_four_forms_of_nothing_are_one(type_: str, nothing: Any) -> None:
    assert text_of(field(type_), nothing, STATUSES) == ""


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        pytest.param("string", " текст\r\nв две строки ", "текст\nв две строки", id="line ends are one"),
        pytest.param("string", ["a", "", "b"], "a|b", id="several values"),
        pytest.param("integer", 0, "0", id="zero is something"),
        pytest.param("double", Decimal("200.50"), "200.50", id="a number, never through a float"),
        pytest.param("money", "1234.50|RUB", "1234.50", id="money is its sum"),
        pytest.param("money", "|RUB", "", id="a currency alone is nothing"),
        pytest.param("boolean", "Y", "yes", id="yes in the universal family"),
        pytest.param("boolean", "1", "yes", id="yes in the legacy one"),
        pytest.param("boolean", "N", "no", id="no"),
        pytest.param("boolean", "0", "no", id="no as a number"),
        pytest.param("enumeration", 11, "Ромашка", id="a choice as people see it"),
        pytest.param("enumeration", ["12", "11"], "Лютик|Ромашка", id="choices whose ids are texts"),
        pytest.param("enumeration", 99, "99", id="a choice that is newer than what we know"),
        pytest.param("crm_status", "WEB", "Веб-сайт", id="an entry of a directory"),
        pytest.param("crm", "CO_5", "5", id="a link"),
        pytest.param("crm", ["5", "T80_6"], "5|6", id="links, bare or not"),
        pytest.param("employee", 7, "7", id="a person"),
        pytest.param("address", "Москва|55.7;37.6", "Москва", id="an address without its place on earth"),
        pytest.param("file", {"id": 3, "urlMachine": "https://x/rest/1/secret/"}, "3", id="a file without its secret"),
        pytest.param("datetime", "2026-03-01T10:00:00+03:00", "2026-03-01T10:00:00+03:00", id="a moment as told"),
    ],
)
def test_values(type_: str, value: Any, expected: str) -> None:
    assert text_of(field(type_), value, STATUSES) == expected


def test_a_choice_has_its_code_where_it_has_one() -> None:
    assert text_of(field("enumeration"), [11, 12], STATUSES, coded=True) == "P07|Лютик"
    assert text_of(field("crm_status"), "WEB", STATUSES, coded=True) == "WEB"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("2026-08-30T03:00:00+03:00", "2026-08-30"),
        ("2026-08-29T19:00:00-05:00", "2026-08-30"),
        ("2026-08-30T00:00:00+00:00", "2026-08-30"),
        ("2026-08-30T00:00:00+03:00", "2026-08-30"),
        ("2026-08-30", "2026-08-30"),
        ("30.08.2026", "30.08.2026"),
        (None, ""),
    ],
    ids=["east", "west", "in the world's zone", "midnight of its own zone", "bare", "no day at all", "nothing"],
)
def test_days(told: Any, expected: str) -> None:
    assert day(told) == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [("300|RUB", ("300", "RUB")), ("300", ("300", "")), ("|EUR", ("", "")), (None, ("", ""))],
)
def test_money(told: Any, expected: tuple[str, str]) -> None:
    assert money(told) == expected


@pytest.mark.parametrize(
    ("told", "expected"), [("CO_5", 5), ("5", 5), (5, 5), ("C_5", None), ("T80_5", None), ("CO_x", None), (None, None)]
)
def test_links_to_companies(told: Any, expected: int | None) -> None:
    assert link_id(told, "CO") == expected
