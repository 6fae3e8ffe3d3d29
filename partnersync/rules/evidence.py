"""What names a partner for a deal, gathered: registrations, what they list, the deal's cells, touches, purchases."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from partnersync.domain.activity import Activity, ActivityKind
from partnersync.domain.attribution import Aside, Considered, Evidence, Source
from partnersync.domain.deal import Deal
from partnersync.domain.partner import Partner
from partnersync.domain.registration import Claim, RegistrationState
from partnersync.rules import look_back
from partnersync.rules.incumbent import Incumbent
from partnersync.rules.partners import Partners
from partnersync.rules.program import Program

TOUCHES: dict[ActivityKind, Source] = {
    ActivityKind.CLICK: Source.LINK,
    ActivityKind.PROMO: Source.PROMO,
    ActivityKind.TRACKED_CALL: Source.TRACKED_CALL,
    ActivityKind.QR: Source.QR,
    ActivityKind.INTRO: Source.INTRO,
    ActivityKind.NOTE: Source.NOTE,
}
# What a registration may list as its evidence.
LISTED: dict[str, Source] = {
    "client_choice": Source.CONFIRMATION,
    **{
        source.value: source
        for source in (
            Source.CONFIRMATION,
            Source.CONTRACT,
            Source.PROMO,
            Source.LINK,
            Source.TRACKED_CALL,
            Source.INTRO,
            Source.NOTE,
            Source.STATEMENT,
        )
    },
}
_GIVEN_UP = frozenset({RegistrationState.WITHDRAWN, RegistrationState.TRANSFERRED, RegistrationState.REJECTED})


class Gathered(NamedTuple):
    """Evidence that competes for a deal, and what was set aside with the reason; in no order that counts."""

    found: Sequence[Evidence]
    aside: Sequence[Considered] = ()


def gather(
    deal: Deal,
    claims: Sequence[Claim],
    partners: Partners,
    program: Program,
    touches: Sequence[Activity] = (),
    incumbent: Incumbent | None = None,
) -> Gathered:
    """All evidence for a deal.

    `claims` are the granted ones of its client, `touches` the activities on the deal or its client, `program` is the
    version in force when the deal was made. What a granted registration lists reaches each deal of the
    client with a product in common, in its own window, also when the registration does not reach it; not when it was
    withdrawn, transferred or rejected.
    """
    found: list[Evidence] = [_registered(claim) for claim in claims if reaches(claim, deal)] if claims else []
    found += _in_cells(deal, partners)
    if incumbent:
        found.append(Evidence(incumbent.partner_id, Source.INCUMBENT, incumbent.since, origin=incumbent.deal_ref))
    aside: list[Considered] = []
    for one in (*_listed(deal, claims), *_touched(touches)):
        partner = partners.by_id.get(one.partner_id)
        if partner is None:
            continue
        why = look_back.aside(one, deal, partner, program.attribution.look_back_days)
        in_crm = one.source is Source.NOTE and one.registration_id is None
        if why is None and in_crm and _gains(one.actor, deal, partner):
            why = Aside.GAINS
        if why is None:
            found.append(one)
        else:
            aside.append(Considered(one, why))
    return Gathered(found, aside)


def reaches(claim: Claim, deal: Deal) -> bool:
    """Active at the deal's creation, or submitted before it and granted later, or it is the registration's own deal."""
    given = claim.protection
    if given is None or not claim.registration.overlaps(deal.products):
        return False
    created = deal.created_at
    pending = claim.registration.submitted_at <= created < given.starts_at
    return given.covers(created) or pending or given.deal_ref == deal.ref


def _registered(claim: Claim) -> Evidence:
    made = claim.registration
    return Evidence(made.partner_id, Source.REGISTRATION, made.submitted_at, made.registration_id)


def _in_cells(deal: Deal, partners: Partners) -> Iterator[Evidence]:
    """What the deal's own cells say, counting when it was made."""
    if deal.promo_code:
        owner = partners.by_promo.get(deal.promo_code.casefold())
        if owner:
            yield Evidence(owner, Source.PROMO, deal.created_at, origin="promo_code")
    if deal.utm_source:
        owner = partners.of_link(deal.utm_source)
        if owner:
            yield Evidence(owner, Source.LINK, deal.created_at, origin="utm_source")
    if deal.partner_id and deal.partner_id in partners.by_id:
        yield Evidence(deal.partner_id, Source.TYPED, deal.created_at, origin="partner_id")


def _listed(deal: Deal, claims: Iterable[Claim]) -> Iterator[Evidence]:
    for claim in claims:
        made, given = claim.registration, claim.protection
        if not made.evidence or given is None or given.state in _GIVEN_UP or not made.overlaps(deal.products):
            continue
        at = made.evidence_at or made.submitted_at
        for source in dict.fromkeys(LISTED[word] for word in made.evidence if word in LISTED):
            yield Evidence(made.partner_id, source, at, made.registration_id, origin="evidence")


def _touched(touches: Iterable[Activity]) -> Iterator[Evidence]:
    for one in touches:
        if one.partner_id and one.kind in TOUCHES:
            yield Evidence(one.partner_id, TOUCHES[one.kind], one.at, actor=one.author or "", origin=one.ref)


def _gains(author: str, deal: Deal, partner: Partner) -> bool:
    """Whether a note's author may gain by it: the seller of the deal, the partner, his manager, or nobody knows."""
    own = {partner.partner_id, partner.name, partner.email, partner.manager, deal.owner}
    return not author or author.casefold() in {name.casefold() for name in own if name}
