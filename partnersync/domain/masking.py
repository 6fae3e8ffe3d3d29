"""Personal contacts made unreadable in everything that leaves the machine: issues, logs, errors."""

import re

CONTACT_COLUMNS = frozenset({"email", "phone", "client_email", "client_phone", "contact_name"})
MASK = "***"
_EMAIL = re.compile(r"[^\s@|;,<>'\"=]+(?:@|＠|%40)[^\s@|;,<>'\"]+")
# What may stand between the digits of a phone: a space of any kind, a dot, a hyphen or dash of any kind.
_GAP = r"[\s.\-\u2010-\u2015\u2212]"
# A number written as a phone: with a plus, brackets, or groups. Plain digits may be a tax number, an id or a sum; only
# eleven of them in the Russian form (a mobile, a city or a free number) are a phone.
_PHONE = re.compile(
    rf"""
    (?<!\d)(?<!\d[.,])(?:
        \+\d(?:{_GAP}|[()\d]){{8,}}\d
      | (?:\d{_GAP}?)?\(\d{{3,5}}\)(?:{_GAP}|\d){{5,}}\d
      | [78]{_GAP}\d{{3}}{_GAP}(?:{_GAP}|\d){{6,}}\d
      | \d{{3}}{_GAP}\d{{3}}{_GAP}\d{{2}}{_GAP}\d{{2}}(?!\d)
      | [78][3489]\d{{9}}(?!\d)
    )
    """,
    re.VERBOSE,
)


def masked(text: str, column: str = "") -> str:
    """`text` without e-mail addresses and phone numbers; the value of a contact column disappears as a whole."""
    if column in CONTACT_COLUMNS:
        return MASK if text else ""
    return _PHONE.sub(MASK, _EMAIL.sub(MASK, text))
