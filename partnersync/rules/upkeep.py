"""What keeps a protection alive, and what ends it early: work on its deal (policy.md 3)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from partnersync.domain.deal import Deal
from partnersync.rules.calendar import midnight
from partnersync.rules.program import Program

DORMANT = "DORMANT"


def _unknown(deal: Deal) -> Sequence[datetime] | None:
    return None


def _never(deal: Deal) -> datetime | None:
    return None


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What is known of the work behind a registration.

    `worked`: when anyone was active on a deal, None where its connection tells no activities; `moved`: when its stage
    moved last. `by_people` and `automatic` count the extensions that were given before, the last automatic one at
    `extended_at`. `asked_at`: when the partner asked for one that no person has granted or refused since.
    """

    worked: Callable[[Deal], Sequence[datetime] | None] = _unknown
    moved: Callable[[Deal], datetime | None] = _never
    by_people: int = 0
    automatic: int = 0
    extended_at: datetime | None = None
    asked_at: datetime | None = None


def extended_at(upkeep: Upkeep, deal: Deal, until: date, as_of: datetime, program: Program) -> datetime | None:
    """When the protection to `until` was extended by itself; None where it was not, up to now.

    Few days were left, somebody had been active and the stage had moved, each within the program's days before it.
    Where no activities are told, the creation of the deal and the move of its stage are activity.
    """
    terms = program.protection.auto_extend
    begins = midnight(until - timedelta(days=terms.days_left - 1), program.zone)
    ends = min(as_of, midnight(until + timedelta(days=1), program.zone) - timedelta(seconds=1))
    moved, told = upkeep.moved(deal), upkeep.worked(deal)
    if moved is None or begins > as_of:
        return None
    worked = [deal.created_at, moved] if told is None else told
    for at in (begins, *(moment for moment in sorted((*worked, moved)) if moment > begins)):
        active = any(timedelta(0) <= at - moment <= timedelta(days=terms.active_within_days) for moment in worked)
        advanced = timedelta(0) <= at - moved <= timedelta(days=terms.advanced_within_days)
        if at <= ends and active and advanced:
            return at
    return None


def open_request(asked_at: datetime | None, extended: datetime | None) -> datetime | None:
    """When an extension was asked for that is still to be decided; one that came by itself answers the request."""
    return None if asked_at and extended and extended >= asked_at else asked_at


def extension_look(until: date, program: Program) -> datetime:
    """From when on the protection to `until` may be extended by itself."""
    days = program.protection.auto_extend.days_left - 1
    return midnight(until - timedelta(days=days), program.zone)


def last_work(upkeep: Upkeep, deal: Deal, since: datetime, as_of: datetime, program: Program) -> datetime | None:
    """The last activity before as_of, or the approval; None where the deal's connection tells no activities.

    After a gap that is long enough for a release nothing counts any more.
    """
    told = upkeep.worked(deal)
    if told is None:
        return None
    last = since
    for moment in sorted(told):
        if since < moment <= as_of and moment < released_from(last, program):
            last = moment
    return last


def released_from(last: datetime, program: Program) -> datetime:
    """When a registration is released as dormant, if nobody is active after `last`."""
    return _days_after(last, program.protection.release_days, program)


def check_from(last: datetime, program: Program) -> datetime:
    """When somebody is asked how the deal stands."""
    return _days_after(last, program.protection.dormant_days, program)


def _days_after(moment: datetime, days: int, program: Program) -> datetime:
    return midnight(moment.astimezone(program.zone).date() + timedelta(days=days), program.zone)
