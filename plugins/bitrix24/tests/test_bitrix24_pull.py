"""What a portal gives to a run: all of it once, then what changed, whoever works meanwhile."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bitrix24_pull import KEYS, Desk
from partnersync.contract.adapter import Raw, Stream
from partnersync.domain.value import RecordKind
from partnersync.errors import Unsupported
from partnersync_bitrix24.id_set import IdSet
from partnersync_bitrix24.pull import streams_of
from partnersync_bitrix24_sandbox.behaviour import Billed, Empty
from partnersync_bitrix24_sandbox.sample import FIRST_SELLER, REGISTRATIONS, SECOND_SELLER

DEAL, CONTACT, COMPANY, INVOICE = 2, 3, 4, 31
FIRST_CLIENT = 13  # after twelve partners


def ids(raws: list[Raw]) -> list[str]:
    return [raw.record_id for raw in raws if not raw.deleted]


def gone(raws: list[Raw]) -> list[str]:
    return [raw.record_id for raw in raws if raw.deleted]


def edit(desk: Desk, card: int, entity: int = DEAL, **fields: Any) -> Any:
    return desk.client.call("crm.item.update", {"entityTypeId": entity, "id": card, "fields": fields})["item"]


def made(desk: Desk, entity: int = DEAL, **fields: Any) -> int:
    return int(desk.client.call("crm.item.add", {"entityTypeId": entity, "fields": fields})["item"]["id"])


def delete(desk: Desk, card: int, entity: int = DEAL) -> None:
    desk.client.call("crm.item.delete", {"entityTypeId": entity, "id": card})


def test_a_first_run_gives_all_there_is(tmp_path: Path) -> None:
    told = Desk(tmp_path, 600).run()
    del told["activities"]
    assert {name: len(set(ids(raws))) for name, raws in told.items()} == {"users": 4, "partners": 12, "deals": 600}
    cells = told["deals"][0].cells or {}
    assert (cells["client_name"], cells["client_phone"], cells["pipeline"]) == ("Клиент 1", "+74950000000", "Общая")
    assert all(raw.cells and raw.cells["client_inn"] for raw in told["deals"])


def test_a_first_run_reads_what_is_around_deals_by_common_calls(tmp_path: Path) -> None:
    """5,000 deals: 3 calls for them, 5 for clients, papers and history, 5 for definitions, some for work on them."""
    desk = Desk(tmp_path, 5_000)
    desk.run()
    assert desk.calls() <= 25


@pytest.mark.parametrize("deals", [0, 600])
def test_an_unchanged_portal_costs_two_requests(tmp_path: Path, deals: int) -> None:
    desk = Desk(tmp_path, deals).settled()
    before = desk.calls()
    assert desk.run() == {}
    assert desk.calls() - before == 2


def test_a_million_deals_that_did_not_change_cost_no_more(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 1_000_000, keys={**KEYS, "registrations": None})
    at = json.dumps({"at": datetime.fromtimestamp(desk.clock.now(), UTC).isoformat()})
    desk.cursors = {stream.name: at for stream in streams_of(desk.settings)}
    whole = IdSet(dict.fromkeys(range(1000000 // 4096), (1 << 4096) - 1))
    for one in range(1_000_000 // 4_096 * 4_096, 1_000_001):
        whole.add(one)
    whole.discard(0)
    desk.cursors |= {"deals-gone": whole.dump(), "partners-gone": IdSet.of(range(1, 13)).dump()}
    del desk.cursors["users"]
    desk.clock.advance(600)
    desk.run()
    desk.clock.advance(600)
    before = desk.calls()
    assert desk.run() == {}
    assert desk.calls() - before == 2


def test_what_changed_is_given_once_the_overlap_has_passed(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 600).settled()
    edit(desk, 7, ufCrmPromoCode="PROMO-X")
    (deal,) = desk.run()["deals"]
    assert (deal.record_id, (deal.cells or {})["promo_code"]) == ("7", "PROMO-X")
    desk.clock.advance(60)
    assert ids(desk.run()["deals"]) == ["7"]
    desk.clock.advance(600)
    desk.run()
    assert desk.run() == {}


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param({"iso_dates_in_filters": False}, id="filters know bare moments alone"),
        pytest.param({"empty_text": Empty.TEXT}, id="nothing is an empty text"),
        pytest.param({"created_time_shift_s": 3600}, id="createdTime is an hour early"),
        pytest.param({"crm_uf_bare_id": True}, id="links are bare ids"),
        pytest.param({"total_without_count": True}, id="a total of 0 where nothing was counted"),
        pytest.param({"batch_billing": Billed.BOTH}, id="batches are billed twice"),
        pytest.param({"operating_told": False}, id="execution times are not told"),
    ],
)
def test_readings_that_nobody_confirmed(tmp_path: Path, behaviour: Mapping[str, Any]) -> None:
    desk = Desk(tmp_path, 300, **behaviour)
    desk.run()
    desk.clock.advance(600)
    edit(desk, 7, title="Другая")
    told = desk.run()
    assert [(raw.record_id, (raw.cells or {})["title"]) for raw in told["deals"]] == [("7", "Другая")]
    desk.clock.advance(600)
    desk.run()
    before = desk.calls()
    assert desk.run() == {}
    assert desk.calls() - before == 2


def test_people_who_work_during_a_first_run_hide_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 6_000)
    lost: list[int] = []

    def work(stream: Stream) -> None:
        if stream.name == "deals" and len(lost) < 3:
            desk.clock.advance(1)
            lost.append(10 * (len(lost) + 1))
            edit(desk, lost[-1] + 1, title="Другая")
            delete(desk, lost[-1])

    found = set(ids(desk.run(between=work)["deals"]))
    assert len(lost) == 3
    assert found >= {str(deal) for deal in range(1, 6_001)} - {str(deal) for deal in lost}
    assert gone(desk.run()["deals-gone"]) == [str(deal) for deal in lost]


def test_a_first_run_that_was_broken_off_goes_on(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 6_000)

    class Killed(Exception):
        pass

    def kill(stream: Stream) -> None:
        if stream.name == "deals":
            raise Killed

    with pytest.raises(Killed):
        desk.run(between=kill)
    told = desk.run()
    assert ids(told["deals"]) == [str(deal) for deal in range(2_501, 6_001)]
    delete(desk, 5)
    assert gone(desk.run()["deals-gone"]) == ["5"]


def test_more_cards_in_one_second_than_a_page_holds(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 300).settled()
    for deal in range(1, 121):
        edit(desk, deal, title="Другая")
    assert len(set(ids(desk.run()["deals"]))) == 120


@pytest.mark.parametrize(
    ("entity", "card", "fields", "cell", "expected"),
    [
        pytest.param(COMPANY, FIRST_CLIENT, {"title": "ООО Новое"}, "client_name", "ООО Новое", id="a company"),
        pytest.param(
            CONTACT,
            1,
            {"fm": {"n0": {"typeId": "PHONE", "valueType": "WORK", "value": "+79169999999"}}},
            "client_phone",
            "+74950000000|+79169999999",
            id="a contact",
        ),
    ],
)
def test_a_client_who_changed_brings_his_deals(
    tmp_path: Path, entity: int, card: int, fields: dict[str, Any], cell: str, expected: str
) -> None:
    desk = Desk(tmp_path, 8).settled()
    edit(desk, card, entity, **fields)
    told = desk.run()
    assert sorted(set(ids(told["deals-clients"]))) == ["1", "3", "5", "7"]
    assert {(raw.cells or {})[cell] for raw in told["deals-clients"]} == {expected}


@pytest.mark.parametrize(
    ("company", "stream", "cell"),
    [(1, "partners-clients", "inn"), (FIRST_CLIENT, "deals-clients", "client_inn")],
    ids=["of a partner", "of a client"],
)
def test_requisites_that_changed_bring_what_they_are_of(tmp_path: Path, company: int, stream: str, cell: str) -> None:
    """Whether they move the company's own time is not known; here they do not."""
    desk = Desk(tmp_path, 8).settled()
    (row,) = desk.client.call("crm.requisite.list", {"filter": {"ENTITY_TYPE_ID": 4, "ENTITY_ID": company}})
    desk.client.call("crm.requisite.update", {"id": int(row["ID"]), "fields": {"RQ_INN": "7707083893"}})
    assert {(raw.cells or {})[cell] for raw in desk.run()[stream]} == {"7707083893"}


