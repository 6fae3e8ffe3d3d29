"""What people and robots do in the account's pages, and what programs see of it."""

import pytest

from amocrm_caller import Amo
from partnersync_amocrm_sandbox import seeds
from partnersync_amocrm_sandbox.behaviour import Order, Sent
from partnersync_amocrm_sandbox.cards import Kind
from partnersync_amocrm_sandbox.sample import ADMIN, FIRST_SELLER, MAIN, SECOND_SELLER
from partnersync_amocrm_sandbox.ui import Locked

LEAD = 10_000_001
OURS = {"type": "text", "name": "Партнёр", "code": "PS_PARTNER_ID", "is_api_only": True}


def types(amo: Amo) -> list[str]:
    return [row["type"] for row in amo.rows("events")]


def test_an_edit_is_told_with_its_author() -> None:
    amo = Amo(1)
    amo.sandbox.ui.edit(FIRST_SELLER, LEAD, "PARTNER", "P03")
    amo.sandbox.ui.edit(SECOND_SELLER, LEAD, "responsible_user_id", SECOND_SELLER)
    lead = amo.get(f"leads/{LEAD}")
    assert (lead["updated_by"], lead["responsible_user_id"]) == (SECOND_SELLER, SECOND_SELLER)
    assert {(row["type"], row["created_by"]) for row in amo.rows("events")} >= {
        ("custom_field_value_changed", FIRST_SELLER)
    }


def test_a_field_for_programs_alone_is_locked_in_the_card() -> None:
    """§4.11; §12.5: bulk edits and robots may write it all the same."""
    amo = Amo(1)
    field = amo.new("leads/custom_fields", OURS)
    with pytest.raises(Locked):
        amo.sandbox.ui.edit(FIRST_SELLER, LEAD, field, "X")
    amo.sandbox.ui.edit(FIRST_SELLER, LEAD, field, "X", bulk=True)
    amo.sandbox.ui.robot("PS_PARTNER_ID", "R")
    amo.patch(f"leads/{LEAD}", {"name": "x"})
    values = {one["field_id"]: one["values"] for one in amo.get(f"leads/{LEAD}")["custom_fields_values"]}
    assert values[field] == [{"value": "R"}]


@pytest.mark.parametrize("bulk", [False, True])
def test_the_other_readings_of_the_lock(bulk: bool) -> None:
    """§12.5."""
    amo = Amo(1, api_only_in_card=Sent.TAKEN, api_only_in_bulk=Sent.REFUSED)
    field = amo.new("leads/custom_fields", OURS)
    if bulk:
        with pytest.raises(Locked):
            amo.sandbox.ui.edit(FIRST_SELLER, LEAD, field, "X", bulk=True)
        with pytest.raises(Locked):
            amo.sandbox.ui.robot(field, "R")
    else:
        amo.sandbox.ui.edit(FIRST_SELLER, LEAD, field, "X")


def test_a_robot_follows_every_change_but_its_own() -> None:
    amo = Amo(1)
    amo.sandbox.ui.robot("PARTNER", "P09")
    for code in ("P01", "P02"):
        field = {"field_id": seeds.SELLER_SAYS, "values": [{"enum_code": code}]}
        amo.patch(f"leads/{LEAD}", {"custom_fields_values": [field]})
    lead = amo.get(f"leads/{LEAD}")
    assert lead["updated_by"] == 0
    assert [row["created_by"] for row in amo.rows("events")] == [0, ADMIN, 0, ADMIN]


def test_people_may_write_longer_texts() -> None:
    """§1.5 the pages store more than the API takes."""
    amo = Amo(1)
    amo.sandbox.ui.edit(FIRST_SELLER, LEAD, "PROMO_CODE", "x" * 400)
    values = amo.get(f"leads/{LEAD}")["custom_fields_values"]
    assert ["x" * 400] in [[value["value"] for value in one["values"]] for one in values]


