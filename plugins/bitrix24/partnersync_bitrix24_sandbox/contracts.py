"""The vendor's own contracts of its methods, and what a call has against them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from typing import Any

from partnersync_bitrix24_sandbox.references import is_reference

TEXT_BASES = frozenset({"string", "char", "date", "datetime"})
ALWAYS = frozenset({"auth", "access_token", "auth_connector", "start"})
OPTIONAL = frozenset(
    {"select", "filter", "order", "start", "params", "handler", "iconCode", "fields"}
)  # whatever it says
# What the vendor's pages tell beside the tables that the contracts were made of.
ALSO: dict[str, dict[str, str]] = {
    "batch": {"cmd": "array", "halt": "any"},
    "user.get": {"FILTER": "object", "filter": "object", "SORT": "string", "ORDER": "string", "ID": "any"},
    "event.offline.get": {"clear": "integer", "process_id": "string", "error": "integer", "filter": "object"},
    "event.offline.list": {"filter": "object", "order": "object"},
    "feature.get": {"CODE": "string"},
    "crm.stagehistory.list": {"select": "array"},
    "crm.status.list": {"start": "integer"},
    "userfieldconfig.list": {"select": "any", "filter": "object"},
}
ALSO_INSIDE: dict[str, dict[str, str]] = {
    "userfieldconfig.update": {"editInList": "boolean"},
    "crm.activity.add": {"COMPLETED": "char"},
    "crm.activity.update": {"COMPLETED": "char"},
}
NEED_LESS = frozenset({"crm.deal.add", "crm.lead.add", "crm.contact.add", "crm.company.add"})  # than their pages say
OWN_FIELDS = frozenset({"crm.item.add", "crm.item.update"})  # each entity has its own; methods look at them


@dataclass(frozen=True, slots=True)
class Finding:
    """What a call sent against the contract of its method; `what` says what is wrong with the parameter."""

    method: str
    parameter: str
    what: str

    def __str__(self) -> str:
        return f"{self.method}: {self.parameter} {self.what}"


@dataclass(frozen=True, slots=True)
class Contract:
    """One method's: its parameters by name, which of them are needed, and the names inside of objects."""

    parameters: dict[str, str]
    needed: tuple[str, ...]
    inside: dict[str, dict[str, str]]
    needed_inside: dict[str, tuple[str, ...]]


@cache
def contract(method: str) -> Contract | None:
    """The contract of a method in lower case; None where the vendor has none."""
    given = _all().get(method)
    if given is None and method not in ALSO:
        return None
    parameters = {one["name"]: one["base"] for one in given["params"]} if given else {}
    needed = tuple(one["name"] for one in given["params"] if one.get("required")) if given else ()
    inside, needed_inside = {}, {}
    for one in given["params"] if given else ():
        definition = given["defs"].get(one["ref"]) if given and "ref" in one else None
        if definition and not definition["dynamic"]["allowed"] and method not in OWN_FIELDS:
            names = {part["name"]: part["base"] for part in definition["fields"]}
            inside[one["name"]] = names | ALSO_INSIDE.get(method, {})
            needed_inside[one["name"]] = tuple(part["name"] for part in definition["fields"] if part.get("required"))
    return Contract(parameters | ALSO.get(method, {}), needed, inside, needed_inside)


@cache
def _all() -> dict[str, Any]:
    text = files("partnersync_bitrix24_sandbox").joinpath("contracts.json").read_text(encoding="utf-8")
    return {name.lower(): told for name, told in json.loads(text).items()}


def check(method: str, params: dict[str, Any]) -> Iterator[Finding]:
    """What a call has against its contract."""
    known = contract(method)
    if known is None:
        return
    for name in known.needed:
        if name not in OPTIONAL and not _has(params, name):
            yield Finding(method, name, "is missing")
    for name, value in params.items():
        if name in ALWAYS:
            continue
        named = _named(known.parameters, name)
        if named is None:
            yield Finding(method, name, "is unknown")
        elif not fits(known.parameters[named], value):
            yield Finding(method, name, f"is no {known.parameters[named]}")
        elif named in known.inside:
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, dict):
                    yield from _inside(method, named, part, known)


def _inside(method: str, name: str, value: dict[str, Any], known: Contract) -> Iterator[Finding]:
    names = known.inside[name]
    if method.endswith(".add") and method not in NEED_LESS:
        for needed in known.needed_inside[name]:
            if needed not in OPTIONAL and not _has(value, needed):
                yield Finding(method, f"{name}[{needed}]", "is missing")
    for key, one in value.items():
        if key.startswith(("UF_", "uf", "PARENT_ID_", "parentId")):
            continue
        named = _named(names, key)
        if named is None:
            yield Finding(method, f"{name}[{key}]", "is unknown")
        elif not fits(names[named], one):
            yield Finding(method, f"{name}[{key}]", f"is no {names[named]}")


def _named(known: dict[str, str], name: str) -> str | None:
    """The contract's name; those in one case alone are found in the other, too."""
    return next((one for one in known if _is_named(one, name)), None)


def _is_named(one: str, name: str) -> bool:
    return one == name or (one in (one.lower(), one.upper()) and name in (one.lower(), one.upper()))


def _has(params: dict[str, Any], name: str) -> bool:
    return any(_is_named(name, one) for one in params)


def fits(base: str, value: Any) -> bool:
    """Whether a value can be of a type; texts may hold numbers, and nothing clears anything."""
    if value in (None, "") or is_reference(value):
        return True
    if base in TEXT_BASES:
        is_text = isinstance(value, (str, int, Decimal)) and not isinstance(value, bool)
        return is_text or (base == "string" and isinstance(value, dict))  # a text by language
    if base == "integer":
        return not isinstance(value, bool) and isinstance(value, (str, int)) and _is_number(value, whole=True)
    if base == "number":
        return not isinstance(value, bool) and isinstance(value, (str, int, Decimal)) and _is_number(value)
    if base == "boolean":
        return isinstance(value, bool) or str(value) in ("Y", "N", "y", "n", "0", "1", "true", "false")
    if base == "array":
        return isinstance(value, (list, dict))
    if base == "object":
        return isinstance(value, dict) or (isinstance(value, list) and all(isinstance(one, dict) for one in value))
    return True


def _is_number(value: Any, *, whole: bool = False) -> bool:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return False
    return number.is_finite() and (not whole or number == number.to_integral_value())
