"""User fields, directories, pipelines, smart processes, layouts (reference §4.7, §4.8, §5)."""

from typing import Any

import pytest

from bitrix24_caller import DEAL, INVOICE, Bitrix
from partnersync_bitrix24_sandbox.portal import Options
from partnersync_bitrix24_sandbox.sample import ADMIN, FIRST_SELLER


def define(b24: Bitrix, **fields: Any) -> dict[str, Any]:
    number = b24.result("crm.deal.userfield.add", fields=fields)
    (told,) = b24.result("crm.deal.userfield.list", filter={"ID": number})
    return dict(told)


@pytest.mark.parametrize(
    ("fields", "stored"),
    [
        ({"FIELD_NAME": "code", "USER_TYPE_ID": "string"}, {"FIELD_NAME": "UF_CRM_CODE", "SHOW_FILTER": "N"}),
        (
            {"FIELD_NAME": "UF_X", "USER_TYPE_ID": "string", "SHOW_FILTER": "Y"},
            {"FIELD_NAME": "UF_CRM_X", "SHOW_FILTER": "E"},
        ),
        ({"FIELD_NAME": "X", "USER_TYPE_ID": "employee", "SHOW_FILTER": "Y"}, {"SHOW_FILTER": "I"}),
        ({"FIELD_NAME": "X", "USER_TYPE_ID": "boolean", "MULTIPLE": "Y"}, {"MULTIPLE": "N"}),
        (
            {"FIELD_NAME": "X", "USER_TYPE_ID": "string", "EDIT_IN_LIST": "N", "XML_ID": "PS"},
            {"EDIT_IN_LIST": "N", "XML_ID": "PS"},
        ),
        (
            {"FIELD_NAME": "X", "USER_TYPE_ID": "money", "SETTINGS": {"DEFAULT_VALUE": "1|RUB"}, "SHOW_FILTER": "Y"},
            {"SETTINGS": [], "SHOW_FILTER": "N"},
        ),
        (
            {"FIELD_NAME": "X", "USER_TYPE_ID": "crm", "SETTINGS": {"COMPANY": "Y", "DYNAMIC_1030": "Y"}},
            {"SETTINGS": {"LEAD": "N", "CONTACT": "N", "COMPANY": "Y", "DEAL": "N"}},
        ),
    ],
)
def test_what_is_kept_of_a_user_field(fields: dict[str, Any], stored: dict[str, Any]) -> None:
    told = define(Bitrix(), **fields)
    assert {key: told[key] for key in stored} == stored


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"FIELD_NAME": "PROMO_CODE", "USER_TYPE_ID": "string"}, "ERROR_CORE"),
        ({"FIELD_NAME": "A" * 60, "USER_TYPE_ID": "string"}, "ERROR_CORE"),
        ({"FIELD_NAME": "код", "USER_TYPE_ID": "string"}, "ERROR_CORE"),
        ({"FIELD_NAME": "X", "USER_TYPE_ID": "partner"}, "ERROR_CORE"),
        ({"USER_TYPE_ID": "string"}, "ERROR_ARGUMENT"),
    ],
)
def test_user_fields_that_cannot_be(fields: dict[str, Any], code: Any) -> None:
    assert Bitrix().error("crm.deal.userfield.add", fields=fields)[1] == code


