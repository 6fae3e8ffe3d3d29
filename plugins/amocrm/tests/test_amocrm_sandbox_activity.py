"""Notes, tasks, calls, and the change log. Each case names the section of the reference it holds."""

from typing import Any

import pytest

from amocrm_caller import START, Amo
from partnersync_amocrm_sandbox import seeds
from partnersync_amocrm_sandbox.behaviour import Ends, Order
from partnersync_amocrm_sandbox.sample import ADMIN, FIRST_SELLER, MAIN, SECOND_SELLER

LEAD = 10_000_001


def note(text: str, **more: Any) -> dict[str, Any]:
    return {"note_type": "common", "params": {"text": text}} | more


def told(amo: Amo, query: str = "") -> list[tuple[Any, ...]]:
    """Type, author, before and after of the log's first page."""
    rows = amo.rows(f"events{query}")
    return [(row["type"], row["created_by"], row["value_before"], row["value_after"]) for row in rows]


def test_notes_are_written_under_one_card_or_many() -> None:
    """§4.8 entity_id is needed on the route of all."""
    amo = Amo(2)
    first = amo.new(f"leads/{LEAD}/notes", note("один"))
    amo.new("leads/notes", note("два", entity_id=LEAD + 1, created_by=0))
    assert amo.errors("POST", "leads/notes", [note("три")]) == [("FieldMissing", "entity_id")]
    assert amo.ids(f"leads/{LEAD}/notes") == [first]
    rows = amo.rows("leads/notes?order[id]=asc")
    assert [(row["params"]["text"], row["created_by"]) for row in rows] == [("один", ADMIN), ("два", 0)]
    changed = amo.patch(f"leads/{LEAD}/notes/{first}", {"params": {"text": "иначе"}})
    assert changed["updated_at"] > START
    assert amo.get(f"leads/notes/{first}")["params"] == {"text": "иначе"}
    assert amo.get("companies/notes") is None


@pytest.mark.parametrize(
    ("item", "found"),
    [
        pytest.param({"note_type": "common", "text": "x"}, ("FieldMissing", "params"), id="§3.2 text outside params"),
        pytest.param({"note_type": "common", "params": {}}, ("FieldMissing", "params.text"), id="§3.2 no text"),
        pytest.param({"note_type": "sky", "params": {}}, ("NotSupportedChoice", "note_type"), id="unknown type"),
        pytest.param(note("x", created_by=5), ("NotSupportedChoice", "created_by"), id="unknown author"),
    ],
)
def test_what_a_note_is_refused_for(item: dict[str, Any], found: tuple[str, str]) -> None:
    assert found in Amo(1).errors("POST", f"leads/{LEAD}/notes", [item])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?filter[note_type]=common", 2),
        ("?filter[note_type][]=call_in", 0),
        (f"?filter[entity_id][]={LEAD}", 2),
        (f"?filter[updated_at]={START + 1}", 1),
        (f"?filter[updated_at][from]={START + 1}&filter[updated_at][to]={START + 1}", 1),
        ("?filter[sky]=1", 2),
    ],
)
def test_notes_are_filtered(query: str, found: int) -> None:
    """§4.8."""
    amo = Amo(1)
    for text in "ab":
        amo.new(f"leads/{LEAD}/notes", note(text))
    assert len(amo.rows(f"leads/notes{query}")) == found


def test_the_same_uniq_twice_makes_two_calls_of_whoever_has_the_phone() -> None:
    """§4.8 uniq is no key."""
    amo = Amo(1)
    call = {"direction": "inbound", "phone": "+7 495 000-00-00", "duration": 60, "source": "x", "uniq": "u"}
    made = amo.post("calls", call) + amo.post("calls", call)
    assert [(one["entity_id"], one["entity_type"]) for one in made] == [(20_000_001, "contact")] * 2
    assert [row["note_type"] for row in amo.rows("contacts/20000001/notes")] == ["call_in", "call_in"]
    assert amo.errors("POST", "calls", [call | {"phone": "1"}]) == [("EntityNotFound", "phone")]


