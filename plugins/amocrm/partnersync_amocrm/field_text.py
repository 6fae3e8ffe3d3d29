"""Values of the account's custom fields as canonical text (docs/plugins/contract.md, "Values are text"). Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from partnersync_amocrm.metadata import FieldDef

Json = Mapping[str, Any]

# What of a legal entity stands for which column; all else takes its name.
_LEGAL = {"client_inn": "vat_id", "inn": "vat_id", "client_kpp": "kpp", "kpp": "kpp"}
_HALF_A_DAY = timedelta(hours=12)


def values_by_field(card: Json) -> dict[int, Sequence[Json]]:
    """The filled fields of a card by their ids; the account leaves out what is empty, or all of it."""
    return {held["field_id"]: held["values"] for held in card.get("custom_fields_values") or () if held.get("values")}


def text_of(field: FieldDef, values: Sequence[Json], zone: ZoneInfo, column: str = "", *, coded: bool = False) -> str:
    """What stands in a field, several values joined by `|`, nothing as an empty text.

    `coded`: of a choice its code, where it has one, instead of the text that people see and may change.
    """
    if field.type in _CHOICES:
        told = [(one.get("enum_code") or one.get("value") if coded else one.get("value")) or "" for one in values]
    elif field.type == "chained_list":
        told = [str(one.get("catalog_element_id") or "") for one in values]
    else:
        read = _READERS.get(field.type, _plain)
        told = [read(one["value"], zone, column) for one in values if one.get("value") not in (None, "")]
    return "|".join(text for one in told if (text := str(one).strip()))


def moment(unix: int | None, zone: ZoneInfo) -> str:
    """A time with the account's offset; 0 and null are none."""
    return datetime.fromtimestamp(unix, zone).isoformat() if unix else ""


def number(value: Any) -> str:
    """A sum with a point, never through a float; the account gives numbers, texts or null."""
    if value is None or value == "":
        return ""
    return format(value, "f") if isinstance(value, Decimal) else str(value).strip()


def _plain(value: Any, zone: ZoneInfo, column: str) -> str:
    return str(value)


def _number(value: Any, zone: ZoneInfo, column: str) -> str:
    return number(value)


def _yes_or_no(value: Any, zone: ZoneInfo, column: str) -> str:
    return "yes" if value in (True, 1, "1", "true") else "no"


def _day(value: Any, zone: ZoneInfo, column: str) -> str:
    """The account keeps the midnight of its zone; half a day later is that day, also where the zone has moved."""
    if _is_unix(value):
        return (datetime.fromtimestamp(int(value), zone) + _HALF_A_DAY).date().isoformat()
    return str(value)


def _instant(value: Any, zone: ZoneInfo, column: str) -> str:
    return datetime.fromtimestamp(int(value), zone).isoformat() if _is_unix(value) else str(value)


def _is_unix(value: Any) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and value.lstrip("-").isdecimal())


def _legal(value: Any, zone: ZoneInfo, column: str) -> str:
    if not isinstance(value, Mapping):
        return str(value)
    return str(value.get(_LEGAL.get(column, "name")) or "")


def _named(value: Any, zone: ZoneInfo, column: str) -> str:
    return str(value.get("name") or "") if isinstance(value, Mapping) else str(value)


_CHOICES = frozenset({"select", "radiobutton", "multiselect", "category"})
_READERS: dict[str, Callable[[Any, ZoneInfo, str], str]] = {
    "numeric": _number,
    "monetary": _number,
    "price": _number,
    "checkbox": _yes_or_no,
    "date": _day,
    "birthday": _day,
    "date_time": _instant,
    "legal_entity": _legal,
    "linked_entity": _named,
}
