"""The client of amoCRM before a sandbox: without sockets on a virtual clock, or over real ones."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from partnersync.contract.secret import Secret
from partnersync.sandbox.clock import Clock as SandboxClock
from partnersync.sandbox.clock import SystemClock, VirtualClock
from partnersync.sandbox.front import Front
from partnersync.sandbox.messages import Request
from partnersync.sandbox.server import Server, serving
from partnersync.transport.clock import Clock
from partnersync.transport.line import Answer, Line, NoAnswer, Query
from partnersync.transport.sign_in import SignIn
from partnersync_amocrm.limiter import Limiter
from partnersync_amocrm.long_lived import LongLived
from partnersync_amocrm.settings import AmoSettings
from partnersync_amocrm.transport import Client
from partnersync_amocrm_sandbox.behaviour import Behaviour
from partnersync_amocrm_sandbox.emulator import AmoSandbox, sandbox_of
from partnersync_amocrm_sandbox.sample import ADMIN, CLIENT_ID, sample

START = 1_760_000_000  # 2025-10-09 08:53:20 UTC
ORIGIN = "https://sandbox.amocrm.ru"
CLIENT_SECRET, REDIRECT = "sandbox-secret", "https://partnersync.example/amocrm"


class Handled(Line):
    """Calls go to the sandbox's `handle`; a broken connection is one, and a virtual clock takes no time."""

    def __init__(self, front: Front) -> None:
        super().__init__("amocrm", "main", 1)
        self.front = front

    def send(self, method: str, url: str, headers: Mapping[str, str], query: Query = (), body: Any = None) -> Answer:
        parts = urlsplit(url)
        target = f"{parts.path}?{urlencode(query)}"
        told = {"Host": parts.netloc, **headers}
        try:
            got = self.front.handle(Request.to(method, target, told, json_body=body))
        except ConnectionResetError:
            raise NoAnswer(f"no whole answer from {parts.hostname}") from None
        return Answer(got.status, got.body, {name.lower(): value for name, value in got.headers.items()})


def ticking(clock: SandboxClock) -> Clock:
    """The client's clock beside the sandbox's: to sleep moves a virtual one."""
    if isinstance(clock, VirtualClock):
        return Clock(lambda: datetime.fromtimestamp(clock.now(), UTC), clock.now, clock.advance)
    return Clock()


class Office:
    """A sandbox and a client of it."""

    def __init__(self, folder: Path, deals: int = 0, **behaviour: Any) -> None:
        self.folder = folder
        self.clock = VirtualClock(START)
        self.sandbox = sandbox_of(sample(self.clock, deals, behaviour=Behaviour(**behaviour)))
        self.front = Front(self.sandbox, self.clock)
        self.time = ticking(self.clock)
        self.limiter = Limiter(folder / "turns.db", 6.5, self.time)
        self.client = self.client_of(LongLived(ORIGIN, Secret(self.sandbox.token), self.time))

    def client_of(self, sign_in: SignIn) -> Client:
        """Another client of the same account on this machine."""
        return Client(Handled(self.front), self.limiter, sign_in, self.time, 1)

    def calls(self, method: str = "", path: str = "") -> int:
        """How many calls the sandbox has got."""
        return len(self.front.journal.calls(method, path))


def oauth_settings(url: str = ORIGIN, **more: Any) -> AmoSettings:
    """Those of the sandbox's integration."""
    own = {"client_id": CLIENT_ID, "client_secret": Secret(CLIENT_SECRET), "redirect_uri": REDIRECT}
    return AmoSettings.model_validate({"url": url, **own, **more})


def consent(sandbox: AmoSandbox) -> str:
    """The code that an admin's consent brings."""
    return sandbox.account.tokens.code(CLIENT_ID, ADMIN, sandbox.account.now())


@contextmanager
def served(deals: int = 0, *, latency_s: float = 0.0, **behaviour: Any) -> Iterator[tuple[AmoSandbox, Server]]:
    """A sandbox over real sockets, on the machine's clock."""
    clock = SystemClock()
    sandbox = sandbox_of(sample(clock, deals, behaviour=Behaviour(**behaviour)))
    with serving(Front(sandbox, clock), latency_s=latency_s) as server:
        yield sandbox, server
        assert server.failures == []