def test_what_is_not_deleted() -> None:
    """§4.7 403 Invalid scope for tasks, §4.8 405 for notes."""
    amo = Amo(1)
    made = amo.new(f"leads/{LEAD}/notes", note("x"))
    assert amo.call("DELETE", f"leads/notes/{made}").status == 405
    response = amo.call("DELETE", "tasks/1")
    assert (response.status, response.json()["detail"]) == (403, "Invalid scope")


def test_a_tasks_life() -> None:
    """§4.7 the result is an empty list until there is one; a lead tells its closest task."""
    amo = Amo(1)
    due = START + 86_400
    task = amo.new("tasks", {"text": "Проверить", "complete_till": due, "entity_id": LEAD, "entity_type": "leads"})
    assert amo.get(f"tasks/{task}")["result"] == []
    assert amo.get(f"leads/{LEAD}")["closest_task_at"] == due
    answer = amo.patch(f"tasks/{task}", {"is_completed": True, "result": {"text": "да"}})
    assert set(answer) == {"request_id", "id", "updated_at", "_links"}
    assert amo.get(f"tasks/{task}")["result"] == {"text": "да"}
    assert amo.get(f"leads/{LEAD}")["closest_task_at"] is None
    kinds = [kind for kind, *_ in told(amo, "?filter[entity]=task")]
    assert kinds == ["task_result_added", "task_completed", "task_added"]


@pytest.mark.parametrize(
    ("item", "found"),
    [
        ({"text": "x"}, ("FieldMissing", "complete_till")),
        ({"complete_till": 1}, ("FieldMissing", "text")),
        ({"text": "x", "complete_till": 1, "task_type_id": 99}, ("NotSupportedChoice", "task_type_id")),
        (
            {"text": "x", "complete_till": 1, "entity_type": "leads", "entity_id": 5},
            ("NotSupportedChoice", "entity_id"),
        ),
    ],
)
def test_what_a_task_is_refused_for(item: dict[str, Any], found: tuple[str, str]) -> None:
    assert Amo().errors("POST", "tasks", [item]) == [found]


def test_tasks_are_not_ordered_by_updated_at() -> None:
    """§4.6 the order is ignored; by complete_till it holds."""
    amo = Amo()
    late, soon = (amo.new("tasks", {"text": "x", "complete_till": START + till}) for till in (9, 5))
    assert amo.ids("tasks?order[updated_at]=desc") == [late, soon]
    assert amo.ids("tasks?order[complete_till]=asc") == [soon, late]
    assert amo.ids(f"tasks?filter[id]={soon}") == [soon]
    assert amo.get("tasks?filter[is_completed]=1") is None


def test_a_changed_value_is_told_with_before_and_after() -> None:
    """§4.9 the author is the user behind the token; a choice has its id."""
    amo = Amo(1)
    amo.token = amo.token_of(FIRST_SELLER)
    for code in ("P01", "P02"):
        field = {"field_id": seeds.SELLER_SAYS, "values": [{"enum_code": code}]}
        amo.patch(f"leads/{LEAD}", {"custom_fields_values": [field]})
    (kind, author, (before,), (after,)), *_ = told(amo)
    assert (kind, author) == ("custom_field_value_changed", FIRST_SELLER)
    assert [one["custom_field_value"]["text"] for one in (before, after)] == ["P01", "P02"]
    assert after["custom_field_value"] == {
        "field_id": seeds.SELLER_SAYS,
        "field_type": 4,
        "enum_id": seeds.partner_enum(1),
        "text": "P02",
    }


