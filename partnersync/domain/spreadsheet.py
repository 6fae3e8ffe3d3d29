"""Text that a spreadsheet would run as a formula, made harmless."""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?", re.ASCII)


def harmless(text: str) -> str:
    """The text with an apostrophe in front if a spreadsheet would run it as a formula; numbers stay as they are.

    Text that already is an apostrophe before a formula gets one more, so that one can be taken off again.
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
