"""Rows of the decision table that nearly matched: what stood in a registration's way, and why it did not stop it.

Only what was known at the submission is told: a later fact adds nothing, so that a trace does not depend on when
`sync` ran.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta

from partnersync.domain.registration import Claim, RegistrationKind
from partnersync.domain.say import msgid
from partnersync.domain.trace import Step
from partnersync.rules.situation import Situation

# Step → what it says of a row that did not match.
SENTENCES: dict[str, str] = {
    "own_products": msgid("R5 did not match: registration {registration} of the same partner is for other products."),
    "tender_in_time": msgid("R22 did not match: the tender was won on {day}, within the partner's contract."),
    "hours": msgid("R9 did not match: registration {registration} had been submitted {hours} h before."),
    "confirmed": msgid("R9 did not match: a person had decided about registration {registration}."),
    "other_products": msgid("R7 did not match: registration {registration} of another partner is for other products."),
    "over": msgid("R7 did not match: the protection of registration {registration} had ended on {day}."),
    "cooled": msgid("R11 did not match: the cool-down after registration {registration} lasted until {day}."),
    "incumbent_late": msgid("R12 did not match: the client last bought on {day}, too long ago for an incumbent."),
    "incumbent_own": msgid("R12 did not match: the incumbent, by deal {deal}, is the partner himself."),
    "incumbent_inactive": msgid("R12 did not match: the incumbent, by deal {deal}, is no active partner."),
    "stale": msgid("R13 did not match: nobody had been active on the direct deal {deal} for {days} days."),
    "unlisted": msgid("R16 did not match: the client is not on the list {version}."),
    "bought": msgid("R17 did not match: the client last bought on {day}, {number} days before."),
    "continues": msgid("R17 did not match: the client last bought on {day}, and the claim continues that."),
}
ARGUMENTS: dict[str, tuple[str, ...]] = {
    "own_products": ("registration",),
    "tender_in_time": ("day",),
    "hours": ("registration", "hours"),
    "confirmed": ("registration",),
    "other_products": ("registration",),
    "over": ("registration", "day"),
    "cooled": ("registration", "day"),
    "incumbent_late": ("day",),
    "incumbent_own": ("deal",),
    "incumbent_inactive": ("deal",),
    "stale": ("deal", "days"),
    "unlisted": ("version",),
    "bought": ("day", "number"),
    "continues": ("day",),
}


def near_misses(at: Situation, rows: tuple[str, ...]) -> list[Step]:
    """What is to be told of these rows, which were looked at and did not match."""
    return [step for row, look in _LOOKS if row in rows for step in look(at)]


def _own_products(at: Situation) -> Iterator[Step]:
    yield from (("own_products", _id(other)) for other in at.live if at.is_own(other) and not at.overlaps(other))


def _tender(at: Situation) -> Iterator[Step]:
    won_on = at.claim.tender_won_on
    if at.claim.kind is RegistrationKind.TENDER and won_on is not None and at.about.partner is not None:
        yield "tender_in_time", won_on.isoformat()


def _simultaneous(at: Situation) -> Iterator[Step]:
    for other in at.live:
        if at.is_own(other) or not at.overlaps(other):
            continue
        if other.verdict.actor:
            yield "confirmed", _id(other)
        else:
            before = at.claim.submitted_at - other.registration.submitted_at
            yield "hours", _id(other), str(before // timedelta(hours=1))


def _protected(at: Situation) -> Iterator[Step]:
    for other in at.others:
        if at.is_own(other) or other.protection is None or other.registration.submitted_at > at.claim.submitted_at:
            continue
        if not at.overlaps(other):
            yield "other_products", _id(other)
        elif other.protection.ends_at <= at.at:
            yield "over", _id(other), at.day(other.protection.ends_at).isoformat()


def _cooled(at: Situation) -> Iterator[Step]:
    for other in at.others:
        given = other.protection
        if at.is_own(other) and at.overlaps(other) and given and given.has_expired and given.ends_at <= at.at:
            last = given.until + timedelta(days=at.program.registration.cooldown_days)
            yield "cooled", _id(other), last.isoformat()


def _incumbent(at: Situation) -> Iterator[Step]:
    last = max(at.sold, key=lambda deal: (at.bought_at(deal), deal.ref), default=None)
    if at.claim.kind is not RegistrationKind.RENEWAL or last is None:
        return
    incumbent = at.client.seller(last)
    if not incumbent:
        return
    if incumbent == at.claim.partner_id:
        yield "incumbent_own", last.ref
    elif not at.about.is_active(incumbent):
        yield "incumbent_inactive", last.ref
    else:
        yield "incumbent_late", at.day(at.bought_at(last)).isoformat()


def _stale(at: Situation) -> Iterator[Step]:
    days = str(at.program.registration.direct_active_days)
    older = (deal for deal in at.direct if deal.created_at < at.claim.submitted_at and not at.is_active(deal))
    yield from (("stale", deal.ref, days) for deal in sorted(older, key=lambda deal: (deal.created_at, deal.ref)))


def _unlisted(at: Situation) -> Iterator[Step]:
    listed = at.program.registration.direct_only
    if listed.clients:
        yield "unlisted", listed.version


def _bought(at: Situation) -> Iterator[Step]:
    if not at.sold:
        return
    bought = at.day(max(map(at.bought_at, at.sold)))
    ago = (at.day(at.at) - bought).days
    if ago < at.program.registration.existing_client_days:
        yield "continues", bought.isoformat()
    else:
        yield "bought", bought.isoformat(), str(ago)


def _id(other: Claim) -> str:
    return other.registration.registration_id


_LOOKS: tuple[tuple[str, Callable[[Situation], Iterator[Step]]], ...] = (
    ("R5", _own_products),
    ("R22", _tender),
    ("R9", _simultaneous),
    ("R7", _protected),
    ("R11", _cooled),
    ("R12", _incumbent),
    ("R13", _stale),
    ("R16", _unlisted),
    ("R17", _bought),
)
