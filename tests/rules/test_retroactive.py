"""Retroactive bands: all of the base earns the rate of the highest band reached, by a true-up at each crossing."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commission_world import RULES, brief, deal, look, owed, paid, programme, refund
from partnersync.domain.deal import Payment
from partnersync.domain.line import Line, LineKind
from partnersync.domain.trace import decode
from partnersync.rules.pricing import price
from partnersync.sync.lines import bucket_lines, families

TERMS = programme(
    RULES.replace('mode = "marginal"', 'mode = "retroactive"').replace("[commission]", '[commission]\nbase = "gross"')
)
ON = [f"2026-05-{day:02d}" for day in range(1, 29)]


def of(*payments: Payment) -> str:
    return brief(owed(deal(products="service"), payments, TERMS))


@pytest.mark.parametrize(
    ("base", "amount"),
    [
        pytest.param("499999.99", "50000.00", id="499,999.99 earns 50,000.00"),
        pytest.param("500000", "75000.00", id="500,000.00 earns 75,000.00: the edge belongs to the next band"),
        pytest.param("999999.99", "150000.00", id="999,999.99 earns 150,000.00"),
        pytest.param("1200000", "240000.00", id="1,200,000.00 earns 240,000.00"),
        pytest.param("0", "0.00", id="nothing earns nothing"),
    ],
)
def test_the_table_of_the_policy(base: str, amount: str) -> None:
    (one,) = owed(deal(products="service"), [paid("P1", base)], TERMS)
    assert one.amount.text() == amount


@pytest.mark.parametrize(
    ("payments", "expected"),
    [
        pytest.param(
            [paid("P1", "499999.99", ON[0]), paid("P2", "0.01", ON[1])],
            "P1 499999.99 50000.00, P2 0.01 0.00, P2 trueup 25000.00",
            id="the kopeck that reaches the edge tops up what came before it",
        ),
        pytest.param(
            [paid("P1", "499999.98", ON[0]), paid("P2", "0.01", ON[1])],
            "P1 499999.98 50000.00, P2 0.01 0.00",
            id="a kopeck less does not",
        ),
        pytest.param(
            [paid("P1", "300000", ON[0]), paid("P2", "100000", ON[1]), paid("P3", "200000", ON[2])],
            "P1 300000.00 30000.00, P2 100000.00 10000.00, P3 200000.00 30000.00, P3 trueup 20000.00",
            id="one line for all that it tops up",
        ),
        pytest.param(
            [paid("P1", "400000", ON[0]), paid("P2", "200000", ON[1]), paid("P3", "600000", ON[2])],
            "P1 400000.00 40000.00, P2 200000.00 30000.00, P3 600000.00 120000.00, P2 trueup 20000.00, "
            "P3 trueup 30000.00",
            id="two crossings: 240,000 of 1,200,000",
        ),
        pytest.param(
            [paid("P1", "400000", ON[0]), paid("P2", "800000", ON[1])],
            "P1 400000.00 40000.00, P2 800000.00 160000.00, P2 trueup 40000.00",
            id="across two edges at once is one true-up",
        ),
        pytest.param(
            [paid("P1", "499999.99", "2026-06-30"), paid("P2", "0.01", "2026-07-01")],
            "P1 499999.99 50000.00, P2 0.01 0.00",
            id="the next quarter begins anew",
        ),
        pytest.param(
            [paid("P1", "400000", ON[0]), paid("P2", "200000", ON[1]), refund("R1", "400000", "P1", ON[2])],
            "P1 400000.00 40000.00, P2 200000.00 30000.00, P2 trueup 20000.00, R1 -400000.00 -40000.00, "
            "R1 trueup -20000.00",
            id="a refund takes back the accrual and what it was topped up by; the rate reached stays",
        ),
        pytest.param(
            [paid("P1", "400000", ON[0]), paid("P2", "200000", ON[1]), refund("R1", "200000", "P2", ON[2])],
            "P1 400000.00 40000.00, P2 200000.00 30000.00, P2 trueup 20000.00, R1 -200000.00 -30000.00",
            id="also where the crossing payment itself goes back",
        ),
        pytest.param(
            [paid("P1", "400000", ON[0]), refund("R1", "100000", "P1", ON[1]), paid("P2", "200000", ON[2])],
            "P1 400000.00 40000.00, P2 200000.00 30000.00, P2 trueup 15000.00, R1 -100000.00 -10000.00",
            id="what went back before the crossing is not topped up",
        ),
    ],
)
def test_crossings(payments: list[Payment], expected: str) -> None:
    found = owed(deal(products="service"), payments, TERMS)
    found.sort(key=lambda one: (one.earning.refund is not None, one.kind is LineKind.TRUEUP))
    assert brief(found) == expected
    assert sorted(of(*payments[::-1]).split(", ")) == sorted(expected.split(", "))


def lines(*rounds: Sequence[Payment]) -> list[Line]:
    """The ledger after each of `rounds` was all that a run saw."""
    ledger: list[Line] = []
    for day, payments in enumerate(rounds, start=1):
        found, _ = look(deal(products="service"), payments, TERMS)
        ledger += bucket_lines(found, families(ledger), TERMS, datetime(2026, 12, day, tzinfo=UTC)).lines
    return ledger


def test_a_true_up_is_a_line_of_the_crossing_payment_that_names_the_lines_it_tops_up() -> None:
    first, second, crossing, trueup = lines(
        [paid("P1", "300000", ON[0]), paid("P2", "100000", ON[1]), paid("P3", "200000", ON[2])]
    )
    assert (trueup.kind, trueup.part, trueup.event_id) == (LineKind.TRUEUP, 1, "main/P3")
    assert (trueup.base.minor, trueup.base_items, trueup.reverses, trueup.reason) == (0, "", "", "")
    assert (trueup.event_time, trueup.hold_until, trueup.period) == (
        crossing.event_time,
        crossing.hold_until,
        "2026-05",
    )
    assert decode(trueup.trace) == (
        ("crossed", "600000.00", "2026Q2", "15%"),
        ("topped", first.line_id, "main/P1", "15000.00"),
        ("topped", second.line_id, "main/P2", "5000.00"),
    )


def test_an_earlier_payment_that_arrives_late_moves_the_crossing() -> None:
    one, two, late = paid("P1", "400000", ON[3]), paid("P2", "200000", ON[4]), paid("P0", "150000", ON[0])
    ledger = lines([one, two], [late, one, two])
    assert [
        (line.event_id.removeprefix("main/"), line.kind.value, line.part, line.amount.text()) for line in ledger
    ] == [
        ("P1", "accrual", 1, "40000.00"),
        ("P2", "accrual", 1, "30000.00"),
        ("P2", "trueup", 1, "20000.00"),
        ("P0", "accrual", 1, "15000.00"),
        ("P1", "accrual", 2, "20000.00"),
        ("P1", "trueup", 1, "7500.00"),
        ("P2", "trueup", 2, "-20000.00"),
    ]
    assert sum(line.amount.minor for line in ledger) == 112_500_00, "15 % of 750,000"


@given(st.lists(st.integers(0, 400_000_00), min_size=1, max_size=6))
def test_in_the_end_every_payment_earns_the_rate_of_the_whole(sums: list[int]) -> None:
    payments = [paid(f"P{number}", f"{minor / 100:.2f}", ON[number]) for number, minor in enumerate(sums)]
    found, _ = look(deal(products="service"), payments, TERMS)
    total = sum(sums)
    rate = 10 if total < 500_000_00 else 15 if total < 1_000_000_00 else 20
    exact = sum((minor * rate + 50) // 100 for minor in sums)
    assert sum(one.amount.minor for one in price(found, TERMS)) == exact


def test_what_was_booked_is_not_booked_again() -> None:
    seen = [paid("P1", "400000", ON[0]), paid("P2", "200000", ON[1]), refund("R1", "100000", "P1", ON[2])]
    assert lines(seen, seen) == lines(seen)