@pytest.mark.parametrize(
    ("change", "event"),
    [
        pytest.param(
            {"status_id": 142, "pipeline_id": MAIN},
            (
                "lead_status_changed",
                [{"lead_status": {"id": 4_101, "pipeline_id": MAIN}}],
                [{"lead_status": {"id": 142, "pipeline_id": MAIN}}],
            ),
            id="§4.9 a stage",
        ),
        pytest.param(
            {"responsible_user_id": SECOND_SELLER},
            (
                "entity_responsible_changed",
                [{"responsible_user": {"id": ADMIN}}],
                [{"responsible_user": {"id": SECOND_SELLER}}],
            ),
            id="§4.9 an owner",
        ),
        pytest.param(
            {"tags_to_add": [{"name": "vip"}]}, ("entity_tag_added", [], [{"tag": {"name": "vip"}}]), id="§4.9 a tag"
        ),
        pytest.param({"price": 5}, ("sale_field_changed", [], []), id="§4.9 a price: its shape is not known"),
        pytest.param({"name": "Иная"}, ("name_field_changed", [], []), id="§4.9 a name"),
    ],
)
def test_events_of_changes(change: dict[str, Any], event: tuple[Any, ...]) -> None:
    amo = Amo()
    lead = amo.new("leads", {"name": "Сделка"})
    amo.patch(f"leads/{lead}", change)
    kind, _, before, after = told(amo)[0]
    assert (kind, before, after) == event


def test_the_form_of_an_event() -> None:
    """§4.9 a ULID-like id, the entity in the singular and embedded."""
    amo = Amo()
    lead = amo.new("leads", {})
    (event,) = amo.rows("events")
    assert len(event["id"]) == 26
    assert (event["type"], event["entity_type"], event["entity_id"]) == ("lead_added", "lead", lead)
    assert event["_embedded"]["entity"]["id"] == lead
    assert amo.get(f"events/{event['id']}") == event


def test_a_page_of_events_holds_a_hundred() -> None:
    """§4.9."""
    amo = Amo()
    amo.post("leads", *[{}] * 120)
    assert [len(amo.rows(f"events?limit=250&page={page}")) for page in (1, 2, 3)] == [100, 20, 0]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("filter[type]=lead_added,lead_deleted", 2, id="§4.5 joined by commas"),
        pytest.param("filter[type][]=lead_added&filter[type][]=name_field_changed", 3, id="§4.9 listed"),
        pytest.param("filter[type]=custom_field_500001_value_changed", 1, id="§4.9 of one field"),
        pytest.param(f"filter[entity]=lead&filter[entity_id][]={LEAD}", 2, id="§4.9 of one card"),
        pytest.param(f"filter[created_at][from]={START + 3}", 2, id="§4.9 from"),
        pytest.param(f"filter[created_at]={START + 3}", 1, id="§4.9 a scalar: after"),
        pytest.param(f"filter[created_at]={START + 3},{START + 3}", 1, id="§4.5 from and to, joined"),
        pytest.param("filter[created_by][]=5", 0, id="§4.9 by author"),
        pytest.param("filter[value_after][leads_statuses][0][pipeline_id]=1", 0, id="§4.9 by value"),
    ],
)
def test_events_are_filtered(query: str, found: int) -> None:
    amo = Amo(1, range_ends=Ends.INCLUSIVE)
    amo.new("leads", {})
    amo.new("leads", {})
    field = {"field_id": seeds.PROMO_CODE, "values": [{"value": "x"}]}
    amo.patch(f"leads/{LEAD}", {"custom_fields_values": [field]})
    amo.patch(f"leads/{LEAD}", {"name": "x"})
    assert len(amo.rows(f"events?{query}")) == found


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("filter[entity_id]=5", id="§4.9 an id without an entity"),
        pytest.param("filter[type]=custom_field_1_value_changed,lead_added", id="§4.9 a field's with another"),
        pytest.param("&".join(f"filter[created_by][]={user}" for user in range(11)), id="§4.9 eleven authors"),
    ],
)
def test_what_the_log_refuses(query: str) -> None:
    assert Amo().call("GET", f"events?{query}").status == 400


@pytest.mark.parametrize("order", list(Order))
def test_the_order_of_events_is_a_switch(order: Order) -> None:
    """§12.11."""
    amo = Amo(events_first=order)
    leads = [amo.new("leads", {}) for _ in range(3)]
    rows = [row["entity_id"] for row in amo.rows("events")]
    assert rows == (leads if order is Order.OLDEST else leads[::-1])


def test_price_events_may_tell_their_values() -> None:
    """§12.11."""
    amo = Amo(price_events_with_value=True)
    lead = amo.new("leads", {"price": 1})
    amo.patch(f"leads/{lead}", {"price": 2})
    assert told(amo)[0][3] == [{"sale_field_value": {"sale": 2}}]
