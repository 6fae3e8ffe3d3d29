"""The story in spreadsheets: each fact is a row, or another cell of one."""

import csv
from collections import defaultdict
from datetime import datetime
from pathlib import Path

from told_story import Client, Deal, Fact, Paid, Partner, Registration, Won

SETTINGS = """
[connections.main]
kind = "csv"
path = "data"
out = "out"
"""
Row = dict[str, str]


class Files:
    """A folder of csv files; people save it after every fact."""

    settings = SETTINGS
    prepared_by = ()

    def __init__(self, root: Path) -> None:
        self._root = root
        self._tables: dict[str, list[Row]] = defaultdict(list)

    def tell(self, at: datetime, fact: Fact) -> None:
        """The columns of a canonical file."""
        moment = at.isoformat()
        match fact:
            case Partner():
                told = {"partner_id": fact.partner_id, "name": fact.name, "promo_codes": fact.promo_code}
                self._add("partners", told)
            case Registration():
                told = {"registration_id": fact.name, "partner_id": fact.partner_id, "products": fact.product}
                sure = {"kind": "lead", "consent": "yes", "contact_name": fact.client.buyer, "submitted_at": moment}
                self._add("registrations", told | _client(fact.client) | sure)
            case Deal():
                told = {"deal_id": fact.name, "products": fact.product, "amount": fact.amount, "stage": "new"}
                named = {"partner_id": fact.partner_id, "promo_code": fact.promo_code, "state": "open"}
                times = {"created_at": moment, "closed_at": "", "updated_at": moment}
                self._add("deals", told | named | _client(fact.client) | times)
            case Won():
                (row,) = [row for row in self._tables["deals"] if row["deal_id"] == fact.deal]
                row |= {"state": "won", "stage": "done", "closed_at": moment, "updated_at": moment}
                work = {"activity_id": f"A-{fact.deal}", "deal_id": fact.deal, "author": "7002", "kind": "stage"}
                self._add("activities", work | {"at": moment})  # a CRM logs by itself that a deal moved
            case Paid():
                self._pay(fact, at)
        for name, rows in self._tables.items():
            self._save(name, rows)

    def field(self, deal: str, name: str) -> str:
        """As it is written into the copy in `out`."""
        with (self._root / "out/deals.csv").open(encoding="utf-8", newline="") as file:
            return next(row[name] for row in csv.DictReader(file) if row["deal_id"] == deal)

    def _pay(self, fact: Paid, at: datetime) -> None:
        """People enter what came in, or went back of the last payment."""
        own = [row for row in self._tables["payments"] if row["deal_id"] == fact.deal]
        standing = sum(int(row["amount"]) * (-1 if row["refund_of"] else 1) for row in own)
        more = fact.total - standing
        back = [row["payment_id"] for row in own if not row["refund_of"]][-1] if more < 0 else ""
        told = {"payment_id": f"{fact.deal}-{len(own) + 1}", "deal_id": fact.deal, "paid_at": f"{at:%Y-%m-%d}"}
        self._add("payments", told | {"amount": str(abs(more)), "refund_of": back})

    def _add(self, name: str, row: Row) -> None:
        self._tables[name].append(row)

    def _save(self, name: str, rows: list[Row]) -> None:
        path = self._root / f"data/{name}.csv"
        path.parent.mkdir(exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


def _client(client: Client) -> Row:
    return {"client_name": client.name, "client_inn": client.inn}
