"""What an approved registration gives, from when until when (policy.md 3)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from partnersync.domain.deal import Deal, DealState
from partnersync.domain.registration import Protection, Registration, RegistrationState, Verdict, VerdictCode
from partnersync.rules.calendar import midnight
from partnersync.rules.program import Program

NO_DEAL = "NO_DEAL"
_ENDED = {DealState.WON: RegistrationState.WON, DealState.LOST: RegistrationState.LOST}


def window(registration: Registration, granted_at: datetime, program: Program) -> date:
    """The last protected day: so many days after the verdict, to its last second in the program's zone."""
    terms = program.protection
    days = terms.days_by_kind.get(registration.kind, terms.days)
    return granted_at.astimezone(program.zone).date() + timedelta(days=days)


def protect(
    registration: Registration,
    verdict: Verdict,
    deals: Sequence[Deal],
    as_of: datetime,
    program: Program,
    extensions: int = 0,
) -> Protection:
    """How a granted registration stands as of a moment; `deals` are those of its client.

    It ends when its deal is won or lost, without a deal on the day after `activate_within_days`, and else after its
    last protected day.
    """
    days = timedelta(days=min(extensions, program.protection.extension_max) * program.protection.extension_days)
    until = window(registration, verdict.at, program) + days
    expires_at = midnight(until + timedelta(days=1), program.zone)
    granted_on = verdict.at.astimezone(program.zone).date()
    patience = timedelta(days=program.protection.activate_within_days + 1)
    released_at = min(expires_at, midnight(granted_on + patience, program.zone))
    deal = _own_deal(registration, verdict, deals, as_of, released_at)
    if deal is None:
        ended = released_at <= as_of
        code = NO_DEAL if ended and released_at < expires_at else ""
        over = RegistrationState.RELEASED if code else RegistrationState.EXPIRED
        state = over if ended else verdict.state
        return Protection(state, verdict.at, released_at, until, code, None, None if ended else released_at)
    if deal.state_at(as_of) is not DealState.OPEN and deal.ended_at < expires_at:
        return Protection(_ENDED[deal.state], verdict.at, deal.ended_at, until, "", deal.ref)
    if expires_at <= as_of:
        return Protection(RegistrationState.EXPIRED, verdict.at, expires_at, until, "", deal.ref)
    return Protection(RegistrationState.ACTIVE, verdict.at, expires_at, until, "", deal.ref, expires_at)


def _own_deal(
    registration: Registration, verdict: Verdict, deals: Sequence[Deal], as_of: datetime, before: datetime
) -> Deal | None:
    """The registration's deal: with a common product, alive in the window, the partner's or a direct one made after.

    R15 gives it the stale direct deal that was there before.
    """
    stale = verdict.code is VerdictCode.DIRECT_STALE
    own = [
        deal
        for deal in deals
        if deal.created_at < before
        and (deal.state_at(as_of) is DealState.OPEN or deal.ended_at >= verdict.at)
        and registration.overlaps(deal.products)
        and (
            deal.partner_id == registration.partner_id
            or (deal.is_direct and deal.created_at >= verdict.at)
            or (stale and deal.ref == verdict.deal_ref)
        )
    ]
    return min(own, key=lambda deal: (deal.created_at, deal.ref), default=None)
