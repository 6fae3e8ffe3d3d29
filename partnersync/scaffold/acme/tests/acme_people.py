"""People at work in an emulated Acme account, as the conformance kit sees them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from partnersync.contract.adapter import Adapter, Cells
from partnersync.contract.columns import COLUMNS, ID_COLUMN
from partnersync.contract.schema import Schema
from partnersync.contract.secret import Secret
from partnersync.domain.value import RecordKind
from partnersync.sandbox.clock import VirtualClock
from partnersync.sandbox.messages import Request
from partnersync.testing.troubles import WORKS, Disturbance, Killed, Trouble
from partnersync.transport.clock import Clock
from partnersync.transport.line import Answer, Line, NoAnswer, Query
from partnersync_acme.adapter import KINDS, AcmeAdapter
from partnersync_acme.client import Client
from partnersync_acme.settings import AcmeSettings
from partnersync_acme_sandbox.emulator import AcmeSandbox

ORIGIN = "https://example.com"
ANSWERS = {Trouble.FAILED: 503, Trouble.TOO_MANY: 429}


class Wire(Line):
    """A line to an emulator in this process, on which what the kit plans happens to each call."""

    def __init__(self, sandbox: AcmeSandbox, planned: Callable[[], Disturbance | None], calls: list[str]) -> None:
        super().__init__("acme", "crm", threads=1)
        self._sandbox = sandbox
        self._planned = planned
        self._calls = calls

    def send(self, method: str, url: str, headers: Mapping[str, str], query: Query = (), body: Any = None) -> Answer:
        """Let the emulator answer."""
        path = url.removeprefix(ORIGIN)
        planned = self._planned()
        trouble = planned.of_call(writes=method != "GET") if planned else None
        if trouble is Trouble.KILLED_BEFORE:
            raise Killed
        if method != "GET":
            self._calls.append(f"{method} {path}")
        if trouble in ANSWERS:
            return Answer(ANSWERS[trouble], b"{}")
        if trouble is not None and trouble not in WORKS:
            raise NoAnswer(trouble)
        asked = Request.to(method, path, headers, json_body=body)
        got = self._sandbox.handle(Request(asked.method, asked.path, tuple(query), asked.headers, asked.body))
        if trouble is Trouble.KILLED_AFTER:
            raise Killed
        if trouble is not None:
            raise NoAnswer(trouble)
        return Answer(got.status, got.body)


class AcmePeople:
    """The harness."""

    people = ("7", "8")
    page_rows = 3
    troubles = frozenset(Trouble) - {Trouble.REPLACED}
    columns: Mapping[RecordKind, tuple[str, ...]] = {
        kind: tuple(name for name in COLUMNS[kind] if name != ID_COLUMN[kind]) for kind in KINDS
    }

    def __init__(self) -> None:
        self._clock = VirtualClock(1_780_000_000)
        self._sandbox = AcmeSandbox(self._clock)
        self._planned: Disturbance | None = None
        self._calls: list[str] = []

    def adapter(self) -> Adapter:
        settings = AcmeSettings(url=ORIGIN, token=Secret(self._sandbox.token))
        clock = Clock(
            now=lambda: datetime.fromtimestamp(self._clock.now(), UTC),
            ticks=self._clock.now,
            sleep=self._clock.advance,
        )
        wire = Wire(self._sandbox, lambda: self._planned, self._calls)
        return AcmeAdapter(Client(wire, settings, clock), self.page_rows)

    def schema(self) -> Schema | None:
        return None

    def put(self, kind: RecordKind, rows: Sequence[Cells]) -> Sequence[str]:
        return [str(self._sandbox.put(kind, row)) for row in rows]

    def edit(self, kind: RecordKind, record_id: str, cells: Cells, by: str | None) -> None:
        ours = {name: text for name, text in cells.items() if name.startswith("ps_")}
        theirs = {name: text for name, text in cells.items() if name not in ours}
        self._sandbox.edit(kind, int(record_id), theirs, ours)

    def delete(self, kind: RecordKind, record_id: str) -> None:
        self._sandbox.delete(kind, int(record_id))

    def managed(self, kind: RecordKind, record_id: str) -> Cells:
        return dict(self._sandbox.cards[kind][int(record_id)].fields)

    def unmanaged(self, kind: RecordKind, record_id: str) -> object:
        return dict(self._sandbox.cards[kind][int(record_id)].cells)

    def remove_place(self, kind: RecordKind, field: str) -> None:
        for card in self._sandbox.cards[kind].values():
            card.fields.pop(field, None)

    def notes(self, kind: RecordKind, record_id: str) -> Sequence[str]:
        return [note["text"] for note in self._sandbox.cards[kind][int(record_id)].notes]

    def refuse(self, kind: RecordKind, record_id: str) -> None:
        self._sandbox.locked.add((kind, int(record_id)))

    def accept(self, kind: RecordKind, record_id: str) -> None:
        self._sandbox.locked.discard((kind, int(record_id)))

    def disturb(self, by: Disturbance | None) -> None:
        self._planned = by

    def move(self, zone: str) -> None:
        """Acme keeps texts as they were entered, whatever its zone is."""

    def tick(self, seconds: int) -> None:
        self._clock.advance(seconds)

    def calls(self) -> Sequence[str]:
        calls, self._calls[:] = list(self._calls), []
        return calls

    def exceeded(self) -> Sequence[str]:
        return self._sandbox.exceeded

    # What the adapter declares that Acme cannot do is never asked for: complete these with the capability.

    def merge(self, kind: RecordKind, record_id: str, into: str) -> None:
        raise NotImplementedError("Acme merges nothing: reports_merges is not declared")

    def tasks(self, kind: RecordKind, record_id: str) -> Sequence[str]:
        raise NotImplementedError("Acme takes no tasks: tasks is not declared")

    def table(self, name: str) -> Sequence[Sequence[str]]:
        raise NotImplementedError("Acme holds no tables: publishes is not declared")
