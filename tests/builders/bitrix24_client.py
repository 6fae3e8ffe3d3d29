"""The client of Bitrix24 before scripted answers or the sandbox, on a virtual clock."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from partnersync.contract.secret import Secret
from partnersync.sandbox.clock import VirtualClock
from partnersync.sandbox.front import Front
from partnersync.sandbox.messages import Request
from partnersync.transport.clock import Clock
from partnersync.transport.line import Answer, Line, NoAnswer, Query
from partnersync_bitrix24.assemble import client_of
from partnersync_bitrix24.client import Client
from partnersync_bitrix24.settings import BitrixSettings
from partnersync_bitrix24_sandbox.behaviour import Behaviour
from partnersync_bitrix24_sandbox.emulator import sandbox_of
from partnersync_bitrix24_sandbox.limits import Limits
from partnersync_bitrix24_sandbox.portal import Options, Portal
from partnersync_bitrix24_sandbox.sample import sample

START = 1_760_000_000  # 2025-10-09 08:53:20 UTC
ORIGIN = "https://example.bitrix24.ru"
SECRET = "k3yk3yk3yk3yk3yk"
WEBHOOK = f"{ORIGIN}/rest/7/{SECRET}/"
Told = Answer | Exception


@dataclass(frozen=True, slots=True)
class Sent:
    """One call as it went out."""

    url: str
    body: Any

    @property
    def method(self) -> str:
        """The method that it calls."""
        return self.url.rpartition("/")[2]


class Scripted(Line):
    """Answers what it was given, the last of it for ever; an exception is raised. Every call takes `takes_s`."""

    def __init__(self, clock: VirtualClock, *told: Told, takes_s: float = 0.0) -> None:
        super().__init__("bitrix24", "main", 1)
        self.clock = clock
        self.told = list(told)
        self.takes_s = takes_s
        self.sent: list[Sent] = []
        self.moments: list[float] = []

    def send(self, method: str, url: str, headers: Mapping[str, str], query: Query = (), body: Any = None) -> Answer:
        assert method == "POST"
        self.moments.append(self.clock.now())
        self.sent.append(Sent(url, json.loads(json.dumps(body, default=str)) if isinstance(body, dict) else body))
        self.clock.advance(self.takes_s)
        told = self.told.pop(0) if len(self.told) > 1 else self.told[0]
        if isinstance(told, Exception):
            raise told
        return told


def ticking(clock: VirtualClock) -> Clock:
    """The client's clock: to sleep moves it."""
    return Clock(lambda: datetime.fromtimestamp(clock.now(), UTC), clock.now, clock.advance)


def settings_of(**keys: Any) -> BitrixSettings:
    """Those of a webhook, unless they tell otherwise."""
    return BitrixSettings.model_validate(keys or {"webhook": Secret(WEBHOOK)})


def ok(result: Any = True, **beside: Any) -> Answer:
    """A call that worked."""
    return Answer(200, json.dumps({"result": result, **beside}).encode())


def problem(status: int, code: Any = "", text: str = "", **more: Any) -> Answer:
    """A call that did not."""
    return Answer(status, json.dumps({"error": code, "error_description": text, **more}).encode())


class Desk:
    """A client of a portal that answers as it is told."""

    def __init__(self, folder: Path, *told: Told, takes_s: float = 0.0, **keys: Any) -> None:
        self.folder = folder
        self.clock = VirtualClock(START)
        self.line = Scripted(self.clock, *(told or (ok(),)), takes_s=takes_s)
        self.settings = settings_of(**keys)
        self.client = client_of("main", folder, self.settings, ticking(self.clock), self.line)

    @property
    def methods(self) -> list[str]:
        """What was called."""
        return [sent.method for sent in self.line.sent]


class Handled(Line):
    """Calls go to the sandbox's `handle`; a broken connection is one, and a virtual clock takes no time."""

    def __init__(self, front: Front) -> None:
        super().__init__("bitrix24", "main", 1)
        self.front = front

    def send(self, method: str, url: str, headers: Mapping[str, str], query: Query = (), body: Any = None) -> Answer:
        parts = urlsplit(url)
        told = {"Host": parts.netloc, **headers}
        raw = body if isinstance(body, bytes) else b""
        given = None if raw else json.loads(json.dumps(body, default=str))
        try:
            got = self.front.handle(Request.to(method, parts.path, told, raw, given))
        except ConnectionResetError:
            raise NoAnswer(f"no whole answer from {parts.hostname}") from None
        return Answer(got.status, got.body, {name.lower(): value for name, value in got.headers.items()})


class Bureau:
    """A sandbox and a client of it."""

    def __init__(
        self,
        folder: Path,
        deals: int = 0,
        *,
        limits: Limits | None = None,
        options: Options | None = None,
        **behaviour: Any,
    ) -> None:
        self.folder = folder
        self.clock = VirtualClock(START)
        switches = Behaviour(**behaviour)
        self.sandbox = sandbox_of(sample(self.clock, deals, behaviour=switches, limits=limits, options=options))
        self.front = Front(self.sandbox, self.clock)
        self.settings = settings_of(webhook=Secret(f"{ORIGIN}{self.sandbox.token}"))
        self.client = self.client_of(self.settings)

    @property
    def portal(self) -> Portal:
        """What is emulated."""
        return self.sandbox.portal

    def client_of(self, settings: BitrixSettings) -> Client:
        """Another client of the same portal on this machine."""
        return client_of("main", self.folder, settings, ticking(self.clock), Handled(self.front))

    def calls(self, method: str = "") -> int:
        """How many requests the sandbox has got."""
        return len(self.front.journal.calls("POST", method))
