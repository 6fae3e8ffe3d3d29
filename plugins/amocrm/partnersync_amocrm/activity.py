"""Work on deals, from the account's change log: notes, calls, messages, tasks done, stages that moved. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from partnersync.contract.adapter import Raw
from partnersync_amocrm.field_text import moment

Json = Mapping[str, Any]

MEETING = 2  # the type of task that is a meeting in every account
KINDS = {
    "common_note_added": "note",
    "attachment_note_added": "note",
    "incoming_call": "call",
    "outgoing_call": "call",
    "incoming_chat_message": "message",
    "outgoing_chat_message": "message",
    "entity_direct_message": "message",
    "incoming_sms": "message",
    "outgoing_sms": "message",
    "task_completed": "task",
    "lead_status_changed": "stage",
}


def activities(
    events: Sequence[Json],
    tasks: Mapping[int, Json],
    deals_of: Mapping[tuple[str, int], Sequence[int]],
    own_user: int,
    zone: ZoneInfo,
) -> Iterator[Raw]:
    """One record for each deal that an event is about; what we did ourselves is no work of anybody.

    `tasks`: those of the events, by id. `deals_of`: the leads of a contact or company, by its kind and id.
    """
    for event in events:
        kind = KINDS.get(event["type"])
        if kind is None or event["created_by"] == own_user:
            continue
        entity, number = event["entity_type"], event["entity_id"]
        if entity == "task":
            task = tasks.get(number)
            if task is None or not task.get("entity_type"):
                continue
            kind = "meeting" if task.get("task_type_id") == MEETING else kind
            entity, number = _SINGLE.get(task["entity_type"], ""), task["entity_id"]
        deals = [number] if entity == "lead" else deals_of.get((entity, number), ())
        for deal in deals:
            activity_id = event["id"] if entity == "lead" else f"{event['id']}-{deal}"
            cells = {
                "activity_id": activity_id,
                "deal_id": str(deal),
                "author": str(event["created_by"] or ""),
                "kind": kind,
                "at": moment(event["created_at"], zone),
            }
            yield Raw(activity_id, cells)


def pointed_at(events: Sequence[Json], tasks: Mapping[int, Json]) -> dict[str, list[int]]:
    """The contacts and companies whose leads have to be known, by the path of their lists."""
    found: dict[str, dict[int, None]] = {"contacts": {}, "companies": {}}
    for event in events:
        entity, number = event["entity_type"], event["entity_id"]
        if entity == "task" and (task := tasks.get(number)):
            entity, number = _SINGLE.get(task.get("entity_type") or "", ""), task.get("entity_id")
        if path := {"contact": "contacts", "company": "companies"}.get(entity):
            found[path][number] = None
    return {path: list(numbers) for path, numbers in found.items() if numbers}


def tasks_of(events: Sequence[Json]) -> list[int]:
    """Ids of the tasks that events are about."""
    return list(dict.fromkeys(event["entity_id"] for event in events if event["entity_type"] == "task"))


_SINGLE = {"leads": "lead", "contacts": "contact", "companies": "company"}
