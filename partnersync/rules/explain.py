"""Traces and decisions in plain sentences. Every step of a trace has a sentence here; a test holds that.

Sentences are English message ids; `say` turns one into the reader's language before its arguments are put in.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from partnersync.domain import trace
from partnersync.domain.attribution import Attribution, Evidence, Source
from partnersync.domain.decided import Judged
from partnersync.domain.registration import RegistrationState, VerdictCode

Say = Callable[[str], str]

# Step of a trace → sentence; {0}, {1} … are the step's arguments (rules/commission.py STEPS and below).
SENTENCES: dict[str, str] = {
    "sum": "{0} was paid.",
    "won": "The deal was won for {0}.",
    "counted": "Only {0} of it counts: the deal's amount asks for no more.",
    "excluded": "{0} is not in scope and earns nothing.",
    "vat": "VAT of {0} inside the sum is {1}.",
    "gross": "VAT is not taken out, as the program counts gross sums.",
    "base": "The base is {0}.",
    "rule": "Rule {0} gives {1}.",
    "share": "With this payment the share of the fixed sum rises from {0} to {1} minor units: {2}.",
    "hold": "It is on hold until {0}, 00:00.",
    "measure": "Before it, the partner's base under this rule in {1} was {0}.",
    "band": "In the band from {0} to {1}, at {2}: {3} of the base gives {4}.",
    "refund": "It gives back {1} of {2} of payment {0}.",
    "accrued": "That payment had earned {0}.",
    "booked": "{0} was booked before, {1} is owed now: the line is the difference.",
    "moved": "The event belongs to deal {0} in {1} now: what was booked here is taken back.",
    "reversed": "{0} was booked and is no longer owed.",
    "verdict": "Row {0} of the programme decided: {1}.",
    "fields": "Missing or bad: {0}.",
    "related": "Registration {0} stands in this client already.",
    "attribution": "{0} names partner {1}, since {2}.",
    "against": "{0} names partner {1}, since {2}; it did not win.",
}
# Steps whose arguments are one list.
_LISTS = frozenset({"fields"})

VERDICTS: dict[VerdictCode, str] = {
    VerdictCode.DATA_MISSING: "The registration is incomplete: {fields}. Complete it and submit it again.",
    VerdictCode.INN_BAD: "A number fails its check digits: {fields}. Correct it and submit the registration again.",
    VerdictCode.PARTNER_NOT_ELIGIBLE: "The partner is unknown, not active, or has no valid contract on that day.",
    VerdictCode.OWN_DUPLICATE: "You have registered this client already: {related}.",
    VerdictCode.ALREADY_PROTECTED: "The client is protected for another partner until {until}.",
    VerdictCode.OTHER_PRODUCT: "The client is yours for these products until {until}; another partner has others.",
    VerdictCode.OK: "The client is yours until {until}.",
}
_STATES: dict[RegistrationState, str] = {
    RegistrationState.APPROVED: "It protects, and waits for its deal.",
    RegistrationState.ACTIVE: "It protects, with deal {deal}.",
    RegistrationState.WON: "Deal {deal} was won, which ended the protection.",
    RegistrationState.LOST: "Deal {deal} was lost, which ended the protection.",
    RegistrationState.EXPIRED: "The protection has expired.",
    RegistrationState.RELEASED: "The client was released, because no deal came in time.",
}
_SOURCES: dict[Source, str] = {
    Source.REGISTRATION: "An approved registration",
    Source.PROMO: "The promo code",
    Source.TYPED: "What was typed into the deal",
}


def sentences(text: str, say: Say) -> list[str]:
    """A trace in words, one sentence for each step."""
    return [_sentence(step, say) for step in trace.decode(text)]


def _sentence(step: trace.Step, say: Say) -> str:
    code, *arguments = step
    if code in _LISTS:
        arguments = [", ".join(arguments)]
    if code == "band" and not arguments[1]:
        return say("In the band from {0} up, at {2}: {3} of the base gives {4}.").format(*arguments)
    return say(SENTENCES[code]).format(*arguments)


def verdict_sentences(one: Judged, say: Say) -> list[str]:
    """The verdict and where the registration stands; nothing about other partners but a date."""
    until = one.protection.until if one.protection else one.verdict.until
    told = {
        "fields": ", ".join(one.verdict.fields),
        "related": one.verdict.related_id or "",
        "until": until.isoformat() if until else "",
        "deal": (one.protection.deal_ref if one.protection else None) or "",
    }
    found = [say(VERDICTS[one.verdict.code]).format(**told)]
    if one.protection:
        found.append(say(_STATES[one.protection.state]).format(**told))
    return found


def other_product_sentence(one: Judged, say: Say) -> str:
    """For the managers of both partners of a client: who has it for what."""
    products = ", ".join(one.registration.products) or say("all products")
    sentence = say(
        "Registration {0} gives partner {1} this client for {2}; registration {3} has it for other products."
    )
    return sentence.format(
        one.registration.registration_id, one.registration.partner_id, products, one.verdict.related_id
    )


def attribution_sentences(attribution: Attribution | None, zone: ZoneInfo, say: Say) -> list[str]:
    """Who the deal belongs to by which evidence, and which evidence did not win."""
    if attribution is None:
        return [say("No evidence names a partner: the deal is direct.")]
    best = attribution.evidence
    found = [say("It belongs to partner {0}.").format(best.partner_id), _evidence(best, zone, say)]
    found += [
        say("{0} It did not win, and is kept as a contradiction.").format(_evidence(other, zone, say))
        for other in attribution.contradictions
    ]
    return found


def _evidence(one: Evidence, zone: ZoneInfo, say: Say) -> str:
    source = say(_SOURCES.get(one.source, one.source.value))
    if one.registration_id:
        source = f"{source} ({one.registration_id})"
    return say("{0} names {1}, since {2}.").format(source, one.partner_id, day_text(one.at, zone))


def day_text(moment: datetime, zone: ZoneInfo) -> str:
    """The day in the program's zone."""
    return moment.astimezone(zone).date().isoformat()


def untranslated(text: str) -> str:
    """The English sentence itself."""
    return text


def numbered(parts: Iterable[str]) -> list[str]:
    """Steps of an arithmetic, numbered from 1."""
    return [f"{number}. {part}" for number, part in enumerate(parts, start=1)]
