"""Readers of single cells: canonical text → checked value. A reader raises ValueError that says the mend."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from partnersync.rules.domains import registrable

_SPACES = re.compile(r"[\s'\u00a0\u202f]+")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?P<group>[.,])\d{3}(?:(?P=group)\d{3})*(?P<point>[.,])\d+", re.ASCII)
_AMBIGUOUS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_KPP = re.compile(r"\d{4}[\dA-Z]{2}\d{3}")
_EMAIL = re.compile(r"[^@\s]+@([^@\s]+\.[^@\s.]+)")
_TOO_LARGE = Decimal(10) ** 15  # sums of such amounts would not fit into a column
# What every zone can show. Systems without a date write 0001-01-01.
_FIRST, _LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 31, 9, tzinfo=UTC)
_NO_DATE, _OR_DECLARE = "is not a date: write it like 2026-01-31", "or declare the file's date_format"
_YES = frozenset({"1", "true", "yes", "y", "да"})
_NO = frozenset({"0", "false", "no", "n", "нет"})


def number(text: str) -> Decimal:
    """A decimal with point or comma; spaces group thousands."""
    value = _decimal(_SPACES.sub("", text))
    if abs(value) >= _TOO_LARGE:
        raise ValueError("has too many digits: correct it")
    return value


def _decimal(plain: str) -> Decimal:
    if _AMBIGUOUS.fullmatch(plain):
        raise ValueError(f"can be {plain.replace(',', '')} or {plain.replace(',', '.')}: write it with a point")
    if _NUMBER.fullmatch(plain):
        return Decimal(plain.replace(",", "."))
    grouped = _GROUPED.fullmatch(plain)
    if grouped and grouped["group"] != grouped["point"]:
        return Decimal(plain.replace(grouped["group"], "").replace(",", "."))
    raise ValueError("is not a number: write it like 1234.50")


def share(text: str) -> Fraction:
    """A tax rate: "22", "22%" and "0.22" are 22 percent."""
    written = _SPACES.sub("", text).removesuffix("%")
    if not _NUMBER.fullmatch(written):
        raise ValueError("is not a rate: write it like 22%")
    plain = Decimal(written.replace(",", "."))
    rate = Fraction(plain) if not text.strip().endswith("%") and 0 < plain < 1 else Fraction(plain) / 100
    if not 0 <= rate < 1:
        raise ValueError("is not a rate between 0% and 100%: write it like 22%")
    return rate


@lru_cache(maxsize=8192)
def moment(text: str, zone: ZoneInfo) -> datetime:
    """A time in UTC; without an offset it is in `zone`, a bare date is its first second there."""
    try:
        value = datetime.fromisoformat(text)
        value = (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{_NO_DATE} or 2026-01-31T10:00:00+03:00, {_OR_DECLARE}") from None
    if not _FIRST <= value <= _LAST:
        raise ValueError("is a date at the end of all calendars: write the real one, or leave the cell empty")
    return value


@lru_cache(maxsize=8192)
def day(text: str) -> date:
    """A date; of a time its date is taken as written."""
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise ValueError(f"{_NO_DATE}, {_OR_DECLARE}") from None


def one_of(choices: type[StrEnum], text: str) -> StrEnum:
    """A member of `choices`, in any case."""
    try:
        return choices(text.lower())
    except ValueError:
        raise ValueError(f"is none of: {', '.join(choices)}") from None


def yes_no(text: str) -> bool:
    """yes, no, true, false, 1, 0, да, нет."""
    plain = text.lower()
    if plain in _YES or plain in _NO:
        return plain in _YES
    raise ValueError("is neither yes nor no: write one of them")


@cache
def _currencies() -> frozenset[str]:
    """Of this century: RUR, which is often meant to be RUB, would be money of its own."""
    from babel.core import get_global  # costs 30 ms, and only files that name a currency need it

    periods = [period for periods in get_global("territory_currencies").values() for period in periods]
    return frozenset(code for code, _, end, tender in periods if tender and (end is None or end[0] >= 2000))


@lru_cache(maxsize=256)
def currency(text: str) -> str:
    """An ISO 4217 code of money that can be paid with, or could in this century."""
    code = text.upper()
    if code not in _currencies():
        raise ValueError("is not an ISO 4217 currency code: write it like RUB")
    return code


def kpp(text: str) -> str:
    """A Russian registration reason code: nine characters."""
    plain = _SPACES.sub("", text).upper()
    if not _KPP.fullmatch(plain):
        raise ValueError("is not a KPP of nine characters")
    return plain


def email(text: str) -> str:
    """An address in lower case."""
    plain = text.strip().lower()
    if not _EMAIL.fullmatch(plain):
        raise ValueError("is not an e-mail address: write one name and one domain, joined by @")
    return plain


def domain_of(address: str) -> str | None:
    """The registrable domain of a checked e-mail address, if it has one."""
    return domain_in(address.partition("@")[2])


def domain_in(text: str) -> str | None:
    """The registrable domain of a website or host name; None for anything else, like "none"."""
    try:
        return registrable(text)
    except ValueError:
        return None


@lru_cache(maxsize=65536)
def phone(text: str) -> str:
    """A phone number as E.164; without a country code it is Russian. An extension is kept after `;ext=`."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(text.lstrip("'"), "RU")
    except phonenumbers.NumberParseException:
        raise ValueError("is not a phone number: write + and the country code, then the number") from None
    if not phonenumbers.is_possible_number(parsed):
        raise ValueError("is not a phone number: write + and the country code, then the number")
    plain = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return f"{plain};ext={parsed.extension}" if parsed.extension else str(plain)


def items(text: str) -> tuple[str, ...]:
    """The parts of a list joined by `|`, without empty ones."""
    return tuple(part for part in map(str.strip, text.split("|")) if part)


def roles(text: str) -> tuple[tuple[str, str], ...]:
    """`P1=sourced|P2=implementation` as (partner_id, role) pairs."""
    pairs = tuple(part.partition("=")[::2] for part in items(text))
    if not all(partner and role for partner, role in pairs):
        raise ValueError("is not a list like P1=sourced|P2=implementation")
    return pairs
