"""How a value is written in a file of settings: pydantic types for all of them, and the table they stand in."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, StringConstraints

from partnersync.domain.value import Money
from partnersync.problems import refusal

T = TypeVar("T")
_PERCENT = re.compile(r"(-?\d+(?:\.\d+)?) ?%")
_QUOTIENT = re.compile(r"(\d+)/([1-9]\d*)")


class Table(BaseModel):
    """A table of a settings file: exact types, unknown keys refused, never changed once read."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)


def _percent(value: object) -> Fraction:
    if isinstance(value, Fraction):
        return value
    match = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise refusal("is not a percentage", 'Write it in quotes with a point and the sign, like "12.5%"')
    share = Fraction(match[1]) / 100
    if share < 0:
        raise refusal("is negative", 'Write "0%" or more')
    if share > 1:
        raise refusal("is more than 100 %", 'Write "100%" or less')
    return share


def _share(value: object) -> Fraction:
    match = _QUOTIENT.fullmatch(value) if isinstance(value, str) else None
    share = Fraction(int(match[1]), int(match[2])) if match else _percent(value)
    if not 0 < share <= 1:
        raise refusal("is not a part of the whole", 'Write more than nothing and at most all, like "1/3" or "25%"')
    return share


def _money(value: object) -> Money:
    try:
        money = value if isinstance(value, Money) else Money.parse(value) if isinstance(value, str) else None
    except ValueError:
        money = None
    if money is None:
        raise refusal("is not a sum", 'Write the sum and its currency in quotes, like "500 RUB" or "12.50 USD"')
    if money.minor < 0:
        raise refusal("is negative", f'Write "0 {money.currency}" or more')
    return money


def _money_or_none(value: object) -> Money | None:
    return None if value is None or value == "" else _money(value)


def _bound(value: object) -> Money | int:
    if isinstance(value, int) and not isinstance(value, bool):
        if value < 0:
            raise refusal("is negative", "Write 0 or more")
        return value
    return _money(value)


def _day_key(value: object) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise refusal("is not a day", "Write the key like 2026-01-01") from None


def _year_key(value: object) -> int:
    if re.fullmatch(r"(19|20)\d\d", str(value)):
        return int(str(value))
    raise refusal("is not a year", "Write the key like 2026")


def over(defaults: Mapping[Any, Any]) -> AfterValidator:
    """A map whose default entries hold wherever the file does not name them."""

    def merged(given: Mapping[Any, Any]) -> Mapping[Any, Any]:
        return {**defaults, **given}

    return AfterValidator(merged)


def checked(check: Callable[[Any], bool], text: str, mend: str) -> AfterValidator:
    """A value that must also pass `check`."""

    def value_if_good(value: Any) -> Any:
        if not check(value):
            raise refusal(text, mend)
        return value

    return AfterValidator(value_if_good)


Percent = Annotated[Fraction, PlainValidator(_percent)]  # "12.5%" is 1/8; from 0 % to 100 %
Share = Annotated[Fraction, PlainValidator(_share)]  # a percentage or "1/3"; more than 0
Sum = Annotated[Money, PlainValidator(_money)]  # "500 RUB"; never negative
OptionalSum = Annotated[Money | None, PlainValidator(_money_or_none)]  # "" is none
Bound = Annotated[Money | int, PlainValidator(_bound)]  # of a band: a sum, or a whole number where things are counted
DayKey = Annotated[date, PlainValidator(_day_key)]
YearKey = Annotated[int, PlainValidator(_year_key)]
Word = Annotated[str, StringConstraints(min_length=1)]
Count = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
ListOf = Annotated[tuple[T, ...], Field(strict=False)]  # TOML gives lists
OneOf = Annotated[T, Field(strict=False)]  # an enum, by its word


def said(table: Table) -> dict[str, Any]:
    """What a table says beyond its defaults, in words that JSON has. Of a map, the entries that differ."""
    content = {}
    for name, info in type(table).model_fields.items():
        value, default = getattr(table, name), info.default
        if isinstance(value, Mapping) and isinstance(default, Mapping):
            value = {key: entry for key, entry in value.items() if key not in default or default[key] != entry}
            default = {}
        if value != default:
            content[info.alias or name] = _plain(value)
    return content


def _plain(value: object) -> Any:
    match value:
        case Table():
            return said(value)
        case Mapping():
            return {str(key): _plain(entry) for key, entry in value.items()}
        case tuple():
            return [_plain(entry) for entry in value]
        case Money():
            return f"{value.text()} {value.currency}"
        case Fraction():
            return str(value)
        case date():
            return value.isoformat()
        case _:
            return value
