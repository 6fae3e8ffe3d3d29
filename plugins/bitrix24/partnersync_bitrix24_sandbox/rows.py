"""Lists of rows that are whole in memory: filters, orders and selects over what is told of them."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from partnersync_bitrix24_sandbox.conditions import COMPARISONS, split
from partnersync_bitrix24_sandbox.php import entries
from partnersync_bitrix24_sandbox.times import parsed

Row = dict[str, Any]
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT")


def narrowed(rows: Sequence[Row], given: Any, zone: ZoneInfo, names: Mapping[str, str] | None = None) -> list[Row]:
    """The rows that a filter finds; names that no row has are dropped. `names` maps a filter's name to the row's."""
    tests = []
    for key, value in entries(given):
        operator, name = split(key)
        told = (names or {}).get(name, name)
        if any(told in row for row in rows):
            tests.append(_test(operator, told, value, zone))
    return [row for row in rows if all(test(row) for test in tests)]


def _test(operator: str, name: str, given: Any, zone: ZoneInfo) -> Callable[[Row], bool]:
    wanted = given if isinstance(given, list) else [given]

    def test(row: Row) -> bool:
        held = row.get(name)
        if "%" in operator:
            hit = str(wanted[0]).strip("%").lower() in str(held or "").lower()
        elif operator in COMPARISONS:
            one, other = _comparable(held, wanted[0], zone)
            hit = one is not None and bool(COMPARISONS[operator](one, other))
        else:
            hit = any(_same(held, one, zone) for one in wanted)
        return not hit if operator.startswith("!") else hit

    return test


def _same(held: Any, wanted: Any, zone: ZoneInfo) -> bool:
    if wanted in (None, ""):
        return held in (None, "", 0, "0")
    if isinstance(held, list):
        return str(wanted) in map(str, held)
    one, other = _comparable(held, wanted, zone)
    return bool(one == other)


def _comparable(held: Any, wanted: Any, zone: ZoneInfo) -> tuple[Any, Any]:
    """Both as moments, as numbers, or as texts."""
    if held is None:
        return None, wanted
    if _MOMENT.match(str(held)):
        one, other = parsed(held, zone), parsed(wanted, zone)
        return (one, other) if one and other else (None, other)
    try:
        return Decimal(str(held)), Decimal(str(wanted))
    except InvalidOperation:
        return str(held).lower(), str(wanted).lower()


def ordered(rows: Sequence[Row], given: Any, default: str, names: Mapping[str, str] | None = None) -> list[Row]:
    """The rows in an order; `default` is a name, ascending."""
    found = list(rows)
    for name, direction in reversed(entries(given) or [(default, "ASC")]):
        told = (names or {}).get(name, name)
        found.sort(key=partial(_rank, told), reverse=str(direction).upper() == "DESC")
    return found


def _rank(name: str, row: Row) -> tuple[int, Any]:
    value = row.get(name)
    if value is None:
        return (0, 0)
    try:
        return (1, Decimal(str(value)))
    except InvalidOperation:
        return (2, str(value))


def chosen(row: Row, select: Sequence[str]) -> Row:
    """What a select names of a row; without one, and with `*`, all of it."""
    return row if not select or "*" in select else {key: value for key, value in row.items() if key in select}
