"""What CRMs do to the text of a cell when they export it, undone. Pure."""

import re
from html import unescape

_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z]\w*);")
_SHIELD = re.compile(r"'(?=[=+\-@\d])")
_BRANCH = re.compile(r"(?:\([^()]*\)\s*)+(?=\S)")
_BETWEEN_CONTACTS = re.compile(r"[|,;]")
_EXTENSION = re.compile(r"(?:доб|вн|ext)\w*[.:]?\s*\d", re.IGNORECASE)


def plain_text(text: str) -> str:
    """Without HTML entities, the apostrophe before what a spreadsheet would run, and white space that does not show."""
    told = _ENTITY.sub(lambda found: unescape(found[0]), text) if "&" in text else text
    told = " ".join(told.split())
    return told[1:] if _SHIELD.match(told) else told


def contacts(text: str) -> str:
    """Phones or addresses of one cell, divided by comma or semicolon, as a list joined by `|`, each once."""
    found: list[str] = []
    for piece in map(plain_text, _BETWEEN_CONTACTS.split(text)):
        if found and _EXTENSION.match(piece):
            found[-1] += f", {piece}"
        elif piece:
            found.append(piece)
    return "|".join(dict.fromkeys(found))


def without_branch(text: str) -> str:
    """A person's name without the branch in brackets before it: `(ЕКБ) Иванов Иван`."""
    return _BRANCH.sub("", text, count=1) if text.startswith("(") else text
