"""crm.deal.*, crm.lead.*, crm.contact.*, crm.company.*: the old family, with names in capitals and texts for values."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from partnersync_bitrix24_sandbox import changes
from partnersync_bitrix24_sandbox.call import Answer, Call, Handler, Method
from partnersync_bitrix24_sandbox.card_lists import find
from partnersync_bitrix24_sandbox.cards import Card, MultiField
from partnersync_bitrix24_sandbox.conditions import Place
from partnersync_bitrix24_sandbox.entities import MULTI_FIELDS, Entity, Kind
from partnersync_bitrix24_sandbox.field_meta import attribute_meta, user_field_meta
from partnersync_bitrix24_sandbox.item_filters import Places
from partnersync_bitrix24_sandbox.legacy_filters import conditions
from partnersync_bitrix24_sandbox.legacy_view import multi_fields, row
from partnersync_bitrix24_sandbox.php import entries, whole
from partnersync_bitrix24_sandbox.portal import LEGACY, Portal
from partnersync_bitrix24_sandbox.refusals import Refusal, legacy
from partnersync_bitrix24_sandbox.values import EMPTY, read_attribute, read_user_field


def _card(call: Call, entity: Entity) -> Card:
    number = whole(call.given("id"))
    if number <= 0:
        raise legacy("ID is not defined or invalid.")
    card = call.portal.card(entity.type_id, number)
    if card is None:
        raise legacy("Not found")
    return card


def get(call: Call, entity: Entity) -> Answer:
    """One card, with its phones and the like."""
    card = _card(call, entity)
    return Answer(row(call.portal, entity, card) | multi_fields(card, MULTI_FIELDS))


def list_(call: Call, entity: Entity) -> Answer:
    """A page."""
    portal = call.portal
    places = Places(portal, entity, legacy=True)
    fields = {field.name: field for field in portal.fields_of(entity)}
    plain, tests = conditions(places, fields, call.given("filter"))
    order = [
        (_by_stage(portal, entity, place) if place.key == "stageId" else place, str(direction).upper() == "DESC")
        for name, direction in entries(call.given("order"))
        if (place := places.get(name))
    ]
    found = find(portal.cards[entity.type_id], plain, tests, order, call.start)
    select = call.select()
    rows = [row(portal, entity, card, select) for card in found.cards]
    if call.start < 0:
        return Answer(rows, 0)
    return Answer(rows, found.total, call.start + len(rows) if found.more else None)


def _by_stage(portal: Portal, entity: Entity, place: Place) -> Place:
    """Stages are sorted by their place in the pipeline."""

    def sort(card: Card) -> int:
        stage = portal.stage(entity, place.get(card))
        return stage.sort if stage else 0

    return replace(place, get=sort)


def add(call: Call, entity: Entity) -> Answer:
    """A new card; its id."""
    edit = _read(call, entity, _fields(call), None)
    try:
        return Answer(changes.create(call.portal, entity, edit, call.actor).id)
    except Refusal as refusal:
        raise legacy(refusal.text) from None


def update(call: Call, entity: Entity) -> Answer:
    """Change a card."""
    before = _card(call, entity)
    edit = _read(call, entity, _fields(call), before)
    try:
        changes.update(call.portal, entity, before.id, edit, call.actor)
    except Refusal as refusal:
        raise legacy(refusal.text) from None
    return Answer(result=True)


def delete(call: Call, entity: Entity) -> Answer:
    """Into the recycle bin."""
    changes.delete(call.portal, entity, _card(call, entity).id, call.actor)
    return Answer(result=True)


def _fields(call: Call) -> Mapping[str, Any]:
    given = call.given("fields")
    if not isinstance(given, (dict, list)):
        raise legacy("Parameter 'fields' must be array.")
    return dict(entries(given))


def _read(call: Call, entity: Entity, given: Mapping[str, Any], card: Card | None) -> changes.Edit:
    portal = call.portal
    fields = {field.name: field for field in portal.fields_of(entity)}
    edit = changes.Edit()
    for name, value in given.items():
        attribute = entity.by_legacy.get(name)
        if name in MULTI_FIELDS and entity.has_multi_fields:
            held = edit.multi if edit.multi is not None else card.multi if card else ()
            edit.multi = _multi(portal, held, name, value)
        elif name in fields:
            edit.values[name] = read_user_field(portal, fields[name], value, legacy=True)
        elif attribute and not attribute.read_only and not (card and attribute.immutable):
            edit.values[attribute.name] = read_attribute(portal, attribute, value)
    return edit


def _multi(portal: Portal, held: tuple[MultiField, ...], kind: str, given: Any) -> tuple[MultiField, ...]:
    """Entries with an ID change or are deleted, others are appended."""
    kept = {one.id: one for one in held}
    for _, one in entries(given):
        if not isinstance(one, dict):
            continue
        number, value = whole(one.get("ID")), one.get("VALUE")
        if number in kept:
            if one.get("DELETE") == "Y" or value in EMPTY:
                del kept[number]
            else:
                kept[number] = MultiField(number, kind, str(one.get("VALUE_TYPE", kept[number].value_type)), str(value))
        elif value not in EMPTY:
            number = portal.new_id()
            kept[number] = MultiField(number, kind, str(one.get("VALUE_TYPE", "WORK")), str(value))
    return tuple(kept.values())


def fields(call: Call, entity: Entity) -> Answer:
    """What the cards have."""
    told: dict[str, Any] = {}
    for one in entity.attributes.values():
        told[one.legacy] = attribute_meta(call.portal, entity, one) | {"isImmutable": one.immutable}
        if one.type == "boolean":
            told[one.legacy]["type"] = "char"
    for field in call.portal.fields_of(entity):
        told[field.name] = user_field_meta(field) | {
            "listLabel": field.label(),
            "formLabel": field.label(),
            "filterLabel": field.label(),
        }
    return Answer(told)


def contacts(call: Call, entity: Entity) -> Answer:
    """The contacts of a card, the main one first."""
    held = _card(call, entity).values.get("contactIds") or ()
    return Answer(
        [
            {"CONTACT_ID": one, "SORT": 10 * place, "ROLE_ID": 0, "IS_PRIMARY": "Y" if place == 1 else "N"}
            for place, one in enumerate(held, 1)
        ]
    )


def set_contacts(call: Call, entity: Entity) -> Answer:
    """Replace the contacts of a card."""
    items = [one for _, one in entries(call.needed("items")) if isinstance(one, dict)]
    items.sort(key=lambda one: one.get("IS_PRIMARY") != "Y")
    edit = changes.Edit({"contactIds": tuple(whole(one.get("CONTACT_ID")) for one in items)})
    changes.update(call.portal, entity, _card(call, entity).id, edit, call.actor)
    return Answer(result=True)


def _of(kind: Kind, handler: Callable[[Call, Entity], Answer]) -> Handler:
    return lambda call: handler(call, call.portal.entities[kind])


_ALL: dict[str, Callable[[Call, Entity], Answer]] = {
    "get": get,
    "list": list_,
    "add": add,
    "update": update,
    "delete": delete,
    "fields": fields,
}
METHODS = [
    *(
        Method(f"crm.{name}.{what}", _of(kind, handler))
        for name, kind in LEGACY.items()
        for what, handler in _ALL.items()
    ),
    *(
        Method(f"crm.{name}.contact.items.{what}", _of(LEGACY[name], handler))
        for name in ("deal", "company")
        for what, handler in (("get", contacts), ("set", set_contacts))
    ),
]
