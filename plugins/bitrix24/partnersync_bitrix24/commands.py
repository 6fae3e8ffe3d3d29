"""Commands of a batch as the portal reads them: query strings in PHP's form, also where the batch is JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import quote

Params = Mapping[str, Any]
LONGEST_BATCH = 50
_REFERENCES = ("$result[", "$next[", "$total[", "$time[", "$error[")


class Reference(str):
    """What an earlier command of the same batch gives, as `$result[c0][item][id]`; only for linked commands."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Command:
    """One method with its parameters."""

    method: str
    params: Params = field(default_factory=dict)

    def text(self) -> str:
        """For `cmd`: keys and values percent-encoded, nested ones in brackets."""
        query = "&".join(f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in _pairs(self.params))
        return f"{self.method}?{query}" if query else self.method

    def quotes_reference(self) -> bool:
        """Whether somebody's text looks like a reference: the portal would put something else in its place."""
        return any(
            mark in part
            for key, value in _pairs(self.params)
            for part in (key, "" if isinstance(value, Reference) else value)
            for mark in _REFERENCES
        )


def _pairs(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Leaves with their keys. An empty list or map clears, so it is sent as an empty text."""
    match value:
        case Mapping() if value:
            for name, inner in value.items():
                yield from _pairs(inner, f"{key}[{name}]" if key else str(name))
        case str():
            yield key, value
        case Sequence() if value:
            for number, inner in enumerate(value):
                yield from _pairs(inner, f"{key}[{number}]")
        case Mapping() | Sequence():
            if key:
                yield key, ""
        case _:
            yield key, _written(value)


def _written(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "Y" if value else "N"
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)
