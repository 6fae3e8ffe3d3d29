"""Cards as records: who the client is, who the partner, how a deal stands, and what is ours."""

from decimal import Decimal
from typing import Any

import pytest

from amocrm_cards import CLAIMS, INCOMING, company, contact, held, lead, translation
from partnersync_amocrm.translate import Around, linked_ids, user

TAGGED = {"tag": "партнёр", "partner_id": "CODE"}
CLIENT = company(5, "Клиент", held("Реквизиты", {"name": "ООО Клиент", "vat_id": "7707083893", "kpp": "770701001"}))
PARTNER = company(6, "Ромашка", held("Код", "P07"), tags=("Партнёр",))
PERSON = contact(8, "Иван", phone="+79160000000", email="ivan@client.example")
SECOND = contact(9, "Пётр", phone="+79161111111")
AROUND = Around(
    {5: CLIENT, 6: PARTNER},
    {8: PERSON, 9: SECOND},
    {77: {"id": 77, "name": "P09", "custom_fields_values": [held("Номер", "P11")]}},
)
TO_CLIENT = {"companies": [{"id": 5}], "contacts": [{"id": 9, "is_main": False}, {"id": 8, "is_main": True}]}
TO_PARTNER = {"companies": [{"id": 6}], "contacts": [{"id": 8, "is_main": True}]}
IN_CATALOG = {
    "catalog_elements": [{"id": 70, "metadata": {"catalog_id": 3}}, {"id": 77, "metadata": {"catalog_id": 9}}]
}


def deal(*fields: Any, keys: dict[str, Any] | None = None, links: dict[str, Any] | None = None, **more: Any) -> Any:
    reader = translation(partners=TAGGED, clients={"inn": "LEGAL", "kpp": "Реквизиты"}, deals=keys or {})
    return reader.deal(lead(*fields, links=links, **more), AROUND)


@pytest.mark.parametrize(
    ("source", "fields", "links", "expected"),
    [
        pytest.param([{"select": "PARTNER"}], [held("Партнёр", ("Ромашка", "P07"))], {}, "P07", id="a choice's code"),
        pytest.param([{"select": "партнёр"}], [held("Партнёр", ("P07", None))], {}, "P07", id="the field by its name"),
        pytest.param([{"text": "PARTNER_CODE"}], [held("Код партнёра", "P08")], {}, "P08", id="a code as text"),
        pytest.param([{"company": True}], [], TO_PARTNER, "P07", id="the linked company, if it is a partner"),
        pytest.param([{"company": True}], [], TO_CLIENT, "", id="not a client's"),
        pytest.param([{"catalog": "Партнёры"}], [], IN_CATALOG, "P09", id="an element of that catalog by its name"),
        pytest.param([{"catalog": "Партнёры", "code": "NUMBER"}], [], IN_CATALOG, "P11", id="or by a field of it"),
        pytest.param(
            [{"text": "PARTNER_CODE"}, {"company": True}], [], TO_PARTNER, "P07", id="the first that names one"
        ),
        pytest.param([], [held("Код партнёра", "P08")], TO_PARTNER, "", id="nowhere unless the settings say so"),
    ],
)
def test_the_partner_of_a_deal(source: Any, fields: Any, links: Any, expected: str) -> None:
    assert deal(*fields, keys={"partner": source}, links=links).cells["partner_id"] == expected


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        pytest.param(TO_CLIENT, ("5", "Клиент", "7707083893", "770701001"), id="the linked company"),
        pytest.param(TO_PARTNER, ("contact-8", "Иван", "", ""), id="not the partner: then the contact"),
        pytest.param({"companies": [{"id": 44}]}, ("44", "", "", ""), id="one that cannot be read is known by its id"),
        pytest.param({}, ("", "", "", ""), id="nobody"),
    ],
)
def test_the_client_of_a_deal(links: dict[str, Any], expected: tuple[str, ...]) -> None:
    cells = deal(links=links).cells
    assert tuple(cells[name] for name in ("client_id", "client_name", "client_inn", "client_kpp")) == expected


def test_ways_to_the_client_are_those_of_the_main_contact() -> None:
    cells = deal(links=TO_CLIENT).cells
    assert (cells["client_phone"], cells["client_email"]) == ("+79160000000", "ivan@client.example")


@pytest.mark.parametrize(
    ("status", "closed_at", "states", "expected"),
    [
        pytest.param(51, None, {}, ("Новая", "open", ""), id="open"),
        pytest.param(142, 1700000100, {}, ("Успех", "won", "2023-11-15T01:15:00+03:00"), id="won"),
        pytest.param(143, 1700000100, {}, ("Отказ", "lost", "2023-11-15T01:15:00+03:00"), id="lost"),
        pytest.param(51, None, {"Продажи/Новая": "won"}, ("Новая", "won", ""), id="a stage that the settings call won"),
        pytest.param(51, 1700000100, {}, ("Новая", "open", ""), id="a deal that is opened again has no end"),
        pytest.param(999, None, {}, ("999", "open", ""), id="a stage that is newer than what we know"),
    ],
)
def test_how_a_deal_stands(status: int, closed_at: int | None, states: Any, expected: tuple[str, ...]) -> None:
    cells = deal(keys={"states": states}, status_id=status, closed_at=closed_at).cells
    assert tuple(cells[name] for name in ("stage", "state", "closed_at")) == expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param({"price": 12000}, "12000", id="whole units"),
        pytest.param({"price": 12000, "price_with_minor_units": Decimal("12000.5")}, "12000.5", id="the exact one"),
        pytest.param({"price": 0}, "0", id="nothing agreed yet"),
        pytest.param({"price": None}, "", id="null"),
    ],
)
def test_the_amount(told: dict[str, Any], expected: str) -> None:
    assert deal(**told).cells["amount"] == expected


