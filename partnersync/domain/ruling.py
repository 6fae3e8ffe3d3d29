"""The ruling: what a person decided about a registration."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RulingKind(StrEnum):
    """What a person may do with a registration; each is a command of that name."""

    APPROVE = "approve"
    REJECT = "reject"
    EXTEND = "extend"
    RELEASE = "release"
    WITHDRAW = "withdraw"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision with its actor, reason and moment; it counts from that moment on."""

    registration_id: str
    kind: RulingKind
    actor: str
    reason: str
    at: datetime
