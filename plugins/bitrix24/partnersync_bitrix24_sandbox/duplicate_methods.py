"""crm.duplicate.findbycomm and crm.entity.mergeBatch: cards that are alike, and one made of them."""

from partnersync_bitrix24_sandbox import changes
from partnersync_bitrix24_sandbox.call import Answer, Call, Method
from partnersync_bitrix24_sandbox.entities import Kind
from partnersync_bitrix24_sandbox.php import array, entries, whole
from partnersync_bitrix24_sandbox.refusals import Refusal

MOST_VALUES = MOST_HITS = 20
NAMES = {"LEAD": Kind.LEAD, "CONTACT": Kind.CONTACT, "COMPANY": Kind.COMPANY}


def duplicates(call: Call) -> Answer:
    """Leads, contacts and companies with one of these phones or addresses."""
    kind = str(call.needed("type")).upper()
    values = [one for _, one in entries(call.needed("values")) if isinstance(one, str)][:MOST_VALUES]
    only = str(call.given("entity_type") or "").upper()
    found: dict[str, list[int]] = {}
    for name, type_id in NAMES.items():
        if only in ("", name):
            for card in call.portal.cards[type_id].all():
                if any(one.type_id == kind and one.value in values for one in card.multi):
                    found.setdefault(name, []).append(card.id)
    return Answer(array({name: ids[:MOST_HITS] for name, ids in found.items()}))


def merge(call: Call) -> Answer:
    """Make one card of several."""
    params = call.fields("params")
    entity = call.portal.entities.get(whole(params.get("entityTypeId")))
    ids = tuple(whole(one) for _, one in entries(params.get("entityIds")))
    if entity is None or entity.type_id not in NAMES.values():
        raise Refusal(400, "ENTITY_TYPE_NOT_SUPPORTED", "Entity type is not supported")
    try:
        changes.merge(call.portal, entity, ids, call.actor)
    except ValueError as error:
        raise Refusal(400, "NOT_FOUND", str(error)) from None
    return Answer({"STATUS": "SUCCESS", "ENTITY_IDS": list(ids)})


METHODS = [
    Method("crm.duplicate.findbycomm", duplicates),
    Method("crm.entity.mergeBatch", merge),
]
