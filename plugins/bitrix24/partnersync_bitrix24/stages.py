"""The stage of a registration that was entered in the portal: it goes with the state that is written on it.

A person's word is the last: a card that somebody moved on after us, or closed before we said anything, stays. The
portal tells who moved a card last, and of earlier moves only when and where to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from partnersync.contract.written import FieldsWrite
from partnersync.domain.value import RecordKind
from partnersync_bitrix24.client import Client
from partnersync_bitrix24.field_text import ref
from partnersync_bitrix24.lists import Listing, by_ids, every
from partnersync_bitrix24.sources import HISTORY

STATUS = "ps_status"
_CREATED = 1  # the entry of a history that no move made
_SELECT = ("id", "categoryId", "stageId", "stageSemanticId", "movedBy")

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stages:
    """Of one run. `by_state`: pipeline → state of a registration → stage; `own_user`: who we are in the portal."""

    client: Client
    entity: int
    by_state: Mapping[int, Mapping[str, str]]
    own_user: int

    def moves(self, writes: Sequence[FieldsWrite]) -> dict[str, str]:
        """The stages to which the cards of these writes move, by record id: of those that may be moved."""
        due = {
            int(write.record_id): state
            for write in writes
            if self.by_state and write.kind is RecordKind.REGISTRATION and write.record_id.isdecimal()
            if (state := write.values.get(STATUS, ""))
        }
        cards = Listing(params={"entityTypeId": self.entity}, select=_SELECT)
        elsewhere = {
            int(card["id"]): (card, stage)
            for rows in every(self.client, by_ids(cards, due))
            for card in rows
            if (stage := self._stage(card, due[int(card["id"])])) and stage != card["stageId"]
        }
        history = replace(HISTORY, params={"entityTypeId": self.entity})
        theirs = [number for number, (card, _) in elsewhere.items() if ref(card.get("movedBy")) != self.own_user]
        ours = {stage for line in self.by_state.values() for stage in line.values()}
        past = {
            ref(row["OWNER_ID"])
            for rows in every(self.client, by_ids(history, theirs, "@OWNER_ID"))
            for row in rows
            if row["STAGE_ID"] in ours and ref(row["TYPE_ID"]) != _CREATED
        }
        return {
            str(number): stage
            for number, (card, stage) in elsewhere.items()
            if may_move(card, was_ours=number in past, own_user=self.own_user)
        }

    def _stage(self, card: Json, state: str) -> str | None:
        return self.by_state.get(ref(card.get("categoryId")), {}).get(state)


def may_move(card: Json, *, was_ours: bool, own_user: int) -> bool:
    """Whether nobody has moved a card since we did. `was_ours`: it stood in a stage that we move cards to before.

    Who moved it there then is not known, so it may have been us.
    """
    if ref(card.get("movedBy")) == own_user:
        return True
    return not was_ours and card.get("stageSemanticId") not in ("S", "F")
