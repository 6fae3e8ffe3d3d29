"""crm.item.productrow.*: products of a card; they make its amount unless that is set by hand."""

from decimal import Decimal
from typing import Any

from partnersync_bitrix24_sandbox import changes
from partnersync_bitrix24_sandbox.call import Answer, Call, Method, page
from partnersync_bitrix24_sandbox.cards import Card
from partnersync_bitrix24_sandbox.entities import Entity
from partnersync_bitrix24_sandbox.php import entries, whole
from partnersync_bitrix24_sandbox.refusals import Refusal, not_found
from partnersync_bitrix24_sandbox.rows import narrowed, ordered
from partnersync_bitrix24_sandbox.values import number

NUMBERS = {"price": Decimal(0), "quantity": Decimal(1), "discountRate": Decimal(0), "discountSum": Decimal(0)}


def _owner(call: Call, owner_type: Any, owner_id: Any) -> tuple[Entity, Card]:
    entity = call.portal.by_abbreviation(str(owner_type))
    card = call.portal.card(entity.type_id, whole(owner_id)) if entity else None
    if entity is None or card is None:
        raise Refusal(400, "OWNER_NOT_FOUND", "Owner not found")
    return entity, card


def _row(call: Call, given: Any, old: dict[str, Any] | None = None) -> dict[str, Any]:
    row: dict[str, Any] = {"id": call.portal.new_id(), "productId": 0, "productName": "", **NUMBERS} | (old or {})
    row |= {
        "taxRate": row.get("taxRate"),
        "taxIncluded": row.get("taxIncluded", "N"),
        "measureCode": row.get("measureCode", 796),
    }
    row |= {name: number(given[name]) for name in (*NUMBERS, "taxRate") if given.get(name) not in (None, "")}
    row |= {name: str(given[name]) for name in ("productName", "taxIncluded") if given.get(name)}
    row |= {
        name: whole(given[name]) for name in ("productId", "measureCode", "sort", "discountTypeId") if given.get(name)
    }
    return row | {"sort": row.get("sort", 10), "discountTypeId": row.get("discountTypeId", 2)}


def _told(entity: Entity, card: Card, row: dict[str, Any]) -> dict[str, Any]:
    return {"id": row["id"], "ownerId": card.id, "ownerType": entity.abbreviation} | row


def _store(call: Call, entity: Entity, card: Card, rows: list[dict[str, Any]]) -> None:
    changes.update(call.portal, entity, card.id, changes.Edit(rows=tuple(rows)), call.actor)


def set_(call: Call) -> Answer:
    """Replace all rows of a card."""
    entity, card = _owner(call, call.needed("ownerType"), call.needed("ownerId"))
    held = {row["id"]: row for row in card.rows}
    rows = [_row(call, one, held.get(whole(one.get("id")))) for _, one in entries(call.needed("productRows"))]
    _store(call, entity, card, rows)
    return Answer({"productRows": [_told(entity, card, row) for row in rows]})


def list_(call: Call) -> Answer:
    """Rows of the owner that the filter names."""
    wanted = {key.lstrip("="): value for key, value in entries(call.needed("filter"))}
    entity = call.portal.by_abbreviation(str(wanted.get("ownerType")))
    ids = wanted.get("ownerId", wanted.get("@ownerId"))
    if entity is None or ids is None:
        raise Refusal(400, "INVALID_ARG_VALUE", "Filter needs ownerType and ownerId")
    rows = []
    for one in ids if isinstance(ids, list) else [ids]:
        card = call.portal.card(entity.type_id, whole(one))
        rows += [_told(entity, card, row) for row in card.rows] if card else []
    rest = {key: value for key, value in entries(call.given("filter")) if "owner" not in key}
    answer = page(ordered(narrowed(rows, rest, call.portal.zone), call.given("order"), "id"), call)
    return Answer({"productRows": answer.result}, answer.total, answer.next)


def add(call: Call) -> Answer:
    """One more row."""
    given = call.fields()
    entity, card = _owner(call, given.get("ownerType"), given.get("ownerId"))
    row = _row(call, given)
    _store(call, entity, card, [*card.rows, row])
    return Answer({"productRow": _told(entity, card, row)})


def get(call: Call) -> Answer:
    """One row."""
    return Answer({"productRow": _told(*_found(call))})


def update(call: Call) -> Answer:
    """Change a row."""
    entity, card, old = _found(call)
    row = _row(call, call.fields(), old)
    _store(call, entity, card, [row if one is old else one for one in card.rows])
    return Answer({"productRow": _told(entity, card, row)})


def delete(call: Call) -> Answer:
    """Take a row away."""
    entity, card, old = _found(call)
    _store(call, entity, card, [one for one in card.rows if one is not old])
    return Answer(None)


def _found(call: Call) -> tuple[Entity, Card, dict[str, Any]]:
    wanted = call.number("id")
    for entity in call.portal.entities.values():
        for card in call.portal.cards[entity.type_id].touched():
            for row in card.rows:
                if row["id"] == wanted:
                    return entity, card, row
    raise not_found()


METHODS = [
    Method("crm.item.productrow.set", set_),
    Method("crm.item.productrow.list", list_),
    Method("crm.item.productrow.add", add),
    Method("crm.item.productrow.get", get),
    Method("crm.item.productrow.update", update),
    Method("crm.item.productrow.delete", delete),
]
