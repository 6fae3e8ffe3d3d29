"""The change log: who put a value into a field of ours, and what is work on a deal."""

from typing import Any

import pytest

from amocrm_cards import FIELDS, MOSCOW, held, lead
from partnersync_amocrm.activity import activities, pointed_at, tasks_of
from partnersync_amocrm.events import authors_of

OWN, ANNA, BORIS, ROBOT = 1, 7, 8, 0
CODE, LIST, UNTIL = FIELDS["Код партнёра"], FIELDS["Партнёр"], FIELDS["Защита до"]


def edit(
    by: int, text: str | None, *, at: int = 100, field: int = CODE.id, enum_id: int | None = None
) -> dict[str, Any]:
    """A change of a field; None empties it."""

    def told(value: str) -> list[dict[str, Any]]:
        return [{"custom_field_value": {"field_id": field, "field_type": 1, "enum_id": enum_id, "text": value}}]

    after = [] if text is None else told(text)
    event = {"type": "custom_field_value_changed", "created_by": by, "created_at": at}
    return event | {"value_after": after, "value_before": told("before")}


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        pytest.param([edit(ANNA, "P08")], str(ANNA), id="who made the last change"),
        pytest.param([edit(BORIS, "P07", at=90), edit(ANNA, "P08")], str(ANNA), id="of several the last"),
        pytest.param([edit(ROBOT, "P08")], None, id="not a robot, which is no user"),
        pytest.param([edit(OWN, "P08")], None, id="not we"),
        pytest.param([edit(ANNA, "P07")], None, id="not who wrote another value: a change is missing from the log"),
        pytest.param([edit(ANNA, None)], None, id="nor who emptied it"),
        pytest.param([edit(BORIS, "P07"), edit(ANNA, "P08")], None, id="nobody where two changed it within a second"),
        pytest.param([edit(ANNA, "P07"), edit(ANNA, "P08")], str(ANNA), id="one who did it twice"),
        pytest.param([edit(ANNA, "P08", field=1)], None, id="not who changed another field"),
        pytest.param([], None, id="nobody"),
    ],
)
def test_who_put_a_value_there(events: list[dict[str, Any]], expected: str | None) -> None:
    card = lead(held("Код партнёра", "P08"))
    assert authors_of(events, card, {"ps_partner_id": CODE}, OWN).get("ps_partner_id") == expected


CHOSEN, DAY = held("Партнёр", ("Ромашка", "P08")), held("Защита до", 1769893200)


def chosen(enum_id: int) -> dict[str, Any]:
    """An entry of the list was chosen."""
    return edit(ANNA, "Ромашка", field=LIST.id, enum_id=enum_id)


@pytest.mark.parametrize(
    ("event", "card", "place", "named"),
    [
        pytest.param(edit(ANNA, None), lead(), CODE, True, id="who emptied a field"),
        pytest.param(chosen(1), lead(CHOSEN), LIST, True, id="a choice by its id"),
        pytest.param(chosen(2), lead(CHOSEN), LIST, False, id="not by its text"),
        pytest.param(edit(ANNA, "01.02.2026", field=UNTIL.id), lead(DAY), UNTIL, False, id="a day in another form"),
    ],
)
def test_values_are_compared_with_what_is_there(event: Any, card: Any, place: Any, named: bool) -> None:
    assert bool(authors_of([event], card, {"x": place}, OWN)) is named


@pytest.mark.parametrize(("owner", "expected"), [(ANNA, {"owner": str(BORIS)}), (BORIS, {})])
def test_who_gave_the_deal_to_its_owner(owner: int, expected: dict[str, str]) -> None:
    given = {"value_after": [{"responsible_user": {"id": ANNA}}], "value_before": []}
    event = {"type": "entity_responsible_changed", "created_by": BORIS, "created_at": 100, **given}
    assert authors_of([event], lead(responsible_user_id=owner), {}, OWN) == expected


def happened(kind: str, *, entity: str = "lead", number: int = 101, by: int = ANNA) -> dict[str, Any]:
    """An event of the log."""
    return {
        "id": "e1",
        "type": kind,
        "entity_type": entity,
        "entity_id": number,
        "created_by": by,
        "created_at": 1700000000,
    }


TASKS: dict[int, dict[str, Any]] = {
    1: {"id": 1, "entity_type": "leads", "entity_id": 101, "task_type_id": 1},
    2: {"id": 2, "entity_type": "contacts", "entity_id": 8, "task_type_id": 2},
    3: {"id": 3, "entity_type": None, "entity_id": None, "task_type_id": 1},
}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(happened("common_note_added"), [("e1", "note", "101")], id="a note"),
        pytest.param(happened("outgoing_call"), [("e1", "call", "101")], id="a call"),
        pytest.param(happened("incoming_sms"), [("e1", "message", "101")], id="a message"),
        pytest.param(happened("lead_status_changed"), [("e1", "stage", "101")], id="a stage"),
        pytest.param(happened("task_completed", entity="task", number=1), [("e1", "task", "101")], id="a task"),
        pytest.param(
            happened("task_completed", entity="task", number=2),
            [("e1-101", "meeting", "101"), ("e1-102", "meeting", "102")],
            id="a meeting with a contact, for each of his deals",
        ),
        pytest.param(happened("task_completed", entity="task", number=3), [], id="a task on nothing"),
        pytest.param(happened("task_completed", entity="task", number=9), [], id="a task that is gone"),
        pytest.param(happened("incoming_call", entity="company", number=5), [], id="a company without deals"),
        pytest.param(happened("common_note_added", by=OWN), [], id="not what we did ourselves"),
        pytest.param(happened("lead_deleted"), [], id="no work"),
    ],
)
def test_work_on_deals(event: dict[str, Any], expected: list[tuple[str, str, str]]) -> None:
    found = [raw.cells or {} for raw in activities([event], TASKS, {("contact", 8): [101, 102]}, OWN, MOSCOW)]
    assert [(cells["activity_id"], cells["kind"], cells["deal_id"]) for cells in found] == expected
    assert {(cells["author"], cells["at"]) for cells in found} <= {("7", "2023-11-15T01:13:20+03:00")}


def test_what_has_to_be_asked_for_first() -> None:
    events = [happened("task_completed", entity="task", number=number) for number in (1, 2, 2, 3)]
    events += [happened("incoming_call", entity="company", number=5), happened("incoming_call")]
    assert tasks_of(events) == [1, 2, 3]
    assert pointed_at(events, TASKS) == {"contacts": [8], "companies": [5]}
