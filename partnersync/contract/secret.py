"""A token or password in a plugin's settings: it comes from the environment or a file and never shows itself."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from partnersync.problems import refusal

# Key of pydantic's validation context under which the settings' reader hands in how to fetch a secret: it gets "env" or
# "file" with the name and returns the text.
SECRET_READER = "partnersync_secret_reader"  # noqa: S105

SecretReader = Callable[[str, str], str]


class Secret:
    """A text that only `reveal` gives away. In the settings: `{ env = "NAME" }` or `{ file = "path" }`."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

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
            'Write { env = "NAME" } or { file = "path" }',
            show=False,
        )
    read: SecretReader | None = (info.context or {}).get(SECRET_READER)
    if read is None:
        raise refusal("cannot be fetched here", "Check these settings with plugin_options", show=False)
    return Secret(read(*where[0]))
