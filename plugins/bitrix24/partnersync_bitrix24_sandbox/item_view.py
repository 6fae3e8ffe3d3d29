"""A card as crm.item.* tells it: typed values under universal names."""

from collections.abc import Sequence
from typing import Any

from partnersync_bitrix24_sandbox.behaviour import Empty
from partnersync_bitrix24_sandbox.cards import Card
from partnersync_bitrix24_sandbox.entities import Attribute, Entity
from partnersync_bitrix24_sandbox.portal import Portal
from partnersync_bitrix24_sandbox.user_fields import UserField

DISABLED = (
    "dateCreateShort",
    "dateModifyShort",
    "productId",
    "searchContent",
    "hasProducts",
)  # told as null, all of them


def item(
    portal: Portal, entity: Entity, card: Card, select: Sequence[str] | None = None, *, original: bool = False
) -> dict[str, Any]:
    """The whole card, or what `select` names of it; `original` keeps the names of user fields, and with a select
    loses all system fields, as the portal does."""
    everything = not select or "*" in select
    wanted = set(select or ())
    told: dict[str, Any] = {"id": card.id}
    if everything or not original:
        for name, attribute in entity.attributes.items():
            if name != "id" and (everything or name in wanted):
                told[name] = told_attribute(portal, attribute, card.values.get(name))
    stars = "UF_*" in wanted and (original or portal.behaviour.uf_star_selects)
    for field in portal.fields_of(entity):
        key = field.name if original else field.key
        if everything or stars or key in wanted:
            told[key] = told_field(portal, field, card.values.get(field.name))
    if everything:
        told |= dict.fromkeys(DISABLED)
        if entity.has_multi_fields:
            told |= _multi(card)
        told["entityTypeId"] = entity.type_id
    return told


def told_attribute(portal: Portal, attribute: Attribute, value: Any) -> Any:
    """A system field's value."""
    if attribute.multiple:
        return list(value or ())
    if value is None:
        return "N" if attribute.type == "boolean" else empty(portal, attribute.type)
    if attribute.type == "datetime":
        shift = portal.behaviour.created_time_shift_s if attribute.name == "createdTime" else 0
        return portal.moment(value - shift)
    return portal.day(value) if attribute.type == "date" else value


def told_field(portal: Portal, field: UserField, value: Any) -> Any:
    """A user field's value."""
    if field.type == "boolean":
        return value or "N"
    if field.multiple:
        return [_one(portal, field, one) for one in value or ()]
    return empty(portal, field.type) if value is None else _one(portal, field, value)


def empty(portal: Portal, type_: str) -> Any:
    """How nothing is told."""
    return "" if type_ in ("string", "url") and portal.behaviour.empty_text == Empty.TEXT else None


def _one(portal: Portal, field: UserField, value: Any) -> Any:
    match field.type:
        case "date":
            return portal.day(value)
        case "datetime":
            return portal.moment(value)
        case "crm":
            return bound(portal, field, value)
    return value


def bound(portal: Portal, field: UserField, value: str) -> str:
    """A binding: where the field allows one type alone, the portal may leave the prefix away."""
    allowed = [name for name, yes in field.settings.items() if yes == "Y"]
    bare = portal.behaviour.crm_uf_bare_id and len(allowed) == 1
    return value.rpartition("_")[2] if bare else value


def _multi(card: Card) -> dict[str, Any]:
    told: dict[str, Any] = {
        "phone": "",
        "email": "",
        "phoneWork": "",
        "phoneMobile": "",
        "emailWork": "",
        "emailHome": "",
    }
    for one in reversed(card.multi):
        name = one.type_id.lower()
        if name in ("phone", "email"):
            told[name] = one.value
            told[f"{name}{one.value_type.capitalize()}"] = one.value
    told["fm"] = [
        {"id": one.id, "valueType": one.value_type, "value": one.value, "typeId": one.type_id} for one in card.multi
    ]
    return told
