"""The one place where cards change: stamps, stage history, events and robots follow from here, whoever changes them."""

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from partnersync_bitrix24_sandbox.cards import Actor, Card, MultiField
from partnersync_bitrix24_sandbox.entities import Entity, Kind
from partnersync_bitrix24_sandbox.events import fire
from partnersync_bitrix24_sandbox.portal import Portal
from partnersync_bitrix24_sandbox.refusals import Refusal
from partnersync_bitrix24_sandbox.stage_history import note_stage
from partnersync_bitrix24_sandbox.values import UNTOUCHED


@dataclass(slots=True)
class Edit:
    """What is to become of a card: values by their stored names (None clears), multi-fields, product rows."""

    values: dict[str, Any] = field(default_factory=dict)
    multi: tuple[MultiField, ...] | None = None
    rows: tuple[dict[str, Any], ...] | None = None


def create(
    portal: Portal,
    entity: Entity,
    edit: Edit,
    actor: Actor,
    *,
    automation: bool = True,
    stamps: dict[str, Any] | None = None,
) -> Card:
    """A new card."""
    now = portal.now()
    values: dict[str, Any] = {
        "createdTime": now,
        "updatedTime": now,
        "createdBy": actor.user_id,
        "updatedBy": actor.user_id,
        "assignedById": actor.user_id,
        "lastActivityBy": actor.user_id,
        "lastActivityTime": now,
        "opened": "Y",
    }
    if "opportunity" in entity.attributes:
        values |= {"opportunity": Decimal(0), "isManualOpportunity": "N", "currencyId": portal.base_currency}
    values |= _defaults(portal, entity)
    values |= {name: value for name, value in edit.values.items() if value is not UNTOUCHED}
    if "opportunity" in edit.values and "isManualOpportunity" not in edit.values and "opportunity" in entity.attributes:
        values["isManualOpportunity"] = "Y" if values["opportunity"] else "N"
    _stage(portal, entity, values, None)
    values |= stamps or {}
    card = Card(entity.type_id, portal.cards[entity.type_id].new_id(), values, edit.multi or ())
    if not values.get("title") and "title" in entity.attributes:
        values["title"] = f"{_WORDS.get(entity.type_id, 'Элемент')} #{card.id}"
    if entity.stage_directory:
        values |= {"movedTime": now, "movedBy": actor.user_id} | {
            name: value for name, value in (stamps or {}).items() if name.startswith("moved")
        }
    _derive(entity, card, edit.values)
    portal.cards[entity.type_id].add(card)
    note_stage(portal, entity, card, None)
    if automation or portal.behaviour.import_fires_add:
        fire(portal, entity, "ADD", card, actor)
    if automation:
        _run_robots(portal, entity, card, actor)
    return card


_WORDS: dict[int, str] = {Kind.DEAL: "Сделка", Kind.LEAD: "Лид", Kind.SMART_INVOICE: "Счёт"}


def update(portal: Portal, entity: Entity, card_id: int, edit: Edit, actor: Actor) -> Card | None:
    """Change a living card; what changes nothing leaves no trace."""
    population = portal.cards[entity.type_id]
    card = population.touch(card_id)
    if card is None:
        return None
    before = card.copy()
    written = {name: value for name, value in edit.values.items() if value is not UNTOUCHED}
    if "opportunity" in written and "isManualOpportunity" not in written and not card.rows:
        written.setdefault("isManualOpportunity", "Y")
    values = card.values | written
    moved = values.get("categoryId") != before.values.get("categoryId")
    _stage(portal, entity, values, before, written)
    card.values = values
    if edit.multi is not None:
        card.multi = edit.multi
    if edit.rows is not None:
        card.rows = edit.rows
    if card.rows and values.get("isManualOpportunity") == "N":
        values["opportunity"] = sum((row["price"] * row["quantity"] for row in card.rows), Decimal(0))
    _derive(entity, card, written)
    if card == before and not portal.behaviour.unchanged_update_bumps:
        return card
    now = portal.now()
    moved_fields = {name: now for name, value in values.items() if value != before.values.get(name)}
    portal.moved_fields.setdefault((entity.type_id, card.id), {}).update(moved_fields)
    values |= {"updatedTime": now, "updatedBy": actor.user_id}
    if values.get("stageId") != before.values.get("stageId"):
        values |= {"movedTime": now, "movedBy": actor.user_id}
        if "previousStageId" in entity.attributes:
            values["previousStageId"] = before.values.get("stageId")
        note_stage(portal, entity, card, before)
    population.moved(card)
    if moved and entity.type_id == Kind.DEAL:
        fire(portal, entity, "MOVETOCATEGORY", card, actor)
    if not moved or entity.type_id != Kind.DEAL or portal.behaviour.move_fires_update:
        fire(portal, entity, "UPDATE", card, actor)
    _run_robots(portal, entity, card, actor)
    return card


