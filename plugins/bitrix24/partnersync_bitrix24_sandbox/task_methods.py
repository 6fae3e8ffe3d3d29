"""tasks.task.*: tasks, whose keys are camelCase and whose ids are texts."""

import re
from typing import Any

from partnersync_bitrix24_sandbox.call import Answer, Call, Method, page
from partnersync_bitrix24_sandbox.php import array, entries, whole
from partnersync_bitrix24_sandbox.portal import Portal
from partnersync_bitrix24_sandbox.refusals import Refusal
from partnersync_bitrix24_sandbox.rows import narrowed, ordered
from partnersync_bitrix24_sandbox.timeline import Task
from partnersync_bitrix24_sandbox.times import parsed

DONE = 5


def told(portal: Portal, one: Task) -> dict[str, Any]:
    """A task."""
    return {
        "id": str(one.id),
        "title": one.title,
        "description": one.description,
        "status": str(one.status),
        "priority": "1",
        "createdBy": str(one.created_by),
        "createdDate": portal.moment(one.created_at),
        "changedDate": portal.moment(one.changed_at),
        "closedDate": portal.moment(one.closed_at) if one.closed_at else None,
        "responsibleId": str(one.responsible_id),
        "deadline": portal.moment(one.deadline) if one.deadline else None,
        "xmlId": one.xml_id or None,
        "groupId": "0",
        "group": array({}),
        "accomplices": [],
        "auditors": [],
    }


def _wide(portal: Portal, one: Task) -> dict[str, Any]:
    return told(portal, one) | {"ufCrmTask": list(one.bindings)}


def add(call: Call) -> Answer:
    """A new task."""
    given, portal = call.fields(), call.portal
    title, responsible = str(given.get("TITLE") or ""), whole(given.get("RESPONSIBLE_ID"))
    if not title:
        raise Refusal(400, "0", "Не указано название задачи")
    if responsible not in portal.users:
        raise Refusal(400, "0", "Не указан исполнитель")
    now = portal.now()
    one = Task(portal.new_id(), title, responsible, whole(given.get("CREATED_BY")) or call.user.id, now, now)
    _take(portal, one, given)
    portal.timeline.tasks[one.id] = one
    return Answer({"task": told(portal, one)})


def update(call: Call) -> Answer:
    """Change a task."""
    one, given = _task(call), call.fields()
    one.title = str(given.get("TITLE") or one.title)
    one.responsible_id = whole(given.get("RESPONSIBLE_ID")) or one.responsible_id
    _take(call.portal, one, given)
    one.changed_at = call.portal.now()
    return Answer({"task": told(call.portal, one)})


def _take(portal: Portal, one: Task, given: Any) -> None:
    one.description = str(given.get("DESCRIPTION", one.description))
    one.xml_id = str(given.get("XML_ID", one.xml_id))
    if "DEADLINE" in given:
        moment = parsed(given["DEADLINE"], portal.zone)
        one.deadline = int(moment.timestamp()) if moment else None
    if "UF_CRM_TASK" in given:
        one.bindings = tuple(str(each) for _, each in entries(given["UF_CRM_TASK"]))
    if whole(given.get("STATUS")):
        one.status = whole(given["STATUS"])
        one.closed_at = portal.now() if one.status == DONE else None


def get(call: Call) -> Answer:
    """One task."""
    return Answer({"task": _wide(call.portal, _task(call))})


def list_(call: Call) -> Answer:
    """Tasks that a filter finds; its names are in capitals."""
    portal = call.portal
    rows = [_wide(portal, one) for one in portal.timeline.tasks.values()]
    names = {_capitals(key): key for row in rows[:1] for key in row}
    found = ordered(narrowed(rows, call.given("filter"), portal.zone, names), call.given("order"), "ID", names)
    select = {names.get(one, one) for one in call.select()}
    if select and "*" not in select:
        found = [{key: value for key, value in row.items() if key in select | {"id"}} for row in found]
    answer = page(found, call)
    return Answer({"tasks": answer.result}, answer.total, answer.next)


def _capitals(key: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).upper()


def _task(call: Call) -> Task:
    one = call.portal.timeline.tasks.get(call.number("taskId"))
    if one is None:
        raise Refusal(400, "0", "Задача не найдена или недоступна")
    return one


METHODS = [
    Method("tasks.task.add", add, "task"),
    Method("tasks.task.get", get, "task"),
    Method("tasks.task.list", list_, "task"),
    Method("tasks.task.update", update, "task"),
]
