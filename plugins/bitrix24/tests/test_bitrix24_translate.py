"""Cards as records: who the client is, who the partner, how a deal stands, what was paid, and what is ours."""

from decimal import Decimal
from typing import Any

import pytest

from bitrix24_cards import PARTNERS, company_card, deal_card, translation, way
from partnersync.contract.adapter import PaidTotal
from partnersync_bitrix24.around import Around
from partnersync_bitrix24.translate import user

PARTNER = company_card(6, "Ромашка", typeId="PARTNER", ufCrmCode="P07")
CLIENT = company_card(
    5, "Клиент", fm=[way("PHONE", "+74950000000"), way("WEB", "client.example")], ufCrmInn="7728168971"
)
PERSON = {
    "id": 8,
    "name": "Иван",
    "lastName": "Петров",
    "fm": [way("PHONE", "+79160000000"), way("EMAIL", "i@c.example")],
}
AROUND = Around(
    companies={5: CLIENT, 6: PARTNER},
    contacts={8: PERSON},
    requisites={5: {"RQ_INN": "7707083893", "RQ_KPP": "770701001"}, 6: {"RQ_INN": "7736050003", "RQ_KPP": None}},
    partners={9: {"id": 9, "title": "Лютик", "ufCrm5Code": "P09", "companyId": 5}},
    rows={101: [{"productName": "Лицензия"}, {"productName": "Внедрение"}, {"productName": "Лицензия"}]},
    ends={101: "2026-03-01T12:00:00+00:00"},
)
CODED = {"partner_id": "UF_CRM_CODE"}


def deal(keys: Any = None, partners: Any = None, around: Around = AROUND, **card: Any) -> Any:
    return translation(partners=CODED if partners is None else partners, deals=keys or {}).deal(
        deal_card(**card), around
    )


@pytest.mark.parametrize(
    ("source", "card", "expected"),
    [
        pytest.param([{"select": "Партнёр"}], {"ufCrmPartner": 11}, "P07", id="a choice's code"),
        pytest.param([{"select": "Партнёр"}], {"ufCrmPartner": 12}, "Лютик", id="or its text"),
        pytest.param([{"text": "PARTNER_CODE"}], {"ufCrmCode": "P08"}, "P08", id="a code as text"),
        pytest.param([{"link": "UF_CRM_LINK"}], {"ufCrmLink": "CO_6"}, "P07", id="a link to the partner's card"),
        pytest.param([{"link": "UF_CRM_LINK"}], {"ufCrmLink": 6}, "P07", id="a bare one"),
        pytest.param([{"link": "UF_CRM_LINK"}], {"ufCrmLink": ["C_6", "CO_6"]}, "P07", id="the first to such a card"),
        pytest.param([{"link": "UF_CRM_LINK"}], {"ufCrmLink": "CO_5"}, "", id="not one to a client"),
        pytest.param([{"company": True}], {"companyId": 6}, "P07", id="the linked company, if it is a partner"),
        pytest.param([{"company": True}], {"companyId": 5}, "", id="not a client's"),
        pytest.param(
            [{"text": "UF_CRM_CODE"}, {"company": True}], {"companyId": 6}, "P07", id="the first that names one"
        ),
        pytest.param([], {"ufCrmCode": "P08", "companyId": 6}, "", id="nowhere unless the settings say so"),
    ],
)
def test_the_partner_of_a_deal(source: Any, card: dict[str, Any], expected: str) -> None:
    assert deal({"partner": source}, **card).cells["partner_id"] == expected


@pytest.mark.parametrize(
    ("source", "card"),
    [({"link": "UF_CRM_LINK"}, {"ufCrmLink": f"T{PARTNERS:x}_9"}), ({"parent": True}, {"parentId128": 9})],
    ids=["a link", "the parent"],
)
def test_a_partner_who_is_an_item_of_a_smart_process(source: Any, card: dict[str, Any]) -> None:
    partners = {"smart_process": "Партнёры", "partner_id": "UF_CRM_5_CODE"}
    assert deal({"partner": [source]}, partners, **card).cells["partner_id"] == "P09"


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        pytest.param({"companyId": 5}, ("5", "Клиент", "7707083893", "770701001"), id="the linked company"),
        pytest.param({"companyId": 6, "contactId": 8}, ("contact-8", "Иван Петров", "", ""), id="not the partner"),
        pytest.param({"companyId": 44}, ("44", "", "", ""), id="one that cannot be read is known by its id"),
        pytest.param({}, ("", "", "", ""), id="nobody"),
    ],
)
def test_the_client_of_a_deal(card: dict[str, Any], expected: tuple[str, ...]) -> None:
    cells = deal(**card).cells
    assert tuple(cells[name] for name in ("client_id", "client_name", "client_inn", "client_kpp")) == expected


