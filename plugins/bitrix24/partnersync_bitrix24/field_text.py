"""Values of a portal's fields as canonical text (docs/plugins/contract.md, "Values are text"). Pure.

Nothing has four forms here ("", null, false, []), which differ by portal, method and type; all are an empty text.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from partnersync_bitrix24.metadata import FieldDef

Json = Mapping[str, Any]
Statuses = Mapping[str, Mapping[str, str]]


def text_of(field: FieldDef, value: Any, statuses: Statuses, *, coded: bool = False) -> str:
    """What stands in a field, several values joined by `|`, nothing as an empty text.

    `coded`: of a choice its code, where it has one, instead of the text that people see and may change.
    """
    return "|".join(text for one in values_of(value) if (text := _one(field, one, statuses, coded).strip()))


def values_of(value: Any) -> Sequence[Any]:
    """The values of a field of one or several, without those that are nothing."""
    several = value if isinstance(value, list) else [value]
    return [one for one in several if not is_nothing(one)]


def is_nothing(value: Any) -> bool:
    """One of the forms of nothing; zero is something."""
    return value is None or value is False or (isinstance(value, (str, list, Mapping)) and not value)


def number(value: Any) -> str:
    """A sum with a point, never through a float; the portal gives numbers, texts or null."""
    if is_nothing(value):
        return ""
    return format(value, "f") if isinstance(value, Decimal) else str(value).strip()


def money(value: Any) -> tuple[str, str]:
    """The sum and the currency of a field of money, as `300.5|RUB`; a sum alone has no currency."""
    amount, _, currency = ("" if is_nothing(value) else str(value)).partition("|")
    return (amount.strip(), currency.strip()) if amount.strip() else ("", "")


def day(value: Any) -> str:
    """The day of a field of dates, which is told as midnight of the world's zone in the portal's: 02:00+02:00.

    Some portals tell midnight of their own zone, which no other day can look like.
    """
    text = "" if is_nothing(value) else str(value)
    if "T" not in text:
        return text
    told = _read(text)
    if told is None:
        return text
    if told.tzinfo is None or told.timetz().replace(tzinfo=None) == time():
        return told.date().isoformat()
    return told.astimezone(UTC).date().isoformat()


def moment(value: Any) -> str:
    """A time with the portal's offset, as it is told."""
    return "" if is_nothing(value) else str(value)


def moment_of(value: Any) -> datetime | None:
    """The same to compare with; None: there is none."""
    return _read(moment(value))


def link_id(value: Any, prefix: str) -> int | None:
    """The id in a link like CO_5, if it is one to cards of that kind; a field of one kind may hold the bare id."""
    text = str(value)
    name, mark, number_ = text.rpartition("_")
    if mark and name.upper() != prefix.upper():
        return None
    return int(number_) if number_.isdecimal() else None


def ref(value: Any) -> int:
    """The id of a linked card; 0 where there is none, which the portal tells as 0, null or nothing."""
    return int(value) if str(value or "").isdecimal() else 0


def _read(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _one(field: FieldDef, value: Any, statuses: Statuses, coded: bool) -> str:
    if field.type == "enumeration":
        chosen = next((one for one in field.choices if str(one.id) == str(value)), None)
        if chosen is None:
            return "" if str(value) == "0" else str(value)
        return (chosen.code or chosen.value) if coded else chosen.value
    if field.type == "crm_status" and not coded:
        return statuses.get(field.statuses, {}).get(str(value), str(value))
    return _READERS.get(field.type, _plain)(value)


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):  # a file, whose address carries a secret
        return str(value.get("id") or "")
    return str(value).replace("\r\n", "\n")


def _yes_or_no(value: Any) -> str:
    return "yes" if str(value).upper() in ("Y", "1", "TRUE") else "no"


def _address(value: Any) -> str:
    return str(value).partition("|")[0]


def _bare(value: Any) -> str:
    return str(value).rpartition("_")[2]


_READERS: dict[str, Callable[[Any], str]] = {
    "double": number,
    "integer": number,
    "money": lambda value: money(value)[0],
    "boolean": _yes_or_no,
    "char": _yes_or_no,
    "date": day,
    "datetime": moment,
    "address": _address,
    "crm": _bare,
}
