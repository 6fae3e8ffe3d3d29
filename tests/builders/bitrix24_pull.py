"""Runs that pull from a sandbox of Bitrix24, each with a new half of an adapter, on a virtual clock."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from bitrix24_client import START, ticking
from partnersync.contract.adapter import Raw, Stream
from partnersync.contract.secret import Secret
from partnersync.domain.value import RecordKind
from partnersync.sandbox.clock import SystemClock, VirtualClock
from partnersync.sandbox.front import Front
from partnersync.sandbox.messages import Request
from partnersync.sandbox.server import Server, serving
from partnersync.transport.line import Answer, Line, NoAnswer, Query
from partnersync_bitrix24.assemble import client_of, definitions_file_of
from partnersync_bitrix24.definitions import Definitions
from partnersync_bitrix24.places import places_of
from partnersync_bitrix24.pull import Reading, Streams, streams_of
from partnersync_bitrix24.settings import BitrixSettings
from partnersync_bitrix24.translate import Translation
from partnersync_bitrix24_sandbox.behaviour import Behaviour
from partnersync_bitrix24_sandbox.emulator import BitrixSandbox, sandbox_of
from partnersync_bitrix24_sandbox.portal import Options
from partnersync_bitrix24_sandbox.sample import sample

ORIGIN = "https://sandbox.bitrix24.ru"
KEYS: Mapping[str, Any] = {
    "partners": {"partner_id": "UF_CRM_PARTNER_CODE", "fields": {"status": "Статус партнёра"}},
    "deals": {"partner": [{"select": "Партнёр"}], "fields": {"promo_code": "Промокод", "products": "Продукты"}},
    "registrations": {"pipeline": "Регистрации"},
}


class Handled(Line):
    """Calls go to the sandbox's `handle`; a broken connection is one, and a virtual clock takes no time."""

    def __init__(self, front: Front) -> None:
        super().__init__("bitrix24", "main", 1)
        self.front = front
        self.calls: Counter[str] = Counter()

    def send(self, method: str, url: str, headers: Mapping[str, str], query: Query = (), body: Any = None) -> Answer:
        parts = urlsplit(url)
        self.calls[parts.path.rpartition("/")[2]] += 1
        target = f"{parts.path}?{urlencode(query)}"
        try:
            got = self.front.handle(Request.to(method, target, {"Host": parts.netloc, **headers}, json_body=body))
        except ConnectionResetError:
            raise NoAnswer(f"no whole answer from {parts.hostname}") from None
        return Answer(got.status, got.body, {name.lower(): value for name, value in got.headers.items()})


class Desk:
    """A sandbox, and pulls from it again and again, with cursors as the core keeps them."""

    def __init__(self, folder: Path, deals: int = 0, *, keys: Mapping[str, Any] = KEYS, **behaviour: Any) -> None:
        self.clock = VirtualClock(START)
        self.portal = sample(self.clock, deals, behaviour=Behaviour(**behaviour), options=Options())
        self.sandbox = sandbox_of(self.portal)
        self.front = Front(self.sandbox, self.clock)
        self.line = Handled(self.front)
        webhook = Secret(f"{ORIGIN}{self.sandbox.token}")
        self.settings = BitrixSettings.model_validate({"webhook": webhook, **keys})
        self.time = ticking(self.clock)
        self.client = client_of("main", folder, self.settings, self.time, self.line)
        self.definitions = Definitions(definitions_file_of(folder, self.settings), self.settings)
        self.cursors: dict[str, str] = {}

    def calls(self) -> int:
        """How many calls the sandbox has got."""
        return sum(self.line.calls.values())

    def run(self, *, between: Callable[[Stream], None] = lambda stream: None) -> dict[str, list[Raw]]:
        """What each stream gives; `between` happens after every page."""
        streams = self.streams()
        told: dict[str, list[Raw]] = {}
        for stream in streams_of(self.settings):
            raws = told.setdefault(stream.name, [])
            for page in streams.pull(stream, self.cursors.get(stream.name)):
                raws += page.raws
                if page.cursor is not None:
                    self.cursors[stream.name] = page.cursor
                between(stream)
        return {name: raws for name, raws in told.items() if raws}

    def seen(self, kind: RecordKind, card: int) -> dict[str, str]:
        """What is read in the managed fields of a card, but for empty ones."""
        (raw,) = self.streams().read(kind, [str(card)])
        return {name: text for name, text in (raw.seen or {}).items() if text}

    def streams(self) -> Streams:
        """The reading half of a new adapter."""
        reading = self._reading(fresh=False)
        began = (self.time.now() + reading.known.ahead).astimezone(reading.known.offset)
        return Streams(self.client, reading, lambda: self._reading(fresh=True), began)

    def settled(self) -> "Desk":
        """After the first run, and after its overlap."""
        self.run()
        self.clock.advance(600)
        return self

    def _reading(self, *, fresh: bool) -> Reading:
        now = self.time.now()
        known = (None if fresh else self.definitions.kept(now)) or self.definitions.read(self.client, now)
        return Reading(known, Translation(self.settings, places_of(self.settings, known), ORIGIN))


@contextmanager
def served(deals: int = 0, *, latency_s: float = 0.0, **behaviour: Any) -> Iterator[tuple[BitrixSandbox, Server]]:
    """A sandbox over real sockets, on the machine's clock."""
    clock = SystemClock()
    sandbox = sandbox_of(sample(clock, deals, behaviour=Behaviour(**behaviour)))
    with serving(Front(sandbox, clock), latency_s=latency_s) as server:
        yield sandbox, server
        assert server.failures == []