def test_ways_to_the_client_and_his_site() -> None:
    cells = deal(companyId=5, contactId=8).cells
    told = (cells["client_phone"], cells["client_email"], cells["client_domain"])
    assert told == ("+79160000000|+74950000000", "i@c.example", "client.example")


def test_a_field_of_companies_with_the_inn_goes_before_the_requisites() -> None:
    raw = translation(clients={"inn": "ИНН"}).deal(deal_card(companyId=5), AROUND)
    assert (raw.cells or {})["client_inn"] == "7728168971"


@pytest.mark.parametrize(
    ("stage", "semantics", "states", "expected"),
    [
        pytest.param("NEW", "P", {}, ("Новая", "open", ""), id="open"),
        pytest.param("WON", "S", {}, ("Успех", "won", "2026-03-01T12:00:00+00:00"), id="won, since when history says"),
        pytest.param("LOSE", "F", {}, ("Отказ", "lost", "2026-03-01T12:00:00+00:00"), id="lost"),
        pytest.param(
            "FINAL_INVOICE",
            "P",
            {"Продажи/Счёт оплачен": "won"},
            ("Счёт оплачен", "won", "2026-03-01T12:00:00+00:00"),
            id="a stage that the settings call won",
        ),
        pytest.param("UC_NEW", "P", {}, ("UC_NEW", "open", ""), id="a stage that is newer than what we know"),
    ],
)
def test_how_a_deal_stands(stage: str, semantics: str, states: Any, expected: tuple[str, ...]) -> None:
    cells = deal({"states": states}, stageId=stage, stageSemanticId=semantics).cells
    assert tuple(cells[name] for name in ("stage", "state", "closed_at")) == expected


def test_without_history_a_deal_is_closed_since_its_last_move() -> None:
    cells = deal(around=Around(), stageId="WON", stageSemanticId="S", closedate="2026-12-31T03:00:00+03:00").cells
    assert cells["closed_at"] == "2026-03-02T10:00:00+03:00"


def test_a_comment_changes_no_cell() -> None:
    """Comments of others move updatedTime and updatedBy; the record stays the same, so nothing is decided anew."""
    before, after = deal(), deal(updatedTime="2026-04-01T00:00:00+03:00", updatedBy=9)
    assert before.cells == after.cells
    assert before.version != after.version


def test_cells_from_fields_and_rows_in_the_words_of_the_programme() -> None:
    keys = {"fields": {"promo_code": "UTM_CAMPAIGN"}, "words": {"products": {"Лицензия": "licence"}}}
    raw = deal(keys, utmCampaign="VIP", utmSource="partner7", opportunity=Decimal("12000.50"))
    told = tuple(raw.cells[name] for name in ("promo_code", "utm_source", "products", "amount", "currency"))
    assert told == ("VIP", "partner7", "licence|Внедрение", "12000.50", "RUB")
    assert raw.origin.file == "https://example.bitrix24.ru/crm/deal/details/101/"
    assert raw.origin.columns["promo_code"] == "Рекламная кампания"


def test_what_is_ours_is_seen_where_it_has_a_place() -> None:
    raw = deal(ufCrmPsProtectedUntil="2026-10-19T03:00:00+03:00", ufCrmPsDecision=False)
    assert raw.seen == {"ps_protected_until": "2026-10-19", "ps_decision": ""}


@pytest.mark.parametrize(
    ("card", "registrations", "is_deal"),
    [
        pytest.param({}, None, True, id="of any pipeline"),
        pytest.param({"categoryId": 3}, {"pipeline": "Заявки партнёров"}, False, id="a registration"),
        pytest.param({"isRecurring": "Y"}, None, False, id="a template of deals that recur"),
        pytest.param({"categoryId": 4}, {"pipeline": "Заявки партнёров"}, True, id="of another pipeline"),
    ],
)
def test_which_deals_count(card: dict[str, Any], registrations: Any, is_deal: bool) -> None:
    reader = translation(**({"registrations": registrations} if registrations else {}))
    assert reader.is_deal(deal_card(**card)) is is_deal


