"""What belongs to cards: requisites, product rows, moves between stages, the timeline, activities, tasks
(reference §4.7, §4.10-§4.12, §8.1)."""

from typing import Any

import pytest

from bitrix24_caller import COMPANY, DEAL, LEAD, Bitrix
from partnersync_bitrix24_sandbox import seeds
from partnersync_bitrix24_sandbox.sample import CLIENT_ID, FIRST_SELLER, SECOND_SELLER


def test_a_company_is_found_by_its_tax_number() -> None:
    b24 = Bitrix(8)
    ask = {"filter": {"RQ_INN": seeds.inn(12), "ENTITY_TYPE_ID": 4}, "select": ["ID", "ENTITY_ID"]}
    assert b24.result("crm.requisite.list", ask) == [{"ID": "13", "ENTITY_ID": "13"}]
    many = b24.result(
        "crm.requisite.list", filter={"ENTITY_TYPE_ID": COMPANY, "@ENTITY_ID": [1, 14]}, select=["RQ_INN"]
    )
    assert [one["RQ_INN"] for one in many] == [seeds.inn(0), seeds.inn(13)]
    assert len(b24.result("crm.requisite.list", filter={">ID": 10}, order={"ID": "ASC"}, start=-1)) == 4


@pytest.mark.parametrize("bumps", [False, True])
def test_a_requisite_is_an_object_of_its_own(bumps: bool) -> None:
    b24 = Bitrix(requisite_bumps_company=bumps)
    company = b24.add(COMPANY, title="ООО")
    before = b24.item(COMPANY, company)["updatedTime"]
    fields = {
        "ENTITY_TYPE_ID": COMPANY,
        "ENTITY_ID": company,
        "PRESET_ID": 1,
        "NAME": "Реквизиты",
        "RQ_INN": "7700000001",
    }
    number = b24.result("crm.requisite.add", fields=fields)
    b24.result("crm.requisite.update", id=number, fields={"RQ_KPP": "770001001"})
    told = b24.result("crm.requisite.get", id=number)
    assert (told["RQ_INN"], told["RQ_KPP"], told["ENTITY_ID"]) == ("7700000001", "770001001", str(company))
    assert (b24.item(COMPANY, company)["updatedTime"] != before) is bumps
    assert {"ONCRMREQUISITEADD", "ONCRMREQUISITEUPDATE"} <= {one.name for one in b24.portal.events.fired}
    mine = {"ENTITY_ID": company, "ENTITY_TYPE_ID": COMPANY}
    assert len(b24.result("crm.requisite.list", filter=mine)) == 1
    b24.result("crm.requisite.delete", id=number)
    assert b24.result("crm.requisite.list", filter=mine) == []
    assert b24.error("crm.requisite.get", id=number)[1] == ""
    assert b24.result("crm.requisite.preset.list")[0]["NAME"] == "Организация"
    assert b24.error("crm.requisite.add", fields={**fields, "ENTITY_ID": 999})[1] == ""


def test_product_rows_make_the_amount_unless_it_is_set_by_hand() -> None:
    b24 = Bitrix()
    deal = b24.add(DEAL)
    rows = [{"productName": "Лицензия", "price": 100.5, "quantity": 2}, {"productName": "Услуга", "price": "50"}]
    told = b24.result("crm.item.productrow.set", ownerType="D", ownerId=deal, productRows=rows)["productRows"]
    assert [(one["productName"], float(one["price"]), one["ownerType"]) for one in told] == [
        ("Лицензия", 100.5, "D"),
        ("Услуга", 50.0, "D"),
    ]
    assert b24.item(DEAL, deal)["opportunity"] == 251
    assert b24.portal.events.fired[-1].name == "ONCRMDEALUPDATE"
    b24.change(DEAL, deal, opportunity=7, isManualOpportunity="Y")
    listed = b24.result("crm.item.productrow.list", filter={"=ownerType": "D", "=ownerId": deal})["productRows"]
    assert [one["id"] for one in listed] == [one["id"] for one in told]
    b24.result("crm.item.productrow.update", id=told[0]["id"], fields={"price": 1})
    b24.result("crm.item.productrow.delete", id=told[1]["id"])
    new = {"ownerType": "D", "ownerId": deal, "productName": "Ещё", "price": 5}
    row = b24.result("crm.item.productrow.add", fields=new)["productRow"]
    assert float(b24.result("crm.item.productrow.get", id=row["id"])["productRow"]["price"]) == 5
    assert b24.item(DEAL, deal)["opportunity"] == 7
    assert b24.error("crm.item.productrow.set", ownerType="D", ownerId=99, productRows=[])[1] == "OWNER_NOT_FOUND"
    assert b24.error("crm.item.productrow.get", id=1)[1] == "NOT_FOUND"


