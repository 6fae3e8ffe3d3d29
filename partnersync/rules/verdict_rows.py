"""The rows of policy.md 3: what each looks for, and the verdict that it gives; in their order."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from partnersync.domain import trace
from partnersync.domain.attribution import GRADE
from partnersync.domain.registration import (
    Claim,
    Registration,
    RegistrationKind,
    RegistrationState,
    Verdict,
    VerdictCode,
)
from partnersync.rules.claim_data import CHECKED_NUMBERS, missing
from partnersync.rules.incumbent import incumbent
from partnersync.rules.situation import Situation

CLIENT_CHOICE = "client_choice"
# Evidence of claims as it is graded; a person's word for it comes last.
_GRADES: dict[str, int] = {**{source.value: grade for source, grade in GRADE.items()}, CLIENT_CHOICE: 0}
_CONTINUES = frozenset({RegistrationKind.RENEWAL, RegistrationKind.EXPANSION})
_S, _C = RegistrationState, VerdictCode

Row = Callable[[Situation], Verdict | None]


def _r1_data_missing(at: Situation) -> Verdict | None:
    empty = missing(at.claim)
    bad = [column for column, _ in at.claim.faults]
    if not empty and all(column in CHECKED_NUMBERS for column in bad):
        return None
    fields = tuple(dict.fromkeys([*empty, *bad]))
    return at.verdict(_S.INVALID, _C.DATA_MISSING, "R1", fields=fields)


def _r2_inn_bad(at: Situation) -> Verdict | None:
    bad = tuple(column for column, _ in at.claim.faults)
    return at.verdict(_S.INVALID, _C.INN_BAD, "R2", fields=bad) if bad else None


def _r3_partner_not_eligible(at: Situation) -> Verdict | None:
    return None if at.about.eligible else at.verdict(_S.REJECTED, _C.PARTNER_NOT_ELIGIBLE, "R3")


def _r4_capacity(at: Situation) -> Verdict | None:
    dormant = at.about.dormant
    if dormant is None:
        return None
    verdict = at.verdict(_S.RETURNED, _C.CAPACITY, "R4", named=tuple(dormant))
    terms, partner = at.program.registration, at.about.partner
    if dormant or not terms.capacity_by_tier.get((partner and partner.tier) or "", terms.capacity_active):
        return verdict
    step = ("per_day", str(terms.capacity_per_day))
    return replace(verdict, trace=trace.encode([*trace.decode(verdict.trace), step]))


def _r5_own_duplicate(at: Situation) -> Verdict | None:
    own = next((other for other in at.live if at.is_own(other) and at.overlaps(other)), None)
    if own is None:
        return None
    return at.verdict(_S.RETURNED, _C.OWN_DUPLICATE, "R5", related_id=own.registration.registration_id)


def _r20_self_deal(at: Situation) -> Verdict | None:
    if at.about.own_keys.isdisjoint(at.about.client_keys):
        return None
    return at.verdict(_S.REJECTED, _C.SELF_DEAL, "R20")


def _r22_tender_status(at: Situation) -> Verdict | None:
    won_on, partner = at.claim.tender_won_on, at.about.partner
    if at.claim.kind is not RegistrationKind.TENDER or won_on is None or partner is None:
        return None
    joined = partner.joined_on is None or partner.joined_on <= won_on
    if joined and (partner.contract is None or partner.contract.covers(won_on)):
        return None
    return at.verdict(_S.REJECTED, _C.TENDER_STATUS, "R22")


def _r21_client_choice(at: Situation) -> Verdict | None:
    if CLIENT_CHOICE not in at.claim.evidence:
        return None
    return at.verdict(_S.APPROVED, _C.CLIENT_CHOICE, "R21", **_related(_strangers(at)))


def _r9_simultaneous(at: Situation) -> Verdict | None:
    window = timedelta(hours=at.program.registration.simultaneous_hours)
    recent = [
        other
        for other in _strangers(at)
        if not other.verdict.actor and at.claim.submitted_at - other.registration.submitted_at < window
    ]
    if not recent:
        return None
    stronger = all(_grade(at.claim) < _grade(other.registration) for other in recent)
    proposed = _C.OK if stronger else _C.ALREADY_PROTECTED
    return at.verdict(_S.RESEARCH, _C.SIMULTANEOUS, "R9", proposed=proposed, **_related(recent))


def _r7_already_protected(at: Situation) -> Verdict | None:
    others = [
        (other.protection.until, other.registration.registration_id) for other in _strangers(at) if other.protection
    ]
    if not others:
        return None
    until, known = max(others)
    return at.verdict(_S.REJECTED, _C.ALREADY_PROTECTED, "R7", related_id=known, until=until)


def _r11_cooldown(at: Situation) -> Verdict | None:
    own = [other for other in _expired(at) if at.is_own(other)]
    until = max((other.protection.until for other in own if other.protection), default=None)
    if until is None:
        return None
    last = until + timedelta(days=at.program.registration.cooldown_days)
    return at.verdict(_S.RETURNED, _C.COOLDOWN, "R11", until=last) if at.day(at.at) <= last else None


def _r12_incumbent(at: Situation) -> Verdict | None:
    if at.claim.kind is not RegistrationKind.RENEWAL or CLIENT_CHOICE in at.claim.evidence:
        return None
    client, is_active = at.client, at.about.is_active
    found = incumbent(at.sold, client.payments, at.at, at.program, client.seller, is_active)
    if found is None or found.partner_id == at.claim.partner_id:
        return None
    return at.verdict(_S.REJECTED, _C.INCUMBENT, "R12", deal_ref=found.deal_ref)


def _r13_direct_active(at: Situation) -> Verdict | None:
    if at.program.registration.direct_active != "research":
        return None
    active = _older_direct(at, active=True)
    return at.verdict(_S.RESEARCH, _C.DIRECT_ACTIVE, "R13", deal_ref=active) if active else None


def _r16_direct_only(at: Situation) -> Verdict | None:
    listed = at.program.registration.direct_only
    client = at.claim.client
    named = {client.inn, client.domain, *client.email_domains}
    if named.isdisjoint(one.casefold() for one in listed.clients):
        return None
    return at.verdict(_S.REJECTED, _C.DIRECT_ONLY, "R16", named=(listed.version,))


def _r17_existing_client(at: Situation) -> Verdict | None:
    last = _last_bought(at)
    if last is None or at.claim.kind in _CONTINUES:
        return None
    return at.verdict(_S.RETURNED, _C.EXISTING_CLIENT, "R17") if _is_recent(at, last) else None


def _r19_maybe_same(at: Situation) -> Verdict | None:
    named = tuple(at.client.lookalikes)
    return at.verdict(_S.RESEARCH, _C.MAYBE_SAME, "R19", named=named) if named else None


def _r8_other_product(at: Situation) -> Verdict | None:
    others = [other for other in at.live if not at.is_own(other)]
    return at.verdict(_S.APPROVED, _C.OTHER_PRODUCT, "R8", **_related(others)) if others else None


def _r10_expired_other(at: Situation) -> Verdict | None:
    others = [other for other in _expired(at) if not at.is_own(other)]
    return at.verdict(_S.APPROVED, _C.EXPIRED_OTHER, "R10", **_related(others[-1:])) if others else None


def _r13_teaming(at: Situation) -> Verdict | None:
    active = _older_direct(at, active=True)
    return at.verdict(_S.APPROVED, _C.DIRECT_ACTIVE, "R13", deal_ref=active) if active else None


def _r14_direct_later(at: Situation) -> Verdict | None:
    later = (deal for deal in at.direct if deal.created_at >= at.claim.submitted_at)
    first = min(later, key=lambda deal: (deal.created_at, deal.ref), default=None)
    if first is None:
        return None
    older = _older_direct(at, active=False)  # whenever the later deal is seen, the older one is the registration's
    return at.verdict(_S.APPROVED, _C.DIRECT_LATER, "R14", deal_ref=first.ref, older_ref=older)


def _r15_direct_stale(at: Situation) -> Verdict | None:
    stale = _older_direct(at, active=False)
    return at.verdict(_S.APPROVED, _C.DIRECT_STALE, "R15", deal_ref=stale) if stale else None


def _r18_reactivated(at: Situation) -> Verdict | None:
    last = _last_bought(at)
    if last is None or _is_recent(at, last):
        return None
    return at.verdict(_S.APPROVED, _C.REACTIVATED, "R18")


def _r23_ok(at: Situation) -> Verdict | None:
    return at.verdict(_S.APPROVED, _C.OK, "R23")


# policy.md's order: those that refuse, return or ask; then those that only give an approval its code.
ROWS: tuple[Row, ...] = (
    _r1_data_missing,
    _r2_inn_bad,
    _r3_partner_not_eligible,
    _r4_capacity,
    _r5_own_duplicate,
    _r20_self_deal,
    _r22_tender_status,
    _r21_client_choice,
    _r9_simultaneous,
    _r7_already_protected,
    _r11_cooldown,
    _r12_incumbent,
    _r13_direct_active,
    _r16_direct_only,
    _r17_existing_client,
    _r19_maybe_same,
    _r8_other_product,
    _r10_expired_other,
    _r13_teaming,
    _r14_direct_later,
    _r15_direct_stale,
    _r18_reactivated,
    _r23_ok,
)
ORDER: tuple[str, ...] = tuple(row.__name__.split("_")[1].upper() for row in ROWS)
"""The rows' names in their order; R13 stands twice, as it asks or only gives an approval its code."""


