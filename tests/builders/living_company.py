"""A company of two csv connections that people work in while runs come and go, and what may never happen to it."""

import json
import shutil
from collections import defaultdict
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection as Tx
from sqlalchemy import select

from crash_points import seams
from partnersync.cli.main import main
from partnersync.contract.managed import MANAGED
from partnersync.domain.value import RecordKind
from partnersync.store import journal, ledger, tables
from partnersync.sync.report import Report
from sheets import Sheet
from two_folders import FIRST, SETTINGS, TwoFolders

COLUMNS = {
    "registry/partners.csv": "partner_id name inn promo_codes remark",
    "registry/payments.csv": "payment_id deal_id paid_at amount refund_of remark",
    "registry/registrations.csv": (
        "registration_id partner_id kind client_name client_domain contact_name consent products submitted_at remark"
    ),
    "crm/deals.csv": (
        "deal_id title client_id client_domain partner_id promo_code products state amount owner "
        "created_at closed_at remark"
    ),
}
KINDS = {
    "registry/partners.csv": RecordKind.PARTNER,
    "registry/registrations.csv": RecordKind.REGISTRATION,
    "crm/deals.csv": RecordKind.DEAL,
}
INPUTS = {(name.partition("/")[0], kind.value): name for name, kind in KINDS.items()}
WRITTEN = {  # where our fields of an input stand
    "registry/partners.csv": "out/partners.csv",
    "registry/registrations.csv": "out/registrations.csv",
    "crm/deals.csv": "crm/deals.csv",
}


Place = tuple[str, str, str]  # input, record, field


class Seen(NamedTuple):
    """What stood where at one moment."""

    theirs: dict[str, list[tuple[str, ...]]]  # by input: the cells that are not ours
    ours: dict[Place, str]  # what our cells show
    base: dict[Place, str | None]  # what we wrote there last
    want: dict[Place, str | None]  # what is due there
    lines: list[dict[str, Any]]  # the ledger, in its order
    journal: list[dict[str, Any]]
    records: dict[tuple[str, str, str], str]  # (connection, kind, id) → state
    deleted: set[tuple[str, str, str]]  # records with that issue open
    overridden: set[str]  # deals that a person has decided about
    incidents: list[str]  # open ones
    run: int  # the last
    files: dict[str, bytes]


@dataclass
class LivingCompany:
    """The company and its sheets; `gone` are ids that people took out of a file, by kind."""

    root: Path
    sheets: dict[str, Sheet] = field(default_factory=dict)
    modes: dict[str, str] = field(default_factory=lambda: {"registry": "observe", "crm": "observe"})

    @classmethod
    def found(cls, root: Path, empty_store: Path) -> "LivingCompany":
        """A new one without any row."""
        company = cls(root)
        company.at.put({name: text for name, text in FIRST.items() if name.startswith("config/")})
        shutil.copyfile(empty_store, root / "partnersync.db")
        for name, columns in COLUMNS.items():
            company.sheets[name] = Sheet(root / name, columns.split())
            company.sheets[name].save([columns.split()])
        return company

    @property
    def at(self) -> TwoFolders:
        """Its folder, to run things in."""
        return TwoFolders(self.root)

    def set_mode(self, connection: str, mode: str) -> None:
        """How the guard treats foreign edits there from now on."""
        self.modes[connection] = mode
        text = SETTINGS
        for name, each in self.modes.items():
            text = text.replace(f"[connections.{name}]\n", f'[connections.{name}]\nmode = "{each}"\n')
        self.at.put({"config/partnersync.toml": text})

    def written(self, name: str) -> Sheet:
        """The sheet that holds our fields of an input."""
        return Sheet(self.root / WRITTEN[name], self.sheets[name].columns, self.sheets[name].form)

    def moved_to(self, root: Path) -> "LivingCompany":
        """The same in a copy of its folder."""
        sheets = {name: Sheet(root / name, sheet.columns, sheet.form) for name, sheet in self.sheets.items()}
        return LivingCompany(root, sheets, dict(self.modes))

    def command(self, *args: str) -> tuple[int, str]:
        """A command; its exit code and what it told."""
        told = StringIO()
        config = str(self.root / "config/partnersync.toml")
        with redirect_stdout(told), redirect_stderr(told):
            try:
                main([*args, "--config", config])
            except SystemExit as end:
                return int(end.code or 0), told.getvalue()
        raise AssertionError("a command that does not end")

    def sync_killed(self, as_of: str, moment: int, owner: str, copy: Path) -> tuple[Report, "LivingCompany"]:
        """A run that goes on, and a copy of the folder as a kill at that moment of it, or at its end, leaves it."""
        looks: list[str] = []

        def look(when: str, what: Any) -> None:
            looks.append(when)
            if len(looks) == moment + 1:
                shutil.copytree(self.root, copy, ignore=shutil.ignore_patterns("*-shm"))

        with seams(look):
            report = self.at.sync(as_of, owner)
        if not copy.exists():
            shutil.copytree(self.root, copy, ignore=shutil.ignore_patterns("*-shm"))
        return report, self.moved_to(copy)

    def look(self) -> Seen:
        """What stands where now."""
        ours: dict[Place, str] = {}
        for name, kind in KINDS.items():
            for record_id, cells in self.written(name).values().items():
                ours.update(((name, record_id, each), _plain(cells[each])) for each in MANAGED[kind] if each in cells)
        with self.at.engine() as engine, engine.store.read() as tx:
            assert not ledger.verify(tx)
            assert not journal.verify(tx)
            base: dict[Place, str | None] = {}
            want: dict[Place, str | None] = {}
            for row in _rows(tx, "managed"):
                name, names = INPUTS.get((row["connection"], row["kind"]), ""), MANAGED[RecordKind(row["kind"])]
                for known, texts in ((base, row["base"]), (want, row["want"])):
                    pairs = zip(names, json.loads(texts), strict=False)  # what is only compared stands behind
                    known.update(((name, row["record_id"], each), text) for each, text in pairs)
            records = {_key(row): row["state"] for row in _rows(tx, "records") if row["body"]}
            open_now = [row for row in _rows(tx, "issues") if row["closed_run"] is None]
            deleted = {_key(row) for row in open_now if row["code"] == "DELETED"}
            overridden = {row["deal_ref"] for row in _rows(tx, "overrides")}
            incidents = sorted(row["incident_id"] for row in _rows(tx, "incidents") if row["status"] == "open")
            run = max((row["run"] for row in _rows(tx, "runs")), default=0)
            lines = sorted(_rows(tx, "ledger"), key=lambda row: int(row["seq"]))
            written = sorted(_rows(tx, "audit"), key=lambda row: int(row["seq"]))
        theirs = {name: sheet.theirs() for name, sheet in self.sheets.items()}
        files = self.at.files()
        return Seen(theirs, ours, base, want, lines, written, records, deleted, overridden, incidents, run, files)

    def sums(self) -> dict[tuple[str, str, str], int]:
        """Minor units by partner, deal and period, without those that are nothing."""
        totals: dict[tuple[str, str, str], int] = defaultdict(int)
        for line in self.look().lines:
            totals[line["partner_id"], line["deal_id"], line["period"]] += line["amount_minor"]
        return {key: minor for key, minor in totals.items() if minor}


def _rows(tx: Tx, name: str) -> list[dict[str, Any]]:
    return [dict(row) for row in tx.execute(select(tables.metadata.tables[name])).mappings()]


def _key(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["connection"], row["kind"], row["record_id"]


def _plain(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from running it."""
    return cell[1:] if cell.startswith(("'=", "'+", "'-", "'@")) else cell
