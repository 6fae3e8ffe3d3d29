"""Payouts in the whole flow: what is made, who approves, what leaves, what comes back, and what refunds take."""

from collections.abc import Callable
from typing import Any

import pytest

from partnersync.errors import ConfigError, PartnersyncError
from partnersync.store import journal
from partnersync.sync import payout_list
from payout_desk import APPROVED, CLOSED, DUE, LATE, P1, P2, PROGRAM, Desk, at, deal, owed, paid


@pytest.fixture
def desk(new_company: Callable[..., Any]) -> Desk:
    company = new_company(program=PROGRAM)
    company.add("partner", P1, P2)
    company.add("deal", deal("D1"), deal("D2", "P2"))
    return Desk(company)


def test_what_is_carried_forward_is_due_with_what_brings_it_to_the_minimum(desk: Desk) -> None:
    owed(desk, paid("M1", "2026-01-10", "800"))
    desk.sync(APPROVED)
    assert desk.rows(APPROVED) == [("", "400.00", "waiting", "BELOW_MINIMUM", "")]
    assert desk.company.value("partner", "P1", "ps_payout_due_on") == ""
    desk.company.add("payment", paid("M2", "2026-02-10", "200"))
    desk.approved("2026-03-20")
    assert desk.rows("2026-03-20") == [("", "500.00", "waiting", "", "2026-04-03")]


def test_what_is_refunded_before_its_payout_is_not_paid(desk: Desk) -> None:
    owed(desk, paid("M1", "2026-01-10", "60000"), paid("M2", "2026-01-11", "2000"))
    desk.company.add("payment", paid("R1", "2026-02-19", "60000", refund_of="M1"))
    desk.sync("2026-02-20")
    assert desk.waiting("2026-02-20") == [("P1", "30000.00", ("ON_HOLD",))]
    desk.approved("2026-03-20")
    assert desk.waiting("2026-03-20") == [("P1", "0.00", ("BELOW_MINIMUM",))]
    assert desk.balance() == "1000.00"


def test_a_refund_stops_a_payout_that_was_not_paid(desk: Desk) -> None:
    owed(desk, paid("M1", "2026-01-10", "60000"))
    [made] = desk.make(APPROVED)
    desk.company.add("payment", paid("R1", "2026-02-19", "24000", refund_of="M1"))
    desk.sync("2026-02-20")
    with pytest.raises(PartnersyncError, match="ON_HOLD"):
        desk.approve("2026-02-20", made.payout_id)
    desk.approved("2026-03-20")
    with pytest.raises(PartnersyncError, match="ON_HOLD"):
        desk.approve("2026-03-20", made.payout_id)
    desk.give_back("2026-03-20", made.payout_id)
    assert desk.pay_out("2026-03-20") == ["18000.00"]


def test_from_the_payment_to_the_payout_and_what_a_refund_takes_of_the_next(company: Any) -> None:
    company.program = PROGRAM
    company.add("partner", P1, P2)
    company.add("deal", deal("D1"), deal("D2", "P2"))
    desk = Desk(company)
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
    desk.company.systems["main"].rows["partner"][0]["status"] = "left"
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


def test_a_refund_whose_payment_is_on_hold_makes_a_negative_statement_which_is_carried(desk: Desk) -> None:
    """Paid and refunded in part on 30 January: on 6 February the reversal is payable, and the accrual on hold."""
    desk.company.add(
        "payment", paid("M1", "2026-01-30", "4000"), paid("R1", "2026-01-30T18:00", "1000", refund_of="M1")
    )
    desk.approved("2026-02-20")
    tables = desk.company.systems["main"].tables
    assert [(row[0], row[4], row[5]) for row in tables["statements"]] == [("P1-2026-01-RUB", "-500.00", "accepted")]
    desk.sync("2026-02-21")
    assert desk.make("2026-02-21") == []
    assert desk.balance() == "1500.00"
    desk.approved("2026-03-20")
    assert [(row[0], row[4]) for row in tables["statements"]] == [
        ("P1-2026-01-RUB", "-500.00"),
        ("P1-2026-02-RUB", "2000.00"),
    ]
    assert desk.lines("event_id", "period", "statement_id")[:1] == [("main/M1", "2026-01", "P1-2026-02-RUB")]
    assert desk.pay_out("2026-03-20") == ["1500.00"]


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
    for same in ("ann", "Ann ", "ANN"):
        with pytest.raises(PartnersyncError, match="whoever made it"):
            desk.approve(APPROVED, "PO-1", actor=same)
    assert desk.rows(APPROVED)[0][2] == "made"
    desk.approve(APPROVED, "PO-1", actor="bob")


def test_gates_are_asked_again_before_the_approval_and_the_register(desk: Desk) -> None:
    owed(desk, paid("M1", "2026-01-10", "2000"), paid("M2", "2026-01-10", "2000", deal_id="D2"))
    desk.make(APPROVED)
    desk.approve(APPROVED, "PO-2")
    for row in desk.company.systems["main"].rows["partner"]:
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
    assert (task.task_kind, task.kind, task.record_id, task.assignee) == ("payout", "partner", "P1", "m1")
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
            {"not_due": 50_00},  # carried forward
        ]


def test_changed_bank_details_wait_for_three_days_or_for_a_check(desk: Desk) -> None:
    partner = desk.company.systems["main"].rows["partner"][0]
    partner |= {"bank_account": "40702810200000000001", "bank_bik": "044525225"}
    owed(desk, paid("M1", "2026-01-10", "2000"))
    assert desk.waiting("2026-02-06") == []
    desk.give_back(APPROVED, "PO-1")
    partner |= {"bank_account": "40702810500000000002", "bank_bik": "044525225"}
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