def test_new_requisites_bring_the_deals_of_their_company(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 8)
    company = made(desk, COMPANY, title="Без реквизитов")
    edit(desk, 7, companyId=company)
    desk.settled()
    fields = {"ENTITY_TYPE_ID": 4, "ENTITY_ID": company, "PRESET_ID": 1, "NAME": "Организация", "RQ_INN": "7707083893"}
    desk.client.call("crm.requisite.add", {"fields": fields})
    told = {raw.record_id: (raw.cells or {})["client_inn"] for raw in desk.run()["deals-clients"]}
    assert told["7"] == "7707083893"


@pytest.mark.parametrize("bare", [False, True], ids=["links with their kind", "bare links"])
def test_deals_that_link_to_a_partner_come_again_when_he_becomes_one(tmp_path: Path, bare: bool) -> None:
    keys = {"partners": KEYS["partners"], "deals": {"partner": [{"link": "UF_CRM_PARTNER_COMPANY"}]}}
    desk = Desk(tmp_path, 8, keys=keys, crm_uf_bare_id=bare)
    company = made(desk, COMPANY, title="Будущий партнёр", typeId="CUSTOMER")
    edit(desk, 7, ufCrmPartnerCompany=f"CO_{company}")
    desk.settled()
    desk.run()
    edit(desk, company, COMPANY, typeId="PARTNER", ufCrmPartnerCode="P77")
    (deal,) = desk.run()["deals-clients"]
    assert (deal.record_id, (deal.cells or {})["partner_id"]) == ("7", "P77")