def test_only_deals_of_the_pipelines_that_are_named() -> None:
    reader = translation(deals={"pipelines": ["Сервис"]})
    assert [reader.is_deal(deal_card(categoryId=line)) for line in (0, 3, 4)] == [False, False, True]


def test_an_item_of_the_smart_process_is_a_registration() -> None:
    keys = {
        "smart_process": "Регистрации",
        "partner": [{"text": "UF_CRM_7_PARTNER"}],
        "fields": {"amount": "Сумма", "consent": "Согласие"},
    }
    card = deal_card(companyId=5, contactId=8, ufCrm7Partner="P07", ufCrm7Sum="500.25|USD", ufCrm7Consent="Y")
    raw = translation(registrations=keys).registration(card, AROUND)
    cells = raw.cells or {}
    assert {name: cells[name] for name in ("partner_id", "client_name", "client_inn", "contact_name")} == {
        "partner_id": "P07",
        "client_name": "Клиент",
        "client_inn": "7707083893",
        "contact_name": "Иван Петров",
    }
    assert (cells["amount"], cells["currency"], cells["consent"]) == ("500.25", "USD", "yes")
    assert cells["submitted_at"] == "2026-03-01T10:00:00+03:00"
    assert raw.origin.file.endswith("/crm/type/1030/details/101/")


def test_a_company_as_a_partner() -> None:
    raw = translation(partners=CODED).partner(PARTNER, AROUND)
    cells = raw.cells or {}
    assert (raw.record_id, cells["partner_id"], cells["name"], cells["inn"]) == ("6", "P07", "Ромашка", "7736050003")


def test_an_item_as_a_partner_has_the_papers_of_its_company() -> None:
    reader = translation(partners={"smart_process": "Партнёры", "partner_id": "UF_CRM_5_CODE"})
    cells = reader.partner(AROUND.partners[9], AROUND).cells or {}
    assert (cells["partner_id"], cells["inn"], cells["website"]) == ("P09", "7707083893", "client.example")


@pytest.mark.parametrize(
    ("card", "expected"),
    [
        ({"ufCrmPaid": "150.50|RUB", "ufCrmPaidOn": "2026-03-04T03:00:00+03:00"}, PaidTotal("150.50", "2026-03-04")),
        ({"ufCrmPaid": "150|RUB"}, PaidTotal("150", "2026-03-05T10:00:00+03:00")),
        ({"ufCrmPaid": None}, PaidTotal("", "2026-03-05T10:00:00+03:00")),
    ],
    ids=["by its day", "else by the last change", "nothing yet"],
)
def test_what_was_paid_in_all(card: dict[str, Any], expected: PaidTotal) -> None:
    keys = {"payments": {"source": "field", "total": "Оплачено", "paid_on": "Дата оплаты"}}
    assert translation(**keys).deal(deal_card(**card), AROUND).paid == (expected,)


@pytest.mark.parametrize(
    ("stage", "parent", "expected"),
    [("DT31_2:P", 101, True), ("DT31_2:N", 101, False), ("DT31_2:P", None, False)],
    ids=["paid", "not paid", "of no deal"],
)
def test_which_invoices_are_payments(stage: str, parent: int | None, expected: bool) -> None:
    reader = translation(payments={"source": "invoices"})
    card = deal_card(id=31, stageId=stage, parentId2=parent)
    assert reader.is_payment(card) is expected
    if expected:
        cells = reader.payment(card).cells or {}
        assert (cells["deal_id"], cells["amount"], cells["paid_at"]) == ("101", "12000", "2026-03-02T10:00:00+03:00")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (
            {
                "ID": "7",
                "NAME": "Анна",
                "LAST_NAME": "Титова",
                "EMAIL": "a@x.example",
                "UF_DEPARTMENT": [3],
                "ACTIVE": True,
            },
            {"user_id": "7", "name": "Анна Титова", "email": "a@x.example", "group": "3", "active": "yes"},
        ),
        ({"ID": "8", "ACTIVE": False}, {"user_id": "8", "name": "user 8", "email": "", "group": "", "active": "no"}),
    ],
    ids=["an employee", "one who left, in a small scope"],
)
def test_users(row: dict[str, Any], expected: dict[str, str]) -> None:
    assert user(row).cells == expected
