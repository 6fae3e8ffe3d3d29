"""crm.activity.*: calls and mails, to-dos, and records of applications."""

from typing import Any

from partnersync_bitrix24_sandbox.call import Answer, Call, Method, page
from partnersync_bitrix24_sandbox.changes import bump
from partnersync_bitrix24_sandbox.events import fire_other
from partnersync_bitrix24_sandbox.php import array, whole
from partnersync_bitrix24_sandbox.portal import Portal
from partnersync_bitrix24_sandbox.refusals import Refusal, legacy, not_found
from partnersync_bitrix24_sandbox.rows import chosen, narrowed, ordered
from partnersync_bitrix24_sandbox.timeline import Activity
from partnersync_bitrix24_sandbox.times import parsed
from partnersync_bitrix24_sandbox.user_field_writes import flag

TODO, CONFIGURABLE = "CRM_TODO", "CONFIGURABLE_REST_APP"
OTHER_TYPE = 6
PROVIDERS = {1: "CRM_MEETING", 2: "VOXIMPLANT_CALL", 3: "CRM_TASKS_TASK", 4: "CRM_EMAIL"}
INCOMING = 1


def told(portal: Portal, one: Activity) -> dict[str, Any]:
    """An activity: texts, whatever they hold."""
    return {
        "ID": str(one.id),
        "OWNER_ID": str(one.owner[1]),
        "OWNER_TYPE_ID": str(one.owner[0]),
        "TYPE_ID": str(one.type_id),
        "PROVIDER_ID": one.provider,
        "PROVIDER_TYPE_ID": "TODO" if one.provider == TODO else one.more.get("typeId", ""),
        "ASSOCIATED_ENTITY_ID": "0",
        "SUBJECT": one.subject,
        "CREATED": portal.moment(one.created_at),
        "LAST_UPDATED": portal.moment(one.updated_at),
        "DEADLINE": portal.moment(one.deadline) if one.deadline else "",
        "COMPLETED": "Y" if one.completed else "N",
        "STATUS": "2" if one.completed else "1",
        "RESPONSIBLE_ID": str(one.responsible_id),
        "AUTHOR_ID": str(one.author_id),
        "EDITOR_ID": str(one.author_id),
        "PRIORITY": "2",
        "DESCRIPTION": one.description,
        "DESCRIPTION_TYPE": "1",
        "DIRECTION": str(one.direction),
        "SETTINGS": array({}),
        "ORIGINATOR_ID": one.originator_id or None,
        "ORIGIN_ID": one.origin_id or None,
        "IS_INCOMING_CHANNEL": "Y" if one.incoming else "N",
    }


def list_(call: Call) -> Answer:
    """Activities that a filter finds."""
    portal = call.portal
    rows = [told(portal, one) for one in portal.timeline.activities.values()]
    found = ordered(narrowed(rows, call.given("filter"), portal.zone), call.given("order"), "ID")
    answer = page([chosen(one, call.select()) for one in found], call)
    return Answer(answer.result, 0) if call.start < 0 else answer


def get(call: Call) -> Answer:
    """One activity."""
    return Answer(told(call.portal, _activity(call)))


def add(call: Call) -> Answer:
    """A call, a mail or a meeting; its id."""
    given, portal = call.fields(), call.portal
    owner = _owner(call, given.get("OWNER_TYPE_ID"), given.get("OWNER_ID"))
    type_id = whole(given.get("TYPE_ID"))
    provider = str(given.get("PROVIDER_ID") or PROVIDERS.get(type_id, ""))
    if not provider:
        raise legacy("The field TYPE_ID is required.")
    one = _new(call, owner, provider, type_id)
    one.subject, one.description = str(given.get("SUBJECT") or ""), str(given.get("DESCRIPTION") or "")
    one.responsible_id = whole(given.get("RESPONSIBLE_ID")) or one.responsible_id
    one.deadline = _moment(portal, given.get("DEADLINE") or given.get("END_TIME"))
    one.direction, one.completed = whole(given.get("DIRECTION")), flag(given.get("COMPLETED"))
    one.origin_id, one.originator_id = str(given.get("ORIGIN_ID") or ""), str(given.get("ORIGINATOR_ID") or "")
    one.incoming = flag(given.get("IS_INCOMING_CHANNEL")) or (one.direction == INCOMING and type_id in (2, 4))
    return Answer(_stored(call, one).id)


def update(call: Call) -> Answer:
    """Change an activity."""
    one, given = _activity(call), call.fields()
    one.subject = str(given.get("SUBJECT", one.subject))
    one.description = str(given.get("DESCRIPTION", one.description))
    one.completed = flag(given.get("COMPLETED"), one.completed)
    one.responsible_id = whole(given.get("RESPONSIBLE_ID")) or one.responsible_id
    one.deadline = _moment(call.portal, given["DEADLINE"]) if "DEADLINE" in given else one.deadline
    one.updated_at = call.portal.now()
    fire_other(call.portal, "ONCRMACTIVITYUPDATE", one.id, call.actor)
    return Answer(result=True)


def delete(call: Call) -> Answer:
    """Take an activity away."""
    one = _activity(call)
    del call.portal.timeline.activities[one.id]
    fire_other(call.portal, "ONCRMACTIVITYDELETE", one.id, call.actor)
    return Answer(result=True)


