"""An emulated amoCRM account, its limits on, 150 ms for a call: the first sync, and one in which nothing changed.

The floor is what the vendor's seven calls a second allow: a call for 250 leads to read, and one for 50 cards to write.
"""

import argparse
import json
import os
import tempfile
from math import ceil
from pathlib import Path

from benchmarks.emulated import Account, account
from benchmarks.million import PROGRAM
from benchmarks.processes import command

CALLS_PER_S, READ_AT_ONCE, WRITTEN_AT_ONCE = 7, 250, 50
SETTINGS = """
[connections.crm]
kind = "amocrm"
url = "{url}"
token = {{ env = "BENCHMARK_TOKEN" }}
[connections.crm.partners]
tag = "партнёр"
partner_id = "PARTNER_CODE"
fields = {{ inn = "ИНН", promo_codes = "PROMO_CODES" }}
[connections.crm.clients]
inn = "ИНН"
domain = "WEB"
[connections.crm.deals]
partner = [{{ select = "PARTNER" }}]
fields = {{ promo_code = "Промокод", products = "Продукты" }}
[connections.crm.payments]
source = "field"
total = "Оплачено"
paid_on = "Дата оплаты"
[connections.crm.registrations]
pipeline = "Регистрации"
"""


def measure(first: int, unchanged: int) -> list[dict[str, object]]:
    """The first sync of an account with `first` leads; then, with its cursors, one of an account with `unchanged`."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "config/program").mkdir(parents=True)
        (root / "config/program/2026-01-01.toml").write_text(PROGRAM)
        with account("amocrm", first) as crm:
            _connect(root, crm)
            row = _sync(root, crm, first)
            written = int(str(row["written"]))
            floor = (ceil(first / READ_AT_ONCE) + ceil(written / WRITTEN_AT_ONCE)) / CALLS_PER_S
            rows = [{"run": "first", "floor_s": round(floor, 1), **row}]
        with account("amocrm", unchanged) as crm:
            _connect(root, crm)
            rows += [{"run": name, **_sync(root, crm, unchanged)} for name in ("echo", "unchanged")]
    return rows


def _connect(root: Path, crm: Account) -> None:
    (root / "config/partnersync.toml").write_text(SETTINGS.format(url=crm.url))
    os.environ["BENCHMARK_TOKEN"] = crm.token
    command(root, "schema", "apply", "crm")
    command(root, "doctor")  # the definitions are read again, as a run does once an hour
    crm.calls()


def _sync(root: Path, crm: Account, deals: int) -> dict[str, object]:
    seconds, peak, told = command(root, "sync")
    calls = crm.calls()
    refused = sum(number for status, number in calls["statuses"].items() if status in ("403", "429"))
    made = sum(calls["methods"].values())
    return {
        "system": "amocrm",
        "deals": deals,
        "s": seconds,
        "peak_mib": peak,
        "written": told["written"],
        "calls": made,
        "refused": refused,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=100_000)
    parser.add_argument("--unchanged", type=int, default=1_000_000)
    given = parser.parse_args()
    for row in measure(given.first, given.unchanged):
        print(json.dumps(row), flush=True)
