"""Which partner a deal belongs to: the strongest evidence, fixed once (policy.md 7)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from partnersync.domain import trace
from partnersync.domain.attribution import GRADE, Aside, Attribution, Considered, Evidence, Override, Source
from partnersync.domain.registration import Claim, RegistrationState
from partnersync.rules.evidence import Gathered

Model = Literal["first", "last"]
_START = datetime(1, 1, 1, tzinfo=UTC)
_CELLS = frozenset({"partner_id", "promo_code", "utm_source"})


def attribute(
    gathered: Gathered,
    claims: Sequence[Claim],
    prior: Attribution | None,
    override: Override | None = None,
    model: Model = "first",
    *,
    frozen: bool = False,
) -> Attribution | None:
    """The deal's attribution, or None where nothing names a partner; `claims` are the granted ones of its client.

    An override decides; without a partner it makes the deal direct. A registration that reaches the deal wins over all
    other evidence, then the better grade, then the earlier time (by model `last` the later one).

    What was fixed stays, unless stronger evidence came, or equally strong that goes before it, or the registration
    that it rested on is no longer granted. A `frozen` deal, with a line in an approved statement, is moved by an
    override alone. Evidence for others is kept as contradictions.
    """
    found = gathered.found
    best = _decided(override, found) if override else _best(found, prior, claims, model, frozen=frozen)
    if best is None:
        return None
    if len(found) == 1 and found[0] == best:
        contradictions: tuple[Evidence, ...] = ()
        supports: list[Considered] = []
    else:
        others = sorted(set(found), key=lambda one: strength(one, model))
        contradictions = tuple(one for one in others if one.partner_id != best.partner_id)
        own = (one for one in others if one.partner_id == best.partner_id and one != best)
        supports = [Considered(one, Aside.SUPPORTS) for one in own]
    considered = (*supports, *ordered(gathered.aside)) if supports or gathered.aside else ()
    if prior and prior.evidence == best and prior.contradictions == contradictions and prior.considered == considered:
        return prior
    made = Attribution(best, contradictions, considered=considered)
    return Attribution(best, contradictions, trace.encode(_steps(made)), considered)


def ordered(aside: Sequence[Considered]) -> tuple[Considered, ...]:
    """In an order that does not depend on how it was found."""
    return tuple(sorted(set(aside), key=lambda one: (strength(one.evidence), one.why)))


def strength(one: Evidence, model: Model = "first") -> tuple[bool, int, timedelta, str, str, str]:
    """What is compared, the smallest being the strongest.

    Whether it is a registration, the grade, the time, the sequence of submission (only registrations have one), the
    partner's id. The last part only tells evidence of one partner apart.
    """
    registered = one.source is Source.REGISTRATION
    age = one.at - _START
    time = -age if model == "last" and not registered else age
    sequence = one.registration_id or "" if registered else ""
    return not registered, GRADE[one.source], time, sequence, one.partner_id, f"{one.source} {one.origin}"


def _best(
    found: Sequence[Evidence], prior: Attribution | None, claims: Sequence[Claim], model: Model, *, frozen: bool
) -> Evidence | None:
    best = min(found, key=lambda one: strength(one, model)) if len(found) > 1 else found[0] if found else None
    if prior is None:
        return best
    fixed = prior.evidence
    if frozen:
        return fixed
    if not _stands(fixed, claims):
        return best
    return fixed if best is None or _is_disputed(fixed, claims) or not _replaces(best, fixed, model) else best


def _replaces(best: Evidence, fixed: Evidence, model: Model) -> bool:
    """Whether evidence goes before what was fixed; a cell that is overwritten does not bring new evidence."""
    if fixed.source is Source.OVERRIDE:
        return False
    if best.origin == fixed.origin and best.origin in _CELLS:
        return False
    return strength(best, model) < strength(fixed, model)


def _decided(override: Override, found: Sequence[Evidence]) -> Evidence:
    """What a person decided; where the partner has a registration on the deal, it stays behind it."""
    own = (one for one in found if one.partner_id == override.partner_id and one.source is Source.REGISTRATION)
    registered = min(own, key=strength, default=None)
    return Evidence(
        override.partner_id,
        Source.OVERRIDE,
        override.at,
        registered.registration_id if registered else None,
        override.actor,
        override.reason,
    )


def _is_disputed(fixed: Evidence, claims: Sequence[Claim]) -> bool:
    """Whether its registration is disputed since two clients became one: then its deals keep their partner."""
    return fixed.source is Source.REGISTRATION and any(
        claim.registration.registration_id == fixed.registration_id
        and claim.protection is not None
        and claim.protection.state is RegistrationState.DISPUTED
        for claim in claims
    )


def _stands(fixed: Evidence, claims: Sequence[Claim]) -> bool:
    if fixed.source is Source.OVERRIDE or fixed.registration_id is None:
        return True
    return any(claim.registration.registration_id == fixed.registration_id for claim in claims)


def _steps(made: Attribution) -> list[trace.Step]:
    best = made.evidence
    chosen = ("attribution", best.source.value, best.partner_id, best.at.isoformat())
    steps: list[trace.Step] = [(*chosen, best.registration_id) if best.registration_id else chosen]
    steps += [("against", one.source.value, one.partner_id, one.at.isoformat()) for one in made.contradictions]
    steps += [
        ("aside", one.evidence.source.value, one.evidence.partner_id, one.evidence.at.isoformat(), one.why.value)
        for one in made.considered
    ]
    steps += [("flagged", one.partner_id) for one in made.flagged]
    return steps
