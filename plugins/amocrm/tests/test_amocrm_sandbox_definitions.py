"""Definitions: custom fields with their choices and groups, pipelines with their stages."""

from typing import Any

import pytest

from amocrm_caller import Amo
from partnersync_amocrm_sandbox import seeds
from partnersync_amocrm_sandbox.sample import FIRST_SELLER, MAIN, REGISTRATIONS

NO_CHOICE = "NotSupportedChoice"
CHOICES = [{"value": "active", "sort": 1, "code": "active"}, {"value": "expired", "sort": 2, "code": "expired"}]


def select(**more: Any) -> dict[str, Any]:
    return {"type": "select", "name": "Защита", "code": "PS_PROTECTION", "enums": CHOICES} | more


def test_a_field_is_made_and_found_by_code() -> None:
    """§4.11 201; the list tells its size; the flag is kept."""
    amo = Amo()
    response = amo.call("POST", "leads/custom_fields", [select(is_api_only=True)])
    assert response.status == 201
    (field,) = response.json()["_embedded"]["custom_fields"]
    assert (field["code"], field["is_api_only"], field["is_deletable"]) == ("PS_PROTECTION", True, True)
    assert [one["code"] for one in field["enums"]] == ["active", "expired"]
    assert all(isinstance(one["id"], int) for one in field["enums"])
    page = amo.get("leads/custom_fields?limit=250")
    assert (page["_total_items"], page["_embedded"]["custom_fields"][-1]["id"]) == (7, field["id"])
    assert amo.call("DELETE", f"leads/custom_fields/{field['id']}").status == 204
    assert amo.get(f"leads/custom_fields/{field['id']}") is None


@pytest.mark.parametrize(
    ("item", "found"),
    [
        pytest.param(select(code="PROMO_CODE"), (NO_CHOICE, "code"), id="§4.11 a code that is taken"),
        pytest.param({"name": "x"}, ("FieldMissing", "type"), id="§3.2 no type"),
        pytest.param({"type": "select", "name": "x"}, ("FieldMissing", "enums"), id="§4.11 a list without choices"),
        pytest.param({"type": "multitext", "name": "x"}, (NO_CHOICE, "type"), id="§4.11 not for leads"),
        pytest.param({"type": "monetary", "name": "x", "currency": "RUB"}, (NO_CHOICE, "type"), id="§4.11 paid"),
        pytest.param({"type": "text", "name": "x", "group_id": "no"}, (NO_CHOICE, "group_id"), id="unknown group"),
        pytest.param(
            {"type": "text", "name": "x", "required_statuses": [{"pipeline_id": MAIN, "status_id": 1}]},
            (NO_CHOICE, "required_statuses.0.status_id"),
            id="unknown stage",
        ),
        pytest.param({"type": "text", "name": "x", "label": "y"}, ("FieldNotExpected", "label"), id="unknown key"),
    ],
)
def test_what_a_definition_is_refused_for(item: dict[str, Any], found: tuple[str, str]) -> None:
    assert Amo().errors("POST", "leads/custom_fields", [item]) == [found]


def test_a_monetary_field_repeats_its_currency() -> None:
    """§3.2."""
    amo = Amo()
    amo.account.options.super_fields = True
    field = amo.new("leads/custom_fields", {"type": "monetary", "name": "Сумма", "currency": "RUB"})
    assert amo.errors("PATCH", f"leads/custom_fields/{field}", {"name": "x"}) == [("FieldMissing", "currency")]


def test_choices_without_ids_lose_what_was_stored() -> None:
    """§4.11 the trap; with ids everything stays, also under another name."""
    amo = Amo(1)
    field = amo.new("leads/custom_fields", select())
    value = {"custom_fields_values": [{"field_id": field, "values": [{"enum_code": "active"}]}]}
    amo.patch("leads/10000001", value)
    enums = amo.get(f"leads/custom_fields/{field}")["enums"]
    renamed = [{key: one[key] for key in ("id", "sort", "code")} | {"value": one["value"].upper()} for one in enums]
    kept = amo.patch(f"leads/custom_fields/{field}", {"enums": renamed})["enums"]
    assert [one["id"] for one in kept] == [one["id"] for one in enums]

    def read() -> Any:
        fields = amo.get("leads/10000001")["custom_fields_values"]
        return next((one["values"][0]["value"] for one in fields if one["field_id"] == field), None)

    assert read() == "ACTIVE"
    fresh = amo.patch(f"leads/custom_fields/{field}", {"enums": CHOICES})["enums"]
    assert not {one["id"] for one in fresh} & {one["id"] for one in enums}
    assert read() is None


def test_an_unknown_choice_id_is_refused() -> None:
    """§3.2."""
    amo = Amo()
    body = {"enums": [{"id": 1, "value": "x"}]}
    assert amo.errors("PATCH", f"leads/custom_fields/{seeds.SELLER_SAYS}", body) == [(NO_CHOICE, "enums.0.id")]


