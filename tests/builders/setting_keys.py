"""The keys of a model of settings with their defaults, as the docs write them."""

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from partnersync.domain.value import Money
from partnersync.rules.base import percent


def keys(model: type[BaseModel], above: str = "") -> Iterator[tuple[str, str]]:
    """Every key below a model with its default as a page writes it."""
    for name, info in model.model_fields.items():
        key = above + (info.alias or name)
        table = table_in(info.annotation)
        if table is None:
            yield key, default_of(info)
        else:
            yield from keys(table[1], key + table[0])


def table_in(annotation: Any) -> tuple[str, type[BaseModel]] | None:
    """The model that a key holds, and how a page goes from the key to the model's keys."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return ".", annotation
    for part in get_args(annotation):
        found = table_in(part)
        if found is not None:
            origin = getattr(annotation, "__origin__", None)
            named: dict[object, str] = {tuple: "[].", dict: ".NAME.", Mapping: ".YEAR."}
            return named.get(origin, found[0]), found[1]
    return None


def default_of(info: FieldInfo) -> str:
    if info.is_required():
        return "required"
    return "none" if info.default is None else f"`{toml(info.default)}`"


def toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case Fraction():
            return f'"{percent(value)}"'
        case Money():
            return f'"{value.text().removesuffix(".00")} {value.currency}"'
        case date():
            return value.isoformat()
        case Mapping():
            return "{ " + ", ".join(f"{key} = {toml(entry)}" for key, entry in value.items()) + " }" if value else "{}"
        case tuple():
            return f"[{', '.join(map(toml, value))}]"
        case str():
            return f'"{value}"'
        case _:
            return str(value)
