"""crm.deal.userfield.* and its like."""

from collections.abc import Callable
from typing import Any

from partnersync_bitrix24_sandbox.call import Answer, Call, Handler, Method
from partnersync_bitrix24_sandbox.entities import Entity, Kind
from partnersync_bitrix24_sandbox.events import fire_other
from partnersync_bitrix24_sandbox.php import array, entries, whole
from partnersync_bitrix24_sandbox.portal import LEGACY
from partnersync_bitrix24_sandbox.refusals import Refusal
from partnersync_bitrix24_sandbox.user_field_writes import (
    DROPPED,
    LABELS,
    checked_name,
    checked_type,
    flag,
    label,
    options,
    settings,
)
from partnersync_bitrix24_sandbox.user_fields import TYPES, UserField

FILTERED = {"ID": "id", "FIELD_NAME": "name", "USER_TYPE_ID": "type", "XML_ID": "xml_id", "SORT": "sort"}
YES_NO = {"MANDATORY": "mandatory", "SHOW_IN_LIST": "show_in_list", "EDIT_IN_LIST": "edit_in_list"}


def told(field: UserField, *, options_told: bool, xml_ids: bool = True) -> dict[str, Any]:
    """A definition without its labels."""
    row: dict[str, Any] = {
        "ID": str(field.id),
        "ENTITY_ID": field.entity,
        "FIELD_NAME": field.name,
        "USER_TYPE_ID": field.type,
        "XML_ID": field.xml_id or None,
        "SORT": str(field.sort),
        "MULTIPLE": "Y" if field.multiple else "N",
        "MANDATORY": "Y" if field.mandatory else "N",
        "SHOW_FILTER": field.show_filter,
        "SHOW_IN_LIST": "Y" if field.show_in_list else "N",
        "EDIT_IN_LIST": "Y" if field.edit_in_list else "N",
        "IS_SEARCHABLE": "Y" if field.is_searchable else "N",
        "SETTINGS": array(field.settings),
    }
    if options_told and field.type == "enumeration":
        row["LIST"] = [
            {"ID": str(one.id), "SORT": str(one.sort), "VALUE": one.value, "DEF": "Y" if one.default else "N"}
            | ({"XML_ID": one.xml_id} if xml_ids else {})
            for one in field.options
        ]
    return row


def list_(call: Call, entity: Entity) -> Answer:
    """All definitions that a filter finds; labels only in the language that it names."""
    wanted = dict(entries(call.given("filter")))
    language = str(wanted.pop("LANG", ""))
    found = [
        one
        for one in call.portal.fields_of(entity)
        if all(str(getattr(one, FILTERED[key])) == str(value) for key, value in wanted.items() if key in FILTERED)
    ]
    found.sort(key=lambda one: (one.sort, one.id))
    rows = []
    for one in found:
        row = told(one, options_told=True)
        if language:
            row |= {name: one.labels.get(name, {}).get(language) or None for name in LABELS}
        rows.append(row)
    return Answer(rows, len(rows))


def get(call: Call, entity: Entity) -> Answer:
    """One definition with its labels in all languages; its options come without XML_ID."""
    field = _field(call, entity)
    labels = {name: array(field.labels.get(name, {})) for name in LABELS}
    return Answer(told(field, options_told=True, xml_ids=False) | labels)


def add(call: Call, entity: Entity) -> Answer:
    """A new field; its id."""
    call.need_admin()
    given = dict(call.fields())
    type_ = checked_type(str(given.get("USER_TYPE_ID") or ""))
    name = str(given.get("FIELD_NAME") or "").upper()
    if not name.startswith("UF_CRM_"):
        name = f"UF_CRM_{name.removeprefix('UF_')}"
    field = UserField(call.portal.new_id(), entity.uf_entity, checked_name(call.portal, entity.uf_entity, name), type_)
    field.multiple = flag(given.get("MULTIPLE")) and type_ != "boolean"
    field.labels = {one: label(given.get("LABEL") or name) for one in LABELS[:3]}
    field.settings = settings(type_, given.get("SETTINGS"), legacy=True)
    field.options = options(call.portal, [], given.get("LIST"), complete=False) if type_ == "enumeration" else []
    _take(field, given)
    call.portal.user_fields[field.id] = field
    fire_other(call.portal, f"ONCRM{entity.name}USERFIELDADD", field.id, call.actor)
    return Answer(field.id)


def update(call: Call, entity: Entity) -> Answer:
    """Change a definition; type, name and multiplicity stay."""
    call.need_admin()
    field, given = _field(call, entity), dict(call.fields())
    if "SETTINGS" in given:
        field.settings = settings(field.type, given["SETTINGS"], field.settings, legacy=True)
    if "LIST" in given and field.type == "enumeration":
        field.options = options(call.portal, field.options, given["LIST"], complete=False)
    _take(field, given)
    fire_other(call.portal, f"ONCRM{entity.name}USERFIELDUPDATE", field.id, call.actor)
    return Answer(result=True)


def _take(field: UserField, given: dict[str, Any]) -> None:
    for key, name in YES_NO.items():
        if key in given:
            setattr(field, name, flag(given[key]))
    if "SHOW_FILTER" in given:
        shown = flag(given["SHOW_FILTER"]) and field.type not in DROPPED
        field.show_filter = ("I" if field.type == "employee" else "E") if shown else "N"
    if "IS_SEARCHABLE" in given:
        field.is_searchable = flag(given["IS_SEARCHABLE"])
    if "SORT" in given:
        field.sort = whole(given["SORT"])
    if "XML_ID" in given:
        field.xml_id = str(given["XML_ID"] or "")
    field.labels |= {name: label(given[name]) for name in LABELS if name in given}


def delete(call: Call, entity: Entity) -> Answer:
    """Take a field away, with its values."""
    call.need_admin()
    field = _field(call, entity)
    call.portal.drop_field(field)
    fire_other(call.portal, f"ONCRM{entity.name}USERFIELDDELETE", field.id, call.actor)
    return Answer(result=True)


def _field(call: Call, entity: Entity) -> UserField:
    field = call.portal.user_fields.get(whole(call.given("id")))
    if field is None or field.entity != entity.uf_entity:
        raise Refusal(400, "ERROR_NOT_FOUND", "The entity with ID is not found.")
    return field


def types(_: Call) -> Answer:
    """The types of user fields."""
    return Answer([{"ID": type_, "title": title} for type_, title in TYPES.items()])


def _of(kind: Kind, handler: Callable[[Call, Entity], Answer]) -> Handler:
    return lambda call: handler(call, call.portal.entities[kind])


_ALL: dict[str, Callable[[Call, Entity], Answer]] = {
    "list": list_,
    "get": get,
    "add": add,
    "update": update,
    "delete": delete,
}
METHODS = [
    *(
        Method(f"crm.{name}.userfield.{what}", _of(kind, handler))
        for name, kind in LEGACY.items()
        for what, handler in _ALL.items()
    ),
    Method("crm.userfield.types", types),
]
