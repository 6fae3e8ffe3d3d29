"""A company of two csv connections, one written in place and one into `out`, and everything that a run leaves of it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection as Tx
from sqlalchemy import select

from partnersync.cli.assemble import make_adapters, now, read_company
from partnersync.loader import load_plugins
from partnersync.store import journal, ledger, tables
from partnersync.store.database import open_store
from partnersync.store.locks import this_process
from partnersync.sync.progress import Progress
from partnersync.sync.report import Report
from partnersync.sync.run import Engine
from partnersync.translate import translator
from sheets import Form, Sheet
from small_firm import PROGRAM

SETTINGS = """\
[store]
url = "sqlite:///partnersync.db"

[connections.registry]
kind = "csv"
path = "registry"
out = "out"
ledger = true

[connections.crm]
kind = "csv"
path = "crm"
in_place = true
"""
FIRST = {
    "config/partnersync.toml": SETTINGS,
    "config/program/2026-01-01.toml": PROGRAM,
    "registry/partners.csv": """\
partner_id,name,inn,kind,promo_codes,note
P-1,First,7707083893,agent,ONE,"a ""b"" c"
P-2,Second,,agent,,
P-3,Third,7707083893,agent,,the same INN
""",
    "registry/payments.csv": """\
payment_id,deal_id,paid_at,amount
M-1,crm/D-1,2026-03-10,1000
M-2,crm/D-2,2026-03-11,1500
M-3,crm/D-9,2026-03-11,10
""",
    "registry/registrations.csv": """\
registration_id,partner_id,kind,client_name,client_inn,client_domain,contact_name,consent,products,submitted_at
R-1,P-1,lead,Fir,,fir.ru,Buyer,yes,licence,2026-03-05T10:00:00
R-2,P-2,lead,Fir,,fir.ru,Buyer,yes,licence,2026-03-08T10:00:00
R-3,P-2,lead,Fir,,fir.ru,Buyer,yes,service,2026-03-09T10:00:00
R-4,P-1,lead,Oak,7728168971,oak.ru,Buyer,yes,licence,2026-02-09T10:00:00
""",
    "crm/partners.csv": "partner_id,name\nP-2,Second of the CRM\n",
    "crm/deals.csv": """\
