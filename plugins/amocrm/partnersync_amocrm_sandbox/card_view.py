"""How cards are read."""

from typing import Any

from partnersync_amocrm_sandbox.account import Account
from partnersync_amocrm_sandbox.calls import Call
from partnersync_amocrm_sandbox.cards import Card, Kind, Value
from partnersync_amocrm_sandbox.definitions import CHOICES, Field

MULTI = frozenset({"multitext", "smart_address"})


def card_view(call: Call, card: Card) -> dict[str, Any]:
    """A card with what `with` asks for."""
    wanted = call.with_
    shown: dict[str, Any] = {"id": card.id, "name": card.name}
    if card.kind is Kind.CONTACTS:
        shown |= {"first_name": card.first_name, "last_name": card.last_name}
    if card.kind is Kind.LEADS:
        shown["price"] = int(card.price)
        if call.account.behaviour.minor_units:
            shown["price_with_minor_units"] = card.price
    shown |= {"responsible_user_id": card.responsible_user_id, "group_id": card.group_id}
    if card.kind is Kind.LEADS:
        shown |= {
            "status_id": card.status_id,
            "pipeline_id": card.pipeline_id,
            "loss_reason_id": card.loss_reason_id,
            **({"source_id": card.source_id} if wanted & {"source_id", "source"} else {}),
        }
    shown |= {
        "created_by": card.created_by,
        "updated_by": card.updated_by,
        "created_at": card.created_at,
        "updated_at": card.updated_at,
        **({"closed_at": card.closed_at} if card.kind is Kind.LEADS else {}),
        "closest_task_at": call.account.closest_task(card.kind, card.id),
        "is_deleted": False,
        **({"is_unsorted": False} if card.kind is Kind.CONTACTS else {}),
        "custom_fields_values": values_view(call.account, card.kind, card.values),
    }
    if card.kind is Kind.LEADS:
        shown |= {"score": None, "labor_cost": None}
        if "is_price_modified_by_robot" in wanted:
            shown["is_price_modified_by_robot"] = card.price_by_robot
    shown["account_id"] = call.account.id
    shown["_links"] = {"self": call.href(f"{card.kind}/{card.id}")}
    shown["_embedded"] = _embedded(call, card, wanted)
    return shown


def trash_view(call: Call, card: Card) -> dict[str, Any]:
    """What is left of a deleted card; contacts and companies deny that they are deleted."""
    left = {
        "id": card.id,
        "updated_at": card.updated_at,
        "updated_by": card.updated_by,
        "is_deleted": card.kind is Kind.LEADS,
        "account_id": call.account.id,
    }
    return {name: left.get(name) for name in card_view(call, card) if not name.startswith("_")} | {
        "_links": {"self": call.href(f"{card.kind}/{card.id}")}
    }


def values_view(account: Account, entity: str, values: dict[int, tuple[Value, ...]]) -> list[dict[str, Any]] | None:
    """The filled fields that still exist; None where there is none."""
    known = account.fields.get(entity, {})
    shown = [_field_view(known[field_id], held) for field_id, held in values.items() if held and field_id in known]
    return [one for one in shown if one["values"]] or None


def _field_view(field: Field, held: tuple[Value, ...]) -> dict[str, Any]:
    if field.type == "chained_list":
        values = [dict(one.value) for one in held]
    elif field.type in CHOICES:
        chosen = [choice for one in held if (choice := field.enum(enum_id=one.enum_id))]
        values = [{"value": one.value, "enum_id": one.id, "enum_code": one.code} for one in chosen]
    elif field.type in MULTI:
        values = [{"value": one.value, "enum_id": one.enum_id, "enum_code": one.enum_code} for one in held]
    else:
        values = [{"value": one.value} for one in held]
    return {
        "field_id": field.id,
        "field_name": field.name,
        "field_code": field.code,
        "field_type": field.type,
        "values": values,
    }


def _embedded(call: Call, card: Card, wanted: frozenset[str]) -> dict[str, Any]:
    known = call.account.tags[card.kind]
    shown: dict[str, Any] = {
        "tags": [{"id": tag.id, "name": tag.name, "color": tag.color} for tag in map(known.get, card.tags) if tag]
    }
    if card.kind is not Kind.COMPANIES:
        shown["companies"] = [_end(call, "companies", other) for other in card.linked("companies")[:1]]
    if card.kind is not Kind.CONTACTS and "contacts" in wanted:
        shown["contacts"] = [
            _end(call, "contacts", other)
            | ({"is_main": bool(card.links[("contacts", other)].get("is_main"))} if card.kind is Kind.LEADS else {})
            for other in card.linked("contacts")
        ]
    if card.kind is not Kind.LEADS and "leads" in wanted:
        shown["leads"] = [_end(call, "leads", other) for other in card.linked("leads")]
    if card.kind is not Kind.LEADS and "customers" in wanted:
        shown["customers"] = []
    if "catalog_elements" in wanted:
        shown["catalog_elements"] = [_element(call, card, other) for other in card.linked("catalog_elements")]
    if card.kind is Kind.LEADS and "loss_reason" in wanted:
        reason = call.account.loss_reasons.get(card.loss_reason_id or 0)
        told = ("id", "name", "sort", "created_at", "updated_at")
        shown["loss_reason"] = [{key: getattr(reason, key) for key in told}] if reason else []
    return shown


def _end(call: Call, kind: str, other: int) -> dict[str, Any]:
    return {"id": other, "_links": {"self": call.href(f"{kind}/{other}")}}


def _element(call: Call, card: Card, element_id: int) -> dict[str, Any]:
    told = card.links[("catalog_elements", element_id)]
    metadata = {key: told.get(key) for key in ("quantity", "catalog_id", "price_id")}
    path = f"catalogs/{told.get('catalog_id')}/elements/{element_id}"
    return {"id": element_id, "metadata": metadata, "_links": {"self": call.href(path)}}