def test_cells_from_fields_in_the_words_of_the_programme() -> None:
    fields = {"promo_code": "PROMO", "utm_source": "UTM_SOURCE", "products": "PRODUCTS"}
    keys = {"fields": fields, "words": {"products": {"Лицензия": "licence"}}}
    said = (held("Промокод", "VIP"), held("utm_source", "partner-7"), held("Продукты", "Лицензия", "Услуги"))
    raw = deal(*said, keys=keys)
    assert [raw.cells[name] for name in fields] == ["VIP", "partner-7", "licence|Услуги"]
    assert raw.origin.file == "https://example.amocrm.ru/leads/detail/101"
    assert raw.origin.columns["products"] == "Продукты"


def test_what_is_ours_is_seen_where_it_has_a_place() -> None:
    """§5.1: an empty field is left out of the card; a field that does not exist is no place."""
    raw = deal(held("Защита до", 1634590800))
    assert raw.seen == {"ps_protected_until": "2021-10-19", "ps_decision": ""}


def test_our_field_may_be_the_one_in_which_sellers_name_the_partner() -> None:
    raw = deal(held("Партнёр", ("Ромашка", "P07")), keys={"ours": {"ps_partner_id": "PARTNER"}})
    assert raw.seen["ps_partner_id"] == "P07"


def test_a_lead_of_the_pipeline_of_registrations_is_one() -> None:
    reader = translation(
        partners=TAGGED,
        deals={"partner": [{"text": "PARTNER_CODE"}]},
        registrations={"pipeline": "Заявки", "fields": {"tender_won_on": "Дата тендера"}},
    )
    card = lead(held("Код партнёра", "P08"), held("Дата тендера", 1634590800), links=TO_CLIENT, pipeline_id=CLAIMS)
    assert reader.is_registration(card)
    assert not reader.is_deal(card)
    raw = reader.registration(card, AROUND)
    told = ("registration_id", "partner_id", "client_name", "contact_name", "tender_won_on", "submitted_at")
    assert tuple((raw.cells or {})[name] for name in told) == (
        "101",
        "P08",
        "Клиент",
        "Иван",
        "2021-10-19",
        "2023-11-15T01:13:20+03:00",
    )


@pytest.mark.parametrize(
    ("pipelines", "card", "expected"),
    [
        pytest.param([], lead(), True, id="any pipeline"),
        pytest.param(["Заявки"], lead(), False, id="another pipeline than the named one"),
        pytest.param(
            [], lead(status_id=INCOMING), False, id="an incoming lead, which an update would take out of there"
        ),
    ],
)
def test_which_leads_are_deals(pipelines: list[str], card: dict[str, Any], expected: bool) -> None:
    assert translation(deals={"pipelines": pipelines}).is_deal(card) is expected


@pytest.mark.parametrize(
    ("keys", "card", "expected"),
    [
        pytest.param({"tag": "ПАРТНЁР"}, PARTNER, True, id="by tag, in any case of letters"),
        pytest.param({"tag": "партнёр"}, CLIENT, False, id="no tag"),
        pytest.param({"field": "KIND"}, company(5, "X", held("Тип", ("Агент", None))), True, id="by any value"),
        pytest.param(
            {"field": "KIND", "values": ["Агент"]}, company(5, "X", held("Тип", ("Клиент", None))), False, id="of some"
        ),
        pytest.param({}, PARTNER, False, id="none"),
    ],
)
def test_which_companies_are_partners(keys: dict[str, Any], card: dict[str, Any], expected: bool) -> None:
    assert translation(partners=keys).is_partner(card) is expected


def test_a_partner_without_an_id_of_his_own_has_his_cards() -> None:
    raw = translation(partners=TAGGED).partner(company(6, "Ромашка"))
    assert (raw.record_id, (raw.cells or {})["partner_id"]) == ("6", "6")


@pytest.mark.parametrize(
    ("rights", "group", "active"),
    [({"group_id": 1, "is_active": True}, "Второй", "yes"), ({"is_active": False}, "", "no"), (None, "", "yes")],
)
def test_users(rights: Any, group: str, active: str) -> None:
    cells = user({"id": 7, "name": "Анна", "email": "a@x.example", "rights": rights}, {1: "Второй"}).cells or {}
    assert (cells["group"], cells["active"]) == (group, active)


def test_linked_cards_are_asked_for_once() -> None:
    leads = [lead(links=TO_CLIENT), lead(links=TO_CLIENT), lead(links=TO_PARTNER)]
    assert list(linked_ids(leads, "companies")) == [5, 6]
