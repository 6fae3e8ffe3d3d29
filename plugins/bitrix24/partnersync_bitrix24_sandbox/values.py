"""What is stored of written values: system fields and user fields, for both families of methods."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from enum import Enum, auto
from typing import Any

from partnersync_bitrix24_sandbox.behaviour import Behaviour
from partnersync_bitrix24_sandbox.entities import Attribute
from partnersync_bitrix24_sandbox.php import whole
from partnersync_bitrix24_sandbox.portal import Portal
from partnersync_bitrix24_sandbox.times import parsed
from partnersync_bitrix24_sandbox.user_fields import UserField


class Untouched(Enum):
    """The written value changes nothing."""

    VALUE = auto()


UNTOUCHED = Untouched.VALUE
EMPTY: tuple[Any, ...] = ("", None, [], {}, False)


def read_attribute(portal: Portal, attribute: Attribute, given: Any) -> Any:
    """A system field's."""
    if attribute.multiple:
        ids = given if isinstance(given, list) else [] if given in EMPTY else [given]
        return tuple(whole(one) for one in ids if whole(one))
    if attribute.type == "boolean":
        return yes_or_no(given)
    if given in EMPTY and not isinstance(given, bool):
        return None
    return _READERS.get(attribute.type, _text)(portal, given)


def read_user_field(portal: Portal, field: UserField, given: Any, *, legacy: bool) -> Any:
    """A user field's; several values are a tuple."""
    if field.type == "boolean":
        yes = str(given).lower() in ("y", "true", "1") if legacy else yes_or_no(given) == "Y"
        return "Y" if yes else "N"
    if not field.multiple:
        one = given[0] if isinstance(given, list) and given else given
        return None if one in EMPTY else _one(portal, field, one)
    items = given if isinstance(given, list) else list(given.values()) if isinstance(given, dict) else [given]
    if legacy and field.type == "crm" and isinstance(given, str):
        items = given.split(";")
    held = [_one(portal, field, one) for one in items if one not in EMPTY]
    if not held and field.type == "enumeration" and not _clears(portal.behaviour, legacy):
        return UNTOUCHED
    return tuple(one for one in held if one is not UNTOUCHED and one is not None)


def _clears(behaviour: Behaviour, legacy: bool) -> bool:
    return behaviour.multiple_enum_cleared_by_legacy if legacy else behaviour.multiple_enum_cleared


def yes_or_no(given: Any) -> str:
    """As crm.item.* reads a boolean: 1 is No."""
    return "Y" if given is True or given in ("Y", "y", "true") else "N"


def _one(portal: Portal, field: UserField, given: Any) -> Any:
    return _UF_READERS.get(field.type, _text)(portal, given)


def _text(portal: Portal, given: Any) -> Any:
    text = str(given)
    if portal.behaviour.line_ends_normalised:
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    return text


def _integer(_: Portal, given: Any) -> Any:
    return whole(given)


def number(given: Any) -> Decimal:
    """A double; a comma is understood, and what is no number is 0."""
    try:
        told = Decimal(str(given).replace(",", ".").strip())
    except InvalidOperation:
        return Decimal(0)
    return told if told.is_finite() else Decimal(0)


def _double(_: Portal, given: Any) -> Any:
    return number(given)


def _date(portal: Portal, given: Any) -> Any:
    told = parsed(given, portal.zone)
    return told.astimezone(portal.zone).date().isoformat() if told else UNTOUCHED


def _datetime(portal: Portal, given: Any) -> Any:
    told = parsed(given, portal.zone)
    return int(told.timestamp()) if told else UNTOUCHED


def money(given: Any, base_currency: str) -> str | None:
    """`sum|CUR`; a sum alone is in the base currency, no sum clears, a decimal comma is refused."""
    amount, _, currency = str(given).partition("|")
    try:
        told = Decimal(amount.strip())
    except InvalidOperation:
        return None
    return f"{told:f}|{currency or base_currency}" if told.is_finite() else None


def _money(portal: Portal, given: Any) -> Any:
    return money(given, portal.base_currency)


def _crm(_: Portal, given: Any) -> Any:
    return str(given)


Reader = Callable[[Portal, Any], Any]
_READERS: dict[str, Reader] = {
    "double": _double,
    "date": _date,
    "datetime": _datetime,
} | dict.fromkeys(
    ("integer", "user", "crm_company", "crm_contact", "crm_lead", "crm_quote", "crm_category", "crm_entity"), _integer
)
_UF_READERS: dict[str, Reader] = {
    "integer": _integer,
    "employee": _integer,
    "enumeration": _integer,
    "iblock_section": _integer,
    "iblock_element": _integer,
    "double": _double,
    "date": _date,
    "datetime": _datetime,
    "money": _money,
    "crm": _crm,
}
