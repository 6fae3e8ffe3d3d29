"""Conditions of filters: an operator, the value of a card, and what it is compared with."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from partnersync_bitrix24_sandbox.cards import Card
from partnersync_bitrix24_sandbox.php import whole
from partnersync_bitrix24_sandbox.portal import Portal
from partnersync_bitrix24_sandbox.times import parsed
from partnersync_bitrix24_sandbox.values import number

OPERATORS = ("!=%", "!%=", "!><", "!@", "!=", "!%", "><", ">=", "<=", "=%", "%=", "=", "%", ">", "<", "@", "!")
INTEGERS = frozenset(
    "integer user employee enumeration crm_company crm_contact crm_lead crm_quote crm_category crm_entity"
    " iblock_section iblock_element".split()
)
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
Test = Callable[[Card], bool]


@dataclass(frozen=True, slots=True)
class Place:
    """A field that can be filtered by: its type, and how a card's value is got."""

    type: str
    get: Callable[[Card], Any]
    key: str = ""  # the name under which a card holds it
    is_user_field: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition; `wanted` is comparable with what the card holds."""

    place: Place
    operator: str
    wanted: Any

    def holds(self, card: Card) -> bool:
        """Whether a card fulfils it."""
        held = self.place.get(card)
        values = held if isinstance(held, tuple) else (held,)
        base = self.operator.removeprefix("!") or "="
        hit = any(self._fits(base, one) for one in values or (None,))
        return not hit if self.operator.startswith("!") else hit

    def _fits(self, base: str, held: Any) -> bool:
        wanted = self.wanted
        if base in ("=", "@"):
            return any(_same(held, one) for one in (wanted if isinstance(wanted, list) else [wanted]))
        if held is None or wanted is None:
            return False
        if base == "%":
            return str(wanted).lower() in str(held).lower()
        if base in ("=%", "%="):
            return _like(str(wanted)).fullmatch(str(held)) is not None
        return bool(COMPARISONS[base](held, wanted))


def _same(held: Any, wanted: Any) -> bool:
    if wanted is None:
        return held in (None, "", 0)
    return held.lower() == wanted.lower() if isinstance(held, str) and isinstance(wanted, str) else bool(held == wanted)


def _like(pattern: str) -> re.Pattern[str]:
    return re.compile(
        "".join(".*" if part == "%" else re.escape(part) for part in re.split("(%)", pattern)), re.I | re.S
    )


def split(key: str) -> tuple[str, str]:
    """The operator of a filter's key, and the field."""
    prefix = next((one for one in OPERATORS if key.startswith(one)), "")
    return prefix, key[len(prefix) :]


def comparable(portal: Portal, place: Place, given: Any) -> Any:
    """A written value as cards hold it; None is empty."""
    if isinstance(given, (list, dict)):
        return [comparable(portal, place, one) for one in (given.values() if isinstance(given, dict) else given)]
    if given in (None, "") and not isinstance(given, bool):
        return None
    if place.type in INTEGERS:
        return whole(given)
    if place.type == "double":
        return number(given)
    if place.type in ("date", "datetime"):
        return _moment(portal, place, given)
    if place.type == "boolean" and place.is_user_field:
        return {"1": "Y", "0": "N"}.get(str(int(given) if isinstance(given, bool) else given), "nothing is so")
    return str(given)


def _moment(portal: Portal, place: Place, given: Any) -> Any:
    told = parsed(given, portal.zone)
    if told is None or (not portal.behaviour.iso_dates_in_filters and "T" in str(given)):
        return _never(place)
    return int(told.timestamp()) if place.type == "datetime" else told.astimezone(portal.zone).date().isoformat()


def _never(place: Place) -> Any:
    return 1 << 62 if place.type == "datetime" else "9999-12-31"