def bump(portal: Portal, entity: Entity, card_id: int, actor: Actor) -> None:
    """An activity of the timeline moves the card's stamps and fires its event, although no field changed."""
    population = portal.cards[entity.type_id]
    card = population.touch(card_id)
    if card is not None:
        now = portal.now()
        stamps = {
            "updatedTime": now,
            "updatedBy": actor.user_id,
            "lastActivityTime": now,
            "lastActivityBy": actor.user_id,
        }
        card.values = card.values | stamps
        population.moved(card)
        fire(portal, entity, "UPDATE", card, actor)


def delete(portal: Portal, entity: Entity, card_id: int, actor: Actor) -> Card | None:
    """Into the recycle bin."""
    card = portal.cards[entity.type_id].bin(card_id)
    if card is not None:
        fire(portal, entity, "DELETE", card, actor)
    return card


def restore(portal: Portal, entity: Entity, card_id: int, actor: Actor) -> Card | None:
    """Out of the recycle bin, under a new id."""
    population = portal.cards[entity.type_id]
    thrown: Card | None = population.trash.get(card_id)
    if thrown is None or (entity.type_id, card_id) in portal.restored:
        return None
    portal.restored.add((entity.type_id, card_id))  # a generated card would live again if it left the bin
    stamps = {"updatedTime": portal.now(), "updatedBy": actor.user_id}
    card = replace(thrown, id=population.new_id(), values=thrown.values | stamps)
    population.add(card)
    note_stage(portal, entity, card, None)
    fire(portal, entity, "ADD", card, actor)
    return card


def merge(portal: Portal, entity: Entity, ids: tuple[int, ...], actor: Actor) -> Card:
    """One card of several: the survivor takes what it lacks and the links of the others, which are deleted."""
    ordered = sorted(set(ids), reverse=not portal.behaviour.merge_keeps_oldest)
    cards = [card for card in (portal.card(entity.type_id, card_id) for card_id in ordered) if card]
    if len(cards) < 2:
        raise ValueError(f"{len(cards)} of {ids} live: nothing to merge")
    survivor, *others = cards
    lacking: dict[str, Any] = {}
    multi = list(survivor.multi)
    for other in others:
        for name, value in other.values.items():
            if survivor.values.get(name) in (None, "", ()) and value not in (None, "", ()):
                lacking.setdefault(name, value)
        multi += [one for one in other.multi if (one.type_id, one.value) not in {(m.type_id, m.value) for m in multi}]
        _relink(portal, entity, other.id, survivor.id, actor)
        delete(portal, entity, other.id, actor)
    update(portal, entity, survivor.id, Edit(lacking, multi=tuple(multi)), actor)
    merged = portal.card(entity.type_id, survivor.id)
    assert merged is not None
    return merged


