"""Which partner a deal belongs to: the strongest evidence, fixed once (policy.md 7)."""

from collections.abc import Sequence

from partnersync.domain import trace
from partnersync.domain.attribution import GRADE, Attribution, Evidence, Override, Source
from partnersync.domain.deal import Deal
from partnersync.domain.registration import Claim, RegistrationState
from partnersync.rules.partners import Partners


def attribute(
    deal: Deal,
    claims: Sequence[Claim],
    partners: Partners,
    prior: Attribution | None,
    override: Override | None = None,
) -> Attribution | None:
    """The deal's attribution, or None without evidence; `claims` are the granted ones of its client.

    An override decides; without a partner it makes the deal direct.

    What was fixed stays, unless stronger evidence came, or equally strong from an earlier time, or the registration
    that it rested on is no longer granted. Evidence for others is kept as contradictions.
    """
    found: list[Evidence] = []
    for claim in claims:
        if _reaches(claim, deal):
            made = claim.registration
            found.append(Evidence(made.partner_id, Source.REGISTRATION, made.submitted_at, made.registration_id))
    if deal.promo_code:
        owner = partners.by_promo.get(deal.promo_code.casefold())
        if owner:
            found.append(Evidence(owner, Source.PROMO, deal.created_at))
    if deal.partner_id and deal.partner_id in partners.by_id:
        found.append(Evidence(deal.partner_id, Source.TYPED, deal.created_at))
    best = _decided(override, found) if override else _best(found, prior, claims)
    if best is None:
        return None
    if len(found) == 1 and found[0] == best:
        contradictions: tuple[Evidence, ...] = ()
    else:
        contradictions = tuple(sorted({one for one in found if one.partner_id != best.partner_id}, key=_strength))
    if prior and prior.evidence == best and prior.contradictions == contradictions:
        return prior
    return Attribution(best, contradictions, trace.encode(_steps(best, contradictions)))


def _best(found: Sequence[Evidence], prior: Attribution | None, claims: Sequence[Claim]) -> Evidence | None:
    best = min(found, key=_strength, default=None)
    fixed = prior.evidence if prior and _stands(prior.evidence, claims) else None
    if fixed is not None and (
        _is_disputed(fixed, claims) or best is None or _strength(best)[:2] >= _strength(fixed)[:2]
    ):
        return fixed
    return best


def _decided(override: Override, found: Sequence[Evidence]) -> Evidence:
    """What a person decided; where the partner has a registration on the deal, it stays behind it."""
    own = (one for one in found if one.partner_id == override.partner_id and one.registration_id)
    registered = min(own, key=_strength, default=None)
    return Evidence(
        override.partner_id,
        Source.OVERRIDE,
        override.at,
        registered.registration_id if registered else None,
        override.actor,
        override.reason,
    )


def _reaches(claim: Claim, deal: Deal) -> bool:
    """Active at the deal's creation, or submitted before it and granted later, or it is the registration's own deal."""
    given = claim.protection
    if given is None or not claim.registration.overlaps(deal.products):
        return False
    created = deal.created_at
    pending = claim.registration.submitted_at <= created < given.starts_at
    return given.covers(created) or pending or given.deal_ref == deal.ref


def _is_disputed(fixed: Evidence, claims: Sequence[Claim]) -> bool:
    """Whether its registration is disputed since two clients became one: then its deals keep their partner."""
    return any(
        claim.registration.registration_id == fixed.registration_id
        and claim.protection is not None
        and claim.protection.state is RegistrationState.DISPUTED
        for claim in claims
    )


def _stands(fixed: Evidence, claims: Sequence[Claim]) -> bool:
    if fixed.source is not Source.REGISTRATION:
        return True
    return any(claim.registration.registration_id == fixed.registration_id for claim in claims)


def _strength(one: Evidence) -> tuple[int, object, str, str]:
    """Grade, time, submission sequence (only registrations have one), partner id; the smallest is the strongest."""
    return GRADE[one.source], one.at, one.registration_id or "", one.partner_id


def _steps(best: Evidence, contradictions: Sequence[Evidence]) -> list[trace.Step]:
    chosen = ("attribution", best.source.value, best.partner_id, best.at.isoformat())
    steps: list[trace.Step] = [(*chosen, best.registration_id) if best.registration_id else chosen]
    steps += [("against", one.source.value, one.partner_id, one.at.isoformat()) for one in contradictions]
    return steps
