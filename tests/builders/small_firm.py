"""A company of csv files in a folder, and its command line: in this process, and as processes of its own."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pytest

from partnersync.cli.main import main

SETTINGS = """\
[store]
url = "sqlite:///partnersync.db"

[connections.main]
kind = "csv"
path = "data"
out = "out"
"""
PROGRAM = """\
effective_from = 2026-01-01
time_zone = "Europe/Moscow"
currency = "RUB"

[commission]
base = "gross"
hold_days = 14

[[commission.rules]]
name = "licence"
when = { products = ["licence"] }
rate = "50%"

[[commission.rules]]
name = "services"
when = { products = ["service"] }
tiers = { mode = "marginal", measure = "base_in_quarter", bands = [
  { from = "0 RUB", rate = "10%" },
  { from = "1000 RUB", rate = "20%" },
] }
"""
FILES = {
    "partners": """\
partner_id,name,inn,kind,email,phone
P-1,First,7707083893,agent,first@seller.example,+7 900 111-22-33
P-2,Second,,agent,,
""",
    "deals": """\
deal_id,client_name,client_domain,partner_id,products,state,amount,created_at,closed_at,client_email,client_phone
D-1,Oak,oak.ru,P-1,licence,won,1000,2026-03-01,2026-03-10,buyer@oak.ru,+7 900 444-55-66
D-2,Elm,elm.ru,P-2,service,won,1500,2026-03-02,2026-03-11,,
D-3,Fir,fir.ru,P-2,licence,open,700,2026-03-20,,,
""",
    "payments": """\
payment_id,deal_id,paid_at,amount
M-1,D-1,2026-03-10,1000
M-2,D-2,2026-03-11,1500
""",
    "registrations": """\
registration_id,partner_id,kind,client_name,client_domain,contact_name,consent,products,submitted_at
R-1,P-1,lead,Fir,fir.ru,Buyer,yes,licence,2026-03-05T10:00:00
R-2,P-2,lead,Fir,fir.ru,Buyer,yes,licence,2026-03-06T10:00:00
""",
}
AS_OF = "2026-03-31"


@dataclass(frozen=True)
class Ended:
    """How a command ended and what it told."""

    code: int
    out: str
    err: str

    @property
    def told(self) -> str:
        """Everything that a person saw."""
        return self.out + self.err

    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Firm:
    """The folder of a company, which has to be the current one for commands in this process."""

    root: Path

    def put(self, name: str, content: str | bytes) -> Path:
        """Write a file below the root."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a piece of a file, which has to be there."""
        text = self.text(name)
        assert old in text
        self.put(name, text.replace(old, new, 1))

    def text(self, name: str) -> str:
        """What a file holds."""
        return (self.root / name).read_bytes().decode()

    def rows(self, name: str, folder: str = "out") -> list[dict[str, str]]:
        """The rows of a written table."""
        return list(csv.DictReader(io.StringIO(self.text(f"{folder}/{name}.csv"))))

    def row(self, name: str, record_id: str) -> dict[str, str]:
        """The row of one record, whose id is in the first column."""
        return next(row for row in self.rows(name) if next(iter(row.values())) == record_id)

    def written(self) -> dict[str, bytes]:
        """The bytes of every file in `out`."""
        return {path.name: path.read_bytes() for path in sorted((self.root / "out").glob("*"))}

    def run(self, *args: str) -> Ended:
        """A command in this process."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as stop:
            main(args)
        code = stop.value.code
        assert isinstance(code, int)
        return Ended(code, out.getvalue(), err.getvalue())

    def sync(self, *args: str, as_of: str = AS_OF) -> Ended:
        """`sync` as of a day."""
        return self.run("sync", "--as-of", as_of, *args)

    def synced(self) -> Self:
        """This company after a first sync."""
        ended = self.sync()
        assert ended.code == 0, ended.told
        return self

    def spawn(self, *args: str) -> "subprocess.Popen[str]":
        """A command as a process of its own."""
        command: Sequence[str] = (sys.executable, "-m", "partnersync.cli.main", *args)
        return subprocess.Popen(command, cwd=self.root, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def collect(process: "subprocess.Popen[str]", timeout_s: int = 120) -> Ended:
    """Wait for a process."""
    out, err = process.communicate(timeout=timeout_s)
    return Ended(process.returncode, out, err)
