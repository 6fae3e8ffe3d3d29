"""crm.item.*: values, what follows from a change, errors (reference §4.4, §4.6, §5.4, §8)."""

from typing import Any

import pytest

from bitrix24_caller import COMPANY, CONTACT, DEAL, Bitrix
from partnersync_bitrix24_sandbox.sample import ADMIN, FIRST_SELLER, SERVICE
from partnersync_bitrix24_sandbox.user_fields import UserField, json_name


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("UF_CRM_PARTNER_ID", "ufCrmPartnerId"),
        ("UF_CRM_7_PARTNER_ID", "ufCrm7PartnerId"),
        ("UF_CRM_5_1697", "ufCrm5_1697"),
        ("UF_CRM_1747309879", "ufCrm_1747309879"),
        ("UF_CRM_Q1_SUM", "ufCrm_Q1_SUM"),
        ("UF_CRM_3_DIGIT10", "ufCrm_3_DIGIT10"),
        ("UF_LOGO", "ufLogo"),
    ],
)
def test_names_of_user_fields(name: str, key: str) -> None:
    assert json_name(name) == key


@pytest.mark.parametrize(
    ("type_", "written", "read"),
    [
        ("string", "a\nb", "a\r\nb"),
        ("string", "", None),
        ("integer", "5", 5),
        ("double", "1,5", 1.5),
        ("double", 200, 200),
        ("boolean", "Y", "Y"),
        ("boolean", True, "Y"),
        ("boolean", "1", "N"),
        ("boolean", 1, "N"),
        ("date", "2025-03-04", "2025-03-04T03:00:00+03:00"),
        ("date", "04.03.2025", "2025-03-04T03:00:00+03:00"),
        ("date", "soon", None),
        ("datetime", "2025-03-04T12:00:00+00:00", "2025-03-04T15:00:00+03:00"),
        ("datetime", "2025-03-04 12:00:00", "2025-03-04T12:00:00+03:00"),
        ("enumeration", "12", 12),
        ("money", "1234.56|USD", "1234.56|USD"),
        ("money", "100", "100|RUB"),
        ("money", "1,5|RUB", None),
        ("money", "|EUR", None),
        ("money", "5|XXX", "5|XXX"),
        ("crm", "CO_5", "CO_5"),
        ("employee", 7, 7),
    ],
)
def test_values_of_user_fields(type_: str, written: Any, read: Any) -> None:
    b24 = Bitrix()
    b24.portal.user_fields[900] = UserField(900, "CRM_DEAL", "UF_CRM_TRIED", type_)
    deal = b24.add(DEAL, ufCrmTried=written)
    told = b24.item(DEAL, deal)["ufCrmTried"]
    assert told == read or float(told) == read
    assert b24.change(DEAL, deal, ufCrmTried="")["ufCrmTried"] in (None, "N")


@pytest.mark.parametrize(
    ("switches", "type_", "settings", "written", "read"),
    [
        ({"empty_text": "text"}, "string", {}, "", ""),
        ({"line_ends_normalised": False}, "string", {}, "a\nb", "a\nb"),
        ({"crm_uf_bare_id": True}, "crm", {"COMPANY": "Y", "LEAD": "N"}, "CO_5", "5"),
        ({"crm_uf_bare_id": True}, "crm", {"COMPANY": "Y", "LEAD": "Y"}, "CO_5", "CO_5"),
    ],
)
def test_values_that_sources_tell_differently(
    switches: dict[str, Any], type_: str, settings: dict[str, str], written: str, read: str
) -> None:
    b24 = Bitrix(**switches)
    b24.portal.user_fields[900] = UserField(900, "CRM_DEAL", "UF_CRM_TRIED", type_, settings=settings)
    assert b24.item(DEAL, b24.add(DEAL, ufCrmTried=written))["ufCrmTried"] == read


@pytest.mark.parametrize(("cleared", "left"), [(False, [3101]), (True, [])])
def test_a_multiple_enumeration_may_not_be_cleared(cleared: bool, left: list[int]) -> None:
    b24 = Bitrix(multiple_enum_cleared=cleared)
    deal = b24.add(DEAL, ufCrmProducts=[3101])
    assert b24.change(DEAL, deal, ufCrmProducts=[])["ufCrmProducts"] == left


