"""Which events follow from a change of a card."""

from typing import Any

from partnersync_bitrix24_sandbox.cards import Actor, Card
from partnersync_bitrix24_sandbox.entities import Entity
from partnersync_bitrix24_sandbox.portal import Portal


def fire(portal: Portal, entity: Entity, what: str, card: Card, actor: Actor) -> None:
    """ADD, UPDATE, DELETE, or MOVETOCATEGORY of a deal."""
    fields: dict[str, Any] = {"ID": card.id}
    names = [f"ONCRM{entity.name}{what}"]
    if entity.is_dynamic:
        fields["ENTITY_TYPE_ID"] = entity.type_id
        names = [f"ONCRMDYNAMICITEM{what}", f"ONCRMDYNAMICITEM{what}_{entity.type_id}"]
    elif what == "MOVETOCATEGORY":
        fields |= {"CATEGORY_ID": card.values["categoryId"], "STAGE_ID": card.values["stageId"]}
    for name in names:
        portal.events.fire(name, {"FIELDS": fields}, actor, portal.now())


def fire_other(portal: Portal, name: str, row_id: int, actor: Actor) -> None:
    """An event about something that is no card."""
    portal.events.fire(name, {"FIELDS": {"ID": row_id}}, actor, portal.now())
