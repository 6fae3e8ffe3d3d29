"""A card as crm.deal.* and its like tell it: texts under names in capitals."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from partnersync_bitrix24_sandbox.cards import Card
from partnersync_bitrix24_sandbox.entities import MULTI_FIELDS, Attribute, Entity
from partnersync_bitrix24_sandbox.item_view import bound
from partnersync_bitrix24_sandbox.portal import Portal
from partnersync_bitrix24_sandbox.user_fields import UserField

UNREADABLE = frozenset({"contactIds", "companyIds", "observers"})  # can be written, but not read


def row(portal: Portal, entity: Entity, card: Card, select: Sequence[str] | None = None) -> dict[str, Any]:
    """The card; a select of `*` leaves user fields away, phones and the like come by name alone."""
    wanted = set(select or ("*", "UF_*"))
    told: dict[str, Any] = {"ID": str(card.id)}
    for name, attribute in entity.attributes.items():
        if name not in UNREADABLE | {"id"} and ("*" in wanted or attribute.legacy in wanted):
            told[attribute.legacy] = _attribute(portal, attribute, card.values.get(name))
    for field in portal.fields_of(entity):
        if "UF_*" in wanted or field.name in wanted:
            told[field.name] = _field(portal, field, card.values.get(field.name))
    return told | multi_fields(card, [name for name in MULTI_FIELDS if name in wanted])


def multi_fields(card: Card, names: Sequence[str]) -> dict[str, Any]:
    """Phones and the like; those that a card has none of are left away."""
    told: dict[str, Any] = {}
    for one in card.multi:
        if one.type_id in names:
            shown = {"ID": str(one.id), "VALUE_TYPE": one.value_type, "VALUE": one.value, "TYPE_ID": one.type_id}
            told.setdefault(one.type_id, []).append(shown)
    return told


def _attribute(portal: Portal, attribute: Attribute, value: Any) -> Any:
    if value is None:
        return "N" if attribute.type == "boolean" else "" if attribute.type in ("date", "datetime") else None
    if attribute.type == "datetime":
        return portal.moment(value)
    if attribute.type == "date":
        return portal.day(value)
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)


def _field(portal: Portal, field: UserField, value: Any) -> Any:
    if field.type == "boolean":
        yes, no = ("Y", "N") if portal.behaviour.legacy_boolean_letters else ("1", "0")
        return yes if value == "Y" else no
    if field.multiple:
        return [_one(portal, field, one) for one in value] if value else False
    if value is None:
        return ""
    told = _one(portal, field, value)
    return str(told) if isinstance(told, (int, Decimal)) else told


def _one(portal: Portal, field: UserField, value: Any) -> Any:
    match field.type:
        case "date":
            return portal.day(value)
        case "datetime":
            return portal.moment(value)
        case "crm":
            return bound(portal, field, value)
    return value