def test_a_stage_may_require_a_field() -> None:
    """§4.11 in the pages."""
    amo = Amo(1)
    stage = {"pipeline_id": MAIN, "status_id": 4_103}
    amo.sandbox.ui.edit(FIRST_SELLER, LEAD, "PROMO_CODE", None)
    amo.sandbox.ui.move(FIRST_SELLER, LEAD, MAIN, 4_101)
    amo.patch(f"leads/custom_fields/{seeds.PROMO_CODE}", {"required_statuses": [stage]})
    with pytest.raises(Locked):
        amo.sandbox.ui.move(FIRST_SELLER, LEAD, MAIN, 4_103)
    amo.sandbox.ui.edit(FIRST_SELLER, LEAD, "PROMO_CODE", "X")
    amo.sandbox.ui.move(FIRST_SELLER, LEAD, MAIN, 4_103)
    assert amo.get(f"leads/{LEAD}")["status_id"] == 4_103


def test_a_deleted_lead_comes_back() -> None:
    """§7."""
    amo = Amo(1)
    amo.sandbox.ui.delete(FIRST_SELLER, LEAD)
    assert amo.get("leads") is None
    amo.sandbox.ui.restore(FIRST_SELLER, LEAD)
    assert amo.ids("leads") == [LEAD]
    assert types(amo) == ["lead_restored", "lead_deleted"]


@pytest.mark.parametrize(("keeps", "left", "gone"), [(Order.OLDEST, LEAD, LEAD + 1), (Order.NEWEST, LEAD + 1, LEAD)])
def test_merging(keeps: Order, left: int, gone: int) -> None:
    """§7, §12.12 one id lives on, with an event that does not say what was merged; the other is in the trash."""
    amo = Amo(2, merge_keeps=keeps)
    amo.sandbox.ui.edit(FIRST_SELLER, gone, "PARTNER", "P05")
    survivor = amo.sandbox.ui.merge(FIRST_SELLER, [LEAD, LEAD + 1])
    assert survivor.id == left
    assert amo.ids("leads") == [left]
    values = {one["field_code"]: one["values"] for one in amo.get(f"leads/{left}")["custom_fields_values"]}
    assert values["PARTNER"][0]["value"] == "P05"
    merged = [row for row in amo.rows("events") if row["type"] == "entity_merged"]
    assert [(row["entity_id"], row["value_before"], row["value_after"]) for row in merged] == [(left, [], [])]
    assert [row["id"] for row in amo.rows("leads?with=only_deleted")] == [gone]


def test_merged_partners_pass_their_deals_on() -> None:
    amo = Amo(8)
    first, second = 30_000_013, 30_000_014  # the two clients
    amo.sandbox.ui.merge(ADMIN, [first, second], Kind.COMPANIES)
    companies = {row["_embedded"]["companies"][0]["id"] for row in amo.rows("leads")}
    assert companies == {first}


def test_notes_and_tasks_of_people() -> None:
    amo = Amo(1)
    note = amo.sandbox.ui.note(FIRST_SELLER, LEAD, "звонил")
    amo.sandbox.ui.task(FIRST_SELLER, LEAD, "перезвонить", amo.account.now() + 60)
    assert amo.rows(f"leads/{LEAD}/notes")[0]["created_by"] == FIRST_SELLER
    assert amo.ids(f"leads/{LEAD}/notes") == [note]
    assert [row["text"] for row in amo.rows("tasks")] == ["перезвонить"]


@pytest.mark.parametrize("wrong", [{"user": 5}, {"field": "SKY"}, {"value": "P99"}, {"card_id": 5}])
def test_mistakes_of_a_test_are_told(wrong: dict[str, object]) -> None:
    given: dict[str, object] = {"user": FIRST_SELLER, "card_id": LEAD, "field": "PARTNER", "value": "P01"} | wrong
    with pytest.raises(LookupError):
        Amo(1).sandbox.ui.edit(**given)  # type: ignore[arg-type]


def test_a_card_is_created_by_hand() -> None:
    amo = Amo()
    card = amo.sandbox.ui.create(FIRST_SELLER, name="Новая")
    assert amo.get(f"leads/{card.id}")["created_by"] == FIRST_SELLER
