"""Tasks."""

from typing import Any

from partnersync.sandbox.messages import Response
from partnersync_amocrm_sandbox.account import Task
from partnersync_amocrm_sandbox.calls import Call, route
from partnersync_amocrm_sandbox.cards import Kind
from partnersync_amocrm_sandbox.changes import CARDS
from partnersync_amocrm_sandbox.checks import (
    ANY,
    BOOL,
    INT,
    INT_OR_NULL,
    MOMENT,
    TEXT,
    TEXT_OR_NULL,
    Findings,
    Store,
    batch,
    single,
)
from partnersync_amocrm_sandbox.hal import NOTHING, added, ok, page_of
from partnersync_amocrm_sandbox.notes import add_task, change_task
from partnersync_amocrm_sandbox.problems import problem
from partnersync_amocrm_sandbox.query import branch, many, whole

SORTED_BY = ("created_at", "complete_till", "id")
_KEYS = {
    "id": INT,
    "text": TEXT,
    "complete_till": MOMENT,
    "responsible_user_id": INT,
    "entity_id": INT_OR_NULL,
    "entity_type": TEXT_OR_NULL,
    "task_type_id": INT,
    "duration": INT,
    "is_completed": BOOL,
    "result": ANY,
    "created_by": INT,
    "updated_by": INT,
    "created_at": MOMENT,
    "updated_at": MOMENT,
    "request_id": ANY,
}
_CHANGED = ("text", "complete_till", "responsible_user_id", "task_type_id", "duration", "is_completed")


def get_tasks(call: Call) -> Response:
    """A page; updated_at is no order here."""
    filters, order = branch(call.query, "filter"), branch(call.query, "order")
    tasks = [task for task in call.account.tasks.values() if _asked(filters, task)]
    name = next((one for one in SORTED_BY if order.get(one) in ("asc", "desc")), "updated_at")
    tasks.sort(key=lambda task: (getattr(task, name), task.id), reverse=order.get(name) == "desc" and name in SORTED_BY)
    return page_of(call, "tasks", [_view(call, task) for task in tasks])


def get_task(call: Call) -> Response:
    """One; 204 where it is not."""
    task = call.account.tasks.get(call.number("id"))
    return ok(_view(call, task)) if task else NOTHING


def post_tasks(call: Call) -> Response:
    """New ones."""

    def read(item: Any, findings: Findings) -> Store:
        good = findings.shape(item, _KEYS, needed=("text", "complete_till"))
        _check(call, good, findings)

        def store() -> dict[str, Any]:
            now, by = call.account.now(), good.get("created_by", call.user.id)
            task = Task(call.account.new_id(), good["text"], good["complete_till"], by, by, now, now, by)
            for name in (*_CHANGED, "entity_id", "entity_type"):
                setattr(task, name, good.get(name, getattr(task, name)))
            add_task(call.account, task)
            return {"id": task.id, "_links": {"self": call.href(f"tasks/{task.id}")}}

        return store

    return added(call, "tasks", batch(call, read))


def patch_tasks(call: Call) -> Response:
    """Change several."""
    return added(call, "tasks", batch(call, lambda item, findings: _change(call, item, findings)))


def patch_task(call: Call) -> Response:
    """Change one; the answer has a request_id all the same."""
    told = single(call, lambda item, findings: _change(call, item | {"id": call.number("id")}, findings))
    return ok({"request_id": "0"} | told)


def delete_task(_: Call) -> Response:
    """Only the vendor's own programs may."""
    return problem(403, "Invalid scope")


def _asked(filters: dict[str, Any], task: Task) -> bool:
    names = ("id", "responsible_user_id", "entity_type") + (("entity_id",) if "entity_type" in filters else ())
    for name in names:
        if name in filters and str(getattr(task, name)) not in many(filters[name], commas=True):
            return False
    if "task_type" in filters and str(task.task_type_id) not in many(filters["task_type"], commas=True):
        return False
    if "is_completed" in filters and str(int(task.is_completed)) != filters["is_completed"]:
        return False
    given = filters.get("updated_at")
    if isinstance(given, dict):
        return whole(given.get("from"), 0) <= task.updated_at <= whole(given.get("to"), 1 << 60)
    return given is None or task.updated_at > whole(given, 0)


def _check(call: Call, good: dict[str, Any], findings: Findings) -> None:
    for name in ("responsible_user_id", "created_by", "updated_by"):
        if good.get(name, 0) != 0 and good[name] not in call.account.users:
            findings.add("NotSupportedChoice", name)
    if good.get("task_type_id", 1) not in call.account.task_types:
        findings.add("NotSupportedChoice", "task_type_id")
    what, entity_id = good.get("entity_type"), good.get("entity_id")
    if what is not None and what not in CARDS:
        findings.add("NotSupportedChoice", "entity_type")
    elif what is not None and (entity_id is None or call.account.cards[Kind(what)].get(entity_id) is None):
        findings.add("NotSupportedChoice", "entity_id")


def _change(call: Call, item: Any, findings: Findings) -> Store:
    good = findings.shape(item, _KEYS, needed=("id",))
    task = call.account.tasks.get(good.get("id", 0))
    if task is None:
        findings.add("NotSupportedChoice", "id")
        return dict
    _check(call, good, findings)
    changes = {name: good[name] for name in _CHANGED if name in good}
    if isinstance(good.get("result"), dict):
        changes["result"] = str(good["result"].get("text", ""))

    def store() -> dict[str, Any]:
        change_task(call.account, task, changes, by=good.get("updated_by", call.user.id))
        return {"id": task.id, "updated_at": task.updated_at, "_links": {"self": call.href(f"tasks/{task.id}")}}

    return store


def _view(call: Call, task: Task) -> dict[str, Any]:
    names = ("id", "created_by", "updated_by", "created_at", "updated_at", "responsible_user_id", "group_id")
    more = ("entity_id", "entity_type", "duration", "is_completed", "task_type_id", "text")
    return {name: getattr(task, name) for name in (*names, *more)} | {
        "result": {"text": task.result} if task.result else [],
        "complete_till": task.complete_till,
        "account_id": call.account.id,
        "_links": {"self": call.href(f"tasks/{task.id}")},
    }


ROUTES = [
    route("GET", "tasks", get_tasks),
    route("POST", "tasks", post_tasks),
    route("PATCH", "tasks", patch_tasks),
    route("GET", "tasks/{id}", get_task),
    route("PATCH", "tasks/{id}", patch_task),
    route("DELETE", "tasks/{id}", delete_task),
]