def _relink(portal: Portal, entity: Entity, old: int, new: int, actor: Actor) -> None:
    """Cards that name the loser of a merge name its winner now."""
    key = {Kind.COMPANY: "companyId", Kind.CONTACT: "contactId"}.get(Kind(entity.type_id))
    many = {Kind.COMPANY: "companyIds", Kind.CONTACT: "contactIds"}.get(Kind(entity.type_id))
    for other in list(portal.entities.values()):
        if key is None or key not in other.attributes:
            continue
        for card in list(portal.cards[other.type_id].all()):
            values: dict[str, Any] = {}
            if card.values.get(key) == old:
                values[key] = new
            if many and old in (card.values.get(many) or ()):
                held = tuple(new if one == old else one for one in card.values[many])
                values[many] = tuple(dict.fromkeys(held))
            if values:
                update(portal, other, card.id, Edit(values), actor)


def _defaults(portal: Portal, entity: Entity) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for one in portal.fields_of(entity):
        default = one.settings.get("DEFAULT_VALUE")
        if default not in (None, "", {}, []) and not isinstance(default, dict):
            values[one.name] = ("Y" if str(default) == "1" else "N") if one.type == "boolean" else default
        chosen = tuple(option.id for option in one.options if option.default)
        if chosen:
            values[one.name] = chosen if one.multiple else chosen[0]
    return values


def _stage(
    portal: Portal, entity: Entity, values: dict[str, Any], before: Card | None, written: dict[str, Any] | None = None
) -> None:
    """Keep pipeline, stage and its semantics in step."""
    if not entity.stage_directory:
        return
    stage = portal.stage(entity, values["stageId"]) if values.get("stageId") else None
    if "categoryId" in entity.attributes:
        known = portal.categories_of(entity.type_id)
        first = next(iter(known), 0)
        category = values.get("categoryId") if values.get("categoryId") is not None else first
        if category not in known:
            raise Refusal(400, "CRM_FIELD_ERROR_VALUE_NOT_VALID", "Field Category value is not valid")
        values["categoryId"] = category
        moved = before is not None and category != before.values.get("categoryId")
        if values.get("stageId") is None or (moved and "stageId" not in (written or {})):
            semantics = stage.semantics if stage and moved else ""
            stage = next((one for one in portal.stages(entity, category) if one.semantics == semantics), None)
    else:
        category = 0
        stage = stage or (None if values.get("stageId") else next(iter(portal.stages(entity, 0)), None))
    if stage is None or stage.entity_id != entity.directory(category):
        raise Refusal(400, "CRM_FIELD_ERROR_VALUE_NOT_VALID", "Field Stage value is not valid")
    values["stageId"] = stage.status_id
    values["stageSemanticId"] = stage.semantics or "P"
    if "closed" in entity.attributes:
        values["closed"] = "Y" if stage.semantics else "N"
        values["isNew"] = "Y" if stage is portal.stages(entity, category)[0] else "N"


def _derive(entity: Entity, card: Card, written: dict[str, Any]) -> None:
    """Fields that follow from others."""
    values = card.values
    for one, many in (("contactId", "contactIds"), ("companyId", "companyIds")):
        if one in entity.attributes and many in entity.attributes:
            held = tuple(values.get(many) or ())
            if written.get(one) and many not in written:
                held = (written[one], *(other for other in held if other != written[one]))
            elif one in written and many not in written:
                held = held[1:]
            values[many], values[one] = held, held[0] if held else None
    if entity.has_multi_fields:
        kinds = {one.type_id for one in card.multi}
        values |= {"hasPhone": "Y" if "PHONE" in kinds else "N", "hasEmail": "Y" if "EMAIL" in kinds else "N"}


def _run_robots(portal: Portal, entity: Entity, card: Card, actor: Actor) -> None:
    """Robots follow people and programs, never each other; they work within the request that woke them."""
    if entity.type_id != Kind.DEAL or actor.is_robot:
        return
    for robot in portal.robots:
        if card.values.get(robot.key) != robot.value:
            follows = replace(actor, user_id=robot.user_id, is_robot=True)
            update(portal, entity, card.id, Edit({robot.key: robot.value}), follows)
