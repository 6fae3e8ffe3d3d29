"""Direct deals that went past a registration once it had ended: they go to review (policy.md 3 and 6)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from partnersync.domain.deal import Deal, DealState
from partnersync.domain.decided import Judged
from partnersync.domain.incident import IncidentKind
from partnersync.domain.registration import RegistrationState
from partnersync.rules.program import Program

AFTERMATH = frozenset({RegistrationState.EXPIRED, RegistrationState.LOST})
"""How a registration ended whose client is watched for a while."""


@dataclass(frozen=True, slots=True)
class Leak:
    """A direct deal of a client whose registration had ended not long before; `since`: when it was won, or made."""

    kind: IncidentKind
    deal_ref: str
    behind: Judged
    since: datetime


def leaks(one: Judged, direct: Sequence[Deal], program: Program, as_of: datetime) -> Iterator[Leak]:
    """What went past a registration; `direct` are deals of its client that belong to no partner."""
    given = one.protection
    if given is None or given.state not in AFTERMATH:
        return
    for deal in direct:
        if not one.registration.overlaps(deal.products):
            continue
        if given.has_expired and deal.state is DealState.WON and given.ends_at <= deal.ended_at <= as_of:
            if (_day(deal.ended_at, program) - given.until).days <= program.protection.won_after_expiry_days:
                yield Leak(IncidentKind.WON_AFTER_EXPIRY, deal.ref, one, deal.ended_at)
        elif given.state is RegistrationState.LOST and given.ends_at < deal.created_at:
            lost_on = _day(given.ends_at, program)
            if (_day(deal.created_at, program) - lost_on).days <= program.protection.lost_then_new_days:
                yield Leak(IncidentKind.LOST_THEN_NEW, deal.ref, one, deal.created_at)


def _day(moment: datetime, program: Program) -> date:
    return moment.astimezone(program.zone).date()
