"""Traces and decisions in plain sentences. Every step of a trace has a sentence here; a test holds that.

Sentences are whole, so that each language keeps its own order of words.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from partnersync.domain import trace
from partnersync.domain.attribution import Aside, RuleOverride, Source
from partnersync.domain.decided import Judged
from partnersync.domain.registration import LIVE, RegistrationState, Verdict, VerdictCode
from partnersync.domain.ruling import RulingKind
from partnersync.domain.say import Say, msgid
from partnersync.rules import code_words, column_words, line_words, near_misses
from partnersync.rules.rule_choice import named_by
from partnersync.rules.upkeep import DORMANT
from partnersync.rules.verdict_rows import looked_at
from partnersync.rules.words import asked, condition, order, spoken

# Step of a trace → sentence; placeholders are the step's arguments by name (ARGUMENTS below).
SENTENCES: dict[str, str] = {
    **line_words.SENTENCES,
    "verdict": msgid("Row {row} of the programme decided: {code}."),
    "ruling": msgid("{actor} decided: {kind}."),
    "fields": msgid("Missing or bad: {fields}."),
    "per_day": msgid("The most registrations that a partner may submit a day: {number}."),
    "related": msgid("Registration {registration} stands in this client already."),
    **near_misses.SENTENCES,
    "attribution": msgid("The deal went to partner {partner}, by the source {source}, since {at}."),
    "against": msgid("Partner {partner}, by the source {source}, since {at}, did not win."),
    "aside": msgid("Partner {partner}, by the source {source}, since {at}, was set aside: {why}."),
    "flagged": msgid("What a salesperson typed for partner {partner} contradicts evidence of grade A or B."),
}
ARGUMENTS: dict[str, tuple[str, ...]] = {
    **line_words.ARGUMENTS,
    "verdict": ("row", "code"),
    "ruling": ("actor", "kind"),
    "fields": ("fields",),  # every argument is one
    "per_day": ("number",),
    "related": ("registration",),
    **near_misses.ARGUMENTS,
    "attribution": ("source", "partner", "at", "registration"),
    "against": ("source", "partner", "at"),
    "aside": ("source", "partner", "at", "why"),
    "flagged": ("partner",),
}

VERDICTS: dict[VerdictCode, str] = {
    VerdictCode.DATA_MISSING: msgid("The registration is incomplete: {fields}. Complete it and submit it again."),
    VerdictCode.INN_BAD: msgid(
        "A number fails its check digits: {fields}. Correct it and submit the registration again."
    ),
    VerdictCode.PARTNER_NOT_ELIGIBLE: msgid(
        "The partner is unknown, not active, or has no valid contract on that day."
    ),
    VerdictCode.CAPACITY: msgid("You have as many registrations as you may; some that could be given up: {named}."),
    VerdictCode.OWN_DUPLICATE: msgid("You have registered this client already: {related}."),
    VerdictCode.SELF_DEAL: msgid("The client is the partner itself, or of its group."),
    VerdictCode.TENDER_STATUS: msgid("The tender was won outside the time of the partner's contract."),
    VerdictCode.CLIENT_CHOICE: msgid("The client chose you, and is yours until {until}."),
    VerdictCode.SIMULTANEOUS: msgid("Another partner claimed this client shortly before. A person will decide."),
    VerdictCode.ALREADY_PROTECTED: msgid("The client is protected for another partner until {until}."),
    VerdictCode.COOLDOWN: msgid("Your own protection of this client ran out: claim it again after {until}."),
    VerdictCode.INCUMBENT: msgid("The client's renewals stay with the partner who sold to it last."),
    VerdictCode.DIRECT_ACTIVE: msgid("The company itself is at work on this client in deal {deal}."),
    VerdictCode.DIRECT_ONLY: msgid("The company sells to this client itself, by list {named}."),
    VerdictCode.EXISTING_CLIENT: msgid(
        "The client has bought this product lately: submit the registration as a renewal."
    ),
    VerdictCode.MAYBE_SAME: msgid("It may be a client that is known already: {named}. A person will decide."),
    VerdictCode.OTHER_PRODUCT: msgid(
        "The client is yours for these products until {until}; another partner has others."
    ),
    VerdictCode.EXPIRED_OTHER: msgid("The client is yours until {until}; another partner's protection has expired."),
    VerdictCode.DIRECT_LATER: msgid("The client is yours until {until}; the direct deal {deal} came after you."),
    VerdictCode.DIRECT_STALE: msgid(
        "The client is yours until {until}, with deal {deal}, in which nobody was active;"
        " what it paid before your registration is not yours."
    ),
    VerdictCode.REACTIVATED: msgid("The client is yours until {until}: it last bought long ago."),
    VerdictCode.SLA_PROVISIONAL: msgid("The client is yours for now, until {until}: the research took too long."),
    VerdictCode.BY_PERSON: msgid("A person decided: {reason}."),
    VerdictCode.OK: msgid("The client is yours until {until}."),
}
# What says until when the client is his, which is told no more once that has ended.
_YOURS = frozenset(
    {
        VerdictCode.CLIENT_CHOICE,
        VerdictCode.OTHER_PRODUCT,
        VerdictCode.EXPIRED_OTHER,
        VerdictCode.DIRECT_LATER,
        VerdictCode.DIRECT_STALE,
        VerdictCode.REACTIVATED,
        VerdictCode.SLA_PROVISIONAL,
        VerdictCode.OK,
    }
)
_PER_DAY = msgid(
    "You had submitted as many registrations that day as you may, {number}: submit it again on another day."
)
_NONE_AT_ALL = msgid("You may have no registrations at a time.")
_STATES: dict[RegistrationState, str] = {
    RegistrationState.APPROVED: msgid("It protects, and waits for its deal."),
    RegistrationState.ACTIVE: msgid("It protects, with deal {deal}."),
    RegistrationState.EXTENSION_REQUESTED: msgid(
        "It protects, with deal {deal}; the partner asks for an extension, and a person will decide."
    ),
    RegistrationState.WON: msgid("Deal {deal} was won, which ended the protection."),
    RegistrationState.LOST: msgid("Deal {deal} was lost, which ended the protection."),
    RegistrationState.EXPIRED: msgid("The protection has expired."),
    RegistrationState.PROVISIONAL: msgid("It protects for now, and waits for its deal."),
    RegistrationState.TRANSFERRED: msgid("The client went to another partner, which ended the protection."),
    RegistrationState.DISPUTED: msgid("It is disputed: another partner has a registration of the same client."),
    RegistrationState.WITHDRAWN: msgid("It was withdrawn, which ended the protection."),
    RegistrationState.RELEASED: msgid("The client was released, because no deal came in time."),
}
_RELEASED = {
    VerdictCode.BY_PERSON.value: msgid("The client was released by a person's decision."),
    DORMANT: msgid("The client was released, because nobody was active on deal {deal}."),
}


def sentences(text: str, say: Say) -> list[str]:
    """A trace in words, one sentence for each step."""
    return [_sentence(step, say) for step in trace.decode(text)]


def _sentence(step: trace.Step, say: Say) -> str:
    code, *given = step
    if code == "fields":
        given = [column_words.columns(given, say)]
    named = dict(zip(ARGUMENTS[code], given, strict=False))
    if code == "unfit":
        named |= {name: asked(named["key"], named[name], say) for name in _OF_CONDITIONS}
    said = {name: _said(code, name, text, say) for name, text in named.items()}
    return say(line_words.special_form(code, named) or SENTENCES[code]).format(**said)


def _said(code: str, name: str, text: str, say: Say) -> str:
    speak = _SPOKEN.get(f"{code} {name}") or _SPOKEN.get(name)
    return speak(say, text) if speak and text else text


def _terms(say: Say, text: str) -> str:
    return say.number(text) if line_words.is_sum(text) else say.percent(text)


_OF_CONDITIONS = ("values", "value")
_SUMS = "paid amount sum before after from to base part whole owed limit total counted left equal".split()

# Arguments of steps that each language writes in its own way; of one step alone where its code stands before.
_SPOKEN: dict[str, Callable[[Say, str], str]] = {
    **dict.fromkeys(_SUMS, Say.number),
    **dict.fromkeys(("rate", "share"), Say.percent),
    "key": condition,
    "by": order,
    "terms": _terms,
    "period": Say.period,
    **dict.fromkeys(("day", "first", "until"), lambda say, text: say.day(date.fromisoformat(text))),
    "at": lambda say, text: say.day(datetime.fromisoformat(text)),
    "price": Say.number,
    "code": lambda say, text: code_words.verdict_code(VerdictCode(text), say),
    "source": lambda say, text: spoken(Source(text), say),
    "ruling kind": lambda say, text: spoken(RulingKind(text), say),
    "aside why": lambda say, text: spoken(Aside(text), say),
    "returned why": lambda say, text: code_words.reason(text, say),
}


def verdict_sentences(one: Judged, say: Say) -> list[str]:
    """The verdict and where the registration stands; nothing about other partners but a date."""
    until = one.protection.until if one.protection else one.verdict.until
    told = {
        "fields": column_words.columns(one.verdict.fields, say),
        "related": one.verdict.related_id or "",
        "until": say.day(until) if until else "",
        "named": ", ".join(one.verdict.named),
        "reason": one.verdict.reason.rstrip("."),
    }
    deal = one.verdict.deal_ref or ""
    if one.verdict.state is RegistrationState.CHECKING:
        return [say("A person will decide.")]
    given = one.protection
    is_over = given is not None and given.state not in LIVE | {RegistrationState.DISPUTED}
    found = [] if is_over and one.verdict.code in _YOURS else [_verdict(one.verdict, {**told, "deal": deal}, say)]
    if one.protection:
        told["deal"] = one.protection.deal_ref or ""
        released = one.state is RegistrationState.RELEASED and _RELEASED.get(one.protection.code)
        found.append(say(released or _STATES[one.protection.state]).format(**told))
    return found


def _verdict(one: Verdict, told: Mapping[str, str], say: Say) -> str:
    for code, *given in trace.decode(one.trace):
        if code == "per_day":
            return say(_PER_DAY).format(number=given[0])
    is_none = one.code is VerdictCode.CAPACITY and not one.named
    return say(_NONE_AT_ALL if is_none else VERDICTS[one.code]).format(**told)


def considered_sentences(one: Verdict, say: Say) -> list[str]:
    """By which row a verdict was made, what it goes by, and which rows were looked at before and did not match."""
    found = sentences(one.trace, say)
    if rows := looked_at(one.trace):
        told = say("Looked at before, in this order, and without a match: {rows}.")
        found.insert(1, told.format(rows=", ".join(rows)))
    return found


def other_product_sentence(one: Judged, say: Say) -> str:
    """For the managers of both partners of a client: who has it for what."""
    claim = one.registration
    told = {
        "registration": claim.registration_id,
        "partner": claim.partner_id,
        "other": one.verdict.related_id,
        "products": ", ".join(claim.products),
    }
    return say(
        "Registration {registration} gives partner {partner} this client for {products};"
        " registration {other} has it for other products."
    ).format(**told)


def rule_sentences(decision: RuleOverride | None, zone: ZoneInfo, say: Say) -> list[str]:
    """Which rule a person chose for a deal, if somebody did."""
    if decision is None:
        return []
    return sentences(trace.encode([named_by(decision, zone)]), say)


def numbered(parts: Iterable[str]) -> list[str]:
    """Steps of an arithmetic, numbered from 1."""
    return [f"{number}. {part}" for number, part in enumerate(parts, start=1)]
