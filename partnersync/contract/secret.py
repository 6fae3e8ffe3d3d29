"""A token or password in a plugin's settings: it comes from the environment or a file and never shows itself."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, quote_plus

from pydantic import GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from partnersync.domain.masking import MASK, masked
from partnersync.problems import refusal

# Key of pydantic's validation context under which the settings' reader hands in how to fetch a secret: it gets "env" or
# "file" with the name and returns the text.
SECRET_READER = "partnersync_secret_reader"  # noqa: S105

SecretReader = Callable[[str, str], str]

_SHORTEST = 4  # what is shorter stands in too many words that are no secret
_known: set[str] = set()  # every secret of this process, in the forms in which texts quote it


class Secret:
    """A text that only `reveal` gives away. In the settings: `{ env = "NAME" }` or `{ file = "path" }`."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text
        _known.update(form for form in _forms(text) if len(form) >= _SHORTEST)

    def reveal(self) -> str:
        """The secret itself: for a request's header or body, for nothing that is kept or printed."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            secret_of, serialization=core_schema.plain_serializer_function_ser_schema(repr)
        )


def secret_of(value: object, info: ValidationInfo) -> Secret:
    """The secret that `{ env = "NAME" }` or `{ file = "path" }` stands for; the context's reader fetches it."""
    if isinstance(value, Secret):
        return value
    where = list(value.items()) if isinstance(value, Mapping) else []
    if len(where) != 1 or where[0][0] not in ("env", "file") or not isinstance(where[0][1], str):
        raise refusal(
            "is not where a secret is found (a plain value is refused)",
            'Write { env = "NAME" } or { file = "path" }, one of them',
            show=False,
        )
    read: SecretReader | None = (info.context or {}).get(SECRET_READER)
    if read is None:
        raise refusal("cannot be fetched here", "Check these settings with plugin_options", show=False)
    return Secret(read(*where[0]))


def discreet(text: str) -> str:
    """A text for logs, errors and tables: without contacts, and without any secret that this process knows."""
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return masked(text)


def discreet_value(value: Any) -> Any:
    """The same of everything in a value such as JSON has; what JSON has not becomes text."""
    match value:
        case bool() | int() | float() | None:
            return value
        case datetime():
            return value.isoformat()
        case Mapping():
            return {discreet(str(name)): discreet_value(inner) for name, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [discreet_value(inner) for inner in value]
        case _:
            return discreet(str(value))


def _forms(text: str) -> set[str]:
    """A secret as it is, its longer lines, and as addresses and literals write it."""
    lines = [line for line in text.splitlines() if len(line) > 2 * _SHORTEST]
    written = {form for part in (text, *lines) for form in (part, quote(part, safe=""), quote_plus(part))}
    return written | {form(part)[1:-1] for part in (text, *lines) for form in (json.dumps, repr)}
