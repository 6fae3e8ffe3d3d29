"""A company in memory: rows that people keep, run through the real flow and store."""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from partnersync.config import load_settings
from partnersync.contract.adapter import (
    Capabilities,
    FieldsWrite,
    Gives,
    NoteWrite,
    Origin,
    Outcome,
    Page,
    Raw,
    Receipt,
    Stream,
    Table,
    TaskWrite,
    Write,
)
from partnersync.contract.managed import MANAGED
from partnersync.domain.value import RecordKind
from partnersync.rules.program import Programme, read_program
from partnersync.store import ledger
from partnersync.store.database import Store, open_store
from partnersync.sync.report import Report
from partnersync.sync.run import Engine
from partnersync.translate import translator

Rows = list[dict[str, str]]
IDS = {
    RecordKind.PARTNER: "partner_id",
    RecordKind.DEAL: "deal_id",
    RecordKind.PAYMENT: "payment_id",
    RecordKind.REGISTRATION: "registration_id",
    RecordKind.ACTIVITY: "activity_id",
    RecordKind.USER: "user_id",
    RecordKind.RATE: "rate_id",
}


@dataclass
class Sheets:
    """A system of plain tables: an adapter that lists a table whole when it changed."""

    rows: dict[RecordKind, Rows] = field(default_factory=lambda: {kind: [] for kind in IDS})
    values: dict[tuple[RecordKind, str], dict[str, str]] = field(default_factory=dict)
    tables: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    notes: list[NoteWrite] = field(default_factory=list)
    tasks: list[TaskWrite] = field(default_factory=list)
    writes: int = 0
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(
            managed=MANAGED, batch_size=50, notes=True, tasks=True, publishes=True, reports_deletions=True
        )
    )

    def streams(self) -> Sequence[Stream]:
        return [Stream(kind.value, kind, Gives.BOTH, whole=True) for kind in IDS]

    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        held = {record_id: values for (kind, record_id), values in self.values.items() if kind is stream.kind}
        now = json.dumps([self.rows[stream.kind], held], sort_keys=True)
        if now == cursor:
            return
        name = IDS[stream.kind]
        raws = [
            Raw(row.get(name, ""), dict(row), dict(held.get(row.get(name, ""), {})), Origin(f"{stream.name}.csv", line))
            for line, row in enumerate(self.rows[stream.kind], start=2)
        ]
        for start in range(0, len(raws), 3):
            yield Page(raws[start : start + 3])
        yield Page([], now, complete=True)

    def push(self, writes: Iterable[Write]) -> Iterator[Receipt]:
        for write in writes:
            if isinstance(write, FieldsWrite):
                held = self.values.setdefault((write.kind, write.record_id), {})
                held.update(write.values)
                for name in write.removes:
                    held.pop(name, None)
                self.writes += 1
            elif isinstance(write, NoteWrite):
                self.notes.append(write)
            else:
                self.tasks.append(write)
            yield Receipt(write.write_id, Outcome.DONE)

    def publish(self, table: Table) -> bool:
        before = self.tables.get(table.name)
        self.tables[table.name] = [tuple(row) for row in table.rows()]
        return self.tables[table.name] != before

    def holds(self, name: str) -> str:
        return str(self.tables.get(name, ""))

    def close(self) -> None:
        """Nothing is held."""


