"""What PHP does with parameters and answers, as far as a client meets it."""

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

_KEYS = re.compile(r"\[([^\]]*)\]")
_ESCAPED = re.compile(r"\\.|[/<>&']")
_LEADING_INT = re.compile(r"\s*[+-]?\d+")


def parse_str(text: str) -> dict[str, Any]:
    """The parameters of a query string, nested by brackets."""
    return tree(parse_qsl(text, keep_blank_values=True))


def tree(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Nested parameters; of equal names the last counts. Dots and spaces in a name become underscores."""
    root: dict[str, Any] = {}
    for name, value in pairs:
        head, bracket, rest = name.partition("[")
        keys = _KEYS.findall(bracket + rest)
        _put(root, [re.sub(r"[. ]", "_", head), *keys], value)
    return {key: _listed(value) for key, value in root.items()}


def _put(node: dict[str, Any], keys: list[str], value: str) -> None:
    for key in keys[:-1]:
        inner = node.get(_key(node, key))
        if not isinstance(inner, dict):
            inner = {}
            node[_key(node, key)] = inner
        node = inner
    node[_key(node, keys[-1])] = value


def _key(node: Mapping[str, Any], key: str) -> str:
    """An empty key appends."""
    if key:
        return key
    return str(max((int(one) for one in node if one.isdigit()), default=-1) + 1)


def _listed(value: Any) -> Any:
    """Arrays whose keys are 0, 1, 2 … are lists."""
    if not isinstance(value, dict):
        return value
    inner = {key: _listed(one) for key, one in value.items()}
    return list(inner.values()) if is_row(inner) else inner


def is_row(keys: Iterable[str]) -> bool:
    """Whether keys count from 0 without a gap, so that PHP prints a list."""
    return all(key == str(place) for place, key in enumerate(keys))


def array(named: Mapping[str, Any]) -> Any:
    """An associative array as it is printed: nothing is `[]`, keys that count from 0 make a list."""
    return list(named.values()) if is_row(named) else dict(named)


def entries(value: Any) -> list[tuple[str, Any]]:
    """Keys and values of an array, whether it came as list or as object."""
    if isinstance(value, dict):
        return [(str(key), one) for key, one in value.items()]
    return [(str(place), one) for place, one in enumerate(value)] if isinstance(value, list) else []


def whole(value: Any) -> int:
    """`(int)` of anything: an array that holds something is 1, a text what digits it begins with."""
    if isinstance(value, (dict, list)):
        return int(bool(value))
    if isinstance(value, str):
        begin = _LEADING_INT.match(value)
        return int(begin[0]) if begin else 0
    return int(value or 0)


def dump(data: Any) -> bytes:
    """JSON as the portal prints it: slashes and the letters of HTML escaped, other letters raw, whole numbers whole."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=_number)
    return _ESCAPED.sub(_escape, text).encode()


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} is nothing that an answer holds")


def _escape(found: re.Match[str]) -> str:
    letters = found[0]
    if letters == "/":
        return "\\/"
    if letters == '\\"':
        return "\\u0022"
    return letters if len(letters) > 1 else f"\\u{ord(letters):04X}"
