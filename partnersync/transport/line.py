"""One call over the wire: a session of its own for each connection, timeouts, and what broke on the way."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from http.cookiejar import DefaultCookiePolicy
from ssl import SSLCertVerificationError
from time import perf_counter
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from partnersync.contract.secret import discreet

CONNECT_S = 10.0
READ_S = 60.0
JSON = "application/json"

Query = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Names of `headers` are in lower case."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """The body, fractions exact; ValueError where it is no JSON."""
        return json.loads(self.body, parse_float=Decimal)

    @property
    def problem(self) -> Mapping[str, Any]:
        """The body of an error; empty where it is a page, a text or nothing."""
        try:
            told = self.json()
        except ValueError:
            return {}
        return told if isinstance(told, dict) else {}


class NotSent(Exception):
    """No connection came about: nothing was processed."""


class NoAnswer(Exception):
    """The call went out, and no whole answer came back."""


class Line:
    """Sends calls of one connection; `threads` may do so at once, the others wait for a free connection.

    `kind` is the connection's: the vendor sees it as the caller's name, and the log is of its plugin. An answer may
    take `read_s`.
    """

    def __init__(self, kind: str, name: str, threads: int, read_s: float = READ_S) -> None:
        self._name = name
        self._read_s = read_s
        self._log = logging.getLogger(f"partnersync.plugins.{kind}")
        self._session = requests.Session()
        self._session.trust_env = False  # neither proxies nor passwords of the environment
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers["User-Agent"] = f"partnersync-{kind}"
        adapter = HTTPAdapter(pool_connections=2, pool_maxsize=threads, max_retries=0, pool_block=True)
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, adapter)

    def send(self, method: str, url: str, headers: Mapping[str, str], query: Query = (), body: Any = None) -> Answer:
        """The answer, whatever its status. `body`: JSON, or bytes as they are, whose type is among the headers.

        NotSent and NoAnswer name what broke, without the address's parameters.
        """
        began = perf_counter()
        raw = body is None or isinstance(body, bytes)
        data = body if raw else json.dumps(body, ensure_ascii=False, default=str).encode()
        sent = headers if raw else {**headers, "Content-Type": JSON}
        target = f"{url}?{urlencode(query)}" if query else url
        try:
            got = self._session.request(
                method, target, headers=sent, data=data, timeout=(CONNECT_S, self._read_s), allow_redirects=False
            )
        except requests.RequestException as error:
            self._note(method, url, began, "broken", type(error).__name__)
            if _never_left(error):
                raise NotSent(f"no connection to {urlsplit(url).hostname}") from None
            raise NoAnswer(f"no whole answer from {urlsplit(url).hostname}") from None
        answer = Answer(got.status_code, got.content, {name.lower(): value for name, value in got.headers.items()})
        self._note(method, url, began, answer.status, answer.headers.get("x-request-id", ""))
        return answer

    def close(self) -> None:
        """Give all connections back."""
        self._session.close()

    def _note(self, method: str, url: str, began: float, status: int | str, mark: str) -> None:
        told = {"connection": self._name, "method": method, "path": discreet(urlsplit(url).path), "status": status}
        self._log.debug("request", {**told, "ms": round((perf_counter() - began) * 1000), "mark": mark})


def _never_left(error: requests.RequestException) -> bool:
    """Whether it is certain that no connection came about; anything else may have been processed."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    untrusted = isinstance(next(iter(getattr(reason, "args", ())), None), SSLCertVerificationError)
    return isinstance(reason, NewConnectionError) or untrusted
