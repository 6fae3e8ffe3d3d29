"""Personal contacts made unreadable in everything that leaves the machine: issues, logs, errors."""

import re

CONTACT_COLUMNS = frozenset({"email", "phone", "client_email", "client_phone", "contact_name"})
_MASK = "***"
_EMAIL = re.compile(r"[^\s@|;,<>'\"]+@[^\s@|;,<>'\"]+")
# A number written as a phone: with a plus, brackets, or groups; plain digits may be an INN, an id or a sum.
_PHONE = re.compile(
    r"(?<![\w.])(?:\+\d[\d\s()-]{8,}\d|\d?[\s-]?\(\d{3,5}\)[\d\s-]{5,}\d|[78][\s-]\d{3}[\s-][\d\s-]{6,}\d)"
)


def masked(text: str, column: str = "") -> str:
    """`text` without e-mail addresses and phone numbers; the value of a contact column disappears as a whole."""
    if column in CONTACT_COLUMNS:
        return _MASK if text else ""
    return _PHONE.sub(_MASK, _EMAIL.sub(_MASK, text))