def test_a_deal_that_is_linked_with_another_client_is_read_anew(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 8).settled()
    edit(desk, 1, companyId=FIRST_CLIENT + 1)
    (deal,) = desk.run()["deals"]
    assert (deal.cells or {})["client_name"] == "Клиент 2"


def test_what_is_deleted_is_told_as_gone_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 300).settled()
    delete(desk, 7)
    delete(desk, 2, COMPANY)
    new = made(desk, title="Новая")
    told = desk.run()
    assert (gone(told["deals-gone"]), gone(told["partners-gone"])) == (["7"], ["2"])
    assert ids(told["deals"]) == [str(new)]
    desk.clock.advance(600)
    desk.run()
    delete(desk, new)
    assert gone(desk.run()["deals-gone"]) == [str(new)]
    desk.clock.advance(600)
    before = desk.calls()
    assert desk.run() == {}
    assert desk.calls() - before == 2


def test_a_deletion_among_many_costs_some_requests(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 20_000, keys={**KEYS, "registrations": None}).settled()
    delete(desk, 12_345)
    before = desk.calls()
    assert gone(desk.run()["deals-gone"]) == ["12345"]
    assert desk.calls() - before <= 8


def test_a_deal_that_leaves_the_pipelines_that_count_is_gone_and_may_come_back(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 300).settled()
    edit(desk, 7, categoryId=REGISTRATIONS)
    told = desk.run()
    assert (gone(told["deals"]), ids(told["registrations"])) == (["7"], ["7"])
    desk.clock.advance(600)
    desk.run()
    assert desk.run() == {}
    edit(desk, 7, categoryId=0)
    told = desk.run()
    assert (ids(told["deals"]), gone(told["registrations"])) == (["7"], ["7"])


def test_a_company_that_is_no_partner_any_more_is_gone(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 8).settled()
    edit(desk, 3, COMPANY, typeId="CUSTOMER")
    assert gone(desk.run()["partners"]) == ["3"]


def test_companies_that_are_merged_bring_their_deals_to_the_one_that_lives_on(tmp_path: Path) -> None:
    """Nothing tells which card a merged one lives on in: for a partner that is a deletion."""
    desk = Desk(tmp_path, 8).settled()
    desk.sandbox.ui.merge(FIRST_SELLER, [FIRST_CLIENT, FIRST_CLIENT + 1])
    told = desk.run()
    clients = {(raw.cells or {})["client_id"] for raw in [*told.get("deals", []), *told["deals-clients"]]}
    assert clients == {str(FIRST_CLIENT)}
    desk.sandbox.ui.merge(FIRST_SELLER, [1, 2])
    assert gone(desk.run()["partners-gone"]) == ["2"]


def test_a_card_that_is_restored_is_a_new_one(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 8).settled()
    desk.sandbox.ui.delete(FIRST_SELLER, 7)
    assert gone(desk.run()["deals-gone"]) == ["7"]
    new = desk.sandbox.ui.restore(FIRST_SELLER, 7).id
    assert ids(desk.run()["deals"]) == [str(new)]
    assert new != 7


def test_a_comment_of_somebody_else_changes_no_cell(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 8)
    before = {raw.record_id: raw for raw in desk.run()["deals"]}
    desk.clock.advance(600)
    owner = int((before["7"].cells or {})["owner"])
    desk.sandbox.ui.comment(FIRST_SELLER if owner != FIRST_SELLER else SECOND_SELLER, 7, "Звонил клиент")
    (deal,) = desk.run()["deals"]
    assert deal.record_id == "7"
    assert (deal.cells, deal.version != before["7"].version) == (before["7"].cells, True)


def test_a_deal_is_won_since_its_history_says_so(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 8).settled()
    won = made(desk, title="Новая", stageId="NEW")
    desk.clock.advance(600)
    at = edit(desk, won, stageId="WON")["updatedTime"]
    desk.clock.advance(86_400)
    edit(desk, won, title="Переименована", closedate="2027-01-01")
    told = {raw.record_id: raw.cells or {} for raw in desk.run()["deals"]}
    assert told[str(won)]["state"] == "won"
    assert datetime.fromisoformat(told[str(won)]["closed_at"]) == datetime.fromisoformat(at)


