"""Canonical text as values of the account's custom fields, so that it reads back to the letter. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from partnersync.contract.crm_fields import FIELDS, NoValue
from partnersync_amocrm.field_text import values_by_field
from partnersync_amocrm.metadata import FieldDef

Json = Mapping[str, Any]

_TEXTS = frozenset({"text", "textarea"})
_ONE_CHOICE = frozenset({"select", "radiobutton"})


def can_hold(field: FieldDef, managed: str) -> bool:
    """Whether a managed field comes back as it was written; numbers lose their zeros, several values their order."""
    return field.type in _TEXTS | _ONE_CHOICE or (field.type == "date" and FIELDS[managed].type == "day")


def body_of(field: FieldDef, text: str, zone: ZoneInfo) -> Json:
    """What sets a field to a text, or clears it; NoValue where it cannot hold it."""
    return {"field_id": field.id, "values": [_value(field, text, zone)] if text else None}


def stands(body: Json, card: Json) -> bool:
    """Whether a card holds what was sent."""
    held = values_by_field(card)
    fields = body.get("custom_fields_values", ())
    owner = body.get("responsible_user_id", card.get("responsible_user_id"))
    return bool(
        owner == card.get("responsible_user_id")
        and all(_plain(one["values"] or ()) == _plain(held.get(one["field_id"], ())) for one in fields)
    )


def _value(field: FieldDef, text: str, zone: ZoneInfo) -> Json:
    if field.type in _ONE_CHOICE:
        coded = [one for one in field.choices if one.code == text]
        chosen = next(iter(coded or [one for one in field.choices if not one.code and one.value == text]), None)
        if chosen is None:
            raise NoValue(f'field "{field.name}" has no entry "{text}". Apply the schema, or add it in the account')
        return {"enum_id": chosen.id}
    if field.type == "date":
        # Midnight of the account's zone: the day that it keeps, whether or not it cuts moments to days.
        return {"value": int(datetime.combine(date.fromisoformat(text), time(), zone).timestamp())}
    return {"value": text}


def _plain(values: Sequence[Json]) -> list[str]:
    return [str(one.get("enum_id") or one.get("value")) for one in values]
