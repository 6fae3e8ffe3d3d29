"""The request log: what was called and how it ended, never a header, a body or a secret."""

import re
from collections import Counter, deque
from dataclasses import dataclass
from urllib.parse import urlencode

from partnersync.sandbox.messages import Request

KEPT = 100_000  # the last exchanges; counters count them all
SECRET_NAMES = re.compile(
    r"(?i)(\b(?:query|auth|code|client_secret|access_token|refresh_token)=|/rest/\d+/)[^&/?]*"  # kept, then the secret
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call: `target` is path and query without secrets, `status` 0 a connection that broke, `fault` what it met."""

    number: int  # from 1
    at: float
    method: str
    target: str
    status: int
    sent: int  # bytes of the body to the system
    got: int  # bytes of the body from it
    fault: str = ""


class Journal:
    """Exchanges in their order, and counters by status and by method."""

    def __init__(self, secrets: re.Pattern[str] = SECRET_NAMES) -> None:
        self._secrets = secrets
        self.exchanges: deque[Exchange] = deque(maxlen=KEPT)
        self.by_status: Counter[int] = Counter()
        self.by_method: Counter[str] = Counter()

    def note(self, request: Request, at: float, status: int, got: int, fault: str = "") -> None:
        """Write down one call."""
        target = request.path + (f"?{urlencode(request.query, safe='[]:,')}" if request.query else "")
        target = self._secrets.sub(r"\1…", target)
        self.by_status[status] += 1
        self.by_method[request.method] += 1
        number = self.by_method.total()
        self.exchanges.append(Exchange(number, at, request.method, target, status, len(request.body), got, fault))

    def calls(self, method: str = "", path: str = "") -> list[Exchange]:
        """The kept exchanges with this method and a path in which the pattern is found."""
        pattern = re.compile(path)
        return [one for one in self.exchanges if method in ("", one.method) and pattern.search(one.target)]
