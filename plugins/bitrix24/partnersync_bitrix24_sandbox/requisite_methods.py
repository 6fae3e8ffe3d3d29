"""crm.requisite.*: tax numbers and names of companies and people, which are objects of their own."""

from typing import Any

from partnersync_bitrix24_sandbox.call import Answer, Call, Method, page
from partnersync_bitrix24_sandbox.card_lists import find
from partnersync_bitrix24_sandbox.cards import Card
from partnersync_bitrix24_sandbox.changes import bump
from partnersync_bitrix24_sandbox.conditions import Condition, Place, comparable, split
from partnersync_bitrix24_sandbox.entities import Kind
from partnersync_bitrix24_sandbox.events import fire_other
from partnersync_bitrix24_sandbox.item_filters import one_of, value_of
from partnersync_bitrix24_sandbox.php import entries, whole
from partnersync_bitrix24_sandbox.refusals import legacy
from partnersync_bitrix24_sandbox.rows import chosen

NUMBERS = ("ENTITY_TYPE_ID", "ENTITY_ID", "PRESET_ID", "SORT")
TEXTS = (
    "NAME",
    "ACTIVE",
    "ADDRESS_ONLY",
    "XML_ID",
    "ORIGINATOR_ID",
    "RQ_NAME",
    "RQ_FIRST_NAME",
    "RQ_LAST_NAME",
    "RQ_SECOND_NAME",
    "RQ_COMPANY_NAME",
    "RQ_COMPANY_FULL_NAME",
    "RQ_DIRECTOR",
    "RQ_INN",
    "RQ_KPP",
    "RQ_OGRN",
    "RQ_OGRNIP",
    "RQ_VAT_ID",
)
PRESETS = {1: "Организация", 2: "ИП", 3: "Физ. лицо"}
PLACES = (
    {"ID": Place("integer", value_of("id"), "id")}
    | {name: Place("integer", value_of(name)) for name in NUMBERS}
    | {name: Place("string", value_of(name)) for name in TEXTS}
    | {"DATE_CREATE": Place("datetime", value_of("createdTime"), "createdTime")}
    | {"DATE_MODIFY": Place("datetime", value_of("updatedTime"), "updatedTime")}
)


def told(call: Call, one: Card) -> dict[str, Any]:
    """A requisite: texts, whatever they hold."""
    values, moment = one.values, call.portal.moment
    row: dict[str, Any] = {"ID": str(one.id)} | {name: str(values.get(name) or 0) for name in NUMBERS}
    row |= {name: values.get(name) for name in TEXTS}
    row |= {"ACTIVE": values.get("ACTIVE") or "Y", "ADDRESS_ONLY": values.get("ADDRESS_ONLY") or "N"}
    row |= {"CREATED_BY_ID": str(values["createdBy"]), "MODIFY_BY_ID": str(values["updatedBy"])}
    row |= {"DATE_CREATE": moment(one.created_at)}
    return row | {"DATE_MODIFY": moment(one.updated_at) if one.updated_at != one.created_at else None}


def list_(call: Call) -> Answer:
    """A page; names that requisites do not have are dropped from the filter."""
    portal = call.portal
    plain: list[Condition] = []
    given = dict(entries(call.given("filter")))
    for key, value in given.items():
        operator, name = split(key)
        if name == "ENTITY_ID" and operator in ("", "=", "@"):
            types = [whole(given[one]) for one in ("ENTITY_TYPE_ID", "=ENTITY_TYPE_ID") if one in given]
            owners = [whole(one) for one in (value if isinstance(value, list) else [value])]
            kinds = types or [Kind.COMPANY, Kind.CONTACT]
            plain.append(one_of(portal.requisites.of((int(kind), owner) for kind in kinds for owner in owners)))
        elif place := PLACES.get(name):
            plain.append(Condition(place, operator or "=", comparable(portal, place, value)))
    order = [
        (place, str(direction).upper() == "DESC")
        for name, direction in entries(call.given("order"))
        if (place := PLACES.get(name))
    ]
    found = find(portal.requisites.records, plain, [], order, call.start)
    rows = [chosen(told(call, one), call.select()) for one in found.cards]
    if call.start < 0:
        return Answer(rows, 0)
    return Answer(rows, found.total, call.start + len(rows) if found.more else None)


def get(call: Call) -> Answer:
    """One requisite."""
    return Answer(told(call, _found(call)))


def add(call: Call) -> Answer:
    """A new requisite; its id."""
    portal, values = call.portal, _values(call)
    owner = (values.get("ENTITY_TYPE_ID", 0), values.get("ENTITY_ID", 0))
    if owner[0] not in (Kind.COMPANY, Kind.CONTACT) or portal.card(*owner) is None:
        raise legacy("ENTITY_ID is not defined or invalid.")
    if values.get("PRESET_ID") not in PRESETS or not values.get("NAME"):
        raise legacy("PRESET_ID or NAME is not defined or invalid.")
    now = portal.now()
    stamps = {"createdTime": now, "updatedTime": now, "createdBy": call.user.id, "updatedBy": call.user.id}
    one = Card(0, portal.requisites.records.new_id(), values | stamps)
    portal.requisites.add(one, owner)
    _after(call, one, "ADD")
    return Answer(one.id)


def update(call: Call) -> Answer:
    """Change a requisite."""
    one = _touched(call)
    one.values |= _values(call) | {"updatedTime": call.portal.now(), "updatedBy": call.user.id}
    call.portal.requisites.records.moved(one)
    _after(call, one, "UPDATE")
    return Answer(result=True)


def delete(call: Call) -> Answer:
    """Take a requisite away."""
    one = _found(call)
    call.portal.requisites.records.bin(one.id)
    _after(call, one, "DELETE")
    return Answer(result=True)


def presets(call: Call) -> Answer:
    """Templates by country."""
    return page([{"ID": str(number), "NAME": name, "ACTIVE": "Y"} for number, name in PRESETS.items()], call)


def _after(call: Call, one: Card, what: str) -> None:
    fire_other(call.portal, f"ONCRMREQUISITE{what}", one.id, call.actor)
    if call.portal.behaviour.requisite_bumps_company:
        owner = call.portal.entities[one.values["ENTITY_TYPE_ID"]]
        bump(call.portal, owner, one.values["ENTITY_ID"], call.actor)


def _values(call: Call) -> dict[str, Any]:
    given = call.fields()
    values: dict[str, Any] = {name: whole(given[name]) for name in NUMBERS if name in given}
    return values | {name: str(given[name] or "") for name in TEXTS if name in given}


def _found(call: Call) -> Card:
    one = call.portal.requisites.records.get(whole(call.given("id")))
    if one is None:
        raise legacy(f"The Requisite with ID '{whole(call.given('id'))}' is not found")
    return one


def _touched(call: Call) -> Card:
    one = call.portal.requisites.records.touch(_found(call).id)
    assert one is not None
    return one


METHODS = [
    Method("crm.requisite.list", list_),
    Method("crm.requisite.get", get),
    Method("crm.requisite.add", add),
    Method("crm.requisite.update", update),
    Method("crm.requisite.delete", delete),
    Method("crm.requisite.preset.list", presets),
]
