"""What crm.item.add and update take of the written fields."""

from collections.abc import Mapping
from typing import Any

from partnersync_bitrix24_sandbox.behaviour import Sent
from partnersync_bitrix24_sandbox.call import Call
from partnersync_bitrix24_sandbox.cards import Card, MultiField
from partnersync_bitrix24_sandbox.changes import Edit
from partnersync_bitrix24_sandbox.contracts import Finding, fits
from partnersync_bitrix24_sandbox.entities import MULTI_FIELDS, Entity
from partnersync_bitrix24_sandbox.php import entries, whole
from partnersync_bitrix24_sandbox.portal import Portal
from partnersync_bitrix24_sandbox.refusals import argument
from partnersync_bitrix24_sandbox.values import EMPTY, read_attribute, read_user_field

BASES = {
    "integer": "integer",
    "user": "integer",
    "double": "number",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
    "string": "string",
    "crm_status": "string",
    "crm_currency": "string",
    "crm_company": "integer",
    "crm_contact": "integer",
}


def read(call: Call, entity: Entity, given: Mapping[str, Any], card: Card | None) -> Edit:
    """The edit that the fields are; unknown user fields are passed over."""
    portal = call.portal
    _look(call, entity, given)
    by_name = {field.key: field for field in portal.fields_of(entity)}
    by_name |= {field.name: field for field in portal.fields_of(entity)}
    edit = Edit()
    for name, value in given.items():
        if name == "fm" and entity.has_multi_fields:
            edit.multi = multi_fields(portal, card.multi if card else (), value)
        elif name in by_name:
            edit.values[by_name[name].name] = read_user_field(portal, by_name[name], value, legacy=False)
        elif (attribute := entity.attributes.get(name)) and not attribute.read_only:
            edit.values[name] = read_attribute(portal, attribute, value)
    return edit


def _look(call: Call, entity: Entity, given: Mapping[str, Any]) -> None:
    """Names and types of system fields, against the entity's own."""
    for name, value in given.items():
        attribute = entity.attributes.get(name)
        if attribute is None:
            known = name == "fm" or name.lower().startswith("uf")
            what = "" if known else "is unknown"
        else:
            base = "array" if attribute.multiple else BASES.get(attribute.type, "any")
            what = "" if fits(base, value) else f"is no {base}"
        if what:
            found = Finding(call.method, f"fields[{name}]", what)
            call.portal.findings.append(found)
            if call.portal.behaviour.contract == Sent.REFUSED:
                raise argument(f"fields[{name}]", str(found))


def multi_fields(portal: Portal, held: tuple[MultiField, ...], given: Any) -> tuple[MultiField, ...]:
    """`fm`: numeric keys change or, with an empty value, delete; others add."""
    kept = {one.id: one for one in held}
    for key, one in entries(given):
        if not isinstance(one, dict):
            continue
        number = whole(one.get("id")) or (int(key) if key.isdigit() and isinstance(given, dict) else 0)
        old = kept.get(number)
        value = one.get("value")
        if old is not None:
            if value in EMPTY:
                del kept[number]
            else:
                kept[number] = MultiField(number, old.type_id, str(one.get("valueType", old.value_type)), str(value))
        elif value not in EMPTY and str(one.get("typeId")) in MULTI_FIELDS:
            number = portal.new_id()
            kept[number] = MultiField(number, str(one["typeId"]), str(one.get("valueType", "WORK")), str(value))
    return tuple(kept.values())
