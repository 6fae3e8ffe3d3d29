"""What is not booked because lines in approved statements stay."""

from dataclasses import dataclass

from partnersync.domain.value import Money


@dataclass(frozen=True, slots=True)
class Kept:
    """What a family of lines at a deal would have less, but for those in approved statements; negative, and not booked.

    Positive: what it would have more, and has not while its partner keeps as much of the same payment elsewhere.
    """

    event_id: str
    rule: str
    payee_id: str
    partner_id: str
    deal_ref: str
    amount: Money
