"""References of a batch's commands to earlier results, resolved in the portal's dangerous way."""

import re
from collections.abc import Mapping
from typing import Any

_REFERENCE = re.compile(r"\$(result|next|total|time|error)((?:\[[^\]]+\])+)")
_KEYS = re.compile(r"\[([^\]]+)\]")


def is_reference(value: Any) -> bool:
    """Whether a parameter becomes something else in a batch."""
    return isinstance(value, str) and _REFERENCE.search(value) is not None


def resolved(value: Any, context: Mapping[str, Mapping[str, Any]]) -> Any:
    """A parameter with its references replaced.

    A walk stops at the first missing key and gives what it has: a value that is nothing but the reference becomes the
    parent array; in the middle of a text, only what ends in a scalar is replaced.
    """
    if isinstance(value, dict):
        return {key: resolved(one, context) for key, one in value.items()}
    if isinstance(value, list):
        return [resolved(one, context) for one in value]
    if not isinstance(value, str) or "$" not in value:
        return value
    whole = _REFERENCE.fullmatch(value)
    if whole:
        return _walk(context[whole[1]], whole[2])
    return _REFERENCE.sub(lambda found: _scalar(found, context), value)


def _scalar(found: re.Match[str], context: Mapping[str, Mapping[str, Any]]) -> str:
    value = _walk(context[found[1]], found[2])
    return found[0] if isinstance(value, (dict, list)) or value is None else str(value)


def _walk(value: Any, path: str) -> Any:
    for key in _KEYS.findall(path):
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            break
    return value
