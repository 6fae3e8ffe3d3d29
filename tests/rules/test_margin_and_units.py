"""Margins as a base, and sums for each unit."""

from fractions import Fraction
from typing import Any

import pytest

from commission_world import brief, deal, look, owed, paid, programme, refund, rub
from partnersync.domain.deal import Payment
from partnersync.domain.trace import decode
from partnersync.domain.value import Money
from partnersync.problems import Refused
from partnersync.rules.commission import STEPS

MARGIN = """
effective_from = 2020-01-01
[commission]
base = "margin"
exclude_products = ["setup"]
[[commission.rules]]
name = "tenth"
rate = "10%"
"""
UNITS = """
effective_from = 2020-01-01
[commission]
base = "gross"
[[commission.rules]]
name = "seats"
per_unit = "3.33 RUB"
"""


@pytest.mark.parametrize(
    ("amount", "payments", "expected"),
    [
        pytest.param("", [paid("P1", "122", cost=rub("40"))], "P1 60.00 6.00", id="net of VAT, less the cost"),
        pytest.param("", [paid("P1", "122", cost=rub("0"))], "P1 100.00 10.00", id="a cost of 0 is a cost"),
        pytest.param("", [paid("P1", "122", cost=rub("100.01"))], "P1 0.00 0.00", id="a loss is no negative base"),
        pytest.param("61", [paid("P1", "122", cost=rub("40"))], "P1 30.00 3.00", id="of an overpayment its part"),
        pytest.param(
            "",
            [paid("P1", "122", cost=rub("40")), refund("R1", "61", "P1")],
            "P1 60.00 6.00, R1 -30.00 -3.00",
            id="a refund takes back its part of the margin",
        ),
        pytest.param("", [paid("P1", "122", product="setup")], "P1 0.00 0.00", id="what is out of scope needs no cost"),
    ],
)
def test_margins(amount: str, payments: list[Payment], expected: str) -> None:
    assert brief(owed(deal(amount), payments, programme(MARGIN))) == expected


def test_what_is_out_of_scope_is_worth_nothing_however_many_there_are() -> None:
    terms = programme(UNITS.replace("[commission]", '[commission]\nexclude_products = ["setup"]'))
    one = deal()
    for payment in (paid("P1", "100", product="setup", quantity=Fraction(3)), paid("P1", "100", product="setup")):
        (line,) = owed(one, [payment], terms)
        assert (line.amount, line.earning.fixed) == (rub("0"), rub("0"))
        assert ("units", "0") in decode(line.trace)


@pytest.mark.parametrize(
    ("amount", "payments", "expected"),
    [
        pytest.param("", [paid("P1", "100", quantity=Fraction(3))], "P1 100.00 9.99", id="three"),
        pytest.param("", [paid("P1", "100", quantity=Fraction(1, 2))], "P1 100.00 1.67", id="half a unit, half up"),
        pytest.param("", [paid("P1", "100", quantity=Fraction(0))], "P1 100.00 0.00", id="none"),
        pytest.param("", [paid("P1", "0", quantity=Fraction(3))], "P1 0.00 9.99", id="three that were free"),
        pytest.param("50", [paid("P1", "100", quantity=Fraction(4))], "P1 50.00 6.66", id="of an overpayment its part"),
        pytest.param(
            "",
            [paid("P1", "100", quantity=Fraction(3)), refund("R1", "50", "P1"), refund("R2", "50", "P1")],
            "P1 100.00 9.99, R1 -50.00 -5.00, R2 -50.00 -4.99",
            id="refunds sum to the accrual",
        ),
    ],
)
def test_sums_for_each_unit(amount: str, payments: list[Payment], expected: str) -> None:
    assert brief(owed(deal(amount), payments, programme(UNITS))) == expected


NO_COST = "COST_MISSING cost: has no cost in its currency, which its base is less: it waits until one is given"
NO_QUANTITY = 'QUANTITY_MISSING quantity: has no quantity, which rule "seats" pays for: it waits until one is given'


@pytest.mark.parametrize(
    ("terms", "told", "code"),
    [
        pytest.param(MARGIN, {}, NO_COST, id="no cost"),
        pytest.param(MARGIN, {"cost": Money(1, "USD")}, NO_COST, id="a cost in another currency"),
        pytest.param(UNITS, {}, NO_QUANTITY, id="no quantity"),
    ],
)
def test_a_payment_without_what_its_terms_ask_for_waits(terms: str, told: dict[str, Any], code: str) -> None:
    found, issues = look(deal(), [paid("P1", "100", **told)], programme(terms))
    assert found == []
    assert [f"{one.code} {one.column}: {one.reason}" for one in issues] == [code]


def test_the_trace_tells_cost_and_units() -> None:
    (first,) = owed(deal(), [paid("P1", "122", cost=rub("40"))], programme(MARGIN))
    assert decode(first.trace)[:4] == (("sum", "122.00"), ("vat", "22%", "22.00"), ("cost", "40.00"), ("base", "60.00"))
    (second,) = owed(deal(), [paid("P1", "100", quantity=Fraction(5, 2))], programme(UNITS))
    assert ("units", "2.5") in decode(second.trace)
    (third,) = owed(deal(), [paid("P1", "100", quantity=Fraction(1, 3))], programme(UNITS))
    assert ("units", "1/3") in decode(third.trace)
    assert all(len(step) == 1 + len(STEPS[step[0]]) for one in (first, second) for step in decode(one.trace))


@pytest.mark.parametrize("terms", [MARGIN, UNITS], ids=["a margin", "a sum per unit"])
def test_wins_have_neither_cost_nor_quantity(terms: str) -> None:
    with pytest.raises(Refused, match="needs payments"):
        programme(terms.replace("[commission]", '[commission]\ntrigger = "won"'))
