"""A line that a person proposes: a bonus or an adjustment, which a second person books by approving it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from partnersync.domain.line import LineKind
from partnersync.domain.value import Money


class ProposalState(StrEnum):
    """What was decided about it."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed, why, and by what it is proved; `deal_ref` is empty where it is for no deal.

    `kind` is bonus or adjustment; only an adjustment may be negative. The line that it becomes has its id as event.
    """

    proposal_id: str
    kind: LineKind
    partner_id: str
    payee_id: str
    amount: Money
    reason: str
    evidence: str
    made_by: str
    made_at: datetime
    deal_ref: str = ""
    state: ProposalState = ProposalState.PROPOSED
    decided_by: str = ""
    decided_at: datetime | None = None
