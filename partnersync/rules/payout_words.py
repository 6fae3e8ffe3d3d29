"""What people are told about payouts: what is still missing, what is overdue, what a refund takes back."""

from datetime import date

from partnersync.domain.payout import Debt
from partnersync.domain.say import Say, msgid
from partnersync.domain.value import Money
from partnersync.rules.gates import Gate
from partnersync.rules.program_tables import Clawback
from partnersync.rules.statements import NOT_APPROVED

# Of each step of `payout_lines.STEPS`.
SENTENCES: dict[str, str] = {
    "part_of_it": msgid("{share} of that is {amount}, which it takes back."),
    "clawback": msgid(
        "It is part {number} of a debt of {owed}: {left} of it was left, and payout {payout} was {whole} before it."
    ),
    "clawback_limits": msgid(
        "Parts to go: {parts}, an equal part is {equal}; clawbacks take at most {share} of a payout."
    ),
    "paid_out": msgid("Payout {payout} was paid on {day}."),
    "returned": msgid("Payout {payout} came back: {why}."),
    "proposed": msgid("{actor} proposed it. Reason: {why}. Evidence: {evidence}."),
    "granted": msgid("{actor} approved it."),
}
# Code → what is still missing.
MISSING: dict[str, str] = {
    Gate.CONTRACT_INVALID: msgid("a contract that is valid on the day of payment"),
    Gate.PAYEE_UNVERIFIED: msgid("a check of the payee's details"),
    Gate.INN_BAD: msgid("the partner's INN"),
    Gate.TAX_STATUS_UNKNOWN: msgid("how the partner is taxed"),
    Gate.NPD_LOST: msgid("the partner's tax status: he is not self-employed any more"),
    Gate.NPD_UNKNOWN: msgid("a check that the partner is self-employed on the day of payment"),
    Gate.NPD_AGENCY_FORBIDDEN: msgid("a contract of services: under this one a self-employed partner is not paid"),
    Gate.STATEMENT_NOT_ACCEPTED: msgid("a statement that was accepted"),
    NOT_APPROVED: msgid("the approval of the statement"),
    Gate.DOCUMENTS_MISSING: msgid("documents of the statement's month"),
    Gate.RECEIPT_MISSING: msgid("the receipt for the last payout"),
    Gate.ON_HOLD: msgid("the end of what holds it"),
    Gate.BELOW_MINIMUM: msgid("a sum of at least the minimum; until then it is carried forward"),
    Gate.DISPUTED: msgid("the end of the dispute"),
    Gate.STOP_LIST: msgid("the partner is on the stop list"),
    Gate.TAX_TABLE_MISSING: msgid("a tax table for individuals"),
    Gate.BANK_CHANGED: msgid("a check of the bank details, which changed lately"),
    Gate.BUDGET: msgid("room in the month's budget"),
    Gate.FOUR_EYES: msgid("the approval of a second person"),
}
_OVERDUE = msgid(
    "{amount} to partner {partner} of statement {statement} should have been paid by {day}. Still missing: {missing}."
)
_OVERDUE_READY = msgid(
    "{amount} to partner {partner} of statement {statement} should have been paid by {day}. Nothing is missing."
)
_LOST = msgid("Refund {event} came more than {days} days after the payout of {day}: {owed} of it is the vendor's loss.")
_OWING = msgid(
    "Refund {event} came after the payout of {day}: {owed} of it is taken from later payouts; {taken} was,"
    " {left} is left."
)
_ENDED = msgid(
    "Refund {event} came after the payout of {day}: {taken} of {owed} was taken from later payouts,"
    " and after part {parts} {left} is the vendor's loss."
)


def missing_sentence(code: str, say: Say) -> str:
    """What a code says is missing."""
    return say(MISSING[code])


def overdue_sentence(
    amount: Money, partner_id: str, statement_id: str, day: date, missing: tuple[str, ...], say: Say
) -> str:
    """For the partner's manager: what should have been paid, and what keeps it."""
    told = {"amount": say.money(amount), "partner": partner_id, "statement": statement_id, "day": say.day(day)}
    listed = "; ".join(missing_sentence(code, say) for code in missing)
    return say(_OVERDUE if missing else _OVERDUE_READY).format(**told, missing=listed)


def debt_sentence(debt: Debt, terms: Clawback, say: Say) -> str:
    """What a refund after a payout takes back, and how far that is."""
    currency = debt.owed.currency
    told = {
        "event": debt.event_id,
        "day": say.day(debt.paid_on),
        "owed": say.money(debt.owed),
        "taken": say.money(Money(debt.taken, currency)),
        "left": say.money(Money(debt.left, currency)),
    }
    if debt.lost:
        return say(_LOST).format(**told, days=say.number(terms.within_days))
    if debt.left and debt.parts >= terms.parts:
        return say(_ENDED).format(**told, parts=say.number(debt.parts))
    return say(_OWING).format(**told)