deal_id;title;client_id;client_domain;partner_id;products;state;amount;created_at;closed_at\r
D-1;"=1+1";c1;oak.ru;P-2;licence;won;1000;2026-03-01;2026-03-10\r
D-2;Ёлка;c2;elm.ru;P-2;service;won;1500;2026-03-02;2026-03-11\r
D-3;;c3;fir.ru;P-2;licence;open;700;2026-03-20;\r
D-4;;c4;;P-1;licence;won;what?;2026-03-20;\r
D-5;;c5;;P-1;licence;open;10;2026-03-02;\r
""",
}
LATER = {
    "registry/payments.csv": FIRST["registry/payments.csv"]
    + "M-4,crm/D-2,2026-03-05,1000\nM-5,crm/D-3,2026-04-05,300\nM-6,crm/D-1,2026-04-06,400\nM-7,crm/D-1,soon,400\n",
    "registry/registrations.csv": FIRST["registry/registrations.csv"]
    + "R-5,P-3,lead,Elm,,elm.ru,Buyer,yes,service,2026-02-01T10:00:00\n"
    + "R-6,P-1,lead,Pine,,pine.ru,Buyer,yes,licence,2026-04-02T10:00:00\n"
    + "R-7,P-2,lead,Pine,,pine.ru,Buyer,yes,service,2026-04-05T10:00:00\n",
}
REPLACED = {
    "registry/partners.csv": [("P-3,Third,7707083893", "P-3,Third,")],
    "crm/deals.csv": [
        ("D-4;;c4;;P-1;licence;won;what?", "D-4;;c4;;P-1;licence;won;500"),
        ("D-3;;c3;fir.ru;P-2;licence;open", "D-3;;c3;fir.ru;P-1;licence;won"),
        ("won;1500", "won;2500"),
        ("D-5;;c5;;P-1;licence;open;10;2026-03-02;", "D-6;;c5;;P-1;licence;open;10;2026-03-02;"),
    ],
}
AS_OF_FIRST, AS_OF_LATER = "2026-03-31", "2026-04-30"


def _silent(step: str, amount: int, of: int | None = None) -> None:
    """No progress is shown."""


@dataclass(frozen=True)
class TwoFolders:
    """The company in a folder."""

    root: Path

    def put(self, files: Mapping[str, str]) -> None:
        """Write files below the root."""
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())

    def go_on(self) -> None:
        """What people do between the first run and a later one: rows added, mended and changed, others' cells kept."""
        self.put(LATER)
        for name, pairs in REPLACED.items():
            text = (self.root / name).read_bytes().decode()
            for old, new in pairs:
                assert old in text
                text = text.replace(old, new)
            self.put({name: text})

    def tamper(self) -> None:
        """What people do to cells of ours, and how the guard is to answer from now on."""
        settings = SETTINGS.replace('kind = "csv"\npath = "crm"', 'kind = "csv"\nmode = "enforce"\npath = "crm"')
        self.put({"config/partnersync.toml": settings.replace('out = "out"', 'out = "out"\nmode = "warn"')})
        deals = Sheet(self.root / "crm/deals.csv", ["deal_id"], Form(delimiter=";", line_end="\r\n"))
        deals.edit("D-1", ps_partner_id="P-2", ps_source="typed by me")
        deals.edit("D-2", ps_partner_id="P-1", ps_decision="accept")
        Sheet(self.root / "out/registrations.csv", ["registration_id"]).edit("R-2", ps_status="approved")

    @contextmanager
    def engine(self, owner: str = "", progress: Progress = _silent) -> Iterator[Engine]:
        """An engine as a command makes it; `owner` is the process that it takes itself for."""
        company = read_company(self.root / "config/partnersync.toml")
        plugins = load_plugins()
        assert not plugins.problems
        with ExitStack() as held:
            store = open_store(company.settings.store_url)
            held.callback(store.close)
            adapters = make_adapters(company, plugins, now)
            for adapter in adapters.values():
                held.callback(adapter.close)
            me, say = owner or this_process(), translator(company.settings.language)
            yield Engine(company.settings, company.programme, store, adapters, (), me, now, progress, say)

    def sync(self, as_of: str, owner: str = "", progress: Progress = _silent) -> Report:
        """One `sync` as of the end of a day."""
        company = read_company(self.root / "config/partnersync.toml")
        with self.engine(owner, progress) as engine:
            return engine.sync(as_of=company.moment(as_of))

    def files(self) -> dict[str, bytes]:
        """Every file but the store and the settings, hidden ones too."""
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and path.parent.name not in ("config", "program") and "partnersync.db" not in path.name
        }

    def end_state(self) -> dict[str, Any]:
        """Files, and what the store says, but for what counts runs and tells when they were at work."""
        with self.engine() as engine, engine.store.read() as tx:
            assert not ledger.verify(tx)
            assert not journal.verify(tx)
            return {"files": self.files(), **{name: _rows(tx, name, leave) for name, leave in _TOLD.items()}}


_TOLD: dict[str, tuple[str, ...]] = {
    "ledger": (),
    "line_facts": (),
    "statements": (),
    "closings": (),
    "payouts": (),
    "debts": (),
    "proposals": (),
    "managed": (),
    "records": ("first_seen", "changed", "case_id"),
    "registrations": ("judged_run", "case_id"),
    "deal_states": ("case_id",),
    "earnings": ("case_id",),
    "accepted_partners": ("run",),
    "issues": ("scope", "opened_run", "opened_at", "closed_run"),
    "audit": ("seq", "at", "run", "reason", "prev_hash", "hash"),
    "held": ("run", "at"),
    "outbox": (),
    "incidents": (),
    "reverts": ("run",),
    "overrides": ("number", "run"),
    "intents": (),
    "leases": (),
    "published": ("state",),
    "case_keys": ("case_id",),
}


def _rows(tx: Tx, name: str, leave: tuple[str, ...]) -> list[str]:
    table = tables.metadata.tables[name]
    query = select(*(column for column in table.c if column.name not in leave))
    if name == "issues":
        query = query.where(table.c.closed_run.is_(None))
    if name == "managed":
        query = query.where(table.c.want != "[]")  # of a record that nothing is due for, an echo may be read or skipped
    return sorted(json.dumps(dict(row), default=str, sort_keys=True) for row in tx.execute(query).mappings())
