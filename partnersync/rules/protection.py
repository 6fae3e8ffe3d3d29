"""What an approved registration gives, from when until when (policy.md 3)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from partnersync.domain.deal import Deal, DealState
from partnersync.domain.registration import Protection, Registration, RegistrationState, Verdict
from partnersync.rules.calendar import midnight
from partnersync.rules.program import Program
from partnersync.rules.upkeep import (
    DORMANT,
    Upkeep,
    extended_at,
    extension_look,
    last_work,
    open_request,
    released_from,
)

NO_DEAL = "NO_DEAL"
_NO_UPKEEP = Upkeep()
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
    upkeep: Upkeep = _NO_UPKEEP,
) -> Protection:
    """How a granted registration stands as of a moment; `deals` are those of its client.

    It ends when its deal is won or lost, without a deal on the day after `activate_within_days`, with one that sleeps
    after `release_days`, and else after its last protected day, which people, or work on the deal, may move. Asking for
    an extension that could be given moves nothing but its state.
    """
    terms = program.protection
    given = min(upkeep.by_people + upkeep.automatic, terms.extension_max)
    until = window(registration, verdict.at, program) + timedelta(days=given * terms.extension_days)
    granted_on = verdict.at.astimezone(program.zone).date()
    released_at = min(
        _end(until, program), midnight(granted_on + timedelta(days=terms.activate_within_days + 1), program.zone)
    )
    deal = _own_deal(registration, verdict, deals, as_of, released_at)
    if deal is None:
        return _waiting(verdict, until, released_at, as_of, program, upkeep)
    automatic, by_itself = upkeep.automatic, upkeep.extended_at
    while given < terms.extension_max and (at := extended_at(upkeep, deal, until, as_of, program)):
        given, automatic, by_itself = given + 1, automatic + 1, at
        until += timedelta(days=terms.extension_days)
    last = last_work(upkeep, deal, verdict.at, as_of, program)
    told: dict[str, Any] = {
        "deal_ref": deal.ref, "automatic": automatic, "extended_at": by_itself, "worked_at": last
    }  # fmt: skip
    start, expires_at = verdict.at, _end(until, program)
    sleeps_at = released_from(last, program) if last else expires_at
    if deal.state_at(as_of) is not DealState.OPEN and deal.ended_at < min(expires_at, sleeps_at):
        return Protection(_ENDED[deal.state], start, deal.ended_at, until, "", **told)
    if sleeps_at < expires_at and sleeps_at <= as_of:
        return Protection(RegistrationState.RELEASED, start, sleeps_at, until, DORMANT, **told)
    if expires_at <= as_of:
        return Protection(RegistrationState.EXPIRED, start, expires_at, until, "", **told)
    ends_at = min(expires_at, sleeps_at)
    look = extension_look(until, program)
    looks = [ends_at, look] if given < terms.extension_max and look > as_of else [ends_at]
    asked_at = open_request(upkeep.asked_at, by_itself) if given < terms.extension_max else None
    state = RegistrationState.EXTENSION_REQUESTED if asked_at else RegistrationState.ACTIVE
    return Protection(state, start, ends_at, until, "", next_look_at=min(looks), asked_at=asked_at, **told)


def _waiting(
    verdict: Verdict, until: date, released_at: datetime, as_of: datetime, program: Program, upkeep: Upkeep
) -> Protection:
    """Without a deal so far."""
    ended = released_at <= as_of
    code = NO_DEAL if ended and released_at < _end(until, program) else ""
    over = RegistrationState.RELEASED if code else RegistrationState.EXPIRED
    state, look = (over, None) if ended else (verdict.state, released_at)
    return Protection(state, verdict.at, released_at, until, code, None, look, upkeep.automatic, upkeep.extended_at)


def _end(until: date, program: Program) -> datetime:
    return midnight(until + timedelta(days=1), program.zone)


def _own_deal(
    registration: Registration, verdict: Verdict, deals: Sequence[Deal], as_of: datetime, before: datetime
) -> Deal | None:
    """The registration's deal: with a common product, alive in the window, the partner's or a direct one made after.

    The stale direct deal that was there before is its own, too (R15).
    """
    own = [
        deal
        for deal in deals
        if deal.created_at < before
        and (deal.state_at(as_of) is DealState.OPEN or deal.ended_at >= verdict.at)
        and registration.overlaps(deal.products)
        and (
            deal.partner_id == registration.partner_id
            or (deal.is_direct and deal.created_at >= verdict.at)
            or deal.ref == verdict.stale_ref
        )
    ]
    return min(own, key=lambda deal: (deal.created_at, deal.ref), default=None)