def test_when_a_deal_was_won() -> None:
    b24 = Bitrix(3)
    deal = b24.add(DEAL)
    b24.change(DEAL, deal, stageId="EXECUTING")
    won = b24.change(DEAL, deal, stageId="WON")["movedTime"]
    b24.change(DEAL, deal, categoryId=3)
    rows = b24.result("crm.stagehistory.list", entityTypeId=DEAL, filter={"OWNER_ID": deal}, order={"ID": "ASC"})[
        "items"
    ]
    assert [(one["TYPE_ID"], one["STAGE_ID"]) for one in rows] == [
        (1, "NEW"),
        (2, "EXECUTING"),
        (3, "WON"),
        (5, "C3:WON"),
    ]
    assert rows[2]["CREATED_TIME"] == won
    recent = {"entityTypeId": DEAL, "filter": {">=CREATED_TIME": won}, "select": ["OWNER_ID"]}
    assert b24.result("crm.stagehistory.list", recent)["items"] == [{"OWNER_ID": deal}] * 2
    every = b24.body("crm.stagehistory.list", entityTypeId=DEAL)
    assert (every["total"], every["result"]["items"][0]["STAGE_ID"]) == (10, "NEW")
    lead = b24.add(LEAD, title="x")
    (told,) = b24.result("crm.stagehistory.list", entityTypeId=LEAD, filter={"OWNER_ID": lead})["items"]
    assert set(told) == {"ID", "TYPE_ID", "OWNER_ID", "CREATED_TIME", "STATUS_ID", "STATUS_SEMANTIC_ID"}


@pytest.mark.parametrize(
    ("switch", "owner", "bumped"),
    [
        pytest.param(True, SECOND_SELLER, True, id="a comment by somebody else is a change"),
        pytest.param(True, FIRST_SELLER, False, id="one by the responsible user is not"),
        pytest.param(False, SECOND_SELLER, False, id="nor any, by the other reading"),
    ],
)
def test_comments(switch: bool, owner: int, bumped: bool) -> None:
    b24 = Bitrix(comment_bumps=switch)
    deal = b24.add(DEAL, assignedById=owner)
    before = b24.item(DEAL, deal)
    b24.path = b24.webhook_of(FIRST_SELLER)
    fields = {"ENTITY_ID": deal, "ENTITY_TYPE": "deal", "COMMENT": "звонили"}
    number = b24.result("crm.timeline.comment.add", fields=fields)
    after = b24.item(DEAL, deal)
    assert (after["updatedTime"] != before["updatedTime"]) is bumped
    assert after["updatedBy"] == (FIRST_SELLER if bumped else before["updatedBy"])
    assert ("ONCRMDEALUPDATE" in {one.name for one in b24.portal.events.fired}) is bumped
    (told,) = b24.result("crm.timeline.comment.list", filter={"ENTITY_ID": deal, "ENTITY_TYPE": "deal"})
    assert (told["ID"], told["COMMENT"], told["AUTHOR_ID"]) == (str(number), "звонили", str(FIRST_SELLER))
    b24.result("crm.timeline.comment.update", id=number, fields={"COMMENT": "x"})
    assert b24.result("crm.timeline.comment.get", id=number)["COMMENT"] == "x"
    b24.result("crm.timeline.comment.delete", id=number)
    assert b24.error("crm.timeline.comment.get", id=number)[1] == ""


