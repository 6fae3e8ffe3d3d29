"""The fields of the programme in a portal: made once, held to what they are, and nothing else touched."""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bitrix24_pull import KEYS, Desk
from partnersync.contract.managed import MANAGED
from partnersync.domain.value import RecordKind
from partnersync.errors import ConfigError
from partnersync_bitrix24.schema import BitrixSchema
from partnersync_bitrix24_sandbox.portal import Options

WITH_LIST: Mapping[str, Any] = {
    "partners": KEYS["partners"],
    "deals": {"partner": [{"select": "PS_PARTNER"}]},
    "registrations": {"smart_process": "Заявки партнёров", "partner": [{"select": "PS_PARTNER"}]},
}


def schema(desk: Desk) -> BitrixSchema:
    return BitrixSchema(desk.client, desk.settings, desk.definitions, desk.time.now)


def fields(desk: Desk, entity: str = "CRM_DEAL") -> dict[str, Any]:
    return {one.name: one for one in desk.portal.user_fields.values() if one.entity == entity}


def test_all_of_it_is_made_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 8)
    made = schema(desk)
    planned = made.plan()
    assert not set(fields(desk)) & {f"UF_CRM_{name.upper()}" for name in MANAGED[RecordKind.DEAL]}
    assert made.apply() == planned
    assert (made.plan().steps, made.apply().steps) == ((), ())
    assert {f"UF_CRM_{name.upper()}" for name in MANAGED[RecordKind.DEAL]} <= set(fields(desk))
    assert {f"UF_CRM_{name.upper()}" for name in MANAGED[RecordKind.PARTNER]} <= set(fields(desk, "CRM_COMPANY"))


def test_fields_have_names_in_both_languages_and_people_edit_only_the_decision(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 8)
    schema(desk).apply()
    field = fields(desk)["UF_CRM_PS_PROTECTED_UNTIL"]
    assert field.labels["EDIT_FORM_LABEL"] == {"ru": "Защита до", "en": "Protected until"}
    assert (field.type, field.edit_in_list, field.key) == ("date", False, "ufCrmPsProtectedUntil")
    ours = [one for name, one in fields(desk).items() if name.startswith("UF_CRM_PS_")]
    assert [one.name for one in ours if one.edit_in_list] == ["UF_CRM_PS_DECISION"]


def test_what_was_made_is_seen(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 8)
    schema(desk).apply()
    (raw,) = desk.streams().read(RecordKind.DEAL, ["7"])
    deals = {*MANAGED[RecordKind.DEAL]}
    assert raw.seen == dict.fromkeys(deals, "")
    option = next(one for one in fields(desk)["UF_CRM_PS_PROTECTION"].options if one.xml_id == "approved")
    values = {"ufCrmPsPartnerId": "P07", "ufCrmPsProtection": option.id, "ufCrmPsProtectedUntil": "2026-10-19"}
    desk.client.call("crm.item.update", {"entityTypeId": 2, "id": 7, "fields": values})
    expected = {"ps_partner_id": "P07", "ps_protection": "approved", "ps_protected_until": "2026-10-19"}
    assert desk.seen(RecordKind.DEAL, 7) == expected


def test_a_smart_process_and_a_list_of_partners_are_made_as_the_settings_name_them(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 8, keys=WITH_LIST)
    steps = schema(desk).apply().steps
    assert steps[0] == 'make the smart process "Заявки партнёров", then its fields'
    (process,) = desk.portal.smart_processes.values()
    own = fields(desk, f"CRM_{process.id}")
    names = {f"UF_CRM_{process.id}_{name.upper()}" for name in MANAGED[RecordKind.REGISTRATION]}
    assert set(own) == names | {f"UF_CRM_{process.id}_PS_PARTNER"}
    listed = fields(desk)["UF_CRM_PS_PARTNER"].options
    assert [(one.value, one.xml_id) for one in listed][:2] == [("Партнёр P01", "P01"), ("Партнёр P02", "P02")]
    assert schema(desk).apply().steps == ()
    assert desk.run()["deals"]


def test_a_new_partner_is_added_and_options_keep_their_ids(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 8, keys=WITH_LIST)
    schema(desk).apply()
    before = {one.xml_id: one.id for one in fields(desk)["UF_CRM_PS_PARTNER"].options}
    new = {"title": "Новый партнёр", "typeId": "PARTNER", "ufCrmPartnerCode": "P99"}
    desk.client.call("crm.item.add", {"entityTypeId": 4, "fields": new})
    steps = schema(desk).apply().steps
    assert len(steps) == 2
    assert all(step.endswith("Новый партнёр") for step in steps)
    after = {one.xml_id: one.id for one in fields(desk)["UF_CRM_PS_PARTNER"].options}
    assert {code: after[code] for code in before} == before
    assert set(after) - set(before) == {"P99"}
    assert schema(desk).plan().steps == ()


@pytest.mark.parametrize(
    ("change", "steps", "drift"),
    [
        pytest.param(
            {"edit_in_list": True},
            ['lock field UF_CRM_PS_SOURCE "Чем подтверждён партнёр" of deals'],
            "",
            id="unlocked",
        ),
        pytest.param({"labels": {"EDIT_FORM_LABEL": {"ru": "Источник", "en": "S"}}, "sort": 7}, [], "", id="renamed"),
        pytest.param({"xml_id": ""}, [], "", id="without its XML_ID"),
        pytest.param({"type": "string"}, [], "field PS_SOURCE of deals is of type string", id="of another type"),
    ],
)
def test_what_somebody_changed(tmp_path: Path, change: dict[str, Any], steps: list[str], drift: str) -> None:
    desk = Desk(tmp_path, 8)
    schema(desk).apply()
    for name, value in change.items():
        setattr(fields(desk)["UF_CRM_PS_SOURCE"], name, value)
    found = schema(desk).apply()
    assert [step.partition(":")[0] for step in found.steps] == steps
    assert drift in "".join(found.drift)
    assert bool(found.drift) == bool(drift)
    assert schema(desk).plan().steps == ()


def test_nothing_of_the_admins_is_altered(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 8)
    before = copy.deepcopy(desk.portal.user_fields)
    schema(desk).apply()
    assert {number: desk.portal.user_fields[number] for number in before} == before


def test_a_plan_without_smart_processes_is_told(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 8, keys=WITH_LIST)
    desk.portal.options = Options(smart_processes=0)
    with pytest.raises(ConfigError, match='the smart process "Заявки партнёров" cannot be made'):
        schema(desk).apply()


def test_ours_join_the_common_layout_of_cards_where_there_is_one(tmp_path: Path) -> None:
    """Pipelines have layouts of their own; a portal with the standard one is left with it."""
    desk = Desk(tmp_path, 8)
    main = {"name": "main", "title": "О сделке", "type": "section", "elements": [{"name": "TITLE", "optionFlags": "0"}]}
    place = {"entityTypeId": 2, "scope": "C", "extras": {"dealCategoryId": 0}}
    desk.client.call("crm.item.details.configuration.set", {**place, "data": [main]})
    schema(desk).apply()
    (layout,) = desk.portal.layouts.values()
    assert layout[0] == main
    assert layout[1]["title"] == "Партнёры"
    assert {one["name"] for one in layout[1]["elements"]} >= {"UF_CRM_PS_PARTNER_ID", "UF_CRM_PS_PROTECTION"}
    schema(desk).apply()
    assert list(desk.portal.layouts.values()) == [layout]
