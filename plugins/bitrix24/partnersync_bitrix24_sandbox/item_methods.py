"""crm.item.*: cards of every entity under universal names."""

from typing import Any

from partnersync_bitrix24_sandbox import changes
from partnersync_bitrix24_sandbox.call import Answer, Call, Method
from partnersync_bitrix24_sandbox.card_lists import Order, find
from partnersync_bitrix24_sandbox.cards import Card
from partnersync_bitrix24_sandbox.entities import Entity, Kind
from partnersync_bitrix24_sandbox.field_meta import attribute_meta, user_field_meta
from partnersync_bitrix24_sandbox.item_filters import Places, conditions
from partnersync_bitrix24_sandbox.item_view import item
from partnersync_bitrix24_sandbox.item_writes import read
from partnersync_bitrix24_sandbox.php import array, entries
from partnersync_bitrix24_sandbox.portal import Portal
from partnersync_bitrix24_sandbox.refusals import Refusal, not_found
from partnersync_bitrix24_sandbox.times import parsed
from partnersync_bitrix24_sandbox.values import yes_or_no

MOST_IMPORTED = 20
STAMPS = ("createdTime", "updatedTime", "movedTime")


def _original(call: Call) -> bool:
    asked = yes_or_no(call.given("useOriginalUfNames")) == "Y"
    return asked and call.portal.behaviour.original_names_known


def _card(call: Call, entity: Entity) -> Card:
    card = call.portal.card(entity.type_id, call.number("id"))
    if card is None:
        raise not_found()
    return card


def _told(call: Call, entity: Entity, card: Card) -> Answer:
    return Answer({"item": item(call.portal, entity, card, original=_original(call))})


def get(call: Call) -> Answer:
    """One card."""
    entity = call.entity
    return _told(call, entity, _card(call, entity))


def list_(call: Call) -> Answer:
    """A page."""
    portal, entity, original = call.portal, call.entity, _original(call)
    places = Places(portal, entity, original=original)
    plain, groups = conditions(places, call.given("filter"))
    found = find(portal.cards[entity.type_id], plain, groups, _order(call, places), call.start)
    select = call.select()
    items = [item(portal, entity, card, select, original=original) for card in found.cards]
    if original and select and "*" not in select:
        items = [{key: value for key, value in one.items() if key.startswith("UF_")} for one in items]
    if call.start < 0:
        return Answer({"items": items}, 0 if portal.behaviour.total_without_count else None)
    return Answer({"items": items}, found.total, call.start + len(items) if found.more else None)


def _order(call: Call, places: Places) -> Order:
    order = []
    for name, direction in entries(call.given("order")):
        place = places.get(name)
        if place is None:
            raise Refusal(400, "INVALID_ARG_VALUE", f"Invalid order: field '{name}' is not allowed in order")
        order.append((place, str(direction).upper() == "DESC"))
    return order


def add(call: Call) -> Answer:
    """A new card."""
    entity = call.entity
    edit = read(call, entity, call.fields(), None)
    return _told(call, entity, changes.create(call.portal, entity, edit, call.actor))


def update(call: Call) -> Answer:
    """Change a card; the answer is the whole of it."""
    entity = call.entity
    before = _card(call, entity)
    edit = read(call, entity, call.fields(), before)
    card = changes.update(call.portal, entity, before.id, edit, call.actor)
    assert card is not None
    return _told(call, entity, card)


def delete(call: Call) -> Answer:
    """Into the recycle bin."""
    entity = call.entity
    changes.delete(call.portal, entity, _card(call, entity).id, call.actor)
    return Answer(array({}))


def fields(call: Call) -> Answer:
    """What the cards of an entity have."""
    portal, entity, original = call.portal, call.entity, _original(call)
    told: dict[str, Any] = {}
    for name, one in entity.attributes.items():
        told[name] = attribute_meta(portal, entity, one) | {"upperName": one.upper}
    for field in portal.fields_of(entity):
        told[field.name if original else field.key] = user_field_meta(field) | {"upperName": field.name}
    return Answer({"fields": told})


def import_(call: Call) -> Answer:
    """A card of the past: no automation, and an administrator may set its stamps."""
    return Answer({"item": {"id": _import(call, call.fields()).id}})


def batch_import(call: Call) -> Answer:
    """Up to twenty of them."""
    items = entries(call.needed("data"))
    if len(items) > MOST_IMPORTED:
        raise Refusal(400, "MAX_IMPORT_BATCH_SIZE_EXCEEDED", f"No more than {MOST_IMPORTED} items")
    told: list[Any] = []
    for _, given in items:
        try:
            told.append({"item": {"id": _import(call, given).id}})
        except Refusal as refusal:
            told.append(refusal.body)
    return Answer({"items": told})


def _import(call: Call, given: Any) -> Card:
    entity, portal = call.entity, call.portal
    if not isinstance(given, dict):
        raise Refusal(400, "INVALID_ARG_VALUE", "An item is no object")
    if entity.type_id in (Kind.CONTACT, Kind.COMPANY, Kind.LEAD):
        raise Refusal(400, "ENTITY_TYPE_NOT_SUPPORTED", "Import is not supported for this type")
    stamps: dict[str, Any] = {}
    if call.user.is_admin:
        stamps = _stamps(portal, given)
    rest = {name: value for name, value in given.items() if name not in stamps}
    edit = read(call, entity, rest, None)
    return changes.create(portal, entity, edit, call.actor, automation=False, stamps=stamps)


def _stamps(portal: Portal, given: Any) -> dict[str, Any]:
    stamps: dict[str, Any] = {}
    for name in STAMPS:
        told = parsed(given[name], portal.zone) if given.get(name) else None
        if told:
            if told.timestamp() > portal.now():
                raise Refusal(400, "INVALID_ARG_VALUE", f"{name} is in the future")
            stamps[name] = int(told.timestamp())
    return stamps


METHODS = [
    Method("crm.item.get", get),
    Method("crm.item.list", list_),
    Method("crm.item.add", add),
    Method("crm.item.update", update),
    Method("crm.item.delete", delete),
    Method("crm.item.fields", fields),
    Method("crm.item.import", import_),
    Method("crm.item.batchImport", batch_import),
]
