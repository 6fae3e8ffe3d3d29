"""Text that a spreadsheet would run as a formula, made harmless."""

import re

_STARTS = frozenset("'=+-@\t\r")  # tells most texts apart without a pattern
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?", re.ASCII)


def harmless(text: str) -> str:
    """The text with an apostrophe in front if a spreadsheet would run it as a formula; numbers stay as they are.

    Text that already is an apostrophe before a formula gets one more, so that `plain` gives every text back.
    """
    if text[:1] in _STARTS and _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def plain(text: str) -> str:
    """The text that `harmless` made this of; other text as it is."""
    return text[1:] if text.startswith("'") and harmless(text[1:]) == text else text
