"""A million deals cost nothing before they are read, and agree with each other."""

from typing import Any

import pytest

from bitrix24_caller import COMPANY, CONTACT, DEAL, START, Bitrix
from partnersync_bitrix24_sandbox.cards import Card
from partnersync_bitrix24_sandbox.sample import ADMIN
from partnersync_bitrix24_sandbox.seeds import Companies, Deals

MILLION = 1_000_000
LATE = "2025-10-09T11:53:20+03:00"  # when the clock begins


@pytest.fixture(scope="module")
def b24() -> Bitrix:
    made = Bitrix(MILLION)
    for deal in range(1, MILLION, 50_021):
        made.sandbox.ui.edit(ADMIN, deal, "title", "тронута")
    return made


@pytest.mark.parametrize(
    ("method", "params", "rows"),
    [
        ("crm.item.list", {"start": -1, "order": {"id": "ASC"}, "filter": {">id": 900_000}}, 50),
        ("crm.item.list", {"start": 999_950}, 50),
        ("crm.item.list", {"order": {"id": "DESC"}}, 50),
        ("crm.item.list", {"start": -1, "filter": {">=updatedTime": LATE}, "order": {"id": "ASC"}}, 20),
        ("crm.item.list", {"filter": {">=updatedTime": LATE, ">id": 500_000}, "order": {"updatedTime": "ASC"}}, 10),
        ("crm.item.list", {"filter": {"@id": list(range(1, MILLION, 20_000))}}, 50),
        ("crm.stagehistory.list", {"filter": {"OWNER_ID": 777_777}}, 2),
        ("crm.stagehistory.list", {"start": -1, "filter": {">ID": 1_500_000}, "order": {"ID": "ASC"}}, 50),
    ],
)
def test_of_a_million_only_the_page_is_built(
    b24: Bitrix, method: str, params: dict[str, Any], rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[int] = []
    make = Deals.card

    def counted(self: Deals, card_id: int) -> Card:
        built.append(card_id)
        return make(self, card_id)

    monkeypatch.setattr(Deals, "card", counted)
    assert len(b24.result(method, {"entityTypeId": DEAL, **params})["items"]) == rows
    assert len(built) <= 51


def test_requisites_of_a_page_of_companies(b24: Bitrix, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[int] = []
    make = Companies.card

    def counted(self: Companies, card_id: int) -> Card:
        built.append(card_id)
        return make(self, card_id)

    monkeypatch.setattr(Companies, "card", counted)
    ask = {"filter": {"ENTITY_TYPE_ID": COMPANY, "@ENTITY_ID": list(range(1000, 1050))}, "start": -1}
    assert len(b24.result("crm.requisite.list", ask)) == 50
    assert len(built) == 50


def test_generated_cards_agree_about_their_links() -> None:
    b24 = Bitrix(41)
    deals = b24.result("crm.item.list", entityTypeId=DEAL)["items"]
    companies = {one["id"]: one for one in b24.result("crm.item.list", entityTypeId=COMPANY)["items"]}
    contacts = {one["id"]: one for one in b24.result("crm.item.list", entityTypeId=CONTACT)["items"]}
    for deal in deals:
        assert deal["companyId"] == contacts[deal["contactId"]]["companyId"]
        assert companies[deal["companyId"]]["contactIds"] == deal["contactIds"]
        assert companies[deal["companyId"]]["typeId"] == "CUSTOMER"
    assert [one["typeId"] for one in companies.values()].count("PARTNER") == 12
    assert all(one["updatedTime"] < b24.portal.moment(START) for one in deals)


def test_the_same_portal_each_time() -> None:
    assert Bitrix(20).result("crm.item.list", entityTypeId=DEAL) == Bitrix(20).result(
        "crm.item.list", entityTypeId=DEAL
    )
