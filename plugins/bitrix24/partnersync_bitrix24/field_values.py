"""Canonical text as values of the portal's fields, and whether they came to stand there. Pure."""

from collections.abc import Mapping
from typing import Any

from partnersync.contract.crm_fields import NoValue
from partnersync_bitrix24.field_text import Statuses, text_of
from partnersync_bitrix24.metadata import FieldDef

Json = Mapping[str, Any]


def value_of(field: FieldDef, text: str) -> str:
    """What sets a field to a text, or clears it; NoValue where it has no such choice."""
    if field.type != "enumeration" or not text:
        return text
    coded = [one for one in field.choices if one.code == text]
    chosen = next(iter(coded or [one for one in field.choices if not one.code and one.value == text]), None)
    if chosen is None:
        raise NoValue(f'field "{field.name}" has no entry "{text}". Apply the schema, or add it in the portal')
    return str(chosen.id)


def held(field: FieldDef, card: Json, statuses: Statuses) -> str:
    """The text that a card holds in a field."""
    return text_of(field, card.get(field.key), statuses, coded=True)