def test_a_change_bumps_and_fires_once_and_an_equal_value_does_neither() -> None:
    b24 = Bitrix(1)
    fired = b24.portal.events.fired
    first = b24.change(DEAL, 1, title="новая")
    assert first["updatedTime"] == b24.portal.moment(b24.clock.now())
    assert (first["updatedBy"], [one.name for one in fired]) == (ADMIN, ["ONCRMDEALUPDATE"])
    again = b24.change(DEAL, 1, title="новая")
    assert again["updatedTime"] == first["updatedTime"]
    assert len(fired) == 1


def test_factory_mode_may_be_off() -> None:
    b24 = Bitrix(1, unchanged_update_bumps=True)
    b24.change(DEAL, 1, title="Сделка 1")
    assert [one.name for one in b24.portal.events.fired] == ["ONCRMDEALUPDATE"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, {"title": "Сделка #1", "opportunity": 0, "isManualOpportunity": "N", "stageId": "NEW", "opened": "Y"}),
        ({"title": "своя"}, {"title": "своя"}),
        ({"opportunity": 5}, {"opportunity": 5, "isManualOpportunity": "Y"}),
        ({"opportunity": 5, "isManualOpportunity": "N"}, {"isManualOpportunity": "N"}),
        ({"opportunity": 0}, {"isManualOpportunity": "N"}),
        ({"stageId": "WON"}, {"closed": "Y", "isNew": "N"}),
        ({"categoryId": 3}, {"stageId": "C3:NEW", "isNew": "Y", "assignedById": ADMIN}),
    ],
)
def test_what_a_new_deal_begins_with(fields: dict[str, Any], told: dict[str, Any]) -> None:
    b24 = Bitrix()
    deal = b24.item(DEAL, b24.add(DEAL, **fields))
    assert {name: deal[name] for name in told} == told


@pytest.mark.parametrize(
    ("type_", "settings", "value"),
    [
        ("string", {"DEFAULT_VALUE": "P0"}, "P0"),
        ("string", {"DEFAULT_VALUE": ""}, None),
        ("boolean", {"DEFAULT_VALUE": 1}, "Y"),
        ("boolean", {"DEFAULT_VALUE": 0}, "N"),
        ("date", {"DEFAULT_VALUE": {"TYPE": "NONE", "VALUE": ""}}, None),
    ],
)
def test_default_values_of_user_fields(type_: str, settings: dict[str, Any], value: Any) -> None:
    b24 = Bitrix()
    b24.portal.user_fields[900] = UserField(900, "CRM_DEAL", "UF_CRM_TRIED", type_, settings=settings)
    assert b24.item(DEAL, b24.add(DEAL))["ufCrmTried"] == value


def test_several_values() -> None:
    b24 = Bitrix()
    for number, type_ in ((900, "string"), (901, "date"), (902, "crm")):
        b24.portal.user_fields[number] = UserField(number, "CRM_DEAL", f"UF_CRM_{type_.upper()}", type_, multiple=True)
    deal = b24.add(DEAL, ufCrmString=["a", "", "b"], ufCrmDate=["2025-01-02", "soon"], ufCrmCrm="CO_1")
    told = b24.item(DEAL, deal)
    assert told["ufCrmString"] == ["a", "b"]
    assert told["ufCrmDate"] == ["2025-01-02T03:00:00+03:00"]
    assert told["ufCrmCrm"] == ["CO_1"]
    assert b24.change(DEAL, deal, ufCrmString=[])["ufCrmString"] == []


def test_a_partial_update_leaves_the_rest() -> None:
    b24 = Bitrix(1)
    before = b24.item(DEAL, 1)
    after = b24.change(DEAL, 1, comments="важно")
    moved = {key for key in after if after[key] != before[key]}
    assert moved == {"comments", "updatedTime", "updatedBy"}


