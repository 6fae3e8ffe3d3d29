"""What may be written into custom fields, and what is stored of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from partnersync_amocrm_sandbox.account import Account
from partnersync_amocrm_sandbox.behaviour import Sent
from partnersync_amocrm_sandbox.cards import Value, Values
from partnersync_amocrm_sandbox.checks import ANY, BOOL, INT, LIST_OR_NULL, MOMENT, OBJECT, TEXT, Findings, Type
from partnersync_amocrm_sandbox.definitions import ADDRESS_CODES, EMAIL_CODES, PHONE_CODES, Field

URL_LIMIT = 2000
SEVERAL = frozenset({"multiselect", "multitext", "category", "smart_address", "chained_list", "items"})
_KEYS: dict[str, Type] = {
    "field_id": INT,
    "field_code": TEXT,
    "field_name": ANY,  # tolerated, as in the vendor's own example
    "values": LIST_OR_NULL,
}
_VALUE: dict[str, Type] = {"value": ANY}
_CHOICE: dict[str, Type] = {"value": ANY, "enum_id": INT, "enum_code": TEXT}
_CHAINED: dict[str, Type] = {"catalog_id": INT, "catalog_element_id": INT}


def read_values(account: Account, entity: str, given: Any, findings: Findings) -> dict[int, Values]:
    """The fields of `custom_fields_values` with what is to be stored; an empty tuple clears."""
    stored: dict[int, Values] = {}
    for place, item in enumerate(given or ()):
        path = f"custom_fields_values.{place}"
        good = findings.shape(item, _KEYS, path=path)
        if not isinstance(item, dict):
            continue
        name = "field_id" if "field_id" in item else "field_code"
        if name not in item:
            findings.add("FieldMissing", f"{path}.field_id", "This field is missing.")
            continue
        field = account.field_of(entity, field_id=good.get("field_id"), code=good.get("field_code"))
        if name in good and field is None:
            findings.add("NotSupportedChoice", f"{path}.{name}")
        elif field is not None and "values" not in item:
            findings.add("FieldMissing", f"{path}.values", "This field is missing.")
        elif field is not None and "values" in good:
            stored[field.id] = _read_field(account, field, good["values"] or [], f"{path}.values", findings)
    return stored


def _read_field(account: Account, field: Field, given: list[Any], path: str, findings: Findings) -> Values:
    held: list[Value] = []
    for place, item in enumerate(given):
        here = f"{path}.{place}"
        found = len(findings.errors)
        value = _read_one(account, field, item, here, findings)
        if len(findings.errors) == found and not (value.value == "" and account.behaviour.empty_string is Sent.IGNORED):
            held.append(value)
    return tuple(held if field.type in SEVERAL else held[-1:])


def _read_one(account: Account, field: Field, item: Any, path: str, findings: Findings) -> Value:
    if field.type == "chained_list":
        return Value(findings.shape(item, _CHAINED, needed=tuple(_CHAINED), path=path))
    if field.type in ("select", "radiobutton", "multiselect", "category"):
        return _choice(field, findings.shape(item, _CHOICE, path=path), path, findings)
    if field.type in ("multitext", "smart_address"):
        return _multi(account, field, findings.shape(item, _CHOICE, needed=("value",), path=path), path, findings)
    good = findings.shape(item, _VALUE, needed=("value",), path=path)
    if "value" not in good:
        return Value(None)
    return Value(_READERS.get(field.type, _object)(account, good["value"], f"{path}.value", findings))


def _choice(field: Field, good: dict[str, Any], path: str, findings: Findings) -> Value:
    if not good:
        findings.add("FieldMissing", f"{path}.value", "This field is missing.")
        return Value(None)
    key = next(name for name in ("enum_id", "enum_code", "value") if name in good)
    given = good[key]
    chosen = (
        field.enum(enum_id=given)
        if key == "enum_id"
        else field.enum(code=given)
        if key == "enum_code"
        else field.enum(value=str(given))
    )
    if chosen is None:
        findings.add("NotSupportedChoice", f"{path}.{key}")
        return Value(None)
    return Value(chosen.value, chosen.id, chosen.code)


def _multi(account: Account, field: Field, good: dict[str, Any], path: str, findings: Findings) -> Value:
    codes = ADDRESS_CODES if field.type == "smart_address" else EMAIL_CODES if field.code == "EMAIL" else PHONE_CODES
    text = _text(account, good.get("value", ""), f"{path}.value", findings)
    if "enum_id" in good:
        code = next((code for place, code in enumerate(codes) if _enum_id(field, place) == good["enum_id"]), None)
    else:
        code = good.get("enum_code", codes[0])
    if code not in codes:
        findings.add("NotSupportedChoice", f"{path}.{'enum_id' if 'enum_id' in good else 'enum_code'}")
        return Value(None)
    return Value(text, _enum_id(field, codes.index(code)), code)


def _enum_id(field: Field, place: int) -> int:
    return place + 1 if field.type == "smart_address" else field.id * 10 + place


Reader = Callable[[Account, Any, str, Findings], Any]


def _text(account: Account, value: Any, path: str, findings: Findings) -> Any:
    return _limited(account, value, path, findings, account.behaviour.text_limit)


def _url(account: Account, value: Any, path: str, findings: Findings) -> Any:
    return _limited(account, value, path, findings, URL_LIMIT)


def _textarea(account: Account, value: Any, path: str, findings: Findings) -> Any:
    return _limited(account, value, path, findings, None)


def _limited(account: Account, value: Any, path: str, findings: Findings, most: int | None) -> Any:
    if findings.has_type(value, TEXT, path):
        if most is not None and len(value) > most:
            detail = f"This value is too long. It should have {most} characters or less."
            findings.add(account.behaviour.text_limit_code, path, detail)
        if any(ord(letter) > 0xFFFF for letter in value):
            if account.behaviour.four_byte_text is Sent.REFUSED:
                findings.add("InvalidFormat", path, "This value is not valid.")
            elif account.behaviour.four_byte_text is Sent.IGNORED:
                return "".join(letter for letter in value if ord(letter) <= 0xFFFF)
    return value


def _numeric(account: Account, value: Any, path: str, findings: Findings) -> Any:
    number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    if number and account.behaviour.number_for_numeric is not Sent.REFUSED:
        return str(value)
    if findings.has_type(value, TEXT, path) and value != "":
        try:
            Decimal(value)
        except InvalidOperation:
            findings.add("InvalidType", path, "This value should be of type numeric.")
    return value


def _checkbox(_: Account, value: Any, path: str, findings: Findings) -> Any:
    findings.has_type(value, BOOL, path)
    return value


def _instant(_: Account, value: Any, path: str, findings: Findings) -> Any:
    if isinstance(value, str):
        try:
            told = datetime.fromisoformat(value)
        except ValueError:
            told = None
        if told is not None and told.tzinfo is not None:
            return int(told.timestamp())
    elif MOMENT.fits(value):
        return int(value)
    findings.add("InvalidType", path, "This value should be of type int.")
    return 0


def _date(account: Account, value: Any, path: str, findings: Findings) -> Any:
    """Midnight, in the account's zone, of the day on which the moment falls there."""
    moment = datetime.fromtimestamp(_instant(account, value, path, findings), UTC).astimezone(account.zone)
    return int(moment.replace(hour=0, minute=0, second=0, microsecond=0).timestamp())


def _entity(account: Account, value: Any, path: str, findings: Findings) -> Any:
    if findings.has_type(value, OBJECT, path) and not value.get("name"):
        findings.add("FieldMissing", f"{path}.name", "This field is missing.")
    return value


def _object(_: Account, value: Any, path: str, findings: Findings) -> Any:
    findings.has_type(value, OBJECT, path)
    return value


_READERS: dict[str, Reader] = {
    "text": _text,
    "textarea": _textarea,
    "streetaddress": _text,
    "tracking_data": _text,
    "url": _url,
    "numeric": _numeric,
    "price": _numeric,
    "monetary": _numeric,
    "checkbox": _checkbox,
    "date": _date,
    "birthday": _date,
    "date_time": _instant,
    "legal_entity": _entity,
}
