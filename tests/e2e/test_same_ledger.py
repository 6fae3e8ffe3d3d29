"""One story of partners, registrations, deals and payments, told to each kind of system: the ledgers are equal."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from small_firm import Firm
from told_amocrm import amocrm
from told_files import Files
from told_story import DEALS, PROGRAM, STORY, System

LINES = "partner_id payee_id program_version rule base amount currency kind hold_until period".split()
FIELDS = (
    "ps_partner_id ps_source ps_protection ps_protected_until ps_commission ps_commission_status ps_incident".split()
)
Told = tuple[Counter[tuple[str, ...]], dict[str, list[str]]]
Make = Callable[[Path, pytest.MonkeyPatch], AbstractContextManager[System]]


@contextmanager
def in_files(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    yield Files(root)


@contextmanager
def in_amocrm(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    with amocrm() as account:
        monkeypatch.setenv("AMOCRM_TOKEN", account.token)
        yield account


def played(make: Make, root: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    """The lines and the deals' fields after the story, with a sync on the evening of each of its days."""
    root.mkdir()
    monkeypatch.chdir(root)
    firm = Firm(root)
    firm.put("config/program/2026-01-01.toml", PROGRAM)
    with make(root, monkeypatch) as system:
        firm.put("config/partnersync.toml", system.settings)
        commands = [*system.prepared_by]
        for moment, facts in STORY.items():
            for fact in facts:
                system.tell(datetime.fromisoformat(moment), fact)
            commands.append(("sync", "--as-of", moment[:10]))
            for command in commands:
                ended = firm.run(*command)
                assert ended.code == 0, ended.told
            commands.clear()
        fields = {deal: [system.field(deal, name) for name in FIELDS] for deal in DEALS}
    firm.run("ledger", "--csv", "ledger.csv")
    with (root / "ledger.csv").open(encoding="utf-8", newline="") as file:
        return Counter(tuple(row[name] for name in LINES) for row in csv.DictReader(file)), fields


@pytest.mark.parametrize("make", [pytest.param(in_amocrm, id="amocrm")])
def test_every_kind_of_system_gives_the_ledger_and_fields_of_files(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, fields = played(in_files, tmp_path / "files", monkeypatch)
    assert sum(lines.values()) == 8
    assert fields["D-1"][:2] == ["V-1", "registration"]
    told_lines, told_fields = played(make, tmp_path / "other", monkeypatch)
    assert told_lines == lines
    assert told_fields == fields