def test_options_keep_their_ids_and_labels_come_by_language() -> None:
    b24 = Bitrix()
    listed = [{"VALUE": "да", "XML_ID": "YES"}, {"VALUE": ""}, {"VALUE": "нет", "XML_ID": "NO", "DEF": "Y"}]
    told = define(b24, FIELD_NAME="X", USER_TYPE_ID="enumeration", LABEL="Ответ", LIST=listed)
    yes, no = told["LIST"]
    assert (yes["XML_ID"], no["VALUE"], no["DEF"]) == ("YES", "нет", "Y")
    assert "EDIT_FORM_LABEL" not in told
    assert b24.item(DEAL, b24.add(DEAL))["ufCrmX"] == int(no["ID"])
    change = {"LIST": [{"ID": yes["ID"], "VALUE": "конечно"}, {"ID": no["ID"], "DEL": "Y"}, {"VALUE": "может"}]}
    b24.result("crm.deal.userfield.update", id=told["ID"], fields={**change, "EDIT_FORM_LABEL": {"en": "Answer"}})
    (again,) = b24.result("crm.deal.userfield.list", filter={"FIELD_NAME": "UF_CRM_X", "LANG": "en"})
    assert [(one["ID"] == yes["ID"], one["VALUE"], one["XML_ID"] == "YES") for one in again["LIST"]] == [
        (True, "конечно", True),
        (False, "может", False),
    ]
    assert again["EDIT_FORM_LABEL"] == "Answer"
    whole = b24.result("crm.deal.userfield.get", id=told["ID"])
    assert (whole["EDIT_FORM_LABEL"]["ru"], "XML_ID" in whole["LIST"][0]) == ("", False)
    assert b24.result("crm.deal.userfield.delete", id=told["ID"]) is True
    assert b24.error("crm.deal.userfield.get", id=told["ID"])[1] == "ERROR_NOT_FOUND"


def test_only_an_administrator_changes_definitions() -> None:
    b24 = Bitrix()
    b24.path = b24.webhook_of(FIRST_SELLER)
    fields = {"FIELD_NAME": "X", "USER_TYPE_ID": "string"}
    assert b24.error("crm.deal.userfield.add", fields=fields)[:2] == (403, "ACCESS_DENIED")
    assert b24.error("crm.type.add", fields={"title": "Заявки"})[:2] == (400, "ACCESS_DENIED")


def configured(b24: Bitrix, **field: Any) -> Any:
    return b24.result("userfieldconfig.add", moduleId="crm", field=field)["field"]


def test_user_fields_by_configuration() -> None:
    b24 = Bitrix()
    field = {"entityId": "CRM_DEAL", "fieldName": "UF_CRM_DEAL_PS_X", "userTypeId": "enumeration", "xmlId": "PS_X"}
    told = configured(b24, **field, editInList="N", enum=[{"value": "a", "xmlId": "A"}, {"value": "b", "xmlId": "B"}])
    assert (told["editInList"], [one["xmlId"] for one in told["enum"]]) == ("N", ["A", "B"])
    ask = {"moduleId": "crm", "id": told["id"]}
    kept = b24.result("userfieldconfig.update", ask, field={"enum": [{"id": told["enum"][0]["id"], "value": "a"}]})
    assert len(kept["field"]["enum"]) == 2  # without userTypeId the options are left alone
    change = {"userTypeId": "enumeration", "enum": [{"id": told["enum"][0]["id"], "value": "A!"}]}
    cut = b24.result("userfieldconfig.update", ask, field=change)["field"]["enum"]
    assert [(one["id"], one["value"], one["xmlId"]) for one in cut] == [(told["enum"][0]["id"], "A!", "A")]
    listed = b24.result("userfieldconfig.list", moduleId="crm", filter={"entityId": "CRM_DEAL"})["fields"]
    assert listed[-1]["fieldName"] == "UF_CRM_DEAL_PS_X"
    assert "enum" not in listed[-1]
    assert b24.result("userfieldconfig.getTypes", moduleId="crm")["types"]["crm"]["userTypeId"] == "crm"
    b24.result("userfieldconfig.delete", ask)
    assert b24.error("userfieldconfig.get", ask)[:2] == (400, 0)


@pytest.mark.parametrize(
    ("type_", "settings"),
    [
        ("money", {"DEFAULT_VALUE": "1|RUB"}),
        ("crm", {"LEAD": "N", "CONTACT": "N", "COMPANY": "N", "DEAL": "N", "DYNAMIC_1030": "Y"}),
    ],
)
def test_settings_that_the_configuration_keeps(type_: str, settings: dict[str, str]) -> None:
    told = configured(
        Bitrix(), entityId="CRM_DEAL", fieldName="UF_CRM_DEAL_X", userTypeId=type_, settings=settings, showFilter="Y"
    )
    assert (told["settings"], told["showFilter"]) == (settings, "E")


