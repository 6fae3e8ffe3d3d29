"""Direct deals that went past a registration, while it protected or once it had ended (policy.md 3 and 6)."""

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
    """A direct deal of a registration's client; `since`: when it was won, or made.

    `field` of the deal holds `seen` where `expected` is due.
    """

    kind: IncidentKind
    deal_ref: str
    behind: Judged
    since: datetime
    field: str
    expected: str
    seen: str = ""


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
                yield _unnamed(IncidentKind.WON_AFTER_EXPIRY, deal.ref, one, deal.ended_at)
        elif given.state is RegistrationState.LOST and given.ends_at < deal.created_at:
            lost_on = _day(given.ends_at, program)
            if (_day(deal.created_at, program) - lost_on).days <= program.protection.lost_then_new_days:
                yield _unnamed(IncidentKind.LOST_THEN_NEW, deal.ref, one, deal.created_at)


def duplicated(one: Judged, deals: Sequence[Deal]) -> Iterator[Leak]:
    """Direct deals of a protected client that name it by another id than the registration's own deal does.

    `deals` are all of the client. An id in another system is no second one.
    """
    given = one.protection
    own = next((deal for deal in deals if given and deal.ref == given.deal_ref), None)
    known = own.client.client_id if own else None
    if given is None or own is None or not known:
        return
    for deal in deals:
        named = deal.client.client_id
        if (
            named
            and named != known
            and deal.connection == own.connection
            and deal.is_direct
            and given.covers(deal.created_at)
            and one.registration.overlaps(deal.products)
        ):
            kind = IncidentKind.COMPANY_DUPLICATED
            yield Leak(kind, deal.ref, one, deal.created_at, "client_id", known, named)


def _unnamed(kind: IncidentKind, deal_ref: str, one: Judged, since: datetime) -> Leak:
    return Leak(kind, deal_ref, one, since, "partner_id", one.registration.partner_id)


def _day(moment: datetime, program: Program) -> date:
    return moment.astimezone(program.zone).date()
