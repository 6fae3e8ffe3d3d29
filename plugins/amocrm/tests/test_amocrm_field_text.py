"""What stands in a custom field, as text: each type of the account with its trap (reference 5.3)."""

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from partnersync_amocrm.field_text import moment, number, text_of, values_by_field
from partnersync_amocrm.metadata import FieldDef

MOSCOW = ZoneInfo("Europe/Moscow")
CHOICE = {"value": "Ромашка", "enum_id": 31, "enum_code": "P07"}


@pytest.mark.parametrize(
    ("type_", "values", "column", "expected"),
    [
        pytest.param("text", [{"value": " P-17 "}], "", "P-17", id="text without its spaces"),
        pytest.param("text", [{"value": None}], "", "", id="null is nothing"),
        pytest.param("text", [{"value": ""}], "", "", id="an empty text is nothing"),
        pytest.param("numeric", [{"value": "1234.50"}], "", "1234.50", id="numbers are texts"),
        pytest.param("numeric", [{"value": Decimal("1E+3")}], "", "1000", id="or numbers, without an exponent"),
        pytest.param("monetary", [{"value": 0}], "", "0", id="zero is a value"),
        pytest.param("checkbox", [{"value": True}], "", "yes", id="yes"),
        pytest.param("checkbox", [{"value": False}], "", "no", id="no is not nothing"),
        pytest.param("checkbox", [{"value": "0"}], "", "no", id="no as webhooks write it"),
        pytest.param("date", [{"value": 1634590800}], "", "2021-10-19", id="the account's midnight is that day"),
        pytest.param(
            "date", [{"value": 1634590800 - 3600}], "", "2021-10-19", id="also of a zone that has moved since"
        ),
        pytest.param("date", [{"value": -3600 * 3}], "", "1970-01-01", id="the first day there is"),
        pytest.param("date", [{"value": "2021-10-19"}], "", "2021-10-19", id="a day as text"),
        pytest.param("date_time", [{"value": 1634601600}], "", "2021-10-19T03:00:00+03:00", id="an instant is kept"),
        pytest.param("select", [CHOICE], "", "Ромашка", id="a choice"),
        pytest.param("multiselect", [CHOICE, {"value": "B", "enum_code": None}], "", "Ромашка|B", id="several choices"),
        pytest.param("multitext", [{"value": "a"}, {"value": "b"}], "", "a|b", id="several texts"),
        pytest.param("legal_entity", [{"value": {"name": "ООО", "vat_id": "77"}}], "client_inn", "77", id="an INN"),
        pytest.param("legal_entity", [{"value": {"name": "ООО", "kpp": None}}], "client_kpp", "", id="no KPP"),
        pytest.param("legal_entity", [{"value": {"name": "ООО"}}], "client_name", "ООО", id="a name"),
        pytest.param("linked_entity", [{"value": {"name": "X", "entity_id": 5}}], "", "X", id="a linked card"),
        pytest.param("chained_list", [{"catalog_id": 1, "catalog_element_id": 9}], "", "9", id="a chained list"),
        pytest.param("text", [], "", "", id="no values at all"),
    ],
)
def test_text_of_a_field(type_: str, values: list[dict[str, Any]], column: str, expected: str) -> None:
    assert text_of(FieldDef(1, "leads", type_, "x"), values, MOSCOW, column) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(CHOICE, "P07", id="by its code, which people do not see and so do not change"),
        pytest.param({"value": "active", "enum_code": None}, "active", id="by its text where it has none"),
        pytest.param({"value": None, "enum_code": None}, "", id="nothing"),
    ],
)
def test_a_choice_by_its_code(value: dict[str, Any], expected: str) -> None:
    assert text_of(FieldDef(1, "leads", "select", "x"), [value], MOSCOW, coded=True) == expected


def test_a_card_without_values_is_told_by_null() -> None:
    assert values_by_field({"custom_fields_values": None}) == {}
    assert values_by_field({"custom_fields_values": [{"field_id": 7, "values": None}]}) == {}


@pytest.mark.parametrize(("unix", "expected"), [(None, ""), (0, ""), (1634601600, "2021-10-19T03:00:00+03:00")])
def test_moments(unix: int | None, expected: str) -> None:
    assert moment(unix, MOSCOW) == expected


@pytest.mark.parametrize(("value", "expected"), [(None, ""), (0, "0"), (Decimal("12000.50"), "12000.50"), (12, "12")])
def test_sums(value: Any, expected: str) -> None:
    assert number(value) == expected
