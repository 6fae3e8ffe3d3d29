"""The ledger line: one immutable row that says what is owed, to whom and why."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from partnersync.domain.value import Money


class LineKind(StrEnum):
    """What a line books."""

    ACCRUAL = "accrual"
    TRUEUP = "trueup"
    REVERSAL = "reversal"
    CLAWBACK = "clawback"
    BONUS = "bonus"
    ADJUSTMENT = "adjustment"
    CAP = "cap"
    PAYOUT = "payout"


class LineStatus(StrEnum):
    """How far a line has come on its way to the partner, or what stands beside that way."""

    ON_HOLD = "on_hold"
    DISPUTED = "disputed"
    PENDING = "pending"
    PAYABLE = "payable"
    IN_STATEMENT = "in_statement"
    APPROVED = "approved"
    IN_PAYOUT = "in_payout"
    PAID = "paid"
    REVERSED = "reversed"


# Lines with these stand in an approved statement: nothing takes them back but a refund.
FROZEN = frozenset({LineStatus.APPROVED, LineStatus.IN_PAYOUT, LineStatus.PAID})


def line_id(event_id: str, rule: str, payee_id: str, kind: LineKind = LineKind.ACCRUAL, part: int = 1) -> str:
    """The id of the line with this key; without kind and part of the event's first accrual."""
    key = "\x1f".join((event_id, rule, payee_id, kind, str(part)))
    return "L" + hashlib.blake2b(key.encode(), digest_size=10).hexdigest()


# The order of progress: the status of a deal is the least advanced of its lines.
PROGRESS: dict[LineStatus, int] = {status: rank for rank, status in enumerate(LineStatus)}


@dataclass(frozen=True, slots=True)
class Line:
    """One line before it is chained: every column of ledger.csv that its hash covers, but the hashes themselves.

    `base` and `amount` carry their sign. The key is (event_id, rule, payee_id, kind, part); `part` numbers from 1.
    """

    partner_id: str
    payee_id: str
    deal_ref: str
    client_id: str
    event_id: str
    event_time: datetime
    booked_at: datetime
    program_version: str
    rule: str
    base_items: str
    base: Money
    rate: str
    amount: Money
    kind: LineKind
    part: int
    period: str  # month of event_time in the program's zone: 2026-05
    reverses: str = ""
    hold_until: datetime | None = None
    reason: str = ""
    fx_rate: str = ""
    fx_source: str = ""
    fx_date: str = ""
    trace: str = ""

    @property
    def line_id(self) -> str:
        """Derived from the key alone, so that the same line has the same id wherever it is booked."""
        return line_id(self.event_id, self.rule, self.payee_id, self.kind, self.part)

    @property
    def of_event(self) -> bool:
        """Whether a payment or win brought it, which are named with their connection; else a proposal or a payout."""
        return "/" in self.event_id


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What may change beside an immutable line: where it stands in a statement and payout, and a hold's reason."""

    status: LineStatus | None = None  # None: as time alone says (pending, then payable)
    statement_id: str = ""
    payout_id: str = ""
    hold_reason: str = ""


NO_FACTS = LineFacts()


def line_status(hold_until: datetime | None, facts: LineFacts, as_of: datetime) -> LineStatus:
    """The status to show: the recorded one, on_hold while a reason stands, else pending until the hold's end."""
    if facts.hold_reason:
        return LineStatus.ON_HOLD
    if facts.status is not None:
        return facts.status
    return LineStatus.PENDING if hold_until is not None and as_of < hold_until else LineStatus.PAYABLE
