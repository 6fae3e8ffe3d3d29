"""The change log, as programs read it."""

import re
from collections.abc import Iterable
from typing import Any

from partnersync.sandbox.messages import Response
from partnersync_amocrm_sandbox.behaviour import Ends, Order
from partnersync_amocrm_sandbox.calls import Call, route
from partnersync_amocrm_sandbox.event_log import Event
from partnersync_amocrm_sandbox.hal import NOTHING, ok, page_of
from partnersync_amocrm_sandbox.problems import Refusal, problem
from partnersync_amocrm_sandbox.query import branch, many, whole

LARGEST = 100
MOST_IDS = 10
_PLURAL = {"lead": "leads", "contact": "contacts", "company": "companies", "task": "tasks"}
_FIELD_TYPE = re.compile(r"custom_field_(\d+)_value_changed")


def get_events(call: Call) -> Response:
    """A page of at most a hundred."""
    filters = branch(call.query, "filter")
    types = many(filters["type"], commas=True) if "type" in filters else []
    field_types = [one for one in types if _FIELD_TYPE.fullmatch(one)]
    if field_types and len(types) > 1:
        raise Refusal(problem(400, "Type of a custom field can not be combined with others"))
    entities = many(filters["entity"], commas=True) if "entity" in filters else []
    ids = many(filters["entity_id"], commas=True) if "entity_id" in filters else []
    if ids and len(entities) != 1:
        raise Refusal(problem(400, "Filter entity_id requires exactly one entity"))
    if len(ids) > MOST_IDS or len(many(filters.get("created_by", {}), commas=True)) > MOST_IDS:
        raise Refusal(problem(400, f"At most {MOST_IDS} ids are allowed"))
    low, high = _moments(call, filters)
    found = (
        event
        for event in _candidates(call, entities, ids, low)
        if (low is None or event.created_at >= low)
        and (high is None or event.created_at <= high)
        and (not types or _is_of(event, types, field_types))
        and (not entities or event.entity_type in entities)
        and _asked(event, filters)
    )
    return page_of(call, "events", (_view(call, event) for event in found), largest=LARGEST)


def get_event(call: Call) -> Response:
    """One; 204 where it is not."""
    event = call.account.events.get(call.parts["event_code"])
    return ok(_view(call, event)) if event else NOTHING


def _candidates(call: Call, entities: list[str], ids: list[str], low: int | None) -> Iterable[Event]:
    log, newest = call.account.events, call.account.behaviour.events_first is Order.NEWEST
    if not ids:
        return log.since(low, newest_first=newest)
    own = [event for one in ids for event in log.of((entities[0], whole(one, 0)))]
    return sorted(own, key=lambda event: event.number, reverse=newest)


def _moments(call: Call, filters: dict[str, Any]) -> tuple[int | None, int | None]:
    given = filters.get("created_at")
    if given is None:
        return None, None
    step = call.account.behaviour.range_ends is Ends.EXCLUSIVE
    if isinstance(given, dict) and {"from", "to"} & given.keys():
        low = whole(given["from"], 0) + step if "from" in given else None
        return low, whole(given["to"], 0) - step if "to" in given else None
    moments = many(given, commas=True)
    if len(moments) == 2:
        return whole(moments[0], 0) + step, whole(moments[1], 0) - step
    return whole(moments[0], 0) + 1, None


def _is_of(event: Event, types: list[str], field_types: list[str]) -> bool:
    if field_types:
        return event.field_id is not None and field_types[0] == f"custom_field_{event.field_id}_value_changed"
    return event.type in types


def _asked(event: Event, filters: dict[str, Any]) -> bool:
    if "id" in filters and event.id not in many(filters["id"], commas=True):
        return False
    if "created_by" in filters and str(event.created_by) not in many(filters["created_by"], commas=True):
        return False
    return all(
        _holds(told, branch(filters, name))
        for name, told in (("value_before", event.before), ("value_after", event.after))
    )


def _holds(told: tuple[dict[str, Any], ...], wanted: dict[str, Any]) -> bool:
    for name, given in wanted.items():
        if name == "leads_statuses":
            pairs = {(whole(one.get("pipeline_id"), 0), whole(one.get("status_id"), 0)) for one in given.values()}
            held = [one["lead_status"] for one in told if "lead_status" in one]
            if not any((one["pipeline_id"], one["id"]) in pairs for one in held):
                return False
        elif name == "responsible_user_id":
            held = [one["responsible_user"] for one in told if "responsible_user" in one]
            if not any(str(one["id"]) in many(given, commas=True) for one in held):
                return False
        elif name == "custom_field_values":
            held = [one["custom_field_value"] for one in told if "custom_field_value" in one]
            if not any(str(one["enum_id"]) in many(given, commas=True) for one in held):
                return False
    return True


def _view(call: Call, event: Event) -> dict[str, Any]:
    path = f"{_PLURAL[event.entity_type]}/{event.entity_id}"
    return {
        "id": event.id,
        "type": event.type,
        "entity_id": event.entity_id,
        "entity_type": event.entity_type,
        "created_by": event.created_by,
        "created_at": event.created_at,
        "value_after": list(event.after),
        "value_before": list(event.before),
        "account_id": call.account.id,
        "_links": {"self": call.href(f"events/{event.id}")},
        "_embedded": {"entity": {"id": event.entity_id, "_links": {"self": call.href(path)}}},
    }


ROUTES = [route("GET", "events", get_events), route("GET", "events/{event_code}", get_event)]
