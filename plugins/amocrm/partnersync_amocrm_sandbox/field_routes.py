"""Custom fields: their definitions."""

from typing import Any

from partnersync.sandbox.messages import Response
from partnersync_amocrm_sandbox.calls import Call, route
from partnersync_amocrm_sandbox.checks import Findings, Store, batch, single
from partnersync_amocrm_sandbox.definitions import Field
from partnersync_amocrm_sandbox.field_writes import Definition
from partnersync_amocrm_sandbox.hal import NOTHING, added, counted, ok
from partnersync_amocrm_sandbox.problems import Refusal, error, problem, refused
from partnersync_amocrm_sandbox.query import branch, many


def get_fields(call: Call) -> Response:
    """A page, by `sort` or by `id`, of all types or of some."""
    fields = list(_known(call).values())
    filters = branch(call.query, "filter")
    if "type" in filters:
        wanted = set(many(filters["type"], commas=True))
        fields = [field for field in fields if field.type in wanted]
    order = branch(call.query, "order")
    for name in ("sort", "id"):
        if order.get(name) in ("asc", "desc"):
            fields.sort(key=lambda field: getattr(field, name), reverse=order[name] == "desc")
    return counted(call, "custom_fields", [field_view(call, field) for field in fields])


def get_field(call: Call) -> Response:
    """One; 204 where it is not."""
    field = _known(call).get(call.number("id"))
    return ok(field_view(call, field)) if field else NOTHING


def post_fields(call: Call) -> Response:
    """New ones: 201."""
    call.need_admin()
    entity = call.parts["entity"]
    known = _known(call)

    def read(item: Any, findings: Findings) -> Store:
        definition = Definition(call.account, entity, findings)
        good = definition.read_new(item)

        def store() -> dict[str, Any]:
            field = Field(call.account.new_id(), entity, good["type"], good["name"])
            definition.apply(field, good)
            known[field.id] = field
            return field_view(call, field)

        return store

    return added(call, "custom_fields", batch(call, read), status=201, total=True)


def patch_fields(call: Call) -> Response:
    """Change several: 201 as well."""
    call.need_admin()
    stored = batch(call, lambda item, findings: _change(call, item, findings))
    return added(call, "custom_fields", stored, status=201, total=True)


def patch_field(call: Call) -> Response:
    """Change one, by a bare object."""
    call.need_admin()
    return ok(single(call, lambda item, findings: _change(call, item | {"id": call.number("id")}, findings)))


def delete_field(call: Call) -> Response:
    """The field with everything that was in it."""
    call.need_admin()
    field = _known(call).get(call.number("id"))
    if field is None:
        raise Refusal(refused([(None, [error("NotSupportedChoice", "id")])]))
    if not field.is_deletable:
        raise Refusal(problem(422, "Field can not be deleted"))
    del _known(call)[field.id]
    return NOTHING


def field_view(call: Call, field: Field) -> dict[str, Any]:
    """A definition as it is read."""
    entity = field.entity.partition("/")[0]
    shown: dict[str, Any] = {
        "id": field.id,
        "name": field.name,
        "type": field.type,
        "account_id": call.account.id,
        "code": field.code,
        "sort": field.sort,
        "is_api_only": field.is_api_only,
        "enums": [{"id": one.id, "value": one.value, "sort": one.sort, "code": one.code} for one in field.enums]
        or None,
        "group_id": field.group_id,
        "required_statuses": field.required_statuses,
        "hidden_statuses": field.hidden_statuses,
        "is_deletable": field.is_deletable,
        **({"is_computed": False} if entity == "leads" else {"is_predefined": field.is_predefined}),
        "entity_type": entity,
        "remind": field.more.get("remind"),
        "currency": field.currency,
        "triggers": [],
        **{name: value for name, value in field.more.items() if name != "remind"},
        "_links": {"self": call.href(f"{field.entity}/custom_fields/{field.id}")},
    }
    return shown


def _known(call: Call) -> dict[int, Field]:
    entity = call.parts["entity"]
    if entity.startswith("catalogs/") and int(entity.partition("/")[2]) not in call.account.catalogs:
        raise Refusal(problem(404, "Catalog not found"))
    return call.account.fields.setdefault(entity, {})


def _change(call: Call, item: Any, findings: Findings) -> Store:
    field_id = findings.id_of(item)
    field = _known(call).get(field_id or 0)
    if field is None:
        if field_id is not None:
            findings.add("NotSupportedChoice", "id")
        return dict
    definition = Definition(call.account, field.entity, findings)
    good = definition.read_change(item, field)

    def store() -> dict[str, Any]:
        definition.apply(field, good)
        return field_view(call, field)

    return store


ROUTES = [
    route("GET", "{entity}/custom_fields", get_fields),
    route("POST", "{entity}/custom_fields", post_fields),
    route("PATCH", "{entity}/custom_fields", patch_fields),
    route("GET", "{entity}/custom_fields/{id}", get_field),
    route("PATCH", "{entity}/custom_fields/{id}", patch_field),
    route("DELETE", "{entity}/custom_fields/{id}", delete_field),
]
