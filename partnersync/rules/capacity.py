"""R4: how many registrations a partner may have at a time and submit in a day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from partnersync.domain.decided import Judged
from partnersync.domain.registration import VerdictCode
from partnersync.rules.claim_data import is_complete
from partnersync.rules.program import Program, Programme
from partnersync.rules.protection import window

_SHOWN = 3
# Rows that come before R4: what they refused stays refused.
_BEFORE = frozenset({VerdictCode.DATA_MISSING, VerdictCode.INN_BAD, VerdictCode.PARTNER_NOT_ELIGIBLE})


@dataclass(frozen=True, slots=True)
class _Held:
    """A registration while it protects; `worked_at`: since when nobody was active on it, as far as is known."""

    registration_id: str
    starts_at: datetime
    ends_at: datetime
    worked_at: datetime


def least(programme: Programme) -> int:
    """The number of registrations up to which no partner can be over his capacity."""
    terms = [program.registration for program in programme.versions]
    return min(min(one.capacity_active, one.capacity_per_day, *one.capacity_by_tier.values()) for one in terms)


def misjudged(
    claims: Sequence[Judged],
    tier_at: Callable[[Program, datetime], str],
    program_at: Callable[[datetime], Program | None],
) -> dict[str, tuple[str, ...] | None]:
    """The registrations of one partner whose verdicts do not fit his capacity, by id.

    One that is over it has the ids of his live registrations that were dormant longest, none where only the day has too
    many; one that was returned for it and need not be has None. What is over is taken to protect nothing, what need
    not be to protect its whole window.
    """
    found: dict[str, tuple[str, ...] | None] = {}
    live: list[_Held] = []
    submitted: dict[date, int] = {}
    for one in sorted(claims, key=lambda one: (one.registration.submitted_at, one.registration.registration_id)):
        claim, at = one.registration, one.registration.submitted_at
        program = program_at(at)
        if program is None:
            continue
        terms, day = program.registration, at.astimezone(program.zone).date()
        standing = [held for held in live if held.starts_at <= at < held.ends_at]
        limit = terms.capacity_by_tier.get(tier_at(program, at), terms.capacity_active)
        full = len(standing) >= limit
        over = full or submitted.get(day, 0) >= terms.capacity_per_day
        submitted[day] = submitted.get(day, 0) + is_complete(claim)
        code = one.at_submission.code
        if over and code not in _BEFORE:
            if code is not VerdictCode.CAPACITY:
                oldest = sorted(standing if full else (), key=lambda held: (held.worked_at, held.registration_id))
                found[claim.registration_id] = tuple(held.registration_id for held in oldest[:_SHOWN])
                continue
        elif code is VerdictCode.CAPACITY:
            found[claim.registration_id] = None
            ends_at = at + timedelta(days=(window(claim, at, program) - day).days)
            live.append(_Held(claim.registration_id, at, ends_at, at))
            continue
        if given := one.protection:
            live.append(
                _Held(claim.registration_id, given.starts_at, given.ends_at, given.worked_at or given.starts_at)
            )
    return found
