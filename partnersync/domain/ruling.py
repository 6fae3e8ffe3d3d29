"""The ruling: what a person decided about a registration."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from partnersync.domain.registration import RegistrationState


class RulingKind(StrEnum):
    """What a person may do with a registration; each is a command of that name."""

    APPROVE = "approve"
    REJECT = "reject"
    EXTEND = "extend"
    RELEASE = "release"
    WITHDRAW = "withdraw"
    TRANSFER = "transfer"


# Where a decision leads; an extension leaves the state as it is.
LEADS_TO: dict[RulingKind, RegistrationState] = {
    RulingKind.APPROVE: RegistrationState.APPROVED,
    RulingKind.REJECT: RegistrationState.REJECTED,
    RulingKind.RELEASE: RegistrationState.RELEASED,
    RulingKind.WITHDRAW: RegistrationState.WITHDRAWN,
    RulingKind.TRANSFER: RegistrationState.TRANSFERRED,
}


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision with its actor, reason and moment; it counts from that moment on."""

    registration_id: str
    kind: RulingKind
    actor: str
    reason: str
    at: datetime
