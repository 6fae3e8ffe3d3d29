"""What the columns, codes and stored words of a printed table mean, for whoever reads one for the first time."""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from partnersync.domain.say import Say, pmsgid
from partnersync.rules.payout_words import MISSING, missing_sentence
from partnersync.rules.words import spoken

# Columns of ledger, statements and payouts; in English they say it themselves.
COLUMNS: dict[str, str] = {
    "line_id": pmsgid("table column", "line_id"),
    "statement_id": pmsgid("table column", "statement_id"),
    "payout_id": pmsgid("table column", "payout_id"),
    "partner_id": pmsgid("table column", "partner_id"),
    "payee_id": pmsgid("table column", "payee_id"),
    "deal_id": pmsgid("table column", "deal_id"),
    "event_id": pmsgid("table column", "event_id"),
    "event_time": pmsgid("table column", "event_time"),
    "period": pmsgid("table column", "period"),
    "rule": pmsgid("table column", "rule"),
    "base": pmsgid("table column", "base"),
    "rate": pmsgid("table column", "rate"),
    "amount": pmsgid("table column", "amount"),
    "currency": pmsgid("table column", "currency"),
    "kind": pmsgid("table column", "kind"),
    "status": pmsgid("table column", "status"),
    "missing": pmsgid("table column", "missing"),
    "closed_on": pmsgid("table column", "closed_on"),
    "accepted_on": pmsgid("table column", "accepted_on"),
    "pay_by": pmsgid("table column", "pay_by"),
}
_NAME = re.compile(r"[A-Za-z_]+")


def legend(lines: Sequence[str], words: Sequence[type[StrEnum]], say: Say, told: set[str]) -> Iterator[str]:
    """A line for each name in these lines that says more in words and was not told before; `told` grows by them.

    `words` are the classes of the stored words in the table.
    """
    for name in dict.fromkeys(_NAME.findall("\n".join(lines))):
        meaning = _meaning(name, words, say)
        if meaning not in ("", name) and name not in told:
            told.add(name)
            yield f"  {name} — {meaning}"


def _meaning(name: str, words: Sequence[type[StrEnum]], say: Say) -> str:
    if name in COLUMNS:
        return say.pgettext("table column", COLUMNS[name])
    if name in MISSING:
        return say("still missing: {what}").format(what=missing_sentence(name, say))
    return next((spoken(one, say) for stored in words for one in stored if one.value == name), "")
