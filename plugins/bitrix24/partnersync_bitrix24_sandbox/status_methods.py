"""crm.status.*: directories, of which stages are one kind."""

from typing import Any

from partnersync_bitrix24_sandbox.call import Answer, Call, Method, page
from partnersync_bitrix24_sandbox.directories import Status
from partnersync_bitrix24_sandbox.php import whole
from partnersync_bitrix24_sandbox.refusals import Refusal, legacy
from partnersync_bitrix24_sandbox.rows import narrowed, ordered

SEMANTICS = {"": "process", "S": "success", "F": "failure"}
LONGEST = 22


def told(one: Status) -> dict[str, Any]:
    """An entry of a directory."""
    semantics = "apology" if one.status_id.endswith("APOLOGY") else SEMANTICS[one.semantics]
    is_stage = one.entity_id == "STATUS" or "_STAGE" in one.entity_id
    return {
        "ID": str(one.id),
        "ENTITY_ID": one.entity_id,
        "STATUS_ID": one.status_id,
        "NAME": one.name,
        "NAME_INIT": one.name if one.is_system else "",
        "SORT": str(one.sort),
        "SYSTEM": "Y" if one.is_system else "N",
        "CATEGORY_ID": str(one.category_id) if one.category_id else None,
        "COLOR": one.color or None,
        "SEMANTICS": one.semantics or None,
    } | ({"EXTRA": {"SEMANTICS": semantics, "COLOR": one.color}} if is_stage else {})


def list_(call: Call) -> Answer:
    """Entries of directories."""
    rows = [told(one) for one in call.portal.statuses.values()]
    rows = ordered(narrowed(rows, call.given("filter"), call.portal.zone), call.given("order"), "SORT")
    if call.portal.behaviour.short_lists_are_paged:
        return page(rows, call)
    return Answer(rows, len(rows))


def get(call: Call) -> Answer:
    """One entry."""
    return Answer(told(_status(call)))


def add(call: Call) -> Answer:
    """A new entry; a stage's code gets the prefix of its pipeline."""
    call.need_admin()
    portal, given = call.portal, call.fields()
    directory, code = str(given.get("ENTITY_ID") or ""), str(given.get("STATUS_ID") or "")
    name = str(given.get("NAME") or "")
    if not (directory and code and name):
        raise legacy("Required fields are not defined: ENTITY_ID, STATUS_ID, NAME")
    if len(code) > LONGEST:
        raise legacy(f"STATUS_ID is longer than {LONGEST}")
    category = 0
    for entity in portal.entities.values():
        for number in portal.categories_of(entity.type_id):
            if entity.directory(number) == directory:
                code, category = entity.stage_code(number, code), number
    if any(one.entity_id == directory and one.status_id == code for one in portal.statuses.values()):
        raise legacy(f"STATUS_ID {code} is not unique")
    semantics = str(given.get("SEMANTICS") or "")
    sort = whole(given.get("SORT")) or 10
    more = {"semantics": semantics, "category_id": category, "color": str(given.get("COLOR") or "")}
    return Answer(portal.add_status(directory, code, name, sort, **more).id)


def update(call: Call) -> Answer:
    """Change name, sort or colour."""
    call.need_admin()
    one, given = _status(call), call.fields()
    one.name = str(given.get("NAME") or one.name)
    one.sort = whole(given.get("SORT")) or one.sort
    one.color = str(given.get("COLOR") or one.color)
    return Answer(result=True)


def delete(call: Call) -> Answer:
    """Take an entry away; those that came with the portal stay."""
    call.need_admin()
    one = _status(call)
    if one.is_system:
        raise Refusal(400, "ERROR_CORE", "CRM System Status can not be deleted")
    del call.portal.statuses[one.id]
    return Answer(result=True)


def _status(call: Call) -> Status:
    one = call.portal.statuses.get(whole(call.given("id")))
    if one is None:
        raise legacy("Not found")
    return one


def types(call: Call) -> Answer:
    """The directories."""
    names = dict.fromkeys(one.entity_id for one in call.portal.statuses.values())
    return Answer([{"ID": name, "NAME": name} for name in names])


def items(call: Call) -> Answer:
    """The entries of one directory, in short."""
    rows = [one for one in call.portal.statuses.values() if one.entity_id == call.needed("entityId")]
    rows.sort(key=lambda one: one.sort)
    return Answer([{"NAME": one.name, "SORT": one.sort, "STATUS_ID": one.status_id} for one in rows])


METHODS = [
    Method("crm.status.list", list_),
    Method("crm.status.get", get),
    Method("crm.status.add", add),
    Method("crm.status.update", update),
    Method("crm.status.delete", delete),
    Method("crm.status.entity.types", types),
    Method("crm.status.entity.items", items),
]
