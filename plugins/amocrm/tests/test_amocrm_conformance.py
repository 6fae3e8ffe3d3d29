"""The conformance kit over the emulated account, with and without its filters, in process and on a virtual clock."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from amocrm_people import CARDS, CLIENT, FIELDS, SELLERS, START, People, empty_account, keys
from partnersync.contract.adapter import Adapter, Cells, Connection
from partnersync.contract.managed import MANAGED
from partnersync.contract.schema import Schema
from partnersync.contract.secret import Secret
from partnersync.domain.value import RecordKind
from partnersync.sandbox.clock import VirtualClock
from partnersync.sandbox.faults import Fault
from partnersync.sandbox.messages import Request, Response
from partnersync.testing.conformance import AdapterConformance
from partnersync.testing.harness import Harness
from partnersync.testing.troubles import Disturbance, Killed, Trouble
from partnersync.transport.clock import Clock
from partnersync.transport.line import Answer, Line, NoAnswer, Query
from partnersync_amocrm import partnersync_adapter_kinds
from partnersync_amocrm_sandbox.behaviour import Order
from partnersync_amocrm_sandbox.emulator import sandbox_of
from partnersync_amocrm_sandbox.problems import TOO_MANY, error, refused

ORIGIN = "https://sandbox.amocrm.ru"
HOUR_S = 3_600
LARGEST_BATCH = 50  # as the vendor recommends
OF_DEALS = ("owner", "amount", "pipeline", "stage", "state", "created_at")
NOT_DONE = {
    Trouble.FAILED: Fault.html(502).response,
    Trouble.TOO_MANY: Response.of_html(429, TOO_MANY),
}


class AccountHarness:
    """People at work in an account. Nothing but the wire and the clock of the adapter is replaced."""

    people = (str(SELLERS[0]), str(SELLERS[1]))
    page_rows = 3
    troubles: frozenset[Trouble] = frozenset(Trouble) - {Trouble.REPLACED}
    columns: Mapping[RecordKind, tuple[str, ...]] = {
        RecordKind.DEAL: ("title", *CLIENT, *OF_DEALS, *FIELDS[RecordKind.DEAL]),
        RecordKind.PARTNER: ("name", *FIELDS[RecordKind.PARTNER]),
        RecordKind.REGISTRATION: ("submitted_at", "contact_name", "amount", *CLIENT, *FIELDS[RecordKind.REGISTRATION]),
        RecordKind.USER: ("name", "email", "group", "active"),
        RecordKind.ACTIVITY: ("deal_id", "author", "kind"),
    }

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, *, api_filter: bool = True) -> None:
        self._folder = folder
        self.clock = VirtualClock(START)
        self.account = empty_account(self.clock)
        self.account.options.api_filter = api_filter
        self.sandbox = sandbox_of(self.account)
        self.workers = People(self.account, self.clock)
        self.refusing: set[int] = set()
        self.disturbance: Disturbance | None = None
        self.written: list[str] = []
        self.too_much: list[str] = []
        time = Clock(self._now, self.clock.now, self.clock.advance)
        patch.setattr("partnersync_amocrm.assemble.Line", lambda *told: _Wire(self))
        patch.setattr("partnersync_amocrm.assemble.THREADS", 1)  # so that calls have an order
        patch.setattr("partnersync_amocrm.adapter.Clock", lambda now: time)
        patch.setattr("partnersync_amocrm.schema.Clock", lambda now: time)
        patch.setattr("partnersync_amocrm.walk.PAGE_ROWS", self.page_rows)
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
        lives_on = Order.NEWEST if int(into) > int(record_id) else Order.OLDEST
        self.account.behaviour = replace(self.account.behaviour, merge_keeps=lives_on)
        self.sandbox.ui.merge(SELLERS[0], [int(record_id), int(into)], CARDS[kind])

    def managed(self, kind: RecordKind, record_id: str) -> Cells:
        values = self._card(kind, record_id).values
        return {name: self.workers.text(field, values.get(field.id, ())) for name, field in self._ours(kind).items()}

    def unmanaged(self, kind: RecordKind, record_id: str) -> object:
        if kind not in CARDS:
            return record_id  # of people and of the log nothing is ours
        told = asdict(self._card(kind, record_id))
        ours = {field.id for field in self._ours(kind).values()}
        told["values"] = {number: held for number, held in told["values"].items() if number not in ours and held}
        return {name: held for name, held in told.items() if name not in ("updated_at", "updated_by")}

    def remove_place(self, kind: RecordKind, field: str) -> None:
        del self.account.fields[CARDS[kind]][self._ours(kind)[field].id]

    def notes(self, kind: RecordKind, record_id: str) -> Sequence[str]:
        found = self.account.notes_of.get((CARDS[kind], int(record_id)), ())
        return [str(note.params.get("text")) for note in found]

    def tasks(self, kind: RecordKind, record_id: str) -> Sequence[str]:
        return [task.text for task in self.account.tasks_of.get((CARDS[kind], int(record_id)), ())]

    def table(self, name: str) -> Sequence[Sequence[str]]:
        raise AssertionError("an account holds no tables")

    def refuse(self, kind: RecordKind, record_id: str) -> None:
        self.refusing.add(int(record_id))

    def accept(self, kind: RecordKind, record_id: str) -> None:
        self.refusing.discard(int(record_id))

    def disturb(self, by: Disturbance | None) -> None:
        self.disturbance = by

    def move(self, zone: str) -> None:
        self.account.zone = type(self.account.zone)(zone)

    def tick(self, seconds: int) -> None:
        self.clock.advance(seconds)

    def calls(self) -> Sequence[str]:
        calls, self.written = self.written, []
        return calls

    def exceeded(self) -> Sequence[str]:
        return [*self.too_much, *["a call too fast"] * self.account.limiter.refused]

    def answer(self, request: Request) -> Response:
        """What the account answers, or refuses for the cards that it does not let be written."""
        items = request.json() if request.method != "GET" else ()
        if len(items) > LARGEST_BATCH:
            self.too_much.append(f"{len(items)} items in one call")
        bad = [n for n, item in enumerate(items) if {item.get("id"), item.get("entity_id")} & self.refusing]
        if bad:
            return refused([(items[n].get("request_id", str(n)), [error("InvalidType", "name")]) for n in bad])
        return self.sandbox.handle(request)

    def _made_of(self) -> tuple[Connection, Any]:
        connection = Connection("main", str(self._folder), self.account.zone.key, self._now)
        settings = {"url": ORIGIN, "token": Secret(self.sandbox.token), **keys()}
        return connection, self._kind.settings.model_validate(settings)

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.clock.now(), UTC)

    def _card(self, kind: RecordKind, record_id: str) -> Any:
        card = self.account.cards[CARDS[kind]].get(int(record_id))
        return card or self.account.cards[CARDS[kind]].trash[int(record_id)]

    def _ours(self, kind: RecordKind) -> dict[str, Any]:
        found = {name: self.account.field_of(CARDS[kind], code=name.upper()) for name in MANAGED[kind]}
        return {name: field for name, field in found.items() if field}


class _Wire(Line):
    """Calls go straight to the account, and meet what is planned for them."""

    def __init__(self, harness: AccountHarness) -> None:
        super().__init__("amocrm", "main", 1)
        self._harness = harness

    def send(self, method: str, url: str, headers: Mapping[str, str], query: Query = (), body: Any = None) -> Answer:
        parts = urlsplit(url)
        told = {"Host": parts.netloc, **headers}
        request = Request.to(method, f"{parts.path}?{urlencode(query)}", told, json_body=body)
        writes = method != "GET" and bool(body)  # an empty change only asks whether it is paid for
        if writes:
            self._harness.written.append(f"{method} {parts.path}")
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


class TestAmo(AdapterConformance):
    """An account with the paid filters."""

    @pytest.fixture
    def harness(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Harness:
        return AccountHarness(tmp_path, monkeypatch)


class TestAmoWithoutFilters(AdapterConformance):
    """An account that passes over filters of cards."""

    @pytest.fixture
    def harness(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Harness:
        harness = AccountHarness(tmp_path, monkeypatch, api_filter=False)
        harness.troubles = frozenset({Trouble.TIMEOUT})  # what happens to a call does not hang on filters
        return harness

    def test_a_healthy_connection_has_no_problems(self, harness: Harness) -> None:
        """`check` finds nothing wrong but that the filters are off"""
        adapter = harness.adapter()
        assert [told.partition(",")[0] for told in adapter.check()] == ["API filtration is off in this account"]
        adapter.close()