def add_todo(call: Call) -> Answer:
    """A to-do under a card, which moves no stamp of it."""
    deadline = _moment(call.portal, call.needed("deadline"))
    if deadline is None:
        raise Refusal(400, "WRONG_DATETIME_FORMAT", "Wrong date/time format for field deadline")
    one = _new(call, _owner(call, call.needed("ownerTypeId"), call.needed("ownerId")), TODO, OTHER_TYPE)
    one.subject = str(call.given("title") or "Дело")
    one.description = str(call.given("description") or "")
    one.responsible_id = whole(call.given("responsibleId")) or one.responsible_id
    one.deadline = deadline
    return Answer({"id": _stored(call, one).id})


def update_todo(call: Call) -> Answer:
    """Change a to-do."""
    one = _activity(call)
    if one.provider != TODO:
        raise not_found()
    one.subject = str(call.given("title") or one.subject)
    one.description = str(call.given("description") or one.description)
    one.responsible_id = whole(call.given("responsibleId")) or one.responsible_id
    one.deadline = _moment(call.portal, call.given("deadline")) or one.deadline
    one.updated_at = call.portal.now()
    fire_other(call.portal, "ONCRMACTIVITYUPDATE", one.id, call.actor)
    return Answer({"id": one.id})


def add_configurable(call: Call) -> Answer:
    """An application's own record, with a layout of its own."""
    owner = _owner(call, call.needed("ownerTypeId"), call.needed("ownerId"))
    one = _new(call, owner, CONFIGURABLE, OTHER_TYPE)
    _take(call, one)
    call.needed("layout")
    return Answer({"activity": _configurable(call.portal, _stored(call, one))})


def update_configurable(call: Call) -> Answer:
    """Change it."""
    one = _activity(call)
    _take(call, one)
    one.updated_at = call.portal.now()
    return Answer({"activity": _configurable(call.portal, one)})


def get_configurable(call: Call) -> Answer:
    """One of them."""
    return Answer({"activity": _configurable(call.portal, _activity(call))})


def _take(call: Call, one: Activity) -> None:
    given = call.mapping("fields")
    one.more |= {name: given[name] for name in ("typeId", "badgeCode", "pingOffsets") if name in given}
    if call.given("layout") is not None:
        one.more["layout"] = call.given("layout")
    one.completed = flag(given.get("completed"), one.completed)
    one.incoming = flag(given.get("isIncomingChannel"), one.incoming)
    one.deadline = _moment(call.portal, given["deadline"]) if "deadline" in given else one.deadline
    one.responsible_id = whole(given.get("responsibleId")) or one.responsible_id
    one.origin_id = str(given.get("originId", one.origin_id))
    one.originator_id = str(given.get("originatorId", one.originator_id))


def _configurable(portal: Portal, one: Activity) -> dict[str, Any]:
    fields = {
        "typeId": one.more.get("typeId", "CONFIGURABLE"),
        "completed": one.completed,
        "deadline": portal.moment(one.deadline) if one.deadline else None,
        "pingOffsets": one.more.get("pingOffsets", []),
        "isIncomingChannel": "Y" if one.incoming else "N",
        "responsibleId": one.responsible_id,
        "badgeCode": one.more.get("badgeCode"),
        "originatorId": one.originator_id,
        "originId": one.origin_id,
    }
    owner = {"ownerTypeId": one.owner[0], "ownerId": one.owner[1]}
    return {"id": one.id, **owner, "fields": fields, "layout": one.more.get("layout")}


def _owner(call: Call, type_id: Any, owner_id: Any) -> tuple[int, int]:
    owner = (whole(type_id), whole(owner_id))
    if call.portal.card(*owner) is None:
        raise Refusal(400, "OWNER_NOT_FOUND", "Owner was not found")
    return owner


def _new(call: Call, owner: tuple[int, int], provider: str, type_id: int) -> Activity:
    now, user = call.portal.now(), call.user.id
    return Activity(call.portal.new_id(), owner, provider, type_id, "", user, user, now, now)


def _stored(call: Call, one: Activity) -> Activity:
    portal = call.portal
    portal.timeline.activities[one.id] = one
    fire_other(portal, "ONCRMACTIVITYADD", one.id, call.actor)
    if one.incoming:
        bump(portal, portal.entities[one.owner[0]], one.owner[1], call.actor)
    return one


def _activity(call: Call) -> Activity:
    one = call.portal.timeline.activities.get(call.number("id"))
    if one is None:
        raise legacy("Activity is not found.")
    return one


def _moment(portal: Portal, given: Any) -> int | None:
    told = parsed(given, portal.zone) if given else None
    return int(told.timestamp()) if told else None


METHODS = [
    Method("crm.activity.list", list_),
    Method("crm.activity.get", get),
    Method("crm.activity.add", add),
    Method("crm.activity.update", update),
    Method("crm.activity.delete", delete),
    Method("crm.activity.todo.add", add_todo),
    Method("crm.activity.todo.update", update_todo),
    Method("crm.activity.configurable.add", add_configurable, application_only=True),
    Method("crm.activity.configurable.get", get_configurable, application_only=True),
    Method("crm.activity.configurable.update", update_configurable, application_only=True),
]
