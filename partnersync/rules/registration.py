"""The verdict on a registration: rows of policy.md 3, tried in order; the first that matches decides."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from partnersync.domain import trace
from partnersync.domain.registration import Claim, Registration, RegistrationState, Verdict, VerdictCode
from partnersync.domain.ruling import Ruling
from partnersync.rules.near_misses import near_misses
from partnersync.rules.program import Program
from partnersync.rules.situation import ClientFacts, PartnerFacts, situation
from partnersync.rules.verdict_rows import ORDER, ROWS

_S, _C = RegistrationState, VerdictCode
_REFUSED = frozenset({_S.INVALID, _S.RETURNED, _S.REJECTED})

# R6, of a registration that was changed after its verdict: the issue and what it says.
DECIDED = "REGISTRATION_DECIDED"
DECIDED_REASON = (
    "was changed after its verdict: the decided content counts; a changed claim needs a new registration_id"
)


def judge(
    claim: Registration,
    others: Sequence[Claim],
    about: PartnerFacts,
    program: Program,
    client: ClientFacts | None = None,
) -> Verdict:
    """The verdict on a claim at its submission; `others` are judged claims of its client from before it.

    R6, the same content again, is decided before this by comparing content.
    """
    at_submission = situation(claim, others, about, client or ClientFacts(), program, claim.submitted_at)
    number, verdict = next((number, found) for number, row in enumerate(ROWS) if (found := row(at_submission)))
    nearly = near_misses(at_submission, ORDER[:number])
    return replace(verdict, trace=trace.encode([*trace.decode(verdict.trace), *nearly])) if nearly else verdict


def ripen(
    claim: Registration,
    others: Sequence[Claim],
    about: PartnerFacts,
    client: ClientFacts,
    program: Program,
    at: datetime,
) -> Verdict | None:
    """R24: what becomes of a claim in research at the end of its time; None while a refusing row keeps it there.

    `others` are all other claims of its client that were decided by then.
    """
    then = situation(claim, others, about, client, program, at)
    if any((found := row(then)) and found.state in _REFUSED for row in ROWS):
        return None
    return then.verdict(_S.PROVISIONAL, _C.SLA_PROVISIONAL, "R24")


def ruled(ruling: Ruling, state: RegistrationState, program: Program) -> Verdict:
    """The verdict by a person, dated at that moment."""
    steps = trace.encode([("ruling", ruling.actor, ruling.kind.value)])
    who, why = ruling.actor, ruling.reason
    return Verdict(state, _C.BY_PERSON, ruling.at, program.version, trace=steps, actor=who, reason=why)
