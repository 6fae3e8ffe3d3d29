"""People at work on the payouts of a company in memory, whose deals earn half of what is paid."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from partnersync.contract.tables import LEDGER_COLUMNS
from partnersync.domain.payout import Payout
from partnersync.domain.statement import StatementState
from partnersync.store import ledger
from partnersync.sync import payout_list
from partnersync.sync.payouts import Payouts, find
from partnersync.sync.statements import Statements
from partnersync.sync.statements import find as find_statement
from partnersync.translate import translator

PROGRAM: dict[str, object] = {
    "effective_from": date(2026, 1, 1),
    "commission": {
        "base": "gross",
        "rules": [{"name": "licence", "when": {"products": ["licence"]}, "rate": "50%"}],
    },
}
P1 = {"partner_id": "P1", "name": "First", "inn": "7707083893", "kind": "agent", "manager": "m1"}
P2 = {"partner_id": "P2", "name": "Second", "inn": "7728168971", "kind": "agent"}


def deal(deal_id: str, partner_id: str = "P1") -> dict[str, str]:
    return {
        "deal_id": deal_id,
        "client_domain": f"{deal_id.lower()}.com",
        "partner_id": partner_id,
        "products": "licence",
        "state": "won",
        "created_at": "2026-01-01",
        "closed_at": "2026-01-20",
    }


def paid(payment_id: str, on: str, amount: str, deal_id: str = "D1", **more: str) -> dict[str, str]:
    return {"payment_id": payment_id, "deal_id": deal_id, "paid_at": on, "amount": amount} | more


def at(moment: str) -> datetime:
    return datetime.fromisoformat(f"{moment}T12:00:00+03:00" if len(moment) == 10 else moment)


class Desk:
    """People at work on one company's payouts."""

    def __init__(self, company: Any) -> None:
        self.company = company

    def sync(self, day: str) -> Any:
        return self.company.sync(as_of=at(day).isoformat())

    def approved(self, day: str) -> None:
        """Syncs on the 10th, which closes, and on a day by which silence accepts; what it accepted is approved."""
        self.sync(f"{day[:8]}10")
        self.sync(day)
        engine = self.company.engine()
        with self.company.store.write() as tx:
            work = Statements(tx, engine.programme, 0, at(day), at(day), translator("en"))
            names = [row[0] for row in self.company.systems["main"].tables["statements"] if row[5] == "accepted"]
            for name in names:
                work.move(find_statement(tx, name), StatementState.APPROVED, "head", "")

    def do(self, day: str, what: Callable[[Payouts], Any]) -> Any:
        engine = self.company.engine()
        with self.company.store.write() as tx:
            return what(Payouts(tx, engine.programme, at(day), at(day)))

    def make(self, day: str, actor: str = "ann") -> list[Payout]:
        made, _ = self.do(day, lambda work: work.make(actor))
        return list(made)

    def waiting(self, day: str) -> list[tuple[str, str, tuple[str, ...]]]:
        """What would not be made now, and why; nothing is made."""
        _, waiting = self.do(day, lambda work: work.make("ann"))
        return [(one.pile.partner_id, one.pile.amount.text(), one.missing) for one in waiting]

    def approve(self, day: str, name: str, actor: str = "bob") -> None:
        self.do(day, lambda work: work.approve(find(work.tx, name), actor))

    def pay(self, day: str, name: str, on: str | None = None) -> bool:
        return bool(self.do(day, lambda work: work.paid(find(work.tx, name), date.fromisoformat(on or day), "bank")))

    def give_back(self, day: str, name: str) -> None:
        self.do(day, lambda work: work.give_back(find(work.tx, name), "bank"))

    def pay_out(self, day: str) -> list[str]:
        """Everything that may be paid is; the sums."""
        made = self.make(day)
        for one in made:
            self.approve(day, one.payout_id)
            self.pay(day, one.payout_id)
        return [one.amount.text() for one in made]

    def balance(self, partner_id: str = "P1") -> str:
        with self.company.store.read() as tx:
            [amount] = ledger.balances(tx, [partner_id])[partner_id]
        return str(amount.text())

    def rows(self, day: str) -> list[tuple[str, ...]]:
        """The table as of a day: id, amount, status, missing, pay_by."""
        engine = self.company.engine()
        with self.company.store.read() as tx:
            found = payout_list.rows(tx, engine.programme, at(day), None)
        return [
            (row.payout_id, row.amount.text(), row.state.value, "|".join(row.missing), str(row.pay_by or ""))
            for row in found
        ]

    def lines(self, *names: str, kind: str | None = None) -> list[tuple[str, ...]]:
        """Published lines in their order."""
        places = [LEDGER_COLUMNS.index(name) for name in names]
        own = LEDGER_COLUMNS.index("kind")
        return [tuple(row[place] for place in places) for row in self.company.lines() if kind in (None, row[own])]


# Paid on 10 January and closed on 6 February, which accepts by silence on the 13th; approved on the 18th.
CLOSED, APPROVED, DUE, LATE = "2026-02-06", "2026-02-18", "2026-03-05", "2026-03-06"


def owed(desk: Desk, *payments: dict[str, str]) -> None:
    """Payments of January, and the approval of their statements."""
    desk.company.add("payment", *payments)
    desk.sync(CLOSED)
    desk.approved(APPROVED)
