"""Refunds after payouts in the whole flow; no order, repetition or band makes them inconsistent."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnersync.domain.attribution import Override
from partnersync.domain.line import LineKind, LineStatus
from partnersync.domain.payout import PayoutState
from partnersync.rules.explain import sentences
from partnersync.store import debts, ledger, payouts
from partnersync.sync import approvals
from partnersync.translate import translator
from payout_desk import APPROVED, P1, P2, PROGRAM, Desk, at, deal, owed, paid


@pytest.fixture
def desk(new_company: Callable[..., Any]) -> Desk:
    company = new_company(program=PROGRAM)
    company.add("partner", P1, P2)
    company.add("deal", deal("D1"), deal("D2", "P2"))
    return Desk(company)


def kept(desk: Desk) -> list[tuple[str, str, bool, int]]:
    """Every debt: refund, sum, whether it is lost, what was taken."""
    with desk.company.store.read() as tx:
        found = debts.of_deals(tx, ["main/D1", "main/D2"])
    return [(one.event_id, one.owed.text(), one.lost, one.taken) for one in found]


@pytest.mark.parametrize(
    ("day", "lines", "owing"),
    [
        pytest.param("2026-02-17", [("main/R1", "-1000.00")], [], id="before the payout: a reversing line"),
        pytest.param("2026-02-18", [], [("main/R1", "1000.00", False, 0)], id="on its day: a debt"),
        pytest.param("2026-05-19", [], [("main/R1", "1000.00", False, 0)], id="90 days after it: a debt"),
        pytest.param("2026-05-20", [], [("main/R1", "1000.00", True, 0)], id="91 days: the vendor's loss"),
    ],
)
def test_the_day_of_a_refund_decides(
    desk: Desk, day: str, lines: list[tuple[str, ...]], owing: list[tuple[str, str, bool, int]]
) -> None:
    owed(desk, paid("M1", "2026-01-10", "4000"))
    assert desk.pay_out(APPROVED) == ["2000.00"]
    desk.company.add("payment", paid("R1", day, "2000", refund_of="M1"))
    for _ in range(2):
        desk.sync("2026-06-30")
        assert desk.lines("event_id", "amount", kind="reversal") == lines
        assert kept(desk) == owing


def test_each_part_of_a_payment_that_is_refunded_goes_its_own_way(desk: Desk) -> None:
    owed(desk, paid("M1", "2026-01-10", "4000"))
    desk.pay_out(APPROVED)
    desk.company.add("payment", paid("R1", "2026-02-01", "1000", refund_of="M1"))
    desk.company.add("payment", paid("R2", "2026-03-01", "1000", refund_of="M1"))
    desk.company.add("payment", paid("R3", "2026-06-20", "1000", refund_of="M1"))
    desk.sync("2026-06-30")
    assert desk.lines("event_id", "amount", kind="reversal") == [("main/R1", "-500.00")]
    assert kept(desk) == [("main/R2", "500.00", False, 0), ("main/R3", "500.00", True, 0)]


def test_nothing_is_taken_from_a_partner_who_left(desk: Desk) -> None:
    owed(desk, paid("M1", "2026-01-10", "4000"))
    desk.pay_out(APPROVED)
    desk.company.add("payment", paid("R1", "2026-02-20", "2000", refund_of="M1"), paid("M2", "2026-02-10", "4000"))
    desk.company.systems["main"].rows["partner"][0]["status"] = "left"
    desk.approved("2026-03-20")
    assert desk.pay_out("2026-03-20") == ["2000.00"]
    assert kept(desk) == [("main/R1", "1000.00", False, 0)]


@pytest.mark.parametrize("decided_first", [False, True])
def test_a_debt_stays_where_a_person_gives_the_deal_to_another_later(desk: Desk, decided_first: bool) -> None:
    owed(desk, paid("M1", "2026-01-10", "4000"))
    desk.pay_out(APPROVED)
    refund = paid("R1", "2026-02-20", "2000", refund_of="M1")
    if not decided_first:
        desk.company.add("payment", refund)
        desk.sync("2026-02-21")
    with desk.company.store.write() as tx:
        decision = Override("P2", "head", "as agreed", at("2026-02-21"))
        approvals.keep(tx, "main/D1", decision, at("2026-02-21"), None)
    if decided_first:
        desk.sync("2026-02-22")
        desk.company.add("payment", refund)
    for day in ("2026-02-23", "2026-02-24"):
        desk.sync(day)
        assert kept(desk) == ([] if decided_first else [("main/R1", "1000.00", False, 0)])
        assert (desk.balance(), desk.balance("P2")) == ("0.00", "1000.00")


def test_a_deleted_record_and_a_changed_mapping_make_no_debt(desk: Desk) -> None:
    owed(desk, paid("M1", "2026-01-10", "4000"), paid("M2", "2026-01-10", "4000", deal_id="D2"))
    desk.pay_out(APPROVED)
    rows = desk.company.systems["main"].rows
    rows["payment"] = [row for row in rows["payment"] if row["payment_id"] != "M1"]
    rows["deal"][1]["products"] = "something else"
    desk.sync("2026-03-20")
    assert kept(desk) == []
    assert desk.lines("amount", kind="reversal") == desk.lines("amount", kind="clawback") == []


def test_a_returned_payout_takes_its_clawback_along(desk: Desk) -> None:
    owed(desk, paid("M1", "2026-01-10", "4000"))
    desk.pay_out(APPROVED)
    desk.company.add("payment", paid("R1", "2026-02-20", "4000", refund_of="M1"), paid("M2", "2026-02-10", "2000"))
    desk.approved("2026-03-20")
    assert desk.pay_out("2026-03-20") == ["500.00"]
    desk.give_back("2026-03-23", "PO-2")
    assert desk.pay_out("2026-03-24") == ["500.00"], "half of it is taken already"
    assert kept(desk) == [("main/R1", "2000.00", False, 500_00)]


def test_a_part_says_what_limits_it(desk: Desk) -> None:
    """Of 2,000.00, in three parts, a payout of 1,000.00 may give 500.00."""
    owed(desk, paid("M1", "2026-01-10", "4000"))
    desk.pay_out(APPROVED)
    desk.company.add("payment", paid("R1", "2026-02-20", "4000", refund_of="M1"), paid("M2", "2026-02-10", "2000"))
    desk.approved("2026-03-20")
    assert desk.pay_out("2026-03-20") == ["500.00"]
    desk.sync("2026-03-21")
    [(told,)] = desk.lines("trace", kind="clawback")
    assert sentences(told, translator("en")) == [
        "It gives back 4,000.00 of 4,000.00 of payment main/M1.",
        "The base is 4,000.00.",
        "That payment had earned 2,000.00.",
        "100% of that is 2,000.00, which it takes back.",
        "It is part 1 of a debt of 2,000.00: 2,000.00 of it was left, and payout PO-2 was 1,000.00 before it.",
        "Parts to go: 3, an equal part is 666.67; clawbacks take at most 50% of a payout.",
    ]


def test_a_debt_says_how_it_came_about(desk: Desk) -> None:
    """30,000.00 were paid out for 60,000.00, of which 40 % are refunded."""
    owed(desk, paid("M1", "2026-01-10", "60000"))
    desk.pay_out(APPROVED)
    desk.company.add("payment", paid("R1", "2026-02-20", "24000", refund_of="M1"))
    desk.sync("2026-03-21")
    with desk.company.store.read() as tx:
        [of_deal], [of_partner] = debts.of_deals(tx, ["main/D1"]), debts.of_partner(tx, "P1")
    assert (of_deal.owed.text(), of_partner) == ("12000.00", of_deal)
    assert sentences(of_deal.trace, translator("en")) == [
        "It gives back 24,000.00 of 60,000.00 of payment main/M1.",
        "The base is 24,000.00.",
        "That payment had earned 30,000.00.",
        "40% of that is 12,000.00, which it takes back.",
    ]
    assert sentences(of_deal.trace, translator("ru"))[-1] == "Из этой суммы удерживается 40\u00a0%: 12\u00a0000,00."


def test_what_turns_out_to_be_taken_too_much_is_given_back(desk: Desk) -> None:
    owed(desk, paid("M1", "2026-01-10", "4000"))
    desk.pay_out(APPROVED)
    refund = paid("R1", "2026-02-20", "4000", refund_of="M1")
    desk.company.add("payment", refund, paid("M2", "2026-02-10", "4000"))
    desk.approved("2026-03-20")
    assert desk.pay_out("2026-03-20") == ["1333.33"]
    rows = desk.company.systems["main"].rows["payment"]
    next(row for row in rows if row["payment_id"] == "R1")["amount"] = "1000"
    for _ in range(2):
        desk.sync("2026-03-25")
        assert desk.lines("event_id", "amount", kind="reversal") == [("main/R1", "166.67")]
    assert kept(desk) == [("main/R1", "500.00", False, 666_67)]


BANDS: dict[str, object] = {
    "effective_from": date(2026, 1, 1),
    "commission": {
        "base": "gross",
        "rules": [
            {
                "name": "licence",
                "tiers": {
                    "mode": "retroactive",
                    "measure": "base_in_year",
                    "bands": [{"from": "0 RUB", "rate": "10%"}, {"from": "5000 RUB", "rate": "20%"}],
                },
                "cap": {"per": "partner_year", "amount": "3000 RUB"},
            }
        ],
    },
    "payout": {"minimum": "1 RUB"},
}
QUIET = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
sums = st.sampled_from(["1000", "2500.01", "3333.33", "6000"])


@st.composite
def months(draw: st.DrawFn) -> list[list[dict[str, str]]]:
    """What comes in each of some months: a payment, and perhaps refunds of what was paid by then."""
    found: list[list[dict[str, str]]] = []
    for month in range(1, draw(st.integers(2, 5)) + 1):
        rows = [paid(f"M{month}", f"2026-{month:02d}-05", draw(sums))]
        for earlier in range(1, month + 1):
            if draw(st.booleans()):
                refund = paid(f"R{month}{earlier}", f"2026-{month:02d}-25", draw(sums), refund_of=f"M{earlier}")
                rows.append(refund)
        found.append(draw(st.permutations(rows)))
    return found


@QUIET
@given(months=months())
def test_however_it_comes_the_books_are_consistent(
    new_company: Callable[..., Any], months: list[list[dict[str, str]]]
) -> None:
    company = new_company(program=BANDS)
    company.add("partner", P1)
    company.add("deal", deal("D1"))
    desk = Desk(company)
    carried_and_paid = 0
    for number, rows in enumerate(months, start=1):
        company.add("payment", *rows)
        desk.approved(f"2026-{number + 1:02d}-22")
        desk.pay_out(f"2026-{number + 1:02d}-22")
    last = f"2026-{len(months) + 1:02d}-23"
    desk.sync(last)
    before = (desk.lines("line_id", "amount"), kept(desk))
    company.systems["main"].rows["payment"].reverse()
    desk.sync(last)
    assert (desk.lines("line_id", "amount"), kept(desk)) == before, "recomputing books nothing new, and no second debt"
    with company.store.read() as tx:
        lines = [(line, facts) for _, line, facts, *_ in ledger.rows(tx)]
        owing = debts.of_deals(tx, ["main/D1"])
        [balance] = ledger.balances(tx, ["P1"])["P1"]
        paid_out = sum(one.amount.minor for one in payouts.rows(tx, PayoutState.PAID))
        carried = sum(line.amount.minor for line in payouts.unpaid(tx))
    approved = {LineStatus.APPROVED, LineStatus.IN_PAYOUT, LineStatus.PAID}
    own = [line for line, facts in lines if facts.status in approved and line.kind is not LineKind.PAYOUT]
    assert paid_out + carried == sum(line.amount.minor for line in own), "what is not paid is carried"
    by_payout: dict[str, int] = {}
    for line, facts in lines:
        if facts.payout_id:
            by_payout[facts.payout_id] = by_payout.get(facts.payout_id, 0) + line.amount.minor
        carried_and_paid += line.amount.minor
    assert set(by_payout.values()) <= {0}, "what a payout holds has left with it"
    assert balance.minor == carried_and_paid
    for debt in owing:
        assert debt.taken <= debt.owed.minor
        assert debt.parts <= 3
    for name in by_payout:
        of_payout = [line for line, facts in lines if facts.payout_id == name and line.kind is not LineKind.PAYOUT]
        taken = -sum(line.amount.minor for line in of_payout if line.kind is LineKind.CLAWBACK)
        gross = sum(line.amount.minor for line in of_payout if line.kind is not LineKind.CLAWBACK)
        assert taken <= (gross + 1) // 2