@pytest.mark.parametrize(
    ("scopes", "field", "text"),
    [
        (("userfieldconfig",), {}, "more scopes. (crm)"),
        (("userfieldconfig", "crm"), {"fieldName": "UF_CRM_X"}, "must start with UF_CRM_DEAL_"),
        (("userfieldconfig", "crm"), {"entityId": "CRM_99"}, "Entity not found"),
    ],
)
def test_configurations_that_cannot_be(scopes: tuple[str, ...], field: dict[str, Any], text: str) -> None:
    b24 = Bitrix()
    b24.path = b24.webhook_of(ADMIN, scopes)
    given = {"entityId": "CRM_DEAL", "fieldName": "UF_CRM_DEAL_X", "userTypeId": "string", **field}
    status, code, told = b24.error("userfieldconfig.add", moduleId="crm", field=given)
    assert (status, code) == (400, 0)
    assert text in told


def test_a_smart_process_with_fields_stages_and_items() -> None:
    b24 = Bitrix(1)
    flags = {"isCategoriesEnabled": "Y", "isStagesEnabled": "Y"}
    relations = {"parent": [{"entityTypeId": DEAL, "isChildrenListEnabled": "true"}]}
    kind = b24.result("crm.type.add", fields={"title": "Заявки", **flags, "relations": relations})["type"]
    type_id, uf = kind["entityTypeId"], f"CRM_{kind['id']}"
    assert (type_id, kind["isStagesEnabled"], kind["isClientEnabled"]) == (1030, "Y", "N")
    field = configured(b24, entityId=uf, fieldName=f"UF_{uf}_INN", userTypeId="string")
    item = b24.add(type_id, title="первая", xmlId="R-1", parentId2=1, **{f"ufCrm{kind['id']}Inn": "7700000001"})
    told = b24.item(type_id, item)
    assert (told["parentId2"], told["xmlId"], told[f"ufCrm{kind['id']}Inn"]) == (1, "R-1", "7700000001")
    category = b24.result("crm.category.list", entityTypeId=type_id)["categories"][0]["id"]
    assert told["stageId"] == f"DT1030_{category}:NEW"
    fields = b24.result("crm.item.fields", entityTypeId=type_id)["fields"]
    assert fields["stageId"]["statusType"] == f"DYNAMIC_1030_STAGE_{category}"
    assert fields["parentId2"]["settings"] == {"parentEntityTypeId": DEAL}
    assert b24.portal.events.fired[-1].name == f"ONCRMDYNAMICITEMADD_{type_id}"
    assert b24.ids(type_id, filter={"xmlId": "R-1"}) == [1]
    assert b24.result("crm.type.getByEntityTypeId", entityTypeId=type_id)["type"]["title"] == "Заявки"
    assert [one["id"] for one in b24.result("crm.type.list", filter={"title": "Заявки"})["types"]] == [kind["id"]]
    b24.result("crm.type.update", id=kind["id"], fields={"title": "Регистрации", "isClientEnabled": "Y"})
    assert b24.result("crm.type.get", id=kind["id"])["type"]["isClientEnabled"] == "Y"
    assert b24.error("crm.type.delete", id=kind["id"])[1] == "ERROR_CORE"
    b24.result("crm.item.delete", entityTypeId=type_id, id=item)
    b24.result("crm.type.delete", id=kind["id"])
    assert b24.error("crm.item.list", entityTypeId=type_id)[1] == "NOT_FOUND"
    assert field["entityId"] == uf


def test_the_plan_bounds_smart_processes() -> None:
    b24 = Bitrix(options=Options(smart_processes=0))
    assert b24.error("crm.type.add", fields={"title": "x"})[1] == "CREATE_DYNAMIC_TYPE_RESTRICTED"