def test_a_stage_that_is_newer_than_what_we_know_has_the_definitions_read_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 8).settled()
    fields = {"ENTITY_ID": "DEAL_STAGE", "STATUS_ID": "UC_NEW", "NAME": "Проверка", "SORT": 35}
    desk.client.call("crm.status.add", {"fields": fields})
    edit(desk, 7, stageId="UC_NEW")
    (deal,) = desk.run()["deals"]
    assert (deal.cells or {})["stage"] == "Проверка"


def test_registrations_are_items_of_a_smart_process(tmp_path: Path) -> None:
    keys = {**KEYS, "registrations": {"smart_process": "Заявки", "partner": [{"text": "Партнёр"}]}}
    desk = Desk(tmp_path, 8, keys=keys)
    flags = {"isStagesEnabled": "Y", "isClientEnabled": "Y"}
    type_ = desk.client.call("crm.type.add", {"fields": {"title": "Заявки", **flags}})["type"]
    name = f"UF_CRM_{type_['id']}_PARTNER"
    field: dict[str, Any] = {"entityId": f"CRM_{type_['id']}", "fieldName": name, "userTypeId": "string"}
    field["editFormLabel"] = {"ru": "Партнёр", "en": "Partner"}
    desk.client.call("userfieldconfig.add", {"moduleId": "crm", "field": field})
    entity = type_["entityTypeId"]
    card = made(desk, entity, title="Заявка", companyId=FIRST_CLIENT, **{f"ufCrm{type_['id']}Partner": "P03"})
    (claim,) = desk.run()["registrations"]
    cells = claim.cells or {}
    assert (claim.record_id, cells["partner_id"], cells["client_name"]) == (str(card), "P03", "Клиент 1")
    desk.clock.advance(600)
    delete(desk, card, entity)
    assert gone(desk.run()["registrations-gone"]) == [str(card)]


def test_a_paid_invoice_is_a_payment_as_long_as_it_is_paid(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 8, keys={**KEYS, "payments": {"source": "invoices"}})
    desk.portal.entities[INVOICE].bind(DEAL)
    desk.settled()
    stages = {one.semantics: one.code for one in desk.streams().reading.known.stages if one.entity == INVOICE}
    card = made(desk, INVOICE, title="Счёт", opportunity=100, currencyId="RUB", parentId2=7)
    assert gone(desk.run()["payments"]) == [str(card)]
    desk.clock.advance(600)
    at = edit(desk, card, INVOICE, stageId=stages["S"])["updatedTime"]
    (payment,) = desk.run()["payments"]
    cells = payment.cells or {}
    assert (cells["deal_id"], cells["amount"], cells["currency"]) == ("7", "100", "RUB")
    assert datetime.fromisoformat(cells["paid_at"]) == datetime.fromisoformat(at)
    desk.clock.advance(600)
    desk.run()
    delete(desk, card, INVOICE)
    assert gone(desk.run()["payments-gone"]) == [str(card)]


def test_products_are_those_of_the_rows(tmp_path: Path) -> None:
    keys = {**KEYS, "deals": {"product_rows": True}}
    desk = Desk(tmp_path, 4, keys=keys)
    rows = [{"productName": "Лицензия", "price": 10, "quantity": 2}, {"productName": "Внедрение", "price": 5}]
    desk.client.call("crm.item.productrow.set", {"ownerType": "D", "ownerId": 2, "productRows": rows})
    cells = {raw.record_id: (raw.cells or {})["products"] for raw in desk.run()["deals"]}
    assert cells == {"1": "", "2": "Лицензия|Внедрение", "3": "", "4": ""}


def test_single_records_as_they_are_now(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 8).settled()
    edit(desk, 7, title="Другая")
    delete(desk, 8)
    told = list(desk.streams().read(RecordKind.DEAL, ["7", "8", "x"]))
    assert [(raw.record_id, raw.deleted) for raw in told] == [("7", False), ("8", True)]
    with pytest.raises(Unsupported):
        list(desk.streams().read(RecordKind.USER, ["1"]))


def test_users_come_again_when_one_changed(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 8).settled()
    desk.portal.users[5] = type(desk.portal.users[5])(5, "Другой", "Человек", is_active=False)
    desk.clock.advance(3_600)
    told = {raw.record_id: raw.cells or {} for raw in desk.run()["users"]}
    assert (told["5"]["name"], told["5"]["active"], len(told)) == ("Другой Человек", "no", 4)


def test_work_of_the_last_ninety_days(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 8).settled()
    deal = made(desk, title="Новая", stageId="NEW", assignedById=5)
    desk.clock.advance(10)
    edit(desk, deal, stageId="EXECUTING")
    told = {raw.record_id: raw.cells or {} for raw in desk.run()["activities"]}
    (move,) = [cells for cells in told.values() if cells["kind"] == "stage"]
    assert move["deal_id"] == str(deal)
