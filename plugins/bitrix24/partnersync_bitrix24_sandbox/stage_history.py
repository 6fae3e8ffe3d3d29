"""The history of stages: what is written down with each change."""

from partnersync_bitrix24_sandbox.cards import Card
from partnersync_bitrix24_sandbox.directories import StageMove
from partnersync_bitrix24_sandbox.entities import Entity
from partnersync_bitrix24_sandbox.portal import Portal

CREATED, ON_ITS_WAY, FINAL, ANOTHER_PIPELINE = 1, 2, 3, 5


def note_stage(portal: Portal, entity: Entity, card: Card, before: Card | None) -> None:
    """Write down where a card stands now."""
    if not entity.stage_directory:
        return
    values = card.values
    if before is None:
        kind = CREATED
    elif before.values.get("categoryId") != values.get("categoryId"):
        kind = ANOTHER_PIPELINE
    else:
        kind = FINAL if values["stageSemanticId"] in "SF" else ON_ITS_WAY
    portal.history.append(
        StageMove(
            portal.new_id(),
            entity.type_id,
            card.id,
            kind,
            portal.now(),
            int(values.get("categoryId") or 0),
            values["stageId"],
            values["stageSemanticId"],
        )
    )
