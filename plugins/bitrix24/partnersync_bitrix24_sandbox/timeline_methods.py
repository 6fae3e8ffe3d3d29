"""crm.timeline.*: comments, log messages, notes and pins."""

from typing import Any

from partnersync_bitrix24_sandbox.call import Answer, Call, Method, page
from partnersync_bitrix24_sandbox.cards import Actor
from partnersync_bitrix24_sandbox.changes import bump
from partnersync_bitrix24_sandbox.entities import Entity
from partnersync_bitrix24_sandbox.events import fire_other
from partnersync_bitrix24_sandbox.php import array, whole
from partnersync_bitrix24_sandbox.portal import Portal
from partnersync_bitrix24_sandbox.refusals import Refusal, legacy, not_found
from partnersync_bitrix24_sandbox.rows import chosen, narrowed, ordered
from partnersync_bitrix24_sandbox.timeline import Entry

ACTIVITY_ITEM, HISTORY_ITEM = 1, 2


def comment(portal: Portal, entity: Entity, card_id: int, text: str, actor: Actor) -> Entry:
    """A comment; by somebody else than the responsible user it counts as activity of the card."""
    entry = Entry(portal.new_id(), "comment", (entity.type_id, card_id), text, actor.user_id, portal.now())
    portal.timeline.entries[entry.id] = entry
    fire_other(portal, "ONCRMTIMELINECOMMENTADD", entry.id, actor)
    card = portal.card(entity.type_id, card_id)
    if card and card.values.get("assignedById") != actor.user_id and portal.behaviour.comment_bumps:
        bump(portal, entity, card_id, actor)
    return entry


def _entity(portal: Portal, name: Any) -> Entity:
    found = next((one for one in portal.entities.values() if one.name == str(name).upper()), None)
    if found is None:
        raise legacy("Invalid ENTITY_TYPE")
    return found


def add_comment(call: Call) -> Answer:
    """A new comment; its id. Only lower-case `fields` is understood."""
    given, portal = call.params.get("fields"), call.portal
    if not isinstance(given, dict) or not given.get("COMMENT"):
        raise legacy("Empty comment message")
    entity = _entity(portal, given.get("ENTITY_TYPE"))
    if portal.card(entity.type_id, whole(given.get("ENTITY_ID"))) is None:
        raise legacy("Entity not found")
    entry = comment(portal, entity, whole(given["ENTITY_ID"]), str(given["COMMENT"]), call.actor)
    return Answer(entry.id)


def _comment_told(portal: Portal, one: Entry) -> dict[str, Any]:
    return {
        "ID": str(one.id),
        "ENTITY_ID": str(one.owner[1]),
        "ENTITY_TYPE": portal.entities[one.owner[0]].name.lower(),
        "CREATED": portal.moment(one.created_at),
        "COMMENT": one.text,
        "AUTHOR_ID": str(one.author_id),
    }


def list_comments(call: Call) -> Answer:
    """Comments of the card that the filter names."""
    portal = call.portal
    rows = [_comment_told(portal, one) for one in portal.timeline.entries.values() if one.kind == "comment"]
    given = call.mapping("filter")
    if not (given.get("ENTITY_ID") or given.get("=ENTITY_ID")) or not given.get("ENTITY_TYPE"):
        raise legacy("ENTITY_ID and ENTITY_TYPE are required in filter")
    found = ordered(narrowed(rows, given, portal.zone), call.given("order"), "ID")
    return page([chosen(one, call.select()) for one in found], call)


def get_comment(call: Call) -> Answer:
    """One comment."""
    return Answer(_comment_told(call.portal, _entry(call, "comment")))


def update_comment(call: Call) -> Answer:
    """Write a comment anew."""
    one = _entry(call, "comment")
    one.text = str(call.fields().get("COMMENT") or one.text)
    fire_other(call.portal, "ONCRMTIMELINECOMMENTUPDATE", one.id, call.actor)
    return Answer(result=True)


def delete_comment(call: Call) -> Answer:
    """Take a comment away."""
    one = _entry(call, "comment")
    del call.portal.timeline.entries[one.id]
    fire_other(call.portal, "ONCRMTIMELINECOMMENTDELETE", one.id, call.actor)
    return Answer(result=True)


