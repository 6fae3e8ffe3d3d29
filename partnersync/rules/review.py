"""Why a person has to look before the lines of a deal are paid (policy.md 7); a decision about the deal ends it."""

from collections.abc import Container, Iterable, Sequence
from datetime import timedelta

from partnersync.domain.attribution import Attribution, Source
from partnersync.domain.client import ClientKeys
from partnersync.domain.deal import Deal
from partnersync.domain.partner import Partner
from partnersync.domain.registration import UNDECIDED, Claim, RegistrationState, Verdict
from partnersync.rules import attribution
from partnersync.rules.program import Program

SELF_REFERRAL = "SELF_REFERRAL"
CONTRADICTED = "CONTRADICTED"
AFTER_DIRECT = "AFTER_DIRECT"
RARELY_ACCEPTED = "RARELY_ACCEPTED"
_ACCEPTED = frozenset({RegistrationState.APPROVED, RegistrationState.PROVISIONAL})


def reason(
    found: Attribution | None,
    partner: Partner | None,
    client: ClientKeys,
    behind: Claim | None,
    deals: Iterable[Deal],
    program: Program,
    *,
    frozen: bool = False,
    rarely: Container[str] = (),
) -> str:
    """The code for which the lines of a deal wait, or "".

    `behind` is the registration that the attribution rests on, `deals` are those of its client; `frozen`: a line of the
    deal stands in an approved statement; `rarely`: partners whose registrations are seldom accepted. An override ends
    every reason, the word of a person on the registration (`approve`) those about it.
    """
    if found is None or partner is None or found.evidence.source is Source.OVERRIDE:
        return ""
    if is_same(partner, client):
        return SELF_REFERRAL
    if frozen and is_contradicted(found, program.attribution.model):
        return CONTRADICTED
    if behind and not behind.verdict.actor and _came_after_direct(behind, deals, program):
        return AFTER_DIRECT
    if behind and not behind.verdict.actor and partner.partner_id in rarely:
        return RARELY_ACCEPTED
    return ""


def is_same(partner: Partner, client: ClientKeys) -> bool:
    """Whether partner and client have the same INN, e-mail or phone; the account of a client is told by no record."""
    if partner.inn and partner.inn == client.inn:
        return True
    if partner.phone and partner.phone in client.phones:
        return True
    return partner.email is not None and partner.email.casefold() in client.emails


def is_rarely_accepted(verdicts: Sequence[Verdict], program: Program) -> bool:
    """Whether too small a share of a partner's registrations was accepted; those that are undecided do not count."""
    decided = [one for one in verdicts if one.state not in UNDECIDED]
    accepted = sum(one.state in _ACCEPTED for one in decided)
    terms = program.attribution
    return len(decided) >= terms.review_registrations and accepted < terms.review_accepted * len(decided)


def is_contradicted(found: Attribution, model: attribution.Model) -> bool:
    """Whether evidence for another partner came that would have decided, had it come in time."""
    fixed = attribution.strength(found.evidence, model)[:4]
    return any(attribution.strength(one, model)[:4] < fixed for one in found.contradictions)


def _came_after_direct(behind: Claim, deals: Iterable[Deal], program: Program) -> bool:
    """Whether it was submitted just after a direct deal appeared, which its partner may have seen."""
    made = behind.registration
    window = timedelta(hours=program.attribution.review_hours)
    return any(
        one.is_direct and made.overlaps(one.products) and timedelta() <= made.submitted_at - one.created_at < window
        for one in deals
    )