@pytest.mark.parametrize(
    ("fields", "stage", "semantics", "events"),
    [
        ({"stageId": "WON"}, "WON", "S", ["ONCRMDEALUPDATE"]),
        ({"categoryId": 3}, "C3:NEW", "P", ["ONCRMDEALMOVETOCATEGORY"]),
        ({"categoryId": 3, "stageId": "C3:LOSE"}, "C3:LOSE", "F", ["ONCRMDEALMOVETOCATEGORY"]),
    ],
)
def test_stages_and_pipelines(fields: dict[str, Any], stage: str, semantics: str, events: list[str]) -> None:
    b24 = Bitrix()
    deal = b24.add(DEAL)
    b24.portal.events.fired.clear()
    told = b24.change(DEAL, deal, **fields)
    assert (told["stageId"], told["stageSemanticId"]) == (stage, semantics)
    assert told["movedTime"] == told["updatedTime"]
    assert [one.name for one in b24.portal.events.fired] == events


def test_a_move_may_fire_both() -> None:
    b24 = Bitrix(move_fires_update=True)
    deal = b24.add(DEAL)
    b24.change(DEAL, deal, categoryId=3)
    assert [one.name for one in b24.portal.events.fired][1:] == ["ONCRMDEALMOVETOCATEGORY", "ONCRMDEALUPDATE"]


@pytest.mark.parametrize("fields", [{"stageId": "C3:NEW"}, {"stageId": "NONE"}, {"categoryId": 77}])
def test_a_stage_of_another_pipeline_is_refused(fields: dict[str, Any]) -> None:
    b24 = Bitrix(1)
    assert b24.error("crm.item.update", entityTypeId=DEAL, id=1, fields=fields)[1] == "CRM_FIELD_ERROR_VALUE_NOT_VALID"
    assert b24.portal.events.fired == []


def test_phones_are_added_changed_and_deleted() -> None:
    b24 = Bitrix()
    phone = {"typeId": "PHONE", "valueType": "MOBILE", "value": "+79990000001"}
    company = b24.add(COMPANY, title="ООО", fm={"n0": phone})
    told = b24.item(COMPANY, company)
    (one,) = told["fm"]
    assert (told["phone"], told["phoneMobile"], told["hasPhone"]) == (phone["value"], phone["value"], "Y")
    told = b24.change(COMPANY, company, fm={str(one["id"]): {"value": "+7000"}, "n0": {**phone, "valueType": "WORK"}})
    assert [each["value"] for each in told["fm"]] == ["+7000", "+79990000001"]
    told = b24.change(COMPANY, company, fm={str(one["id"]): {"value": ""}})
    assert [each["valueType"] for each in told["fm"]] == ["WORK"]


def test_the_first_contact_is_the_main_one() -> None:
    b24 = Bitrix(12)
    deal = b24.add(DEAL, contactIds=[2, 3])
    assert b24.item(DEAL, deal)["contactId"] == 2
    assert b24.change(DEAL, deal, contactId=3)["contactIds"] == [3, 2]
    assert b24.item(CONTACT, 1)["companyId"] == 13


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("crm.item.get", {"entityTypeId": DEAL, "id": 99}, "NOT_FOUND"),
        ("crm.item.update", {"entityTypeId": DEAL, "id": 99, "fields": {"title": "x"}}, "NOT_FOUND"),
        ("crm.item.delete", {"entityTypeId": DEAL, "id": 99}, "NOT_FOUND"),
        ("crm.item.get", {"entityTypeId": 1046, "id": 1}, "NOT_FOUND"),
        ("crm.item.get", {"entityTypeId": DEAL}, 100),
        ("crm.item.update", {"entityTypeId": DEAL, "id": 1}, 100),
    ],
)
def test_errors(method: str, params: dict[str, Any], code: Any) -> None:
    status, told, _ = Bitrix(1).error(method, params)
    assert (status, told) == (400, code)


def test_a_deleted_card_is_gone() -> None:
    b24 = Bitrix(2)
    assert b24.result("crm.item.delete", entityTypeId=DEAL, id=1) == []
    assert b24.ids(DEAL) == [2]
    assert b24.error("crm.item.get", entityTypeId=DEAL, id=1)[1] == "NOT_FOUND"
    assert b24.portal.events.fired[-1].data == {"FIELDS": {"ID": 1}}


def test_original_names_of_user_fields() -> None:
    b24 = Bitrix(1)
    b24.result("crm.item.update", entityTypeId=DEAL, id=1, useOriginalUfNames="Y", fields={"UF_CRM_PROMO_CODE": "X"})
    ask = {"entityTypeId": DEAL, "useOriginalUfNames": "Y"}
    assert b24.result("crm.item.list", ask)["items"][0]["UF_CRM_PROMO_CODE"] == "X"
    assert b24.result("crm.item.list", ask, select=["id", "UF_CRM_PROMO_CODE"])["items"] == [{"UF_CRM_PROMO_CODE": "X"}]
    assert b24.result("crm.item.fields", ask)["fields"]["UF_CRM_PROMO_CODE"]["type"] == "string"


