"""The payout: money to one payee, made of approved lines; and the debt that a refund after a payout leaves."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from partnersync.domain.value import Money


class PayoutState(StrEnum):
    """Where a payout stands; `waiting` is a balance of which none is made yet."""

    WAITING = "waiting"
    MADE = "made"
    APPROVED = "approved"
    PAID = "paid"
    RETURNED = "returned"


BANK_RETURN = "BANK_RETURN"  # why a payout was returned, where nobody says otherwise

_P = PayoutState

# A payout that is returned gives its lines back, before it was paid or after; they go into the next one.
PAYOUT_MOVES: dict[PayoutState, frozenset[PayoutState]] = {
    _P.WAITING: frozenset({_P.MADE}),
    _P.MADE: frozenset({_P.APPROVED, _P.RETURNED}),
    _P.APPROVED: frozenset({_P.PAID, _P.RETURNED}),
    _P.PAID: frozenset({_P.RETURNED}),
    _P.RETURNED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Payout:
    """One payout: its amount is the sum of the lines that name it, and more than nothing.

    `pay_by` is the last day on which its oldest line is paid in time; `paid_on` the day in the program's zone;
    `reason` why it was returned.
    """

    payout_id: str
    partner_id: str
    payee_id: str
    amount: Money
    state: PayoutState
    made_at: datetime
    made_by: str
    pay_by: date | None = None
    approved_at: datetime | None = None
    approved_by: str = ""
    paid_on: date | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Debt:
    """What a refund of a payment takes back of a commission that was paid out already.

    It is named like the refund's line would be; `owed` is a magnitude, `taken` what clawbacks took of it, in `parts`
    lines. `reverses` is the line that was paid out, on `paid_on`. One that is `lost` came too late to be taken. `trace`
    is the arithmetic of what is owed.
    """

    event_id: str
    rule: str
    payee_id: str
    partner_id: str
    deal_ref: str
    client_id: str
    event_time: datetime
    program_version: str
    owed: Money
    reverses: str
    paid_on: date
    lost: bool = False
    trace: str = ""
    taken: int = 0
    parts: int = 0

    @property
    def left(self) -> int:
        """What is still to be taken, in minor units."""
        return 0 if self.lost else max(self.owed.minor - self.taken, 0)