def test_stages_and_pipelines() -> None:
    b24 = Bitrix()
    stages = b24.result("crm.status.list", filter={"ENTITY_ID": "DEAL_STAGE_3"}, order={"SORT": "ASC"})
    assert (stages[0]["STATUS_ID"], stages[0]["CATEGORY_ID"], stages[0]["SEMANTICS"]) == ("C3:NEW", "3", None)
    assert stages[5]["EXTRA"]["SEMANTICS"] == "success"
    new = {"ENTITY_ID": "DEAL_STAGE_3", "STATUS_ID": "DISPUTE", "NAME": "Спор", "SORT": 45}
    number = b24.result("crm.status.add", fields=new)
    assert b24.result("crm.status.get", id=number)["STATUS_ID"] == "C3:DISPUTE"
    assert b24.error("crm.status.add", fields=new)[1] == ""
    deal = b24.add(DEAL, categoryId=3, stageId="C3:DISPUTE")
    assert b24.item(DEAL, deal)["stageSemanticId"] == "P"
    b24.result("crm.status.update", id=number, fields={"NAME": "Разбор"})
    assert b24.result("crm.status.entity.items", entityId="DEAL_STAGE_3")[4]["NAME"] == "Разбор"
    assert b24.error("crm.status.delete", id=stages[0]["ID"])[1] == "ERROR_CORE"
    b24.result("crm.status.delete", id=number)
    category = b24.result("crm.category.add", entityTypeId=DEAL, fields={"name": "Опт", "sort": 5})["category"]
    told = b24.result("crm.category.list", entityTypeId=DEAL)["categories"]
    assert [one["name"] for one in told] == ["Опт", "Общая", "Регистрации"]
    assert ("originId" in told[0], "originId" in told[1]) == (True, False)
    assert b24.error("crm.category.delete", entityTypeId=DEAL, id=0)[1] == "ERROR_CORE"
    b24.result("crm.category.delete", entityTypeId=DEAL, id=category["id"])
    assert b24.error("crm.category.get", entityTypeId=DEAL, id=category["id"])[1] == "NOT_FOUND"
    assert b24.result("crm.category.list", entityTypeId=INVOICE)["categories"][0]["isDefault"] == "Y"


@pytest.mark.parametrize(("paged", "rows", "following"), [(True, 50, True), (False, 53, False)])
def test_short_lists_may_be_paged(paged: bool, rows: int, following: bool) -> None:
    b24 = Bitrix(short_lists_are_paged=paged)
    for number in range(53):
        b24.portal.add_status("SOURCE_TEST", f"S{number}", "источник", number)
    body = b24.body("crm.status.list", filter={"ENTITY_ID": "SOURCE_TEST"})
    assert (len(body["result"]), "next" in body, body["total"]) == (rows, following, 53)
    last = b24.body("crm.status.list", filter={"ENTITY_ID": "SOURCE_TEST"}, start=50)["result"]
    assert len(last) == (3 if paged else 53)


def test_layouts_are_replaced_whole() -> None:
    b24 = Bitrix()
    ask = {"entityTypeId": DEAL, "scope": "C", "extras": {"dealCategoryId": 0}}
    assert b24.result("crm.item.details.configuration.get", ask) is None
    data = [{"name": "ps", "title": "Партнёры", "type": "section", "elements": [{"name": "UF_CRM_PARTNER"}]}]
    assert b24.result("crm.item.details.configuration.set", ask, data=data) is True
    assert b24.result("crm.item.details.configuration.get", ask) == data
    b24.result("crm.item.details.configuration.set", {**ask, "scope": "P"}, data=data)
    b24.result("crm.item.details.configuration.forceCommonScopeForAll", entityTypeId=DEAL, extras=ask["extras"])
    assert b24.result("crm.item.details.configuration.get", {**ask, "scope": "P"}) is None
    b24.result("crm.item.details.configuration.reset", ask)
    assert b24.result("crm.item.details.configuration.get", ask) is None


def test_currencies() -> None:
    b24 = Bitrix()
    body = b24.body("crm.currency.list", order={})
    assert (body["total"], body["result"][0]["BASE"]) == (0, "Y")
    assert b24.result("crm.currency.base.get") == "RUB"
