"""crm.type.*: smart processes."""

from typing import Any

from partnersync_bitrix24_sandbox.call import Answer, Call, Method, page
from partnersync_bitrix24_sandbox.directories import PROCESS_STAGES, SmartProcess
from partnersync_bitrix24_sandbox.entities import smart_process
from partnersync_bitrix24_sandbox.events import fire_other
from partnersync_bitrix24_sandbox.php import array, entries, whole
from partnersync_bitrix24_sandbox.refusals import Refusal, not_found
from partnersync_bitrix24_sandbox.rows import narrowed, ordered
from partnersync_bitrix24_sandbox.user_field_writes import flag

FLAGS = (
    "isAutomationEnabled",
    "isBeginCloseDatesEnabled",
    "isBizProcEnabled",
    "isCategoriesEnabled",
    "isClientEnabled",
    "isDocumentsEnabled",
    "isLinkWithProductsEnabled",
    "isMycompanyEnabled",
    "isObserversEnabled",
    "isRecyclebinEnabled",
    "isSetOpenPermissions",
    "isSourceEnabled",
    "isStagesEnabled",
    "isUseInUserfieldEnabled",
)
OLD_TYPES, FIRST_NEW_TYPE = range(128, 193), 1030


def _told(call: Call, one: SmartProcess, *, relations: bool = True) -> dict[str, Any]:
    moment = call.portal.moment
    row: dict[str, Any] = {
        "id": one.id,
        "title": one.title,
        "code": "",
        "createdBy": one.created_by,
        "entityTypeId": one.type_id,
        "customSectionId": None,
        **{name: "Y" if one.flags.get(name) else "N" for name in FLAGS},
        "createdTime": moment(one.created_at),
        "updatedTime": moment(one.updated_at),
    }
    if relations:
        row["relations"] = {
            side: [
                {"entityTypeId": other, "isChildrenListEnabled": "Y", "isPredefined": "N"}
                for other in one.relations.get(side, [])
            ]
            for side in ("parent", "child")
        }
        row["linkedUserFields"] = array({})
    return row


def list_(call: Call) -> Answer:
    """A page of the types."""
    rows = [_told(call, one, relations=False) for one in call.portal.smart_processes.values()]
    answer = page(ordered(narrowed(rows, call.given("filter"), call.portal.zone), call.given("order"), "id"), call)
    return Answer({"types": answer.result}, answer.total, answer.next)


def get(call: Call) -> Answer:
    """A type by the id of its record."""
    return Answer({"type": _told(call, _type(call))})


def by_entity_type(call: Call) -> Answer:
    """A type by the number of its cards."""
    wanted = call.number("entityTypeId")
    one = next((one for one in call.portal.smart_processes.values() if one.type_id == wanted), None)
    if one is None:
        raise not_found()
    return Answer({"type": _told(call, one)})


def add(call: Call) -> Answer:
    """A new smart process."""
    portal, given = call.portal, call.fields()
    _need_admin(call)
    if len(portal.smart_processes) >= portal.options.smart_processes:
        raise Refusal(400, "CREATE_DYNAMIC_TYPE_RESTRICTED", "The plan allows no more smart processes")
    title = str(given.get("title") or "")
    if not title:
        raise Refusal(400, "CRM_FIELD_ERROR_REQUIRED", "Field title is required")
    type_id = whole(given.get("entityTypeId")) or next(
        number for number in range(FIRST_NEW_TYPE, 1 << 16, 2) if number not in portal.entities
    )
    if type_id in portal.entities or not (type_id in OLD_TYPES or (type_id >= FIRST_NEW_TYPE and type_id % 2 == 0)):
        raise Refusal(400, "INVALID_ARG_VALUE", f"entityTypeId {type_id} cannot be used")
    now = portal.now()
    one = SmartProcess(portal.new_id(), type_id, title, created_at=now, updated_at=now, created_by=call.user.id)
    one.flags = {"isSetOpenPermissions": True}
    portal.smart_processes[one.id] = one
    entity = smart_process(type_id, one.id)
    portal.add_entity(entity)
    _take(call, one, given)
    portal.add_category(entity, title, PROCESS_STAGES)
    fire_other(portal, "ONCRMTYPEADD", one.id, call.actor)
    return Answer({"type": _told(call, one)})


def update(call: Call) -> Answer:
    """Change a type."""
    _need_admin(call)
    one, given = _type(call), call.fields()
    one.title = str(given.get("title") or one.title)
    one.updated_at = call.portal.now()
    _take(call, one, given)
    fire_other(call.portal, "ONCRMTYPEUPDATE", one.id, call.actor)
    return Answer({"type": _told(call, one)})


def _take(call: Call, one: SmartProcess, given: Any) -> None:
    one.flags |= {name: flag(given[name]) for name in FLAGS if name in given}
    relations = given.get("relations")
    if not isinstance(relations, dict):
        return
    entities = call.portal.entities
    for side in ("parent", "child"):
        others = [whole(each.get("entityTypeId")) for _, each in entries(relations.get(side)) if isinstance(each, dict)]
        one.relations[side] = [other for other in others if other in entities]
        for other in one.relations[side]:
            child, parent = (one.type_id, other) if side == "parent" else (other, one.type_id)
            entities[child].bind(parent)


def delete(call: Call) -> Answer:
    """Take a type away that has no cards."""
    _need_admin(call)
    one = _type(call)
    if len(call.portal.cards[one.type_id]):
        raise Refusal(400, "ERROR_CORE", "The type has items")
    del call.portal.smart_processes[one.id], call.portal.entities[one.type_id]
    fire_other(call.portal, "ONCRMTYPEDELETE", one.id, call.actor)
    return Answer(None)


def _need_admin(call: Call) -> None:
    if not call.user.is_admin:
        raise Refusal(400, "ACCESS_DENIED", "Access denied.")


def _type(call: Call) -> SmartProcess:
    one = call.portal.smart_processes.get(call.number("id"))
    if one is None:
        raise not_found()
    return one


METHODS = [
    Method("crm.type.list", list_),
    Method("crm.type.get", get),
    Method("crm.type.getByEntityTypeId", by_entity_type),
    Method("crm.type.add", add),
    Method("crm.type.update", update),
    Method("crm.type.delete", delete),
]
