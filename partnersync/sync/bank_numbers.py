"""Readers of Russian bank codes and accounts; see cells.py."""

import re

_SPACES = re.compile(r"[\s'\u00a0\u202f]+")
_BIK = re.compile(r"\d{9}", re.ASCII)
_ACCOUNT = re.compile(r"\d{20}", re.ASCII)
_WEIGHTS = (7, 1, 3)
_CREDIT_INSTITUTION = "04"  # how their BIK begins; accounts of the treasury have keys of another kind


def bik(text: str) -> str:
    """A bank's code of nine digits."""
    plain = _SPACES.sub("", text)
    if not _BIK.fullmatch(plain) or not plain.strip("0"):
        raise ValueError("is not a BIK of nine digits")
    return plain


def account(text: str) -> str:
    """An account without its spaces; whether its key holds is told only with its bank's code."""
    return _SPACES.sub("", text)


def check_key(number: str, code: str) -> None:
    """ValueError where an account is none of the bank with this BIK, as its key tells."""
    if not _ACCOUNT.fullmatch(number):
        raise ValueError("is not an account of 20 digits, as a bank with a BIK has them: correct it")
    if code.startswith(_CREDIT_INSTITUTION):
        total = sum(int(digit) * _WEIGHTS[place % 3] for place, digit in enumerate(code[-3:] + number))
        if total % 10:
            raise ValueError(f"fails its key with BIK {code}: correct one of them")