def test_a_log_message_is_quiet_and_can_be_pinned_and_noted() -> None:
    b24 = Bitrix(1)
    b24.portal.events.fired.clear()
    before = b24.item(DEAL, 1)
    fields = {"entityTypeId": DEAL, "entityId": 1, "title": "partnersync", "text": "принято", "iconCode": "info"}
    told = b24.result("crm.timeline.logmessage.add", fields=fields)["logMessage"]
    assert b24.result("crm.timeline.logmessage.list", entityTypeId=DEAL, entityId=1) == [told]
    assert (b24.item(DEAL, 1), b24.portal.events.fired) == (before, [])
    here = {"ownerTypeId": DEAL, "ownerId": 1}
    b24.result("crm.timeline.item.pin", here, id=told["id"])
    assert b24.portal.timeline.entries[told["id"]].pinned
    b24.result("crm.timeline.item.unpin", here, id=told["id"])
    assert not b24.portal.timeline.entries[told["id"]].pinned
    note = {**here, "itemType": 2, "itemId": told["id"]}
    b24.result("crm.timeline.note.save", note, text="важно")
    assert b24.result("crm.timeline.note.get", note)["text"] == "важно"
    b24.result("crm.timeline.note.delete", note)
    assert b24.error("crm.timeline.note.get", note)[1] == "NOT_FOUND"
    b24.result("crm.timeline.logmessage.delete", id=told["id"])
    assert b24.error("crm.timeline.logmessage.get", id=told["id"])[1] == "NOT_FOUND"
    assert b24.error("crm.timeline.logmessage.add", fields={**fields, "entityId": 99})[1] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("fields", "bumped"),
    [
        ({"TYPE_ID": 2, "DIRECTION": 1}, True),
        ({"TYPE_ID": 2, "DIRECTION": 2}, False),
        ({"TYPE_ID": 6, "PROVIDER_ID": "X", "IS_INCOMING_CHANNEL": "Y"}, True),
    ],
)
def test_an_incoming_call_is_a_change_of_the_deal(fields: dict[str, Any], bumped: bool) -> None:
    b24 = Bitrix(1)
    before = b24.item(DEAL, 1)["updatedTime"]
    needed = {"OWNER_TYPE_ID": DEAL, "OWNER_ID": 1, "SUBJECT": "звонок", "RESPONSIBLE_ID": FIRST_SELLER}
    number = b24.result("crm.activity.add", fields={**needed, "COMMUNICATIONS": [], **fields})
    assert (b24.item(DEAL, 1)["updatedTime"] != before) is bumped
    (told,) = b24.result("crm.activity.list", filter={"OWNER_TYPE_ID": DEAL, "OWNER_ID": 1}, select=["ID", "SUBJECT"])
    assert told == {"ID": str(number), "SUBJECT": "звонок"}
    b24.result("crm.activity.update", id=number, fields={"COMPLETED": "Y"}, headers=None)
    assert b24.result("crm.activity.get", id=number)["COMPLETED"] == "Y"
    b24.result("crm.activity.delete", id=number)
    assert b24.error("crm.activity.get", id=number)[1] == ""


def test_a_to_do() -> None:
    b24 = Bitrix(1)
    ask = {"ownerTypeId": DEAL, "ownerId": 1, "deadline": "2025-12-01T12:00:00+03:00", "title": "Продлить защиту"}
    number = b24.result("crm.activity.todo.add", ask)["id"]
    told = b24.result("crm.activity.get", id=number)
    assert (told["PROVIDER_ID"], told["DEADLINE"], told["COMPLETED"]) == ("CRM_TODO", ask["deadline"], "N")
    b24.result("crm.activity.todo.update", {**ask, "id": number, "title": "Проверить"})
    assert b24.result("crm.activity.get", id=number)["SUBJECT"] == "Проверить"
    assert b24.error("crm.activity.todo.add", {**ask, "ownerId": 99})[1] == "OWNER_NOT_FOUND"


