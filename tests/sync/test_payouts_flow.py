"""Payouts in the whole flow: what is made, who approves, what leaves, what comes back, and what refunds take."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from partnersync.contract.tables import LEDGER_COLUMNS
from partnersync.domain.payout import Payout
from partnersync.domain.statement import StatementState
from partnersync.errors import ConfigError, PartnersyncError
from partnersync.store import journal, ledger
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


@pytest.fixture
def desk(new_company: Callable[..., Any]) -> Desk:
    company = new_company(program=PROGRAM)
    company.add("partner", P1, P2)
    company.add("deal", deal("D1"), deal("D2", "P2"))
    return Desk(company)


# Paid on 10 January and closed on 6 February, which accepts by silence on the 13th; approved on the 18th.
CLOSED, APPROVED, DUE, LATE = "2026-02-06", "2026-02-18", "2026-03-05", "2026-03-06"


def test_from_the_payment_to_the_payout_and_what_a_refund_takes_of_the_next(desk: Desk) -> None:
    desk.company.add("payment", paid("M1", "2026-01-10", "60000"))
    desk.sync(CLOSED)
    assert desk.rows(CLOSED) == [("", "30000.00", "waiting", "STATEMENT_NOT_ACCEPTED", "")]
    desk.approved(APPROVED)
    assert desk.rows(APPROVED) == [("", "30000.00", "waiting", "", DUE)]
    [made] = desk.make(APPROVED)
    assert desk.rows(APPROVED) == [("PO-1", "30000.00", "made", "FOUR_EYES", DUE)]
    desk.approve(APPROVED, made.payout_id)
    assert desk.rows(APPROVED) == [("PO-1", "30000.00", "approved", "", DUE)]
    desk.sync(APPROVED)
    assert desk.company.value("partner", "P1", "ps_payout_due_on") == DUE
    assert desk.company.value("deal", "D1", "ps_commission_status") == "in_payout"
    assert desk.pay("2026-02-19", "PO-1")
    assert desk.balance() == "0.00"
    desk.sync("2026-02-19")
    assert desk.lines("kind", "amount", "status", "payout_id") == [
        ("accrual", "30000.00", "paid", "PO-1"),
        ("payout", "-30000.00", "paid", "PO-1"),
    ]
    assert desk.company.value("partner", "P1", "ps_payout_due_on") == ""
    assert desk.company.value("partner", "P1", "ps_balance") == "0.00"
    assert desk.company.systems["main"].tables["payouts"] == [("PO-1", "P1", "P1", "RUB", "30000.00", "paid", "", DUE)]
    # 40 % are refunded, and the next payouts are of 8,000, 20,000 and 20,000
    desk.company.add("payment", paid("R1", "2026-02-20", "24000", refund_of="M1"))
    desk.company.add("payment", paid("M2", "2026-02-10", "16000"))
    found = []
    for month, payment in ((3, "M3"), (4, "M4"), (5, None)):
        desk.approved(f"2026-0{month}-20")
        found += desk.pay_out(f"2026-0{month}-20")
        if payment:
            desk.company.add("payment", paid(payment, f"2026-0{month}-01", "40000"))
    assert found == ["4000.00", "16000.00", "16000.00"]
    desk.sync("2026-05-25")
    assert desk.lines("event_id", "amount", "part", "status", kind="clawback") == [
        ("main/R1", "-4000.00", "1", "paid"),
        ("main/R1", "-4000.00", "2", "paid"),
        ("main/R1", "-4000.00", "3", "paid"),
    ]
    assert desk.lines("kind", kind="reversal") == []
    assert desk.balance() == "0.00"


def owed(desk: Desk, *payments: dict[str, str]) -> None:
    """Payments of January, and the approval of their statements."""
    desk.company.add("payment", *payments)
    desk.sync(CLOSED)
    desk.approved(APPROVED)


@pytest.mark.parametrize(
    ("amount", "made"),
    [
        pytest.param("999.98", [], id="499.99 is carried"),
        pytest.param("1000", ["500.00"], id="500.00 is paid"),
    ],
)
def test_the_minimum_is_carried_and_never_lost(desk: Desk, amount: str, made: list[str]) -> None:
    owed(desk, paid("M1", "2026-01-10", amount))
    assert desk.pay_out(APPROVED) == made
    if not made:
        assert desk.waiting(APPROVED) == [("P1", "499.99", ("BELOW_MINIMUM",))]
        desk.company.add("payment", paid("M2", "2026-02-10", "0.02"))
        desk.approved("2026-03-20")
        assert desk.pay_out("2026-03-20") == ["500.00"]


def test_a_partner_who_left_is_paid_whatever_there_is(desk: Desk) -> None:
    desk.company.systems["main"].rows["partner"][0]["status"] = "left"  # type: ignore[index]
    owed(desk, paid("M1", "2026-01-10", "1"))
    assert desk.pay_out(APPROVED) == ["0.50"]


def test_negative_lines_are_netted_and_less_than_nothing_is_carried(desk: Desk) -> None:
    owed(
        desk,
        paid("M1", "2026-01-10", "4000"),
        paid("R1", "2026-01-12", "1000", refund_of="M1"),
        paid("M2", "2026-01-10", "2000", deal_id="D2"),
    )
    assert desk.pay_out(APPROVED) == ["1500.00", "1000.00"]


def test_each_payee_and_currency_has_a_payout_of_its_own(desk: Desk) -> None:
    owed(
        desk,
        paid("M1", "2026-01-10", "2000"),
        paid("M2", "2026-01-11", "3000"),
        paid("M3", "2026-01-11", "10", currency="EUR"),
        paid("M4", "2026-01-11", "4000", deal_id="D2"),
    )
    made = desk.make(APPROVED)
    assert [(one.payout_id, one.payee_id, one.amount.text(), one.amount.currency) for one in made] == [
        ("PO-1", "P1", "5.00", "EUR"),
        ("PO-2", "P1", "2500.00", "RUB"),
        ("PO-3", "P2", "2000.00", "RUB"),
    ]
    assert desk.make(APPROVED) == [], "the same lines are in no second payout"


def test_whoever_made_it_does_not_approve_it(desk: Desk) -> None:
    owed(desk, paid("M1", "2026-01-10", "2000"))
    desk.make(APPROVED, actor="ann")
    with pytest.raises(PartnersyncError, match="whoever made it"):
        desk.approve(APPROVED, "PO-1", actor="ann")
    assert desk.rows(APPROVED)[0][2] == "made"
    desk.approve(APPROVED, "PO-1", actor="bob")


def test_gates_are_asked_again_before_the_approval_and_the_register(desk: Desk) -> None:
    owed(desk, paid("M1", "2026-01-10", "2000"), paid("M2", "2026-01-10", "2000", deal_id="D2"))
    desk.make(APPROVED)
    desk.approve(APPROVED, "PO-2")
    for row in desk.company.systems["main"].rows["partner"]:  # type: ignore[call-overload]
        row["stop_listed"] = "yes"
    desk.sync(APPROVED)
    with pytest.raises(PartnersyncError, match="STOP_LIST"):
        desk.approve(APPROVED, "PO-1")
    ready, kept = desk.do(APPROVED, lambda work: work.register())
    assert (ready, [(one.payout_id, missing) for one, missing in kept]) == ([], [("PO-2", ("STOP_LIST",))])


def test_paid_is_said_once_and_not_of_a_day_before_the_approval_or_to_come(desk: Desk) -> None:
    owed(desk, paid("M1", "2026-01-10", "2000"))
    desk.make(APPROVED)
    with pytest.raises(PartnersyncError, match="is made: it cannot become paid"):
        desk.pay(APPROVED, "PO-1")
    desk.approve(APPROVED, "PO-1")
    for day in ("2026-02-17", "2026-02-20"):
        with pytest.raises(PartnersyncError, match="was not paid on"):
            desk.pay("2026-02-19", "PO-1", on=day)
    assert desk.pay("2026-02-19", "PO-1")
    assert not desk.pay("2026-02-20", "PO-1", on="2026-02-19"), "known already"
    with pytest.raises(PartnersyncError, match="is paid"):
        desk.pay("2026-02-20", "PO-1", on="2026-02-20")
    desk.sync("2026-02-20")
    assert desk.lines("amount", kind="payout") == [("-1000.00",)]


def test_what_came_back_goes_into_the_next_payout(desk: Desk) -> None:
    owed(desk, paid("M1", "2026-01-10", "2000"))
    assert desk.pay_out(APPROVED) == ["1000.00"]
    desk.give_back("2026-02-20", "PO-1")
    assert desk.balance() == "1000.00"
    assert desk.rows("2026-02-20") == [
        ("PO-1", "1000.00", "returned", "", DUE),
        ("", "1000.00", "waiting", "", DUE),
    ]
    assert desk.pay_out("2026-02-20") == ["1000.00"]
    desk.sync("2026-02-21")
    assert desk.balance() == "0.00"
    assert desk.lines("kind", "amount", "status", "payout_id", "reason") == [
        ("accrual", "1000.00", "paid", "PO-2", ""),
        ("payout", "-1000.00", "reversed", "PO-1", ""),
        ("payout", "1000.00", "reversed", "PO-1", "BANK_RETURN"),
        ("payout", "-1000.00", "paid", "PO-2", ""),
    ]


def test_one_that_was_never_paid_is_given_back_too(desk: Desk) -> None:
    owed(desk, paid("M1", "2026-01-10", "2000"))
    desk.make(APPROVED)
    desk.give_back(APPROVED, "PO-1")
    with pytest.raises(PartnersyncError, match="is returned"):
        desk.approve(APPROVED, "PO-1")
    assert [one.payout_id for one in desk.make(APPROVED)] == ["PO-2"]


def test_what_is_overdue_is_told_once_and_grows_old(desk: Desk) -> None:
    owed(desk, paid("M1", "2026-01-10", "2000"), paid("M2", "2026-01-10", "100", deal_id="D2"))
    desk.sync(DUE)
    assert desk.company.systems["main"].tasks == []
    desk.sync(LATE)
    desk.sync("2026-03-07")
    [task] = desk.company.systems["main"].tasks
    assert (task.note_kind, task.kind, task.record_id, task.assignee) == ("payout", "partner", "P1", "m1")
    assert "P1-2026-01-RUB" in task.text
    engine = desk.company.engine()
    for day, name in (
        (DUE, "not_due"),
        (LATE, "days_1_30"),
        ("2026-06-03", "days_61_90"),
        ("2026-06-04", "days_over_90"),
    ):
        with desk.company.store.read() as tx:
            found = payout_list.aged(tx, engine.programme, at(day))
        assert [{name: minor for name, minor in one.buckets.items() if minor} for one in found] == [
            {name: 1000_00},
            {name: 50_00},
        ]


def test_changed_bank_details_wait_for_three_days_or_for_a_check(desk: Desk) -> None:
    partner = desk.company.systems["main"].rows["partner"][0]  # type: ignore[index]
    partner |= {"bank_account": "40702810400000000225", "bank_bik": "044525225"}
    owed(desk, paid("M1", "2026-01-10", "2000"))
    assert desk.waiting("2026-02-06") == []
    desk.give_back(APPROVED, "PO-1")
    partner |= {"bank_account": "40702810500000000001", "bank_bik": "044525225"}
    desk.sync(APPROVED)
    for day in (APPROVED, "2026-02-21"):
        assert desk.waiting(day) == [("P1", "1000.00", ("BANK_CHANGED",))]
    partner["verified_on"] = "2026-02-19"
    desk.sync("2026-02-19")
    assert desk.waiting("2026-02-19") == []
    desk.give_back("2026-02-19", "PO-2")
    partner.pop("verified_on")
    desk.sync("2026-02-20")
    assert desk.waiting("2026-02-22") == [], "four days after the change"


def test_the_budget_of_a_month_is_not_overdrawn(new_company: Callable[..., Any]) -> None:
    company = new_company(program=PROGRAM | {"payout": {"period_budget": "1500 RUB"}})
    company.add("partner", P1, P2)
    company.add("deal", deal("D1"), deal("D2", "P2"))
    desk = Desk(company)
    owed(desk, paid("M1", "2026-01-10", "2000"), paid("M2", "2026-01-10", "1001", deal_id="D2"))
    assert [one.payee_id for one in desk.make(APPROVED)] == ["P1"]
    assert desk.waiting(APPROVED) == [("P2", "500.50", ("BUDGET",))]
    assert desk.waiting("2026-03-02") == [], "the next month has its own"


def test_every_move_is_in_the_journal(desk: Desk) -> None:
    owed(desk, paid("M1", "2026-01-10", "2000"))
    desk.pay_out(APPROVED)
    desk.give_back(APPROVED, "PO-1")
    with desk.company.store.read() as tx:
        kept = [row.row for row in journal.rows(tx, action="payout")]
    assert [(row.actor, row.record_id, row.before.get("status"), row.after["status"]) for row in kept] == [
        ("ann", "PO-1", None, "made"),
        ("bob", "PO-1", "made", "approved"),
        ("bank", "PO-1", "approved", "paid"),
        ("bank", "PO-1", "paid", "returned"),
    ]


def test_a_payout_that_nobody_knows_is_refused(desk: Desk) -> None:
    with pytest.raises(ConfigError, match="PO-9"):
        desk.approve(APPROVED, "PO-9")
