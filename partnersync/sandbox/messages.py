"""Requests and responses as values, so that an emulator is a function from one to the other."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `path` is percent-decoded and without the query; names of `headers` are in lower case."""

    method: str
    path: str
    query: Pairs = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def to(
        cls,
        method: str,
        target: str,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        json_body: Any = None,
    ) -> "Request":
        """From a target as on the wire (`/path?query`); `json_body` takes the place of `body`."""
        parts = urlsplit(target)
        given = {name.lower(): value for name, value in (headers or {}).items()}
        if json_body is not None:
            body = json.dumps(json_body, ensure_ascii=False).encode()
            given.setdefault("content-type", "application/json")
        query = tuple(parse_qsl(parts.query, keep_blank_values=True))
        return cls(method.upper(), unquote(parts.path), query, given, body)

    def json(self) -> Any:
        """The body as JSON, fractions exact; ValueError where it is none."""
        return json.loads(self.body, parse_float=Decimal)

    @property
    def form(self) -> dict[str, str]:
        """The body as a form; of equal names the last counts."""
        return dict(parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Response:
    """One answer; `headers` need not hold the length."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_json(cls, status: int, data: Any, content_type: str = "application/json") -> "Response":
        """JSON in UTF-8; a Decimal becomes a JSON number."""
        body = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=float).encode()
        return cls(status, body, {"Content-Type": content_type})

    @classmethod
    def of_html(cls, status: int, text: str) -> "Response":
        """A page."""
        return cls(status, text.encode(), {"Content-Type": "text/html; charset=utf-8"})

    def json(self) -> Any:
        """The body as JSON, fractions exact."""
        return json.loads(self.body, parse_float=Decimal)

    def header(self, name: str) -> str:
        """A header's value, whatever the case of its name; empty where it is missing."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), "")
