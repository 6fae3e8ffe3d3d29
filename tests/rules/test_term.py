"""Terms of rules: months from the client's first payment by anniversaries, and staggered rates."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commission_world import deal, look, paid, programme, refund, rub
from partnersync.domain.deal import Payment
from partnersync.domain.earning import Earning
from partnersync.domain.trace import decode
from partnersync.rules.commission import STEPS
from partnersync.rules.pricing import price
from partnersync.rules.term import anniversary, within_terms

TERMS = programme("""
effective_from = 2020-01-01
[commission]
base = "gross"
exclude_products = ["setup"]
[[commission.rules]]
name = "year"
when = { products = ["year"] }
rate = "10%"
months = 12
[[commission.rules]]
name = "falling"
when = { products = ["falling"] }
terms = [ { months = 12, rate = "25%" }, { months = 12, rate = "10%" } ]
[[commission.rules]]
name = "bands"
when = { products = ["bands", "setup"] }
tiers = { measure = "base_in_year", bands = [ { from = "0 RUB", rate = "10%" }, { from = "100 RUB", rate = "20%" } ] }
months = 12
[[commission.rules]]
name = "endless"
when = { products = ["endless"] }
rate = "10%"
[[commission.rules]]
name = "fixed"
when = { products = ["fixed"] }
fixed = "50 RUB"
months = 1
""")


def earned(product: str, *payments: Payment, other: Sequence[Payment] = (), client: str = "main/C1") -> list[Earning]:
    """What a deal earns, beside another one (D2) of a client."""
    found, _ = look(deal(products=product), payments, TERMS)
    second = replace(deal(products=product), ref="main/D2")
    more, _ = look(second, [replace(payment, deal_ref="main/D2") for payment in other], TERMS)
    return within_terms([*found, *(replace(one, client_id=client) for one in more)], TERMS)


def told(found: Sequence[Earning]) -> str:
    """Event, amount and reason of each."""
    return ", ".join(
        " ".join(filter(None, (one.earning.event_id[5:], one.amount.text(), one.earning.reason)))
        for one in price(found, TERMS)
    )


@pytest.mark.parametrize(
    ("first", "months", "expected"),
    [
        pytest.param("2026-05-01", 12, "2027-05-01", id="a year"),
        pytest.param("2026-11-30", 3, "2027-02-28", id="day 30 in February"),
        pytest.param("2027-11-29", 3, "2028-02-29", id="day 29 in a leap year's"),
        pytest.param("2028-02-29", 12, "2029-02-28", id="29 February a year later"),
        pytest.param("2026-01-31", 1, "2026-02-28", id="day 31"),
        pytest.param("2026-01-31", 2, "2026-03-31", id="is counted from the first day, not from the clamped one"),
        pytest.param("2026-12-15", 1, "2027-01-15", id="over the year's end"),
    ],
)
def test_anniversaries(first: str, months: int, expected: str) -> None:
    assert anniversary(date.fromisoformat(first), months) == date.fromisoformat(expected)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 60), st.integers(1, 60))
def test_more_months_are_never_earlier(first: date, one: int, more: int) -> None:
    assert first < anniversary(first, one) < anniversary(first, one + more)


MONTHLY = [paid(f"P{n:02}", "100", f"{2026 + (4 + n) // 12}-{(4 + n) % 12 + 1:02}-01 1{n % 2}:00") for n in range(14)]


def test_the_13th_monthly_payment_books_0_with_the_reason() -> None:
    twelve = ", ".join(f"P{number:02} 10.00" for number in range(12))
    assert told(earned("year", *MONTHLY)) == f"{twelve}, P12 0.00 TERM_ENDED, P13 0.00 TERM_ENDED"


@pytest.mark.parametrize(
    ("product", "payments", "expected"),
    [
        pytest.param(
            "year",
            [paid("P1", "100", "2026-05-01 10:00"), paid("P2", "100", "2027-04-30 23:59:59")],
            "P1 10.00, P2 10.00",
            id="the last second of the term",
        ),
        pytest.param(
            "year",
            [paid("P1", "100", "2026-05-01 10:00"), paid("P2", "100", "2027-05-01 00:00")],
            "P1 10.00, P2 0.00 TERM_ENDED",
            id="the anniversary, whatever the hour of the first payment",
        ),
        pytest.param(
            "year",
            [paid("P1", "100", "2028-02-29"), paid("P2", "100", "2029-02-27"), paid("P3", "100", "2029-02-28")],
            "P1 10.00, P2 10.00, P3 0.00 TERM_ENDED",
            id="29 February ends on the 28th",
        ),
        pytest.param(
            "endless",
            [paid("P1", "100", "2020-05-01"), paid("P2", "100", "2026-12-31")],
            "P1 10.00, P2 10.00",
            id="without months or terms it has no end",
        ),
        pytest.param(
            "falling",
            [
                paid("P1", "100", "2026-05-01"),
                paid("P2", "100", "2027-04-30"),
                paid("P3", "100", "2027-05-01"),
                paid("P4", "100", "2028-04-30"),
                paid("P5", "100", "2028-05-01"),
            ],
            "P1 25.00, P2 25.00, P3 10.00, P4 10.00, P5 0.00 TERM_ENDED",
            id="staggered: 25 % in the first 12 months, 10 % in the next",
        ),
        pytest.param(
            "year",
            [paid("P1", "100", "2026-05-01"), paid("P2", "100", "2027-06-01"), refund("R1", "100", "P2", "2027-07-01")],
            "P1 10.00, P2 0.00 TERM_ENDED",
            id="a refund of what earned nothing takes nothing back",
        ),
        pytest.param(
            "year",
            [paid("P1", "100", "2026-05-01"), refund("R1", "50", "P1", "2027-07-01")],
            "P1 10.00, R1 -5.00",
            id="a refund after the end takes back what was earned before it",
        ),
        pytest.param(
            "falling",
            [paid("P1", "100", "2026-05-01"), paid("P2", "100", "2027-05-01"), refund("R1", "50", "P1", "2027-07-01")],
            "P1 25.00, P2 10.00, R1 -12.50",
            id="at the rate of its own step",
        ),
        pytest.param(
            "bands",
            [paid("P1", "80", "2026-05-01"), paid("P2", "80", "2027-04-01"), paid("P3", "80", "2027-05-01")],
            "P1 8.00, P2 8.00, P3 0.00 TERM_ENDED",
            id="bands",
        ),
        pytest.param(
            "bands",
            [
                paid("P0", "80", "2026-01-01", product="setup"),
                paid("P1", "80", "2026-05-01"),
                paid("P2", "1", "2027-04-01"),
            ],
            "P0 0.00, P1 8.00, P2 0.10",
            id="what is out of scope begins no term",
        ),
        pytest.param(
            "fixed",
            [paid("P1", "100", "2026-05-01"), paid("P2", "100", "2026-06-01")],
            "P1 50.00, P2 0.00 TERM_ENDED",
            id="a fixed sum",
        ),
    ],
)
def test_a_term_of_one_deal(product: str, payments: list[Payment], expected: str) -> None:
    assert told(earned(product, *payments)) == expected
    assert told(earned(product, *payments[::-1])) == expected


def test_a_term_runs_for_the_client_through_all_its_deals() -> None:
    late, early = paid("P2", "100", "2027-05-01"), paid("P1", "100", "2026-05-01")
    assert told(earned("year", late, other=[early])) == "P1 10.00, P2 0.00 TERM_ENDED"
    assert told(earned("year", late, other=[early], client="main/C2")) == "P1 10.00, P2 10.00"


def test_what_came_after_the_end_has_no_base_and_says_why() -> None:
    first, over = earned("year", paid("P1", "100", "2026-05-01"), paid("P2", "100", "2027-05-01"))
    assert decode(first.trace)[-1] == ("term", "2026-05-01", "2027-05-01")
    assert (over.base.minor, over.base_items, over.bucket) == (0, "year=-:TERM_ENDED", None)
    assert decode(over.trace)[-1] == ("ended", "2026-05-01", "2027-05-01")
    staggered = earned("falling", paid("P1", "100", "2026-05-01"))
    assert decode(staggered[0].trace)[-2:] == (("term", "2026-05-01", "2028-05-01"), ("step", "25%", "2027-05-01"))
    assert ("rule", "falling", "terms") in decode(staggered[0].trace)
    steps = [step for one in (first, over, *staggered) for step in decode(one.trace)]
    assert all(len(step) == 1 + len(STEPS[step[0]]) for step in steps)


def test_an_event_that_earns_nothing_begins_no_term_and_is_worth_nothing() -> None:
    (before,) = look(deal(products="setup"), [paid("P0", "80")], TERMS)[0]
    (one,) = within_terms([before], TERMS)
    assert one == replace(before, rate=Fraction(0))


@pytest.mark.parametrize(
    "told",
    [
        pytest.param({"counts_only": True}, id="a win that only counts"),
        pytest.param({"rule": "gone"}, id="a rule that is gone"),
        pytest.param({"rule": "endless"}, id="a rule without a term"),
    ],
)
def test_what_has_no_term_stays_as_it_is(told: dict[str, Any]) -> None:
    (one,) = look(deal(products="bands"), [paid("P1", "80")], TERMS)[0]
    as_it_is = replace(one, **told)
    assert within_terms([as_it_is], TERMS) == [as_it_is]


@pytest.mark.parametrize("product", ["year", "falling", "bands", "fixed"])
def test_what_came_too_late_is_nothing_of_every_kind_of_rule(product: str) -> None:
    payments = [paid("P1", "100", "2026-05-01"), paid("P2", "100", "2029-05-01", product=product)]
    first, second = look(deal(products=product), payments, TERMS)[0]
    second = replace(second, base_items="a=b=90.00|a=b=-:OVERPAID")
    _, over = within_terms([first, second], TERMS)
    until = {"falling": "2028-05-01", "fixed": "2026-06-01"}.get(product, "2027-05-01")
    assert over == replace(
        second,
        base=rub("0"),
        base_items="a=b=-:TERM_ENDED",
        rate=Fraction(0),
        fixed=None,
        bucket=None,
        reason="TERM_ENDED",
        trace=f"{second.trace}|ended:2026-05-01:{until}",
    )


def test_an_earlier_first_payment_that_arrives_late_ends_the_term_earlier() -> None:
    one, two = paid("P1", "100", "2026-06-01"), paid("P2", "100", "2027-05-15")
    assert told(earned("year", one, two)) == "P1 10.00, P2 10.00"
    assert told(earned("year", paid("P0", "100", "2026-05-01"), one, two)) == "P0 10.00, P1 10.00, P2 0.00 TERM_ENDED"
