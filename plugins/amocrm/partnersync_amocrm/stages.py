"""The stage of a registration that was entered in the account: it goes with the state that is written on it.

A person's word is the last: a lead that somebody moved on after us, or that was closed before we said anything, stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from partnersync.contract.adapter import FieldsWrite
from partnersync.domain.value import RecordKind
from partnersync_amocrm.entries import ReadCards
from partnersync_amocrm.events import Events
from partnersync_amocrm.metadata import LOST, WON

STATUS = "ps_status"
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stages:
    """Of one run. `by_state`: state of a registration → stage of its pipeline; `own_user`: the one behind the token."""

    pipeline: int
    by_state: Mapping[str, int]
    own_user: int
    events: Events
    read: ReadCards

    def moves(self, writes: Sequence[FieldsWrite]) -> dict[str, Json]:
        """What moves the leads of these writes, by record id: those that are due elsewhere, and may be moved."""
        due = {
            int(write.record_id): stage
            for write in writes
            if write.kind is RecordKind.REGISTRATION
            and write.record_id.isdecimal()
            and (stage := self.by_state.get(write.values.get(STATUS, "")))
        }
        if not due:
            return {}
        leads = [lead for lead in self.read("leads", list(due)) if lead["pipeline_id"] == self.pipeline]
        elsewhere = {lead["id"]: lead for lead in leads if lead["status_id"] != due[lead["id"]]}
        moved = self.events.moved(list(elsewhere))
        return {
            str(number): {"pipeline_id": self.pipeline, "status_id": due[number]}
            for number, lead in elsewhere.items()
            if may_move(lead, moved.get(number, ()), self.own_user)
        }


def may_move(lead: Json, moved: Sequence[Json], own_user: int) -> bool:
    """Whether nobody has moved a lead since we did; `moved` are its moves in the log, oldest first.

    Of several moves in one second it cannot be told which was the last, so all of them have to be ours.
    """
    if all(move["created_by"] != own_user for move in moved):
        return lead["status_id"] not in (WON, LOST)
    last = [move for move in moved if move["created_at"] == moved[-1]["created_at"]]
    return all(move["created_by"] == own_user for move in last)
