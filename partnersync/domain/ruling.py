"""The ruling: what a person decided about a registration."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from partnersync.domain.registration import RegistrationState


class RulingKind(StrEnum):
    """What people do with a registration, each by a command of that name; of extensions by `extend` with an option."""

    APPROVE = "approve"
    REJECT = "reject"
    EXTEND = "extend"
    REQUEST_EXTENSION = "request_extension"  # the partner asks for one
    REFUSE_EXTENSION = "refuse_extension"
    RELEASE = "release"
    WITHDRAW = "withdraw"
    TRANSFER = "transfer"


# Where a decision leads; what is decided about an extension does not end a registration.
LEADS_TO: dict[RulingKind, RegistrationState] = {
    RulingKind.APPROVE: RegistrationState.APPROVED,
    RulingKind.REJECT: RegistrationState.REJECTED,
    RulingKind.RELEASE: RegistrationState.RELEASED,
    RulingKind.WITHDRAW: RegistrationState.WITHDRAWN,
    RulingKind.TRANSFER: RegistrationState.TRANSFERRED,
}
ABOUT_EXTENSIONS = frozenset(RulingKind) - LEADS_TO.keys()
ENDS = frozenset({RulingKind.RELEASE, RulingKind.WITHDRAW, RulingKind.TRANSFER})  # what protects protects no more


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision, or a request for one, with its actor, reason and moment; it counts from that moment on."""

    registration_id: str
    kind: RulingKind
    actor: str
    reason: str
    at: datetime