@dataclass
class Company:
    """Settings, program, store and one or more systems of tables."""

    root: Path
    program: Mapping[str, object]
    store: Store
    systems: dict[str, Sheets]
    limits: str = ""
    language: str = "ru"
    mode: str = "observe"
    ticks: int = 0

    def now(self) -> datetime:
        """A clock that moves a second at each look."""
        self.ticks += 1
        return datetime(2026, 12, 1, tzinfo=UTC) + timedelta(seconds=self.ticks)

    def engine(self) -> Engine:
        """A fresh engine, as each command makes one."""
        config = self.root / "config/partnersync.toml"
        config.parent.mkdir(exist_ok=True)
        told = f'kind = "sheets"\nledger = true\nmode = "{self.mode}"'
        tables = "".join(f"[connections.{name}]\n{told}\n" for name in self.systems)
        config.write_text(f'language = "{self.language}"\n{tables}\n[limits]\n{self.limits}')
        settings, programme = load_settings(config), Programme((read_program(self.program),))
        say = translator(settings.language)
        return Engine(settings, programme, self.store, self.systems, (), "test:1:x", self.now, _silent, say)  # type: ignore[arg-type]

    def sync(self, as_of: str = "2026-11-30T12:00:00+00:00", **options: Any) -> Report:
        """One `sync` as of a moment."""
        return self.engine().sync(as_of=datetime.fromisoformat(as_of), **options)

    def add(self, kind: str, *rows: dict[str, str], system: str = "main") -> None:
        """Append rows to a table."""
        self.systems[system].rows[RecordKind(kind)].extend(dict(row) for row in rows)

    def value(self, kind: str, record_id: str, name: str, system: str = "main") -> str | None:
        """A managed field as people see it."""
        return self.systems[system].values.get((RecordKind(kind), record_id), {}).get(name)

    def edit(self, kind: str, record_id: str, name: str, text: str, system: str = "main") -> None:
        """What a person types into a managed field."""
        self.systems[system].values[RecordKind(kind), record_id][name] = text

    def incidents(self) -> list[tuple[str, str, str]]:
        """Kind, what was seen and status of every incident, as published."""
        rows = next(iter(self.systems.values())).tables.get("incidents", [])
        return [(row[1], row[7], row[10]) for row in rows]

    def lines(self) -> list[tuple[str, ...]]:
        """The published ledger."""
        return next(iter(self.systems.values())).tables.get("ledger", [])

    def issues(self) -> set[tuple[str, str]]:
        """Record and code of the open issues."""
        return {(row[2], row[8 - 1]) for row in next(iter(self.systems.values())).tables.get("issues", [])}

    def sums(self) -> dict[tuple[str, str, str], int]:
        """Minor units by partner, deal (without its connection) and period."""
        totals: dict[tuple[str, str, str], int] = {}
        with self.store.read() as tx:
            for _, line, *_ in ledger.rows(tx):
                key = (line.partner_id, line.deal_ref.partition("/")[2], line.period)
                totals[key] = totals.get(key, 0) + line.amount.minor
        return {key: total for key, total in totals.items() if total}


def _silent(step: str, amount: int, of: int | None = None) -> None:
    """No progress is shown."""


PROGRAM: dict[str, object] = {
    "effective_from": date(2026, 1, 1),
    "commission": {
        "rules": [
            {"name": "licence", "when": {"products": ["licence"]}, "rate": "50%"},
            {
                "name": "services",
                "when": {"products": ["service"]},
                "tiers": {
                    "measure": "base_in_quarter",
                    "bands": [{"from": "0 RUB", "rate": "10%"}, {"from": "1000 RUB", "rate": "20%"}],
                },
            },
            {"name": "setup", "when": {"products": ["setup"]}, "fixed": "300 RUB"},
        ]
    },
}


@pytest.fixture
def new_company(tmp_path_factory: pytest.TempPathFactory, new_sqlite_store: Path) -> Iterator[Callable[..., Company]]:
    """Make companies on SQLite; each has a folder and store of its own."""
    made: list[Store] = []

    def make(*names: str, limits: str = "", program: Mapping[str, object] = PROGRAM) -> Company:
        root = tmp_path_factory.mktemp("company")
        shutil.copyfile(new_sqlite_store, root / "store.db")
        store = open_store(f"sqlite:///{root}/store.db")
        made.append(store)
        return Company(root, program, store, {name: Sheets() for name in names or ("main",)}, limits)

    yield make
    for store in made:
        store.close()


@pytest.fixture
def company(store: Store, tmp_path: Path) -> Company:
    """One company with one system, on each database."""
    return Company(tmp_path, PROGRAM, store, {"main": Sheets()})
