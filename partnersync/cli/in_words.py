"""Facts as indented text in the language of people; the same facts are the JSON of scripts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from partnersync.cli.output import plain, tame
from partnersync.domain.say import Say, msgid, pmsgid
from partnersync.domain.value import Money
from partnersync.rules.code_words import base_items, reason
from partnersync.rules.words import word

# Key in JSON → what stands before its value in the text.
LABELS: dict[str, str] = {
    "amount": pmsgid("label", "amount"),
    "arithmetic": pmsgid("label", "arithmetic"),
    "at_submission": pmsgid("label", "at the submission"),
    "balance": pmsgid("label", "balance"),
    "base": pmsgid("label", "base"),
    "client": pmsgid("label", "client"),
    "client_id": pmsgid("label", "client id"),
    "closed_by": pmsgid("label", "closed by"),
    "closed_reason": pmsgid("label", "reason for closing"),
    "code": pmsgid("label", "code"),
    "considered": pmsgid("label", "what was considered"),
    "created": pmsgid("label", "created"),
    "deal": pmsgid("label", "deal"),
    "deal_of_the_registration": pmsgid("label", "deal of the registration"),
    "deal_to_mend": pmsgid("label", "deal to mend"),
    "deals": pmsgid("label", "deals"),
    "earned_nothing": pmsgid("label", "what earned nothing"),
    "event": pmsgid("label", "event"),
    "found": pmsgid("label", "found"),
    "incident": pmsgid("label", "incident"),
    "incidents": pmsgid("label", "incidents"),
    "influence": pmsgid("label", "influence"),
    "kind": pmsgid("label", "kind"),
    "line": pmsgid("label", "line"),
    "lines": pmsgid("label", "lines"),
    "name": pmsgid("label", "name"),
    "named_in_the_deal": pmsgid("label", "named in the deal"),
    "of_the_deal": pmsgid("label", "of the deal"),
    "partner": pmsgid("label", "partner"),
    "partner_name": pmsgid("label", "partner's name"),
    "payments_to_mend": pmsgid("label", "payments to mend"),
    "products": pmsgid("label", "products"),
    "program_version": pmsgid("label", "program version"),
    "protected_from": pmsgid("label", "protected from"),
    "protected_until": pmsgid("label", "protected until"),
    "protection": pmsgid("label", "protection"),
    "protection_ended": pmsgid("label", "protection ended"),
    "protection_ended_by": pmsgid("label", "protection ended by"),
    "reason": pmsgid("label", "reason"),
    "records": pmsgid("label", "records"),
    "refunds_after_a_payout": pmsgid("label", "refunds after a payout"),
    "registration": pmsgid("label", "registration"),
    "registrations": pmsgid("label", "registrations"),
    "registrations_of_the_client": pmsgid("label", "registrations of the client"),
    "related_registration": pmsgid("label", "related registration"),
    "reverses": pmsgid("label", "reverses"),
    "rule": pmsgid("label", "rule"),
    "state": pmsgid("label", "state"),
    "statement": pmsgid("label", "statement"),
    "status": pmsgid("label", "status"),
    "still_missing": pmsgid("label", "still missing"),
    "submitted": pmsgid("label", "submitted"),
    "tier": pmsgid("label", "tier"),
    "tier_reached": pmsgid("label", "how the tier was reached"),
    "what": pmsgid("label", "what happened"),
    "why": pmsgid("label", "why"),
}
_FOR_SCRIPTS = frozenset({"trace", "evidence", "passed_over", "missing"})  # told in sentences instead


@dataclass(frozen=True, slots=True)
class Phrase:
    """Several values in one: `form` has a pair of braces for each."""

    form: str
    parts: tuple[object, ...]

    def __str__(self) -> str:
        return self.form.format(*map(plain, self.parts))


class Term(str):
    """A word for JSON that people are told in their language; a message id."""

    __slots__ = ()


class Reason(str):
    """The code of a reason for JSON, told with the code beside; or what a person wrote as one."""

    __slots__ = ()


class Items(str):
    """The base of a line by item, as the ledger has it for JSON."""

    __slots__ = ()


ALL = Term(msgid("all"))


def in_words(told: Mapping[str, Any], say: Say, depth: int = 0) -> Iterator[str]:
    """Facts line by line: first those of the record, then its parts."""
    margin = "  " * depth
    for name, value in told.items():
        if name in _FOR_SCRIPTS or value in ("", None, [], {}):
            continue
        label = margin + say.pgettext("label", LABELS[name])
        if isinstance(value, Mapping):
            yield label
            yield from in_words(value, say, depth + 1)
        elif isinstance(value, list):
            yield label
            for item in value:
                if isinstance(item, Mapping):
                    yield from in_words(item, say, depth + 1)
                else:
                    yield f"{margin}  {said(item, say)}"
        else:
            yield f"{label}: {said(value, say)}"


def said(value: object, say: Say) -> str:
    """One value as the language writes it."""
    match value:
        case Phrase():
            return value.form.format(*(said(part, say) for part in value.parts))
        case Term():
            return say(value)
        case Reason():
            told = reason(value, say)
            return tame(value if told == value else f"{told} ({value})")
        case Items():
            return tame(base_items(value, say))
        case StrEnum():
            return word(value, say)
        case Money():
            return say.money(value)
        case datetime():
            return say.minute(value)
        case date():
            return say.day(value)
        case int():
            return say.number(value)
        case _:
            return tame(str(value))
