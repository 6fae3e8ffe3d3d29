"""What lines in approved statements keep, although less is owed by now."""

from dataclasses import dataclass

from partnersync.domain.value import Money


@dataclass(frozen=True, slots=True)
class Kept:
    """What a family of lines would have less, but for those in approved statements; negative, and not booked."""

    event_id: str
    rule: str
    payee_id: str
    partner_id: str
    deal_ref: str
    amount: Money
