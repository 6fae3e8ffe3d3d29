"""Readers of Russian tax and registry numbers, also of those that a spreadsheet took for sums; see cells.py."""

import re
from functools import lru_cache
from importlib import import_module
from typing import Any

_UNSEEN = re.compile(r"[\s'\u00a0\u202f]+")
_AS_SUM = re.compile(r"(\d+)(?:[.,](\d+))?(?:[eE]\+?(\d{1,2}))?", re.ASCII)
_SHOWN = 8  # significant digits at least: a spreadsheet that shows fewer has rounded, and zeros would be guessed
_ONE_ZERO_LOST = (9, 11)  # digits of an INN of 10 or 12 that began with 0


@lru_cache(maxsize=65536)
def inn(text: str) -> str:
    """A tax number of 10 or 12 digits whose check digits hold.

    `7.707083893E9`, `7707083893,0` and a lost leading zero are what spreadsheets make of one; the check digits tell
    whether it is whole.
    """
    digits = _digits(text)
    if len(digits) in _ONE_ZERO_LOST:
        digits = f"0{digits}"
    return _checked("inn", digits, "the tax number")


@lru_cache(maxsize=65536)
def ogrn(text: str) -> str:
    """A registry number (OGRN of 13 digits, OGRNIP of 15) whose check digit holds; recovered as `inn`."""
    return _checked("ogrn", _digits(text), "the registry number")


def inn_or_ogrn(text: str) -> str:
    """A tax number, or in its place a registry number; `is_ogrn` tells which."""
    return ogrn(text) if is_ogrn(_digits(text)) else inn(text)


def is_ogrn(number: str) -> bool:
    """Which of the two a number is, by its length."""
    return len(number) > 12


def _digits(text: str) -> str:
    """The digits of a whole number, however it is written; any other text without its white space."""
    plain = _UNSEEN.sub("", text)
    found = _AS_SUM.fullmatch(plain)
    if found is None:
        return plain
    whole, decimals, exponent = found[1], found[2] or "", int(found[3] or 0)
    cut = len(decimals) - exponent
    digits = whole + decimals
    if cut > 0:
        return digits[:-cut] if not digits[-cut:].strip("0") else plain
    return digits + "0" * -cut if len(digits) >= _SHOWN else plain


def _checked(standard: str, digits: str, what: str) -> str:
    checker: Any = import_module(f"stdnum.ru.{standard}")
    if not digits.isascii() or not digits.strip("0") or not checker.is_valid(digits):
        raise ValueError(f"fails its check digits: correct {what}")
    return digits