def looked_at(text: str) -> tuple[str, ...]:
    """The rows that were looked at before the one that a verdict's trace names, and did not match."""
    found = next((step[1] for step in trace.decode(text) if step[0] == "verdict"), "")
    return tuple(dict.fromkeys(ORDER[: ORDER.index(found)])) if found in ORDER else ()


def _strangers(at: Situation) -> list[Claim]:
    """Live claims of other partners with a product in common."""
    return [other for other in at.live if not at.is_own(other) and at.overlaps(other)]


def _grade(claim: Registration) -> int:
    """The best grade of a claim's evidence; the smaller, the better."""
    return min((_GRADES.get(one, 9) for one in claim.evidence), default=9)


def _expired(at: Situation) -> list[Claim]:
    """Claims with a product in common that ran out before the moment, in the order of submission."""
    return [
        other
        for other in at.others
        if other.protection
        and other.protection.has_expired
        and other.protection.ends_at <= at.at
        and at.overlaps(other)
    ]


def _related(others: Sequence[Claim]) -> dict[str, Any]:
    """The first of them, as a verdict names it."""
    return {"related_id": others[0].registration.registration_id} if others else {}


def _older_direct(at: Situation, *, active: bool) -> str | None:
    """The first open direct deal from before the submission with, or without, activity."""
    older = [deal for deal in at.direct if deal.created_at < at.claim.submitted_at and at.is_active(deal) is active]
    first = min(older, key=lambda deal: (deal.created_at, deal.ref), default=None)
    return first.ref if first else None


def _last_bought(at: Situation) -> datetime | None:
    return max(map(at.bought_at, at.sold), default=None)


def _is_recent(at: Situation, bought: datetime) -> bool:
    return (at.day(at.at) - at.day(bought)).days < at.program.registration.existing_client_days
