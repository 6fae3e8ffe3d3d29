"""Names of the settings, found in a portal: by code, XML_ID or what people see; what is not there is told."""

import re
from typing import Any

import pytest
from pydantic import ValidationError

from bitrix24_cards import CLAIMS, PARTNERS, known
from partnersync.domain.value import RecordKind
from partnersync.errors import ConfigError
from partnersync_bitrix24.mapping import Mapped
from partnersync_bitrix24.places import Places, places_of


def places(**keys: Any) -> Places:
    return places_of(Mapped.model_validate(keys), known())


@pytest.mark.parametrize("name", ["UF_CRM_CODE", "uf_crm_code", "PARTNER_CODE", "Код партнёра", "ufCrmCode"])
def test_a_field_by_any_of_its_names(name: str) -> None:
    (source,) = places(deals={"partner": [{"text": name}]}).sources[RecordKind.DEAL]
    assert source.field is not None
    assert source.field.key == "ufCrmCode"


@pytest.mark.parametrize(
    ("partners", "types", "entity"),
    [
        pytest.param({}, {"PARTNER"}, 4, id="companies of the type that every portal has"),
        pytest.param({"types": ["реселлер", "PARTNER"]}, {"UC_1", "PARTNER"}, 4, id="types by name or code"),
        pytest.param({"smart_process": "партнёры"}, set(), PARTNERS, id="items of a smart process"),
    ],
)
def test_who_is_a_partner(partners: Any, types: set[str], entity: int) -> None:
    found = places(partners=partners)
    assert (set(found.partner_types), found.entities[RecordKind.PARTNER]) == (types, entity)


@pytest.mark.parametrize(
    ("registrations", "entity", "claims"),
    [
        pytest.param({"smart_process": "Регистрации", "partner": [{"text": "Партнёр"}]}, CLAIMS, None, id="items"),
        pytest.param({"pipeline": "Заявки партнёров"}, 2, 3, id="deals of a pipeline"),
    ],
)
def test_where_registrations_are(registrations: Any, entity: int, claims: int | None) -> None:
    found = places(registrations=registrations)
    assert (found.entities[RecordKind.REGISTRATION], found.claims) == (entity, claims)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        pytest.param(
            {"deals": {"pipelines": ["Продажа"]}}, r'no pipeline "Продажа"\. Did you mean "Продажи"', id="pipeline"
        ),
        pytest.param({"deals": {"partner": [{"text": "UF_CRM_KODE"}]}}, r'no field of deals "UF_CRM_KODE"', id="field"),
        pytest.param({"deals": {"partner": [{"select": "Код партнёра"}]}}, r"of type string.*enumeration", id="type"),
        pytest.param({"deals": {"states": {"Продажи/Новое": "won"}}}, r'no stage of Продажи "Новое"', id="stage"),
        pytest.param({"partners": {"types": ["Дилер"]}}, r'no type of companies "Дилер"', id="type of companies"),
        pytest.param({"partners": {"smart_process": "Партнеры!"}}, r"no smart process", id="smart process"),
        pytest.param({"deals": {"partner": [{"parent": True}]}}, r"no parent among partners", id="parent"),
        pytest.param(
            {"partners": {"smart_process": "Партнёры"}, "deals": {"partner": [{"company": True}]}},
            r"partners are items of a smart process",
            id="a company that cannot be a partner",
        ),
        pytest.param(
            {"deals": {"ours": {"ps_commission": "UF_CRM_PAID"}}}, r"does not give back what is written", id="ours"
        ),
    ],
)
def test_what_the_portal_has_not_is_told(keys: Any, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        places(**keys)
    assert re.search(told, f"{caught.value}. {caught.value.hint}")


def test_our_fields_are_known_by_their_xml_id_and_have_to_hold_what_is_written() -> None:
    """PS_COMMISSION is of numbers here, which come back without their zeros: no place."""
    assert set(places().ours[RecordKind.DEAL]) == {"ps_protected_until", "ps_decision"}


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"deals": {"partner": [{"text": "A", "link": "B"}]}}, "not exactly one place"),
        ({"deals": {"partner": [{}]}}, "not exactly one place"),
        ({"partners": {"types": ["A"], "smart_process": "B"}}, "Keep one of them"),
        ({"registrations": {}}, "one of smart_process and pipeline"),
        ({"registrations": {"smart_process": "A"}}, "names its partner"),
        ({"deals": {"fields": {"amout": "X"}}}, 'Did you mean "amount"'),
        ({"deals": {"fields": {"owner": "X"}}}, "is no column"),
        ({"payments": {"source": "field"}}, "names no field"),
        ({"payments": {"source": "invoices", "total": "X"}}, "another source"),
        ({"payments": {"paid_on": "X"}}, "come from files"),
    ],
)
def test_settings_that_contradict_themselves(keys: Any, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Mapped.model_validate(keys)
