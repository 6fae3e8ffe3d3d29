"""The conformance kit over the emulated portal, in process and on a virtual clock."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from bitrix24_people import CARDS, CLIENT, FIELDS, SELLERS, START, People, empty_portal, keys
from partnersync.contract.adapter import Adapter, Cells, Connection
from partnersync.contract.managed import MANAGED
from partnersync.contract.schema import Schema
from partnersync.contract.secret import Secret
from partnersync.domain.value import RecordKind
from partnersync.sandbox.clock import VirtualClock
from partnersync.sandbox.messages import Request, Response
from partnersync.testing.conformance import AdapterConformance
from partnersync.testing.harness import Harness
from partnersync.testing.troubles import Disturbance, Killed, Trouble
from partnersync.transport.clock import Clock
from partnersync.transport.line import Answer, Line, NoAnswer, Query
from partnersync_bitrix24 import partnersync_adapter_kinds
from partnersync_bitrix24_sandbox.call import Answer as Told
from partnersync_bitrix24_sandbox.call import Call
from partnersync_bitrix24_sandbox.card_lists import find
from partnersync_bitrix24_sandbox.emulator import sandbox_of
from partnersync_bitrix24_sandbox.methods import METHODS
from partnersync_bitrix24_sandbox.refusals import Refusal

ORIGIN = "https://sandbox.bitrix24.ru"
HOUR_S = 3_600
LARGEST_BATCH = 50
WRITES = ("crm.item.update", "crm.timeline.logmessage.add", "crm.activity.todo.add", "crm.timeline.item.pin")
NOT_DONE = {
    Trouble.FAILED: Response.of_html(502, "<html><body><h1>502</h1></body></html>"),
    Trouble.TOO_MANY: Response.of_json(
        503, {"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many requests"}
    ),
}
OF_DEALS = ("utm_source", "currency", "owner", "amount", "pipeline", "stage", "state", "created_at")
OF_COMPANIES = ("name", "inn", "kpp", "website", "email", "phone")


class PortalHarness:
    """People at work in a portal. Nothing but the wire and the clock of the adapter is replaced."""

    people = (str(SELLERS[0]), str(SELLERS[1]))
    page_rows = 5
    troubles: frozenset[Trouble] = frozenset(Trouble) - {Trouble.REPLACED}
    columns: Mapping[RecordKind, tuple[str, ...]] = {
        RecordKind.DEAL: ("title", *CLIENT, *OF_DEALS, *FIELDS[RecordKind.DEAL]),
        RecordKind.PARTNER: (*OF_COMPANIES, *FIELDS[RecordKind.PARTNER]),
        RecordKind.REGISTRATION: (
            "submitted_at",
            "contact_name",
            "amount",
            "currency",
            *CLIENT,
            *FIELDS[RecordKind.REGISTRATION],
        ),
        RecordKind.USER: ("name", "email", "active"),
        RecordKind.ACTIVITY: ("deal_id", "author", "kind"),
    }

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self.clock = VirtualClock(START)
        self.portal = empty_portal(self.clock)
        self.sandbox = sandbox_of(self.portal)
        self.workers = People(self.portal, self.clock)
        self.refusing: set[int] = set()
        self.disturbance: Disturbance | None = None
        self.written: list[str] = []
        self.too_much: list[str] = []
        time = Clock(self._now, self.clock.now, self.clock.advance)
        patch.setattr("partnersync_bitrix24.assemble.Line", lambda *told: _Wire(self))
        patch.setattr("partnersync_bitrix24.assemble.THREADS", 1)  # so that calls have an order
        patch.setattr("partnersync_bitrix24.adapter.Clock", lambda now: time)
        patch.setattr("partnersync_bitrix24.schema.Clock", lambda now: time)
        patch.setattr("partnersync_bitrix24.lists.PAGES", 1)  # of a chain
        patch.setattr("partnersync_bitrix24.lists.PAGE", self.page_rows)
        patch.setattr("partnersync_bitrix24_sandbox.stage_history.PAGE", self.page_rows)
        patch.setattr(find, "__defaults__", (self.page_rows,))
        for name in WRITES:
            method = METHODS[name]
            patch.setitem(METHODS, name, replace(method, handler=self._refusing(method.handler)))
        (self._kind,) = partnersync_adapter_kinds()
        schema = self.schema()
        schema.apply()
        schema.close()
        self.tick(HOUR_S)

    def adapter(self) -> Adapter:
        return self._kind.make(*self._made_of())

    def schema(self) -> Schema:
        assert self._kind.schema
        return self._kind.schema(*self._made_of())

    def put(self, kind: RecordKind, rows: Sequence[Cells]) -> Sequence[str]:
        return [self.workers.enter(kind, row) for row in rows]

    def edit(self, kind: RecordKind, record_id: str, cells: Cells, by: str | None) -> None:
        self.workers.edit(kind, record_id, cells, int(by) if by else None)

    def delete(self, kind: RecordKind, record_id: str) -> None:
        self.sandbox.ui.delete(SELLERS[0], int(record_id), CARDS[kind])

    def merge(self, kind: RecordKind, record_id: str, into: str) -> None:
        raise AssertionError("the portal tells of no merges")

    def managed(self, kind: RecordKind, record_id: str) -> Cells:
        values = self._card(kind, record_id).values
        return {name: self.workers.text(field, values.get(field.name)) for name, field in self._ours(kind).items()}

    def unmanaged(self, kind: RecordKind, record_id: str) -> object:
        if kind not in CARDS:
            return record_id  # of people and activities nothing is ours
        told = asdict(self._card(kind, record_id))
        ours = {field.name for field in self._ours(kind).values()} | {"updatedTime", "updatedBy"}
        told["values"] = {name: held for name, held in told["values"].items() if name not in ours and held}
        return told

    def remove_place(self, kind: RecordKind, field: str) -> None:
        gone = self.portal.user_fields.pop(self._ours(kind)[field].id)
        for card in self.portal.cards[CARDS[kind]].all():
            card.values.pop(gone.name, None)

    def notes(self, kind: RecordKind, record_id: str) -> Sequence[str]:
        found = self.portal.timeline.of((CARDS[kind], int(record_id)))
        return [one.text for one in found if one.kind == "log"]

    def tasks(self, kind: RecordKind, record_id: str) -> Sequence[str]:
        owner = (CARDS[kind], int(record_id))
        activities = self.portal.timeline.activities.values()
        return [one.description for one in activities if (one.owner, one.provider) == (owner, "CRM_TODO")]

    def table(self, name: str) -> Sequence[Sequence[str]]:
        raise AssertionError("a portal holds no tables")

    def refuse(self, kind: RecordKind, record_id: str) -> None:
        self.refusing.add(int(record_id))

    def accept(self, kind: RecordKind, record_id: str) -> None:
        self.refusing.discard(int(record_id))

    def disturb(self, by: Disturbance | None) -> None:
        self.disturbance = by

    def move(self, zone: str) -> None:
        self.portal.zone = type(self.portal.zone)(zone)

    def tick(self, seconds: int) -> None:
        self.clock.advance(seconds)

    def calls(self) -> Sequence[str]:
        calls, self.written = self.written, []
        return calls

    def exceeded(self) -> Sequence[str]:
        slow = [*["a call too fast"] * self.portal.bucket.refused, *["no time"] * self.portal.operating.refused]
        return [*self.too_much, *slow, *map(str, self.portal.findings)]

    def answer(self, request: Request) -> Response:
        commands = request.json().get("cmd", {}) if request.path.endswith("/batch") else {}
        if len(commands) > LARGEST_BATCH:
            self.too_much.append(f"{len(commands)} commands in one call")
        return self.sandbox.handle(request)

    def _refusing(self, handler: Any) -> Any:
        def refusing(call: Call) -> Told:
            owner = call.given("fields") if call.method.endswith("logmessage.add") else {}
            named = [call.given("id"), call.given("ownerId"), (owner or {}).get("entityId")]
            if self.refusing & {int(one) for one in named if one and str(one).isdecimal()}:
                raise Refusal(400, "ACCESS_DENIED", "Access denied")
            told: Told = handler(call)
            return told

        return refusing

    def _made_of(self) -> tuple[Connection, Any]:
        connection = Connection("main", str(self._folder), self.portal.zone.key, self._now)
        settings = {"webhook": Secret(f"{ORIGIN}{self.sandbox.token}"), **keys()}
        return connection, self._kind.settings.model_validate(settings)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.clock.now(), UTC)

    def _card(self, kind: RecordKind, record_id: str) -> Any:
        cards = self.portal.cards[CARDS[kind]]
        return cards.get(int(record_id)) or cards.trash[int(record_id)]

    def _ours(self, kind: RecordKind) -> dict[str, Any]:
        found = {name: self.workers.field(kind, name) for name in MANAGED[kind]}
        return {name: field for name, field in found.items() if field}


class _Wire(Line):
    """Calls go straight to the portal, and meet what is planned for them."""

    def __init__(self, harness: PortalHarness) -> None:
        super().__init__("bitrix24", "main", 1)
        self._harness = harness

    def send(self, method: str, url: str, headers: Mapping[str, str], query: Query = (), body: Any = None) -> Answer:
        parts = urlsplit(url)
        told = {"Host": parts.netloc, **headers}
        request = Request.to(method, parts.path, told, json_body=json.loads(json.dumps(body, default=str)))
        text = unquote(request.body.decode()) + parts.path
        writes = any(name in text for name in WRITES)
        if writes:
            self._harness.written.append(parts.path.rpartition("/")[2])
        by = self._harness.disturbance
        trouble = by.of_call(writes=writes) if by else None
        if trouble is Trouble.KILLED_BEFORE:
            raise Killed
        if trouble in (Trouble.TIMEOUT, Trouble.RESET):
            raise NoAnswer("no whole answer")
        got = NOT_DONE.get(trouble) if trouble else None
        got = got or self._harness.answer(request)
        if trouble is Trouble.KILLED_AFTER:
            raise Killed
        if trouble is Trouble.LOST:
            raise NoAnswer("no whole answer")
        whole = got.body if trouble is not Trouble.TRUNCATED else got.body[: len(got.body) // 2]
        return Answer(got.status, whole, {name.lower(): value for name, value in got.headers.items()})


class TestBitrix(AdapterConformance):
    """A portal in the cloud."""

    @pytest.fixture
    def harness(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Harness:
        return PortalHarness(tmp_path, monkeypatch)