def test_a_configurable_activity_takes_an_application() -> None:
    b24 = Bitrix(1)
    ask = {"ownerTypeId": DEAL, "ownerId": 1, "fields": {"originId": "r-1"}, "layout": {"icon": {"code": "info"}}}
    assert b24.error("crm.activity.configurable.add", ask)[:2] == (403, "WRONG_AUTH_TYPE")
    token = b24.portal.tokens.pair(CLIENT_ID, 1, b24.portal.now()).access
    b24.path = "/rest/"
    told = b24.result("crm.activity.configurable.add", {**ask, "auth": token})["activity"]
    change = {"id": told["id"], "fields": {"completed": True}, "layout": ask["layout"], "auth": token}
    assert b24.result("crm.activity.configurable.update", change)["activity"]["fields"]["completed"] is True
    got = b24.result("crm.activity.configurable.get", id=told["id"], auth=token)["activity"]
    assert (got["fields"]["originId"], got["layout"]) == ("r-1", ask["layout"])


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({">DEADLINE": "2025-11-01T00:00:00+03:00"}, ["второе"]),
        ({"<=DEADLINE": "2025-10-20 12:00:00"}, ["первое"]),
        ({"%SUBJECT": "ПЕРВ"}, ["первое"]),
        ({"!%SUBJECT": "перв"}, ["второе"]),
        ({"!COMPLETED": "Y"}, ["первое", "второе"]),
        ({"@OWNER_ID": [2, 3]}, ["второе"]),
        ({"ORIGIN_ID": ""}, ["первое", "второе"]),
        ({">ORIGIN_ID": "a"}, []),
        ({"NONSENSE": 1}, ["первое", "второе"]),
    ],
)
def test_filters_of_activities(where: dict[str, Any], found: list[str]) -> None:
    b24 = Bitrix(2)
    for deal, title, day in ((1, "первое", "2025-10-20"), (2, "второе", "2025-12-01")):
        ask = {"ownerTypeId": DEAL, "ownerId": deal, "deadline": f"{day}T12:00:00+03:00", "title": title}
        b24.result("crm.activity.todo.add", ask)
    assert [one["SUBJECT"] for one in b24.result("crm.activity.list", filter=where)] == found
    last = b24.result("crm.activity.list", filter={}, order={"DEADLINE": "DESC"}, select=["SUBJECT"])
    assert last[0] == {"SUBJECT": "второе"}


def test_a_task_bound_to_a_deal() -> None:
    b24 = Bitrix(1)
    fields = {"TITLE": "Разобрать спор", "RESPONSIBLE_ID": FIRST_SELLER, "UF_CRM_TASK": ["D_1"], "XML_ID": "ps-1"}
    told = b24.result("tasks.task.add", fields={**fields, "DEADLINE": "2025-12-01T12:00:00+03:00"})["task"]
    assert (told["title"], told["responsibleId"], told["status"]) == (fields["TITLE"], str(FIRST_SELLER), "2")
    found = b24.result("tasks.task.list", filter={"UF_CRM_TASK": "D_1"}, select=["ID", "TITLE"])["tasks"]
    assert found == [{"id": told["id"], "title": fields["TITLE"]}]
    b24.result("tasks.task.update", taskId=told["id"], fields={"STATUS": 5})
    got = b24.result("tasks.task.get", taskId=told["id"])["task"]
    assert (got["status"], got["ufCrmTask"], got["closedDate"] is not None) == ("5", ["D_1"], True)
    assert b24.error("tasks.task.add", fields={"TITLE": "", "RESPONSIBLE_ID": 5})[0] == 400
    assert b24.error("tasks.task.get", taskId=1)[0] == 400
