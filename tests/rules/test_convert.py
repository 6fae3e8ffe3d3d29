"""Sums in the program's currency, at the rate of the payment's day."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from commission_world import AS_OF, brief, deal, look, paid, programme
from partnersync.domain.deal import Payment
from partnersync.domain.document import Rate
from partnersync.domain.issue import Issue
from partnersync.domain.trace import decode
from partnersync.domain.value import Money, RecordKind
from partnersync.rules.convert import convert
from partnersync.rules.pricing import price
from partnersync.sync.lines import bucket_lines

TERMS = """
effective_from = 2020-01-01
[commission]
convert = true
base = "gross"
[[commission.rules]]
name = "tenth"
when = { products = ["licence"] }
rate = "10%"
[[commission.rules]]
name = "bands"
when = { products = ["service"] }
tiers = { measure = "base_in_year", bands = [ { from = "0 RUB", rate = "10%" }, { from = "8000 RUB", rate = "20%" } ] }
[[commission.rules]]
name = "fixed"
when = { products = ["install"] }
fixed = "1000 RUB"
"""
DAY = date(2026, 5, 1)
RATES = {(DAY, "USD"): Rate(DAY, "USD", Decimal("80.5"), "bank"), (DAY, "JPY"): Rate(DAY, "JPY", Decimal("0.5333"))}


@pytest.mark.parametrize(
    ("money", "rate", "expected"),
    [
        pytest.param(Money(100_00, "USD"), "80.5", "8050.00", id="hundredths to hundredths"),
        pytest.param(Money(1, "USD"), "80.505", "0.81", id="half up"),
        pytest.param(Money(1000, "JPY"), "0.5333", "533.30", id="from a currency without hundredths"),
        pytest.param(Money(1_000, "KWD"), "250", "250.00", id="from one with thousandths"),
    ],
)
def test_convert(money: Money, rate: str, expected: str) -> None:
    assert convert(money, Decimal(rate), "RUB").text() == expected


def test_a_sum_becomes_one_of_a_currency_without_hundredths() -> None:
    assert convert(Money(100_00, "USD"), Decimal("150.5"), "JPY") == Money(15050, "JPY")


@pytest.mark.parametrize(
    ("cost", "expected"),
    [
        pytest.param(Money(40_00, "USD"), "P1 4830.00 483.00", id="in the payment's currency, at its rate"),
        pytest.param(Money(3000_00, "RUB"), "P1 5050.00 505.00", id="in the program's own, as it is"),
    ],
)
def test_a_cost_is_converted_with_its_payment(cost: Money, expected: str) -> None:
    terms = programme(TERMS.replace('base = "gross"', 'base = "margin"'))
    payment = replace(usd("P1", 100, vat_rate=Fraction(0)), cost=cost)
    found, issues = look(replace(deal(), currency="USD"), [payment], terms, RATES)
    assert issues == []
    assert brief(price(found, terms)) == expected


def usd(ref: str, major: int, at: str = "2026-05-01 10:00", **other: Any) -> Payment:
    return replace(paid(ref, "0", at, **other), amount=Money(major * 100, "USD"))


def owed(product: str, *payments: Payment, amount: int | None = None) -> str:
    one = replace(deal(products=product), currency="USD", amount=Money(amount * 100, "USD") if amount else None)
    found, issues = look(one, payments, programme(TERMS), RATES)
    assert issues == []
    return brief(price(found, programme(TERMS)))


@pytest.mark.parametrize(
    ("product", "payments", "amount", "expected"),
    [
        pytest.param("licence", [usd("P1", 100)], None, "P1 8050.00 805.00", id="at the day's rate"),
        pytest.param("licence", [paid("P1", "100")], None, "P1 100.00 10.00", id="the program's own needs none"),
        pytest.param("service", [usd("P1", 100)], None, "P1 8050.00 810.00", id="and falls under bands in it"),
        pytest.param(
            "licence",
            [usd("P1", 100), usd("R1", 50, "2026-06-01", refund_of="main/P1")],
            None,
            "P1 8050.00 805.00, R1 -4025.00 -402.50",
            id="a refund takes back its part at the payment's rate",
        ),
        pytest.param("licence", [usd("P1", 100)], 50, "P1 4025.00 402.50", id="an overpayment is told in its own"),
        pytest.param("install", [usd("P1", 100)], 400, "P1 8050.00 250.00", id="so is the paid share of a fixed sum"),
    ],
)
def test_payments_in_another_currency(product: str, payments: list[Payment], amount: int | None, expected: str) -> None:
    assert owed(product, *payments, amount=amount) == expected


LATER = date(2026, 5, 12)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param("2026-05-02", "2026-05-01", id="a day off has the rate of the day before"),
        pytest.param("2026-05-11 23:59", "2026-05-01", id="until there is a later one"),
        pytest.param("2026-05-12", "2026-05-12", id="that of its own day comes first"),
        pytest.param("2026-05-26", "2026-05-12", id="14 days on"),
        pytest.param("2026-05-27", "", id="and no more"),
        pytest.param("2026-04-30 23:59", "", id="never the rate of a later day"),
    ],
)
def test_the_last_rate_up_to_the_day_counts(at: str, expected: str) -> None:
    rates = {**RATES, (LATER, "USD"): Rate(LATER, "USD", Decimal("82"))}
    found, issues = look(replace(deal(), currency="USD"), [usd("P1", 100, at)], programme(TERMS), rates)
    assert [one.fx[2] for one in found if one.fx] == ([expected] if expected else [])
    reason = "is in USD, and there is no rate of its day or the 14 days before: it waits until one is added"
    missing = Issue(RecordKind.PAYMENT, "main/P1", "RATE_MISSING", reason, "currency", "USD")
    assert issues == ([] if expected else [missing])


def test_without_convert_a_rule_with_sums_takes_its_own_currency_only() -> None:
    terms = programme(TERMS.replace("convert = true", ""))
    assert look(replace(deal(products="service"), currency="USD"), [usd("P1", 100)], terms, RATES) == ([], [])
    found, _ = look(replace(deal(), currency="USD"), [usd("P1", 100)], terms, RATES)
    assert [one.amount for one in price(found, terms)] == [Money(10_00, "USD")]


def test_the_line_keeps_the_rate() -> None:
    one = replace(deal(products="service"), currency="USD")
    found, _ = look(one, [usd("P1", 100)], programme(TERMS), RATES)
    (line,) = bucket_lines(found, {}, programme(TERMS), AS_OF).lines
    assert (line.fx_rate, line.fx_source, line.fx_date) == ("80.5", "bank", "2026-05-01")
    assert line.amount.currency == "RUB"
    assert decode(line.trace)[1] == ("converted", "80.5", "2026-05-01", "8050.00")
    found, _ = look(replace(one, products=("install",)), [usd("P1", 1)], programme(TERMS), RATES)
    accrual, cut = bucket_lines(found, {}, programme(TERMS), AS_OF).lines
    assert [(line.amount.text(), line.fx_rate) for line in (accrual, cut)] == [("1000.00", "80.5"), ("-959.75", "")]
