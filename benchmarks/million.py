"""A csv connection with many deals, as whole processes: the first sync, the echo, nothing changed, ten deals changed.

Half of the deals are won with one payment each, every tenth client has a registration, the rule has three bands.
"""

import argparse
import json
import tempfile
from datetime import date, timedelta
from pathlib import Path

from benchmarks.processes import command

DEALS_A_CLIENT = 10
PARTNERS = 1000
AS_OF = "2026-12-31"
SETTINGS = """
[connections.main]
kind = "csv"
path = "data"
"""
PROGRAM = """
effective_from = 2026-01-01

[[commission.rules]]
name = "sales"
tiers = { mode = "marginal", measure = "base_in_quarter", bands = [
  { from = "0 RUB", rate = "10%" }, { from = "500000 RUB", rate = "15%" }, { from = "1000000 RUB", rate = "20%" } ] }
"""


def write_company(root: Path, deals: int) -> None:
    """Input files for `deals` deals, the same every time."""
    (root / "config/program").mkdir(parents=True)
    (root / "data").mkdir()
    (root / "config/partnersync.toml").write_text(SETTINGS)
    (root / "config/program/2026-01-01.toml").write_text(PROGRAM)
    with open(root / "data/partners.csv", "w") as partners:
        partners.write("partner_id,name,kind\n")
        partners.writelines(f"P{number},Partner {number},agent\n" for number in range(PARTNERS))
    with (
        open(root / "data/deals.csv", "w") as deals_file,
        open(root / "data/payments.csv", "w") as payments,
        open(root / "data/registrations.csv", "w") as registrations,
    ):
        deals_file.write("deal_id,title,client_id,client_domain,partner_id,state,amount,created_at,closed_at\n")
        payments.write("payment_id,deal_id,paid_at,amount\n")
        registrations.write("registration_id,partner_id,kind,client_name,client_domain,submitted_at\n")
        for number in range(deals):
            client, index = divmod(number, DEALS_A_CLIENT)
            created = date(2026, 1, 1) + timedelta(days=(client * 7 + index * 31) % 300)
            partner = "" if index % 5 == 4 else f"P{(client + index) % PARTNERS}"
            amount = f"{1000 + number % 9000}.50"
            domain = f"client{client}.com"
            won = index % 2 == 0
            closed = (created + timedelta(days=10)).isoformat() if won else ""
            state = "won" if won else "open"
            deals_file.write(
                f"{number},Deal {number},c{client},{domain},{partner},{state},{amount},{created},{closed}\n"
            )
            if won:
                payments.write(f"{number},{number},{closed},{amount}\n")
            if index == 0:
                registrations.write(f"R{client},P{client % PARTNERS},lead,Client {client},{domain},{created}\n")


def change_ten(root: Path) -> None:
    """Ten payments in the middle of the file get another amount."""
    path = root / "data/payments.csv"
    lines = path.read_text().splitlines(keepends=True)
    for number in range(len(lines) // 2, len(lines) // 2 + 10):
        lines[number] = lines[number].replace(".50", ".25")
    path.write_text("".join(lines))


def measure(deals: int) -> list[dict[str, object]]:
    """One row per run."""
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_company(root, deals)
        for name in ("first", "echo", "unchanged", "ten changed"):
            if name == "ten changed":
                change_ten(root)
            seconds, peak, report = command(root, "sync", "--as-of", AS_OF)
            written = report.get("written")
            rows.append({"run": name, "deals": deals, "s": seconds, "peak_mib": peak, "written": written})
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deals", type=int, default=1_000_000)
    for row in measure(parser.parse_args().deals):
        print(json.dumps(row), flush=True)
