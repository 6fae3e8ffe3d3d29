"""crm.category.*: pipelines. Those of deals always have the one with id 0."""

from typing import Any

from partnersync_bitrix24_sandbox.call import Answer, Call, Method, page
from partnersync_bitrix24_sandbox.directories import INVOICE_STAGES, PROCESS_STAGES, STAGES, Category
from partnersync_bitrix24_sandbox.entities import Entity, Kind
from partnersync_bitrix24_sandbox.php import whole
from partnersync_bitrix24_sandbox.refusals import Refusal, denied, not_found


def stages_of(entity: Entity) -> Any:
    """The stages that a new pipeline begins with."""
    kinds: dict[int, Any] = {Kind.DEAL: STAGES, Kind.SMART_INVOICE: INVOICE_STAGES}
    return kinds.get(entity.type_id, PROCESS_STAGES)


def _told(one: Category) -> dict[str, Any]:
    row = {
        "id": one.id,
        "name": one.name,
        "sort": one.sort,
        "entityTypeId": one.type_id,
        "isDefault": "Y" if one.is_default else "N",
    }
    return row if one.id == 0 else row | {"originId": one.origin_id, "originatorId": one.originator_id}


def list_(call: Call) -> Answer:
    """The pipelines of an entity."""
    rows = sorted(call.portal.categories_of(call.entity.type_id).values(), key=lambda one: (one.sort, one.id))
    told = [_told(one) for one in rows]
    if not call.portal.behaviour.short_lists_are_paged:
        return Answer({"categories": told}, len(told))
    answer = page(told, call)
    return Answer({"categories": answer.result}, answer.total, answer.next)


def get(call: Call) -> Answer:
    """One pipeline."""
    return Answer({"category": _told(_category(call))})


def add(call: Call) -> Answer:
    """A new pipeline, with the stages that every one begins with."""
    if not call.user.is_admin:
        raise Refusal(400, "ACCESS_DENIED", denied().text)
    given, entity = call.fields(), call.entity
    if not entity.stage_directory or entity.type_id == Kind.LEAD:
        raise Refusal(400, "ENTITY_TYPE_NOT_SUPPORTED", f"Entity type {entity.name} is not supported")
    one = call.portal.add_category(entity, str(given.get("name") or ""), stages_of(entity))
    one.sort = whole(given.get("sort")) or one.sort
    return Answer({"category": _told(one)})


def update(call: Call) -> Answer:
    """Change name or sort."""
    call.need_admin()
    one, given = _category(call), call.fields()
    one.name = str(given.get("name") or one.name)
    one.sort = whole(given.get("sort")) or one.sort
    return Answer({"category": _told(one)})


def delete(call: Call) -> Answer:
    """Take a pipeline away that is empty and not the default one."""
    call.need_admin()
    one = _category(call)
    cards = call.portal.cards[one.type_id].all()
    if one.is_default or any(card.values.get("categoryId") == one.id for card in cards):
        raise Refusal(400, "ERROR_CORE", "The category cannot be deleted")
    del call.portal.categories[one.type_id][one.id]
    return Answer(None)


def _category(call: Call) -> Category:
    one = call.portal.categories_of(call.entity.type_id).get(call.number("id"))
    if one is None:
        raise not_found()
    return one


METHODS = [
    Method("crm.category.list", list_),
    Method("crm.category.get", get),
    Method("crm.category.add", add),
    Method("crm.category.update", update),
    Method("crm.category.delete", delete),
]
