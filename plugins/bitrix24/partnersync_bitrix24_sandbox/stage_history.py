"""The history of stages: what is written down with each change, and crm.stagehistory.list."""

from typing import Any

from partnersync_bitrix24_sandbox.call import PAGE, Answer, Call, Method
from partnersync_bitrix24_sandbox.card_lists import find
from partnersync_bitrix24_sandbox.cards import Card
from partnersync_bitrix24_sandbox.conditions import Condition, Place, comparable, split
from partnersync_bitrix24_sandbox.entities import Entity, Kind
from partnersync_bitrix24_sandbox.item_filters import one_of, value_of
from partnersync_bitrix24_sandbox.owned import NothingOwned, Owned
from partnersync_bitrix24_sandbox.php import entries, whole
from partnersync_bitrix24_sandbox.portal import Portal
from partnersync_bitrix24_sandbox.rows import chosen

CREATED, ON_ITS_WAY, FINAL, ANOTHER_PIPELINE = 1, 2, 3, 5
PLACES = {
    "ID": Place("integer", value_of("id"), "id"),
    "TYPE_ID": Place("integer", value_of("TYPE_ID")),
    "OWNER_ID": Place("integer", value_of("OWNER_ID")),
    "CREATED_TIME": Place("datetime", value_of("updatedTime"), "updatedTime"),
    "CATEGORY_ID": Place("integer", value_of("CATEGORY_ID")),
    "STAGE_ID": Place("string", value_of("STAGE_ID")),
    "STAGE_SEMANTIC_ID": Place("string", value_of("STAGE_SEMANTIC_ID")),
}


def note_stage(portal: Portal, entity: Entity, card: Card, before: Card | None, at: int | None = None) -> None:
    """Write down where a card stands now, or at a moment."""
    if not entity.stage_directory:
        return
    values = card.values
    if before is None:
        kind = CREATED
    elif before.values.get("categoryId") != values.get("categoryId"):
        kind = ANOTHER_PIPELINE
    else:
        kind = FINAL if values["stageSemanticId"] in "SF" else ON_ITS_WAY
    history = portal.history.setdefault(entity.type_id, Owned(NothingOwned()))
    move = stage_move(history.records.new_id(), kind, card, portal.now() if at is None else at)
    history.add(move, (entity.type_id, card.id))


def stage_move(number: int, kind: int, card: Card, at: int) -> Card:
    """A row of the history: where a card stood since then."""
    values = {
        "TYPE_ID": kind,
        "OWNER_ID": card.id,
        "CATEGORY_ID": int(card.values.get("categoryId") or 0),
        "STAGE_ID": card.values["stageId"],
        "STAGE_SEMANTIC_ID": card.values["stageSemanticId"],
    }
    return Card(0, number, values | {"createdTime": at, "updatedTime": at})


def list_(call: Call) -> Answer:
    """When cards came to their stages; leads have names of their own for it."""
    portal, entity = call.portal, call.entity
    history = portal.history.setdefault(entity.type_id, Owned(NothingOwned()))
    plain: list[Condition] = []
    for key, value in entries(call.given("filter")):
        operator, name = split(key)
        place = PLACES.get(name.replace("STATUS", "STAGE"))
        if name == "OWNER_ID" and operator in ("", "=", "@"):
            owners = value if isinstance(value, list) else [value]
            plain.append(one_of(history.of((entity.type_id, whole(one)) for one in owners)))
        elif place:
            plain.append(Condition(place, operator or "=", comparable(portal, place, value)))
    order = [
        (place, str(direction).upper() == "DESC")
        for name, direction in entries(call.given("order"))
        if (place := PLACES.get(name))
    ]
    found = find(history.records, plain, [], order, call.start)
    rows = [chosen(_told(portal, entity, one), call.select()) for one in found.cards]
    if call.start < 0:
        return Answer({"items": rows})
    return Answer({"items": rows}, found.total, call.start + PAGE if found.more else None)


def _told(portal: Portal, entity: Entity, move: Card) -> dict[str, Any]:
    values = move.values
    row = {"ID": move.id, "TYPE_ID": values["TYPE_ID"], "OWNER_ID": values["OWNER_ID"]}
    row["CREATED_TIME"] = portal.moment(move.created_at)
    if entity.type_id == Kind.LEAD:
        return row | {"STATUS_SEMANTIC_ID": values["STAGE_SEMANTIC_ID"], "STATUS_ID": values["STAGE_ID"]}
    return row | {name: values[name] for name in ("CATEGORY_ID", "STAGE_SEMANTIC_ID", "STAGE_ID")}


METHODS = [Method("crm.stagehistory.list", list_)]
