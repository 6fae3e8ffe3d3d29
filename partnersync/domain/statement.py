"""The statement: a partner's lines of one closing, in one currency, with a state of its own."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from partnersync.domain.value import Money


class StatementState(StrEnum):
    """Where a statement stands (policy.md 5)."""

    DRAFT = "draft"
    SENT = "sent"
    DISPUTED = "disputed"
    ACCEPTED = "accepted"
    APPROVED = "approved"


_S = StatementState

# policy.md 5: draft → sent → (disputed) → accepted → approved. What was approved stays.
STATEMENT_MOVES: dict[StatementState, frozenset[StatementState]] = {
    _S.DRAFT: frozenset({_S.SENT}),
    _S.SENT: frozenset({_S.DISPUTED, _S.ACCEPTED}),
    _S.DISPUTED: frozenset({_S.ACCEPTED}),
    _S.ACCEPTED: frozenset({_S.APPROVED}),
    _S.APPROVED: frozenset(),
}

SILENCE = "silence"  # who accepted it, where nobody did in time


@dataclass(frozen=True, slots=True)
class Statement:
    """A partner's statement of a month: its amount is the sum of the lines that name it.

    `closed_by` is who made it, a user or the machine; `silence_at` the moment at which silence accepts what was sent;
    `reason` what was said with the last move.
    """

    statement_id: str
    partner_id: str
    period: str  # the month that was closed: 2026-05; lines of earlier months may be among its own
    amount: Money
    state: StatementState
    closed_at: datetime
    closed_by: str
    sent_at: datetime | None = None
    silence_at: datetime | None = None
    accepted_at: datetime | None = None
    accepted_by: str = ""
    approved_at: datetime | None = None
    approved_by: str = ""
    reason: str = ""

    @property
    def currency(self) -> str:
        """ISO 4217."""
        return self.amount.currency


def statement_id(partner_id: str, period: str, currency: str) -> str:
    """P1-2026-05-RUB: what follows the partner's id has a fixed length, so that any two ids differ."""
    return f"{partner_id}-{period}-{currency}"
