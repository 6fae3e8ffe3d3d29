"""The arithmetic of a line in words: a sentence for each of its steps, and for why no other rule took its event."""

from collections.abc import Mapping

from partnersync.domain.say import msgid
from partnersync.rules import payout_lines, payout_words
from partnersync.rules.commission import STEPS

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
    "unfit": msgid("Rule {name} does not fit: it asks for {key} {values}, and here it is {value}."),
    "none_takes": msgid("No rule of program {version} takes it."),
    "by_win": msgid("By program {version} a deal earns when it is won, so a payment brings nothing."),
    "less_special": msgid("Rule {name} fits too, but rule {chosen} asks for more: {by}."),
    "priced": msgid("{actor} decided on {day} that rule {rule} prices the deal. Reason: {reason}."),
    "now": msgid("By what is known now rule {name} would take it: something changed since the line was booked."),
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
    "unfit": ("name", "key", "values", "value"),
    "none_takes": ("version",),  # why not, the steps after it tell
    "by_win": ("version",),
    "less_special": ("name", "chosen", "by"),
    "priced": ("actor", "day", "rule", "reason"),
    "now": ("name",),
}


def special_form(code: str, named: Mapping[str, str]) -> str | None:
    """The sentence of a step whose arguments ask for one of its own."""
    match code:
        case "band" if not named["to"]:
            return _OPEN_BAND
        case "cap":
            return _CAPS.get(named["name"])
        case "rule" if named["terms"] == "bands":
            return _BANDED_RULE
        case "rule" if named["terms"] == "terms":
            return _STAGGERED_RULE
        case "rule" if is_sum(named["terms"]):
            return _FIXED_RULE
    return None


def is_sum(terms: str) -> bool:
    """Whether a rule gives a sum: of "10%", "1/3", "500.00" and "bands" the third."""
    return terms[-1:].isdigit() and "/" not in terms
