"""Groups of custom fields: the tabs of a card."""

from typing import Any

from partnersync.sandbox.messages import Response
from partnersync_amocrm_sandbox.calls import Call, route
from partnersync_amocrm_sandbox.checks import ANY, INT, LIST, TEXT, Findings, Store, batch, single
from partnersync_amocrm_sandbox.definitions import FieldGroup
from partnersync_amocrm_sandbox.hal import NOTHING, added, counted, ok
from partnersync_amocrm_sandbox.problems import Refusal, error, refused

_KEYS = {"name": TEXT, "sort": INT, "fields": LIST, "request_id": ANY}


def get_groups(call: Call) -> Response:
    """All of an entity's."""
    return counted(call, "custom_field_groups", [_view(call, group) for group in _known(call).values()])


def get_group(call: Call) -> Response:
    """One; 204 where it is not."""
    group = _known(call).get(call.parts["group_code"])
    return ok(_view(call, group)) if group else NOTHING


def post_groups(call: Call) -> Response:
    """New ones: 201; their ids are texts."""
    call.need_admin()

    def read(item: Any, findings: Findings) -> Store:
        good = findings.shape(item, _KEYS, needed=("name",))
        _check_fields(call, good, findings)

        def store() -> dict[str, Any]:
            entity = call.parts["entity"]
            group = FieldGroup(f"{entity}_{29_000_000_000_000 + call.account.new_id()}", entity, good["name"], 10)
            _known(call)[group.id] = group
            return _apply(call, group, good)

        return store

    return added(call, "custom_field_groups", batch(call, read), status=201, total=True)


def patch_group(call: Call) -> Response:
    """Rename or move one, or move fields into it."""
    call.need_admin()
    group = _found(call)

    def read(item: Any, findings: Findings) -> Store:
        good = findings.shape(item, _KEYS)
        _check_fields(call, good, findings)
        return lambda: _apply(call, group, good)

    return ok(single(call, read))


def delete_group(call: Call) -> Response:
    """One of the admin's own; its fields go to the first group."""
    call.need_admin()
    group = _found(call)
    if group.is_predefined:
        raise Refusal(refused([(None, [error("NotSupportedChoice", "id")])]))
    for field in call.account.fields.get(group.entity, {}).values():
        if field.group_id == group.id:
            field.group_id = None
    del _known(call)[group.id]
    return NOTHING


def _known(call: Call) -> dict[str, FieldGroup]:
    return call.account.field_groups.setdefault(call.parts["entity"], {})


def _found(call: Call) -> FieldGroup:
    group = _known(call).get(call.parts["group_code"])
    if group is None:
        raise Refusal(refused([(None, [error("NotSupportedChoice", "id")])]))
    return group


def _check_fields(call: Call, good: dict[str, Any], findings: Findings) -> None:
    known = call.account.fields.get(call.parts["entity"], {})
    for place, field_id in enumerate(good.get("fields", ())):
        if findings.has_type(field_id, INT, f"fields.{place}") and field_id not in known:
            findings.add("NotSupportedChoice", f"fields.{place}")


def _apply(call: Call, group: FieldGroup, good: dict[str, Any]) -> dict[str, Any]:
    group.name, group.sort = good.get("name", group.name), good.get("sort", group.sort)
    for field_id in good.get("fields", ()):
        call.account.fields[group.entity][field_id].group_id = group.id
    return _view(call, group)


def _view(call: Call, group: FieldGroup) -> dict[str, Any]:
    return {
        "id": group.id,
        "name": group.name,
        "is_predefined": group.is_predefined,
        "type": "custom_field_group",
        "entity_type": group.entity,
        "sort": group.sort,
        "_links": {"self": call.href(f"{group.entity}/custom_fields/groups/{group.id}")},
    }


ROUTES = [
    route("GET", "{entity}/custom_fields/groups", get_groups),
    route("POST", "{entity}/custom_fields/groups", post_groups),
    route("GET", "{entity}/custom_fields/groups/{group_code}", get_group),
    route("PATCH", "{entity}/custom_fields/groups/{group_code}", patch_group),
    route("DELETE", "{entity}/custom_fields/groups/{group_code}", delete_group),
]