def test_an_old_portal_does_not_know_original_names() -> None:
    b24 = Bitrix(1, original_names_known=False)
    told = b24.result("crm.item.get", entityTypeId=DEAL, id=1, useOriginalUfNames="Y")["item"]
    assert "UF_CRM_PROMO_CODE" not in told
    assert told["ufCrmPromoCode"] == "PROMO-P05"


def test_a_deleted_user_field_takes_its_values_along() -> None:
    b24 = Bitrix()
    fields = {"FIELD_NAME": "X", "USER_TYPE_ID": "string"}
    number = b24.result("crm.deal.userfield.add", fields=fields)
    deal = b24.add(DEAL, ufCrmX="1")
    b24.result("crm.deal.userfield.delete", id=number)
    assert "ufCrmX" not in b24.item(DEAL, deal)
    b24.result("crm.deal.userfield.add", fields=fields)
    assert b24.item(DEAL, deal)["ufCrmX"] is None


def test_an_item_of_a_smart_process_remembers_its_last_stage() -> None:
    b24 = Bitrix()
    type_id = b24.result("crm.type.add", fields={"title": "Заявки"})["type"]["entityTypeId"]
    item = b24.add(type_id)
    first = b24.item(type_id, item)["stageId"]
    told = b24.change(type_id, item, stageId=first.replace("NEW", "CLIENT"))
    assert told["previousStageId"] == first


def test_the_fields_of_an_entity() -> None:
    fields = Bitrix().result("crm.item.fields", entityTypeId=DEAL)["fields"]
    assert fields["createdTime"]["isReadOnly"] is True
    assert fields["stageId"]["upperName"] == "STAGE_ID"
    assert fields["companyId"]["settings"] == {"parentEntityTypeId": COMPANY}
    directories = {name: one["statusType"] for name, one in fields.items() if one["type"] == "crm_status"}
    assert directories == {"stageId": "DEAL_STAGE", "typeId": "DEAL_TYPE", "sourceId": "SOURCE"}
    assert fields["ufCrmPartner"]["items"][0] == {"ID": "3001", "VALUE": "P01"}
    assert fields["ufCrmProducts"]["isMultiple"] is True


@pytest.mark.parametrize(("fires", "events"), [(False, []), (True, ["ONCRMDEALADD"])])
def test_import_sets_stamps_without_automation(fires: bool, events: list[str]) -> None:
    b24 = Bitrix(import_fires_add=fires)
    fields = {
        "title": "прошлая",
        "createdTime": "2024-01-02T03:04:05+03:00",
        "updatedTime": "2024-02-02T03:04:05+03:00",
    }
    deal = b24.result("crm.item.import", entityTypeId=DEAL, fields=fields)["item"]["id"]
    told = b24.item(DEAL, deal)
    assert (told["createdTime"], told["updatedTime"]) == (fields["createdTime"], fields["updatedTime"])
    assert [one.name for one in b24.portal.events.fired] == events
    many = b24.result("crm.item.batchImport", entityTypeId=DEAL, data=[fields, {"stageId": "NONE"}])["items"]
    assert (many[0]["item"]["id"], many[1]["error"]) == (deal + 1, "CRM_FIELD_ERROR_VALUE_NOT_VALID")


def test_created_time_may_be_told_in_another_zone() -> None:
    b24 = Bitrix(created_time_shift_s=3600)
    told = b24.item(DEAL, b24.add(DEAL))
    assert (told["createdTime"][11:13], told["movedTime"][11:13]) == ("10", "11")


def test_who_changes_is_who_owns_the_webhook() -> None:
    b24 = Bitrix(1)
    b24.path = b24.webhook_of(SERVICE)
    assert b24.change(DEAL, 1, title="x")["updatedBy"] == SERVICE
    b24.path = b24.webhook_of(FIRST_SELLER)
    assert b24.change(DEAL, 1, title="y")["updatedBy"] == FIRST_SELLER
