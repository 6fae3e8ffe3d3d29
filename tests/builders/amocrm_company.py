"""A company whose CRM is an emulated amoCRM account: copied as it stands, run, and all that a run leaves of it."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import Enum
from itertools import count
from pathlib import Path
from threading import RLock
from typing import Any

import pytest
from sqlalchemy import Connection as Tx
from sqlalchemy import select

from amocrm_client import ORIGIN, Handled, ticking
from partnersync.cli.assemble import kind_of_connection, make_adapters, read_company
from partnersync.loader import load_plugins
from partnersync.sandbox.clock import VirtualClock
from partnersync.sandbox.faults import Fault
from partnersync.sandbox.front import Front
from partnersync.store import journal, ledger, tables
from partnersync.store.database import open_store
from partnersync.store.locks import this_process
from partnersync.sync.report import Report
from partnersync.sync.run import Engine
from partnersync.testing.troubles import Killed
from partnersync.translate import translator
from partnersync.transport.line import Answer, Query
from partnersync_amocrm_sandbox.cards import Kind
from partnersync_amocrm_sandbox.emulator import AmoSandbox, sandbox_of
from partnersync_amocrm_sandbox.sample import FIRST_SELLER, SECOND_SELLER, sample
from small_firm import PROGRAM
from told_amocrm import SETTINGS, AmoAccount
from told_story import ELM, FIR, OAK, Deal, Fact, Paid, Partner, Registration

FIRST: Mapping[str, tuple[Fact, ...]] = {
    "2026-03-09T09:00:00+03:00": (Partner("V-1", "First", "ONE"), Partner("V-2", "Second")),
    "2026-03-09T09:01:00+03:00": (
        Registration("R-1", "V-1", FIR, "licence"),
        Deal("D-1", FIR, "licence", "1000"),
        Deal("D-2", OAK, "service", "1500", partner_id="V-2"),
    ),
}
LATER: Mapping[str, tuple[Fact, ...]] = {
    "2026-03-09T09:30:00+03:00": (
        Paid("D-1", 600),
        Registration("R-2", "V-2", FIR, "licence"),  # at nearly the same time
        Registration("R-3", "V-2", ELM, "service"),
        Deal("D-3", OAK, "licence", "400", promo_code="ONE"),
    ),
}
AS_OF_FIRST, AS_OF_LATER = "2026-03-09T09:10:00+03:00", "2026-03-09T09:50:00+03:00"
STAGES = (
    'stages = { approved = "В работе", rejected = "Закрыто и не реализовано", returned = "Закрыто и не реализовано" }\n'
)
PAUSE_S = 1200  # between two runs; a block of the account is over then, and its definitions are kept


class Kill(Enum):
    """When the process ends, by a call."""

    BEFORE = "before"
    AFTER = "after"


@dataclass
class AmoCompany:
    """Settings and store in a folder, the account in memory."""

    root: Path
    clock: VirtualClock
    sandbox: AmoSandbox

    @classmethod
    def found(cls, root: Path, empty_store: Path) -> "AmoCompany":
        """Before anything was read of it."""
        clock = VirtualClock(datetime.fromisoformat("2026-03-01T00:00:00+03:00").timestamp())
        sandbox = sandbox_of(sample(clock))
        (root / "config/program").mkdir(parents=True)
        mode = SETTINGS.format(url=ORIGIN).replace('kind = "amocrm"\n', 'kind = "amocrm"\nmode = "enforce"\n')
        mode = mode.replace("[connections.main.registrations]\n", f"[connections.main.registrations]\n{STAGES}")
        (root / "config/partnersync.toml").write_text('[store]\nurl = "sqlite:///partnersync.db"\n' + mode)
        (root / "config/program/2026-01-01.toml").write_text(PROGRAM)
        shutil.copyfile(empty_store, root / "partnersync.db")
        return cls(root, clock, sandbox)

    def begin(self) -> None:
        """What people entered is read once; then they go on, and a seller takes a deal from its partner."""
        people = AmoAccount(self.sandbox, self.clock, ORIGIN)
        _tell(people, FIRST)
        with self._wired(Wire(self)):
            company, plugins = read_company(self.root / "config/partnersync.toml"), load_plugins()
            kind, connection, options = kind_of_connection(company, plugins, "main", self._now)
            assert kind.schema
            kind.schema(connection, options).apply()
        self.sync(AS_OF_FIRST)
        _tell(people, LATER)
        self.sandbox.ui.edit(FIRST_SELLER, people.lead("D-1"), "PS_PARTNER_ID", "V-2", bulk=True)
        self.sandbox.ui.edit(FIRST_SELLER, people.lead("D-1"), "responsible_user_id", SECOND_SELLER)
        self.clock.advance(PAUSE_S)

    def copy(self, root: Path) -> "AmoCompany":
        """All of it once more, as it stands."""
        shutil.copytree(self.root, root)
        account = self.sandbox.account
        alone = {id(account.lock): RLock(), id(account._ids): count(900_001)}
        clock, sandbox = deepcopy((self.clock, self.sandbox), alone)
        return AmoCompany(root, clock, sandbox)

    def sync(self, as_of: str, owner: str = "", wire: "Wire | None" = None) -> Report:
        """One `sync` of `owner`, or of this process; time passes after it."""
        wire = wire or Wire(self)
        company, plugins = read_company(self.root / "config/partnersync.toml"), load_plugins()
        try:
            with self._wired(wire), ExitStack() as held:
                store = open_store(company.settings.store_url)
                held.callback(store.close)
                adapters = make_adapters(company, plugins, self._now)
                for adapter in adapters.values():
                    held.callback(adapter.close)
                me, say = owner or this_process(), translator(company.settings.language)
                engine = Engine(company.settings, company.programme, store, adapters, (), me, self._now, _silent, say)
                return engine.sync(as_of=company.moment(as_of))
        finally:
            self.clock.advance(PAUSE_S)

    def end_state(self) -> dict[str, Any]:
        """The store and the account, but for what counts runs and tells when they were at work."""
        company = read_company(self.root / "config/partnersync.toml")
        with closing(open_store(company.settings.store_url)) as store, store.read() as tx:
            assert not ledger.verify(tx)
            assert not journal.verify(tx)
            told = {name: _rows(tx, name, leave) for name, leave in _TOLD.items()}
        account = self.sandbox.account
        cards = {(kind, card.id): asdict(card) for kind in Kind for card in account.cards[kind].all()}
        for card in cards.values():
            del card["updated_at"], card["updated_by"]
        notes = sorted((note.kind, note.entity_id, note.params["text"]) for note in account.notes.values())
        tasks = sorted((task.entity_type or "", task.entity_id or 0, task.text) for task in account.tasks.values())
        return {**told, "cards": cards, "notes": notes, "tasks": tasks}

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self.clock.now(), UTC)

    @contextmanager
    def _wired(self, wire: "Wire") -> Iterator[None]:
        """Nothing but the wire of the adapter and its clock is replaced."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AMOCRM_TOKEN", self.sandbox.token)
            patch.setattr("partnersync_amocrm.assemble.Line", lambda *told: wire)
            patch.setattr("partnersync_amocrm.assemble.THREADS", 1)  # so that calls have an order
            for module in ("adapter", "schema"):
                patch.setattr(f"partnersync_amocrm.{module}.Clock", lambda now: ticking(self.clock))
            yield


