"""crm.deal.* and its like: names in capitals, texts, silence about mistakes (reference §4.3, §5.4, §8.6)."""

from typing import Any

import pytest

from bitrix24_caller import COMPANY, DEAL, Bitrix
from partnersync_bitrix24_sandbox.user_fields import UserField


def test_values_are_texts() -> None:
    b24 = Bitrix(1)
    told = b24.result("crm.deal.get", id=1)
    assert (told["ID"], told["OPPORTUNITY"], told["CATEGORY_ID"], told["COMPANY_ID"]) == ("1", "653000.00", "0", "13")
    assert (told["CLOSED"], told["LEAD_ID"], told["BEGINDATE"]) == ("N", None, "2024-10-09T03:00:00+03:00")
    assert told["DATE_CREATE"] == told["DATE_MODIFY"] == "2024-10-09T11:53:20+03:00"
    assert (told["UF_CRM_PROMO_CODE"], told["UF_CRM_PARTNER"], told["UF_CRM_PRODUCTS"]) == ("PROMO-P05", "", [3102])
    assert "CONTACT_IDS" not in told


@pytest.mark.parametrize(("letters", "shown"), [(False, ("1", "0")), (True, ("Y", "N"))])
def test_booleans(letters: bool, shown: tuple[str, str]) -> None:
    b24 = Bitrix(legacy_boolean_letters=letters)
    b24.portal.user_fields[900] = UserField(900, "CRM_DEAL", "UF_CRM_FLAG", "boolean")
    deals = [b24.result("crm.deal.add", fields={"TITLE": "x", "UF_CRM_FLAG": value}) for value in (1, "Y", "N", 0)]
    told = [b24.result("crm.deal.get", id=deal)["UF_CRM_FLAG"] for deal in deals]
    assert told == [shown[0], shown[0], shown[1], shown[1]]


def test_a_company_with_its_phones() -> None:
    b24 = Bitrix()
    phone = {"VALUE": "+7999", "VALUE_TYPE": "WORK"}
    company = b24.result("crm.company.add", fields={"TITLE": "ООО", "COMPANY_TYPE": "PARTNER", "PHONE": [phone]})
    b24.result("crm.company.update", id=company, fields={"PHONE": [phone]})
    told = b24.result("crm.company.get", id=company)
    assert [one["VALUE"] for one in told["PHONE"]] == ["+7999", "+7999"]  # written without an ID, it is appended
    one = told["PHONE"][0]["ID"]
    b24.result("crm.company.update", id=company, fields={"PHONE": [{"ID": one, "DELETE": "Y"}]})
    assert len(b24.result("crm.company.get", id=company)["PHONE"]) == 1
    assert b24.item(COMPANY, company)["typeId"] == "PARTNER"
    assert (
        b24.result("crm.company.list", filter={"PHONE": "+7999"}, select=["ID", "PHONE"])[0]["PHONE"][0]["VALUE"]
        == "+7999"
    )
    assert b24.result("crm.company.list", filter={"EMAIL": "+7999"}) == []
    assert "PHONE" not in b24.result("crm.company.list", select=["*"])[0]
    assert b24.result("crm.duplicate.findbycomm", type="PHONE", values=["+7999"]) == {"COMPANY": [company]}
    assert b24.result("crm.duplicate.findbycomm", type="EMAIL", values=["a@b.example"]) == []


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        pytest.param({"NONSENSE": 1}, ["1", "2", "3"], id="an unknown name is dropped"),
        pytest.param({"UF_CRM_PROMO_CODE": "P1"}, ["1", "2"], id="a bare name of a user field finds parts"),
        pytest.param({"=UF_CRM_PROMO_CODE": "P1"}, ["1"], id="with a sign, the whole"),
        pytest.param({"%STAGE_ID": "NEW"}, ["1", "2"], id="no parts of a stage"),
        pytest.param({"!STAGE_ID": "NEW"}, ["3"], id="another stage"),
        pytest.param({"@ID": [1, 3]}, ["1", "3"], id="of these"),
        pytest.param({">COMPANY_ID": 4}, ["2", "3"], id="more than a company's id"),
        pytest.param({">ID": 1, "<OPPORTUNITY": 200}, ["3"], id="both"),
        pytest.param({">DATE_MODIFY": "nonsense"}, [], id="a time that is none"),
    ],
)
def test_filters(where: Any, ids: list[str]) -> None:
    b24 = Bitrix()
    b24.add(DEAL, ufCrmPromoCode="P1", opportunity=100, companyId=4)
    b24.add(DEAL, ufCrmPromoCode="P10", opportunity=200, companyId=5)
    b24.add(DEAL, stageId="WON", opportunity=50, companyId=6)
    assert [one["ID"] for one in b24.result("crm.deal.list", filter=where, select=["ID"])] == ids


