"""Traces and decisions in plain sentences. Every step of a trace has a sentence here; a test holds that.

Sentences are whole, so that each language keeps its own order of words.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from partnersync.domain import trace
from partnersync.domain.attribution import RuleOverride
from partnersync.domain.decided import Judged
from partnersync.domain.registration import LIVE, RegistrationState, Verdict, VerdictCode
from partnersync.domain.say import Say, msgid
from partnersync.rules import near_misses, payout_lines, payout_words
from partnersync.rules.commission import STEPS
from partnersync.rules.registration import looked_at
from partnersync.rules.rule_choice import named_by
from partnersync.rules.upkeep import DORMANT
from partnersync.rules.words import condition, order

# Step of a trace → sentence; placeholders are the step's arguments by name (ARGUMENTS below).
SENTENCES: dict[str, str] = {
    "sum": msgid("{paid} was paid."),
    "won": msgid("The deal was won for {amount}."),
    "counted": msgid("Only {sum} of it counts: the deal's amount asks for no more."),
    "excluded": msgid("{product} is not in scope and earns nothing."),
    "vat": msgid("VAT of {rate} inside the sum is {sum}."),
    "converted": msgid("At {price}, the rate of {day}, that is {sum}."),
    "cost": msgid("What was sold cost {sum}."),
    "units": msgid("It is earned for each of {number}."),
    "gross": msgid("VAT is not taken out, as the program counts gross sums."),
    "base": msgid("The base is {sum}."),
    "rule": msgid("Rule {name} gives {terms}."),
    "named": msgid("{actor} decided on {day} that this rule prices the deal."),
    "tier": msgid("The partner's tier in {period} is {tier}: the twelve months before brought a base of {sum}."),
    "share": msgid("It is earned as the deal is paid: {before} of {amount} before, {after} with this payment."),
    "hold": msgid("It is on hold until {day}, 00:00."),
    "term": msgid("The client's first payment under the rule was on {first}: it earns until {until}, 00:00."),
    "step": msgid("Until {until}, 00:00, it earns {rate}."),
    "ended": msgid("The client's first payment under the rule was on {first}: its term ended on {until}, 00:00."),
    "measure": msgid("Before it, the partner's base under this rule in {period} was {sum}."),
    "band": msgid("In the band from {from} to {to}, at {rate}: {base} of the base gives {amount}."),
    "reached": msgid("With it, it is {sum}: all of it earns {rate}."),
    "crossed": msgid("It brings the partner's base in {period} to {sum}: what was paid before it earns {rate} too."),
    "topped": msgid("Payment {event} (line {line}) earns {amount} more."),
    "topped_up": msgid("True-ups had added {amount} to what that payment earned."),
    "number": msgid("It counts as number {number} in {period} and earns {rate}."),
    "crossed_at": msgid("It brings the number in {period} to {number}: what was paid before it earns {rate} too."),
    "cap": msgid("Cap {name} is {limit}: {total} was earned under it by now, and {counted} of that counts."),
    "split": msgid("The share of {payee} is {rate} of {whole}."),
    "refund": msgid("It gives back {part} of {whole} of payment {event}."),
    "accrued": msgid("That payment had earned {amount}."),
    **payout_words.SENTENCES,
    "booked": msgid("{before} was booked before, {owed} is owed now: the line is the difference."),
    "moved": msgid("The event belongs to deal {deal} in {period} now: what was booked here is taken back."),
    "reversed": msgid("{amount} was booked and is no longer owed."),
    "kept": msgid("Lines in an approved statement keep {amount} that is no longer owed: it is taken off here."),
    "verdict": msgid("Row {row} of the programme decided: {code}."),
    "ruling": msgid("{actor} decided: {kind}."),
    "fields": msgid("Missing or bad: {fields}."),
    "per_day": msgid("A partner may submit {number} registrations a day."),
    "related": msgid("Registration {registration} stands in this client already."),
    "unfit": msgid("Rule {name} does not fit: it asks for {key} {values}, and here it is {value}."),
    "less_special": msgid("Rule {name} fits too, but rule {chosen} asks for more: {by}."),
    "priced": msgid("{actor} decided on {day} that rule {rule} prices the deal. Reason: {reason}."),
    "now": msgid("By what is known now rule {name} would take it: something changed since the line was booked."),
    **near_misses.SENTENCES,
    "attribution": msgid("The deal went to partner {partner}, by the source {source}, since {at}."),
    "against": msgid("Partner {partner}, by the source {source}, since {at}, did not win."),
    "aside": msgid("Partner {partner}, by the source {source}, since {at}, was set aside: {why}."),
    "flagged": msgid("What a salesperson typed for partner {partner} contradicts evidence of grade A or B."),
}
# Where what an argument says asks for a sentence of its own.
_OPEN_BAND = msgid("In the band from {from} up, at {rate}: {base} of the base gives {amount}.")
_FIXED_RULE = msgid("Rule {name} gives a fixed sum of {terms}.")
_CAPS = {
    "deal": msgid(
        "The rule brings at most {limit} from one deal: {total} was earned by now, {counted} of that counts."
    ),
    "client_month": msgid(
        "The rule brings at most {limit} a month from one client: {total} was earned by now, {counted} of that counts."
    ),
    "partner_month": msgid(
        "The rule brings a partner at most {limit} a month: {total} was earned by now, {counted} of that counts."
    ),
    "partner_quarter": msgid(
        "The rule brings a partner at most {limit} a quarter: {total} was earned by now, {counted} of that counts."
    ),
    "partner_year": msgid(
        "The rule brings a partner at most {limit} a year: {total} was earned by now, {counted} of that counts."
    ),
    "program": msgid(
        "The rule brings all partners together at most {limit}: {total} was earned by now, {counted} of that counts."
    ),
    "max_total": msgid(
        "By the deal's base so far all rules together bring at most {limit}:"
        " {total} was earned by now, {counted} of that counts."
    ),
}
_STAGGERED_RULE = msgid("Rule {name} gives the rates of its terms.")
_BANDED_RULE = msgid("Rule {name} gives the rates of its bands.")

ARGUMENTS: dict[str, tuple[str, ...]] = {
    **STEPS,
    **payout_lines.STEPS,
    "verdict": ("row", "code"),
    "ruling": ("actor", "kind"),
    "fields": ("fields",),  # every argument is one
    "per_day": ("number",),
    "related": ("registration",),
    "unfit": ("name", "key", "values", "value"),
    "less_special": ("name", "chosen", "by"),
    "priced": ("actor", "day", "rule", "reason"),
    "now": ("name",),
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
    "You may submit {number} registrations a day, and had submitted as many that day: submit it again on another day."
)
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
        given = [", ".join(given)]
    named = dict(zip(ARGUMENTS[code], given, strict=False))
    said = {name: _SPOKEN[name](say, text) if name in _SPOKEN and text else text for name, text in named.items()}
    return say(_form(code, named)).format(**said)


def _form(code: str, named: Mapping[str, str]) -> str:
    """The sentence of a step, as what its arguments say asks for it."""
    if code == "band" and not named["to"]:
        return _OPEN_BAND
    if code == "cap":
        return _CAPS.get(named["name"], SENTENCES[code])
    if code == "rule" and named["terms"] == "bands":
        return _BANDED_RULE
    if code == "rule" and named["terms"] == "terms":
        return _STAGGERED_RULE
    if code == "rule" and _is_sum(named["terms"]):
        return _FIXED_RULE
    return SENTENCES[code]


def _is_sum(terms: str) -> bool:
    """Of "10%", "1/3", "500.00" and "bands" the third."""
    return terms[-1:].isdigit() and "/" not in terms


def _terms(say: Say, text: str) -> str:
    return say.number(text) if _is_sum(text) else say.percent(text)


_SUMS = "paid amount sum before after from to base part whole owed limit total counted left equal".split()

# Arguments of steps that each language writes in its own way.
_SPOKEN: dict[str, Callable[[Say, str], str]] = {
    **dict.fromkeys(_SUMS, Say.number),
    **dict.fromkeys(("rate", "share"), Say.percent),
    "key": condition,
    "by": order,
    "terms": _terms,
    "period": Say.period,
    **dict.fromkeys(("day", "first", "until"), lambda say, text: say.day(date.fromisoformat(text))),
    "at": lambda say, text: say.day(datetime.fromisoformat(text)),
}


def verdict_sentences(one: Judged, say: Say) -> list[str]:
    """The verdict and where the registration stands; nothing about other partners but a date."""
    until = one.protection.until if one.protection else one.verdict.until
    told = {
        "fields": ", ".join(one.verdict.fields),
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
    return say(VERDICTS[one.code]).format(**told)


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