def _entry(call: Call, kind: str) -> Entry:
    one = call.portal.timeline.entries.get(call.number("id"))
    if one is None or one.kind != kind:
        raise not_found() if kind == "log" else legacy("Not found")
    return one


def _log_told(portal: Portal, one: Entry) -> dict[str, Any]:
    return {
        "id": one.id,
        "created": portal.moment(one.created_at),
        "authorId": one.author_id,
        "title": one.title,
        "text": one.text,
        "iconCode": one.icon,
    }


def add_log(call: Call) -> Answer:
    """A log message, which moves no stamp of the card."""
    given, portal = call.fields(), call.portal
    owner = (whole(given.get("entityTypeId")), whole(given.get("entityId")))
    if portal.card(*owner) is None:
        raise not_found()
    for name in ("title", "text", "iconCode"):
        if not given.get(name):
            raise Refusal(400, "CRM_FIELD_ERROR_REQUIRED", f"Field {name} is required")
    entry = Entry(portal.new_id(), "log", owner, str(given["text"]), call.user.id, portal.now())
    entry.title, entry.icon = str(given["title"]), str(given["iconCode"])
    portal.timeline.entries[entry.id] = entry
    return Answer({"logMessage": _log_told(portal, entry)})


def list_logs(call: Call) -> Answer:
    """The log messages of a card."""
    owner = (call.number("entityTypeId"), call.number("entityId"))
    rows = [_log_told(call.portal, one) for one in call.portal.timeline.of(owner) if one.kind == "log"]
    return page(ordered(rows, call.given("order"), "id"), call)


def get_log(call: Call) -> Answer:
    """One log message."""
    return Answer({"logMessage": _log_told(call.portal, _entry(call, "log"))})


def delete_log(call: Call) -> Answer:
    """Take a log message away."""
    del call.portal.timeline.entries[_entry(call, "log").id]
    return Answer(None)


def _noted(call: Call) -> tuple[int, int]:
    timeline, kind, number = call.portal.timeline, call.number("itemType"), call.number("itemId")
    owner = (call.number("ownerTypeId"), call.number("ownerId"))
    held: Any = timeline.activities.get(number) if kind == ACTIVITY_ITEM else timeline.entries.get(number)
    if held is None or held.owner != owner:
        raise not_found()
    return kind, number


def save_note(call: Call) -> Answer:
    """The one note of a record."""
    call.portal.timeline.notes[_noted(call)] = (str(call.needed("text")), call.user.id, call.portal.now())
    return Answer(result=True)


def get_note(call: Call) -> Answer:
    """The note of a record."""
    found = call.portal.timeline.notes.get(_noted(call))
    if found is None:
        raise not_found()
    text, user, at = found
    moment = call.portal.moment(at)
    return Answer(
        {"text": text, "createdById": user, "createdTime": moment, "updatedById": user, "updatedTime": moment}
    )


def delete_note(call: Call) -> Answer:
    """Take it away."""
    call.portal.timeline.notes.pop(_noted(call), None)
    return Answer(result=True)


def pin(call: Call) -> Answer:
    """Put a record on top of the timeline, or, by `unpin`, no more."""
    one = call.portal.timeline.entries.get(call.number("id"))
    if one is None or one.owner != (call.number("ownerTypeId"), call.number("ownerId")):
        raise not_found()
    one.pinned = not call.method.endswith(".unpin")
    return Answer(array({}))


METHODS = [
    Method("crm.timeline.comment.add", add_comment),
    Method("crm.timeline.comment.list", list_comments),
    Method("crm.timeline.comment.get", get_comment),
    Method("crm.timeline.comment.update", update_comment),
    Method("crm.timeline.comment.delete", delete_comment),
    Method("crm.timeline.logmessage.add", add_log),
    Method("crm.timeline.logmessage.list", list_logs),
    Method("crm.timeline.logmessage.get", get_log),
    Method("crm.timeline.logmessage.delete", delete_log),
    Method("crm.timeline.note.save", save_note),
    Method("crm.timeline.note.get", get_note),
    Method("crm.timeline.note.delete", delete_note),
    Method("crm.timeline.item.pin", pin),
    Method("crm.timeline.item.unpin", pin),
]