def test_selects_pages_and_orders() -> None:
    b24 = Bitrix(60)
    body = b24.body("crm.deal.list", order={"STAGE_ID": "ASC"})
    assert (len(body["result"]), body["total"], body["next"]) == (50, 60, 50)
    stages = [one["STAGE_ID"] for one in body["result"]]
    assert stages == sorted(stages, key=["NEW", "PREPARATION", "EXECUTING", "WON", "LOSE"].index)
    assert b24.body("crm.deal.list", start=-1)["total"] == 0
    bare = b24.result("crm.deal.list", select=["*"])[0]
    assert "TITLE" in bare
    assert "UF_CRM_PARTNER" not in bare
    assert set(b24.result("crm.deal.list", select=["TITLE", "UF_*"])[0]) >= {"ID", "TITLE", "UF_CRM_PARTNER"}


def test_writes_that_are_passed_over_in_silence() -> None:
    b24 = Bitrix(1, contract="ignored")
    fields = {"CATEGORY_ID": 3, "DATE_CREATE": "2020-01-01", "BEGINDATE": "soon", "NONSENSE": 1}
    before = b24.result("crm.deal.get", id=1)
    assert b24.result("crm.deal.update", id=1, fields=fields) is True
    assert b24.result("crm.deal.get", id=1) == before


@pytest.mark.parametrize(("cleared", "left"), [(True, False), (False, [3101])])
def test_clearing_a_multiple_enumeration(cleared: bool, left: Any) -> None:
    b24 = Bitrix(multiple_enum_cleared_by_legacy=cleared)
    deal = b24.add(DEAL, ufCrmProducts=[3101])
    b24.result("crm.deal.update", id=deal, fields={"UF_CRM_PRODUCTS": ""})
    assert b24.result("crm.deal.get", id=deal)["UF_CRM_PRODUCTS"] == left


def test_a_list_of_bindings_may_be_one_text() -> None:
    b24 = Bitrix()
    b24.portal.user_fields[900] = UserField(900, "CRM_DEAL", "UF_CRM_LINKS", "crm", multiple=True)
    deal = b24.result("crm.deal.add", fields={"TITLE": "x", "UF_CRM_LINKS": "CO_1;C_2"})
    assert b24.item(DEAL, deal)["ufCrmLinks"] == ["CO_1", "C_2"]


@pytest.mark.parametrize(
    ("method", "params", "text"),
    [
        ("crm.deal.get", {"id": 99}, "Not found"),
        ("crm.deal.get", {"id": 0}, "ID is not defined or invalid."),
        ("crm.deal.update", {"id": 1, "fields": "x"}, "Parameter 'fields' must be array."),
        ("crm.deal.update", {"id": 1, "fields": {"STAGE_ID": "NONE"}}, "Field Stage value is not valid"),
    ],
)
def test_errors_have_no_code(method: str, params: dict[str, Any], text: str) -> None:
    assert Bitrix(1, contract="ignored").error(method, params) == (400, "", text)


def test_contacts_of_a_deal() -> None:
    b24 = Bitrix(12)
    deal = b24.add(DEAL, contactIds=[2, 3])
    told = b24.result("crm.deal.contact.items.get", id=deal)
    assert [(one["CONTACT_ID"], one["IS_PRIMARY"]) for one in told] == [(2, "Y"), (3, "N")]
    b24.result("crm.deal.contact.items.set", id=deal, items=[{"CONTACT_ID": 1}, {"CONTACT_ID": 2, "IS_PRIMARY": "Y"}])
    assert b24.item(DEAL, deal)["contactIds"] == [2, 1]


def test_the_fields_of_deals() -> None:
    fields = Bitrix().result("crm.deal.fields")
    assert (fields["OPENED"]["type"], fields["CATEGORY_ID"]["isImmutable"]) == ("char", True)
    assert fields["UF_CRM_PARTNER"]["formLabel"] == "Партнёр"
    assert Bitrix().result("crm.lead.fields")["STATUS_ID"]["statusType"] == "STATUS"
    assert Bitrix().result("crm.company.fields")["COMPANY_TYPE"]["statusType"] == "COMPANY_TYPE"


def test_a_lead_and_a_deletion() -> None:
    b24 = Bitrix()
    lead = b24.result("crm.lead.add", fields={"TITLE": "заявка", "STATUS_ID": "IN_PROCESS"})
    assert b24.result("crm.lead.get", id=lead)["STATUS_SEMANTIC_ID"] == "P"
    assert b24.result("crm.lead.delete", id=lead) is True
    assert [one.name for one in b24.portal.events.fired] == ["ONCRMLEADADD", "ONCRMLEADDELETE"]