def test_a_field_of_the_system_refuses_another_name() -> None:
    """§4.11."""
    assert Amo().errors("PATCH", f"contacts/custom_fields/{seeds.PHONE}", {"name": "x"}) == [(NO_CHOICE, "id")]


def test_one_field_takes_no_array() -> None:
    """§4.11."""
    found = Amo().errors("PATCH", f"leads/custom_fields/{seeds.PAID}", [{"name": "x"}])
    assert found == [("InvalidType", "")]


@pytest.mark.parametrize("path", ["leads/custom_fields", "leads/pipelines", "leads/custom_fields/groups"])
def test_only_admins_define(path: str) -> None:
    """§4.11, §4.10 reading is for all."""
    amo = Amo()
    amo.token = amo.token_of(FIRST_SELLER)
    assert amo.call("GET", path).status == 200
    assert amo.call("POST", path, [{}]).status == 403


def test_fields_by_type_and_order() -> None:
    """§4.11."""
    amo = Amo()
    rows = amo.rows("leads/custom_fields?filter[type][]=select&filter[type][]=date&order[id]=desc")
    assert [row["id"] for row in rows] == [seeds.PAID_ON, seeds.SELLER_SAYS]


def test_groups_have_texts_as_ids_and_take_fields() -> None:
    """§4.11 predefined ones stay."""
    amo = Amo()
    response = amo.call("POST", "leads/custom_fields/groups", [{"name": "Партнёры", "fields": [seeds.PROMO_CODE]}])
    assert response.status == 201
    group = response.json()["_embedded"]["custom_field_groups"][0]["id"]
    assert group.startswith("leads_")
    assert amo.get(f"leads/custom_fields/{seeds.PROMO_CODE}")["group_id"] == group
    assert amo.call("DELETE", f"leads/custom_fields/groups/{group}").status == 204
    assert amo.get(f"leads/custom_fields/{seeds.PROMO_CODE}")["group_id"] is None
    assert amo.call("DELETE", "leads/custom_fields/groups/default").status == 400


def test_pipelines_ignore_pages() -> None:
    """§1.4 everything every time, so a naive loop never ends."""
    amo = Amo()
    pages = [amo.rows(f"leads/pipelines?limit=1&page={page}") for page in (1, 2, 9)]
    assert pages[0] == pages[1] == pages[2]
    assert [one["id"] for one in pages[0]] == [MAIN, REGISTRATIONS]


def test_every_pipeline_has_the_three_stages_of_the_system() -> None:
    """§4.10."""
    amo = Amo()
    pipeline = amo.new(
        "leads/pipelines",
        {
            "name": "Новая",
            "sort": 3,
            "is_main": False,
            "is_unsorted_on": True,
            "_embedded": {"statuses": [{"name": "Первая", "color": "#fffeb2"}, {"id": 142, "name": "Победа"}]},
        },
    )
    stages = amo.rows(f"leads/pipelines/{pipeline}/statuses")
    assert [(one["name"], one["type"], one["is_editable"]) for one in stages] == [
        ("Неразобранное", 1, False),
        ("Первая", 0, True),
        ("Победа", 0, False),
        ("Закрыто и не реализовано", 0, False),
    ]
    assert [one["id"] for one in stages[2:]] == [142, 143]


def test_pipelines_are_deleted_without_leads_only() -> None:
    """§4.10: 422, 204, 400."""
    amo = Amo(1)
    assert amo.call("DELETE", f"leads/pipelines/{MAIN}").status == 422
    assert amo.call("DELETE", f"leads/pipelines/{REGISTRATIONS}").status == 204
    assert amo.errors("DELETE", "leads/pipelines/5", None) == [(NO_CHOICE, "id")]


def test_the_leads_of_a_deleted_stage_go_to_the_first() -> None:
    """§4.10."""
    amo = Amo()
    lead = amo.new("leads", {"status_id": 4_102})
    assert amo.call("DELETE", f"leads/pipelines/{MAIN}/statuses/4102").status == 204
    assert amo.get(f"leads/{lead}")["status_id"] == 4_101
    assert amo.call("DELETE", f"leads/pipelines/{MAIN}/statuses/142").status == 400


def test_a_stage_takes_only_known_colours() -> None:
    """§4.10."""
    body = [{"name": "x", "sort": 1, "color": "#000000"}]
    assert Amo().errors("POST", f"leads/pipelines/{MAIN}/statuses", body) == [(NO_CHOICE, "color")]


def test_reasons_for_losses() -> None:
    """§4.10."""
    amo = Amo()
    reason = amo.new("leads/loss_reasons", {"name": "Ушёл"})
    assert amo.get(f"leads/loss_reasons/{reason}")["name"] == "Ушёл"
