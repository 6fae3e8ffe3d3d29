"""Codes in the language of people: of verdicts, of what keeps or ends something; in English they are what is stored."""

from partnersync.domain.registration import VerdictCode
from partnersync.domain.say import Say, pmsgid

_VERDICTS: dict[VerdictCode, str] = {
    VerdictCode.DATA_MISSING: pmsgid("verdict code", "DATA_MISSING"),
    VerdictCode.INN_BAD: pmsgid("verdict code", "INN_BAD"),
    VerdictCode.PARTNER_NOT_ELIGIBLE: pmsgid("verdict code", "PARTNER_NOT_ELIGIBLE"),
    VerdictCode.CAPACITY: pmsgid("verdict code", "CAPACITY"),
    VerdictCode.OWN_DUPLICATE: pmsgid("verdict code", "OWN_DUPLICATE"),
    VerdictCode.SELF_DEAL: pmsgid("verdict code", "SELF_DEAL"),
    VerdictCode.TENDER_STATUS: pmsgid("verdict code", "TENDER_STATUS"),
    VerdictCode.CLIENT_CHOICE: pmsgid("verdict code", "CLIENT_CHOICE"),
    VerdictCode.SIMULTANEOUS: pmsgid("verdict code", "SIMULTANEOUS"),
    VerdictCode.ALREADY_PROTECTED: pmsgid("verdict code", "ALREADY_PROTECTED"),
    VerdictCode.COOLDOWN: pmsgid("verdict code", "COOLDOWN"),
    VerdictCode.INCUMBENT: pmsgid("verdict code", "INCUMBENT"),
    VerdictCode.DIRECT_ACTIVE: pmsgid("verdict code", "DIRECT_ACTIVE"),
    VerdictCode.DIRECT_ONLY: pmsgid("verdict code", "DIRECT_ONLY"),
    VerdictCode.EXISTING_CLIENT: pmsgid("verdict code", "EXISTING_CLIENT"),
    VerdictCode.MAYBE_SAME: pmsgid("verdict code", "MAYBE_SAME"),
    VerdictCode.OTHER_PRODUCT: pmsgid("verdict code", "OTHER_PRODUCT"),
    VerdictCode.EXPIRED_OTHER: pmsgid("verdict code", "EXPIRED_OTHER"),
    VerdictCode.DIRECT_LATER: pmsgid("verdict code", "DIRECT_LATER"),
    VerdictCode.DIRECT_STALE: pmsgid("verdict code", "DIRECT_STALE"),
    VerdictCode.REACTIVATED: pmsgid("verdict code", "REACTIVATED"),
    VerdictCode.SLA_PROVISIONAL: pmsgid("verdict code", "SLA_PROVISIONAL"),
    VerdictCode.BY_PERSON: pmsgid("verdict code", "BY_PERSON"),
    VerdictCode.OK: pmsgid("verdict code", "OK"),
}
# Why a line waits or is as it is, why a protection ended, and why a part of a base does not count.
REASONS: dict[str, str] = {
    "DEAL_LOST": pmsgid("reason", "DEAL_LOST"),
    "CLIENT_JOINED": pmsgid("reason", "CLIENT_JOINED"),
    "SELF_REFERRAL": pmsgid("reason", "SELF_REFERRAL"),
    "CONTRADICTED": pmsgid("reason", "CONTRADICTED"),
    "AFTER_DIRECT": pmsgid("reason", "AFTER_DIRECT"),
    "RARELY_ACCEPTED": pmsgid("reason", "RARELY_ACCEPTED"),
    "INCIDENT": pmsgid("reason", "INCIDENT"),
    "TERM_ENDED": pmsgid("reason", "TERM_ENDED"),
    "OVERPAID": pmsgid("reason", "OVERPAID"),
    "EXCLUDED": pmsgid("reason", "EXCLUDED"),
    "BANK_RETURN": pmsgid("reason", "BANK_RETURN"),
    "NO_DEAL": pmsgid("reason", "NO_DEAL"),
    "DORMANT": pmsgid("reason", "DORMANT"),
    "BY_PERSON": pmsgid("reason", "BY_PERSON"),
    "CLIENT_CHOICE": pmsgid("reason", "CLIENT_CHOICE"),
    "deal": pmsgid("reason", "deal"),
    "client_month": pmsgid("reason", "client_month"),
    "partner_month": pmsgid("reason", "partner_month"),
    "partner_quarter": pmsgid("reason", "partner_quarter"),
    "partner_year": pmsgid("reason", "partner_year"),
    "program": pmsgid("reason", "program"),
    "max_total": pmsgid("reason", "max_total"),
}


def verdict_code(code: VerdictCode, say: Say) -> str:
    """What the code of a verdict means, in a few words."""
    return say.pgettext("verdict code", _VERDICTS[code])


def reason(code: str, say: Say) -> str:
    """What a reason means, in a few words; what people wrote as one is left as it is."""
    return say.pgettext("reason", REASONS[code]) if code in REASONS else code


def base_items(text: str, say: Say) -> str:
    """The items of a line's base ("licence=100.00|licence=-:OVERPAID"), each with its sum or why it does not count."""
    return "; ".join(_item(one, say) for one in text.split("|"))


def _item(text: str, say: Say) -> str:
    name, _, told = text.rpartition("=")
    return f"{name}: {reason(told[2:], say) if told.startswith('-:') else say.number(told)}"
