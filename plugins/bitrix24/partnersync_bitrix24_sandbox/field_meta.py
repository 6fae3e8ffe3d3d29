"""What is told of fields: by crm.item.fields, and by crm.deal.fields and its like."""

from typing import Any

from partnersync_bitrix24_sandbox.entities import Attribute, Entity, Kind
from partnersync_bitrix24_sandbox.php import array
from partnersync_bitrix24_sandbox.portal import Portal
from partnersync_bitrix24_sandbox.user_fields import UserField

STATUS_TYPES = {"sourceId": "SOURCE", "honorific": "HONORIFIC", "industry": "INDUSTRY", "employees": "EMPLOYEES"}
KINDS_OF_KINDS: dict[int, str] = {Kind.DEAL: "DEAL_TYPE", Kind.COMPANY: "COMPANY_TYPE", Kind.CONTACT: "CONTACT_TYPE"}
PARENTS: dict[str, int] = {"crm_company": Kind.COMPANY, "crm_lead": Kind.LEAD, "crm_quote": 7}


def _meta(type_: str, title: str, *, multiple: bool) -> dict[str, Any]:
    return {
        "type": type_,
        "isRequired": False,
        "isReadOnly": False,
        "isImmutable": False,
        "isMultiple": multiple,
        "isDynamic": False,
        "title": title,
    }


def attribute_meta(portal: Portal, entity: Entity, one: Attribute) -> dict[str, Any]:
    """A system field; of a directory's codes, with the directory: that of stages is the first pipeline's."""
    told = _meta(one.type, one.upper, multiple=one.multiple) | {"isReadOnly": one.read_only}
    if one.type == "crm_status":
        first = next(iter(portal.categories_of(entity.type_id)), 0)
        kind = KINDS_OF_KINDS.get(entity.type_id, "") if one.name == "typeId" else entity.directory(first)
        told["statusType"] = STATUS_TYPES.get(one.name, kind)
    if one.type == "crm_entity":
        told["settings"] = {"parentEntityTypeId": int(one.name.removeprefix("parentId"))}
    elif one.type in PARENTS and not one.multiple:
        told["settings"] = {"parentEntityTypeId": int(PARENTS[one.type])}
    return told


def user_field_meta(field: UserField) -> dict[str, Any]:
    """A user field; options come without XML_ID."""
    told = _meta(field.type, field.label(), multiple=field.multiple)
    told |= {"isDynamic": True, "isRequired": field.mandatory, "settings": array(field.settings)}
    if field.type == "enumeration":
        told["items"] = [{"ID": str(one.id), "VALUE": one.value} for one in field.options]
    return told