class Wire(Handled):
    """Counts the calls of a run; the `call`-th meets the fault, or the process ends before or after it."""

    def __init__(self, company: AmoCompany, call: int = 0, fault: Fault | Kill | None = None) -> None:
        super().__init__(Front(company.sandbox, company.clock))
        self.calls = 0
        self._call, self._kill = call, fault if isinstance(fault, Kill) else None
        if isinstance(fault, Fault):
            self.front.faults.plan(fault, call=call)

    def send(self, method: str, url: str, headers: Mapping[str, str], query: Query = (), body: Any = None) -> Answer:
        self.calls += 1
        kill = self._kill if self.calls == self._call else None
        if kill is Kill.BEFORE:
            raise Killed
        answer = super().send(method, url, headers, query, body)
        if kill is Kill.AFTER:
            raise Killed
        return answer


_TOLD: dict[str, tuple[str, ...]] = {
    "ledger": (),
    "line_facts": (),
    "managed": (),
    "registrations": ("judged_run", "case_id"),
    "deal_states": ("case_id",),
    "issues": ("scope", "opened_run", "opened_at", "closed_run"),
    "outbox": (),
    "incidents": (),
    "reverts": ("run",),
    "overrides": ("number", "run"),
    "intents": (),
    "leases": (),
    "case_keys": ("case_id",),
}


def _rows(tx: Tx, name: str, leave: tuple[str, ...]) -> list[str]:
    table = tables.metadata.tables[name]
    query = select(*(column for column in table.c if column.name not in leave))
    if name == "issues":
        query = query.where(table.c.closed_run.is_(None))
    return sorted(json.dumps(dict(row), default=str, sort_keys=True) for row in tx.execute(query).mappings())


def _tell(people: AmoAccount, facts: Mapping[str, tuple[Fact, ...]]) -> None:
    for moment, told in facts.items():
        for fact in told:
            people.tell(datetime.fromisoformat(moment), fact)


def _silent(step: str, amount: int, of: int | None = None) -> None:
    """No progress is shown."""
