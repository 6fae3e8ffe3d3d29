"""A rule that a person named for a deal prices all of its events, whatever it asks for."""

from dataclasses import replace

import pytest

from commission_world import POLICY, RULES, brief, deal, look, moscow, paid, programme, rub
from partnersync.domain.attribution import RuleOverride
from partnersync.domain.deal import Payment
from partnersync.domain.issue import Issue
from partnersync.domain.trace import decode
from partnersync.domain.value import Money, RecordKind
from partnersync.rules.pricing import price

LATER = RULES.replace("2020-01-01", "2026-06-01").replace('name = "tenth"', 'name = "a tenth"')
ROLES = """
[[commission.rules]]
name = "roles"
when = { products = ["roles"] }
rate = "15%"
split = { sourced = "2/3", implementation = "1/3" }
"""


def named(rule: str) -> RuleOverride:
    return RuleOverride(rule, "boss", "agreed", moscow("2026-06-15"))


@pytest.mark.parametrize(
    ("rule", "products", "payments", "expected"),
    [
        pytest.param("tenth", "licence", [paid("P1", "122")], "P1 100.00 10.00", id="though it is for another product"),
        pytest.param("services", "licence", [paid("P1", "122")], "P1 100.00 10.00", id="by its bands"),
        pytest.param(
            "install", "licence", [paid("P1", "122")], "P1 100.00 1000.00, P1 cap max_total -950.00", id="a fixed sum"
        ),
        pytest.param("tenth", "x", [paid("P1", "122")], "P1 100.00 10.00", id="where no rule takes the product"),
        pytest.param(
            "tenth", "licence service", [paid("P1", "122")], "P1 100.00 10.00", id="the product need not be told then"
        ),
        pytest.param("tenth", "setup", [paid("P1", "122")], "P1 0.00 0.00", id="but what is out of scope stays so"),
    ],
)
def test_the_named_rule_prices_the_deal(rule: str, products: str, payments: list[Payment], expected: str) -> None:
    found, issues = look(deal(products=products), payments, POLICY, named=named(rule))
    assert issues == []
    assert brief(price(found, POLICY)) == expected
    assert all(("named", "boss", "2026-06-15") in decode(one.trace) for one in found)


def test_a_version_without_the_rule_chooses_by_itself_and_says_so() -> None:
    terms = programme(RULES, LATER)
    payments = [paid("P1", "122", "2026-05-01"), paid("P2", "122", "2026-07-01"), paid("P3", "122", "2026-07-02")]
    found, issues = look(deal(), payments, terms, named=named("tenth"))
    assert brief(price(found, terms)) == "P1 100.00 10.00, P2 100.00 50.00, P3 100.00 50.00"
    reason = (
        "is to be priced by a rule that program 2026-06-01 does not have for RUB, whose own choice counts: "
        "add the rule to it, or `override` the deal anew"
    )
    assert issues == [Issue(RecordKind.DEAL, "main/D1", "RULE_UNKNOWN", reason, "", "tenth")]


def test_a_rule_with_sums_takes_its_own_currency_only() -> None:
    payment = replace(paid("P1", "0"), amount=Money(122_00, "USD"))
    found, issues = look(replace(deal(), currency="USD"), [payment], POLICY, named=named("install"))
    assert [one.rule for one in found] == ["licence"]
    assert [one.code for one in issues] == ["RULE_UNKNOWN"]


def test_roles_get_their_own_rates_by_a_split() -> None:
    terms = programme(RULES + ROLES)
    one = replace(deal(products="roles"), roles=(("B2", "sourced"), ("C3", "implementation")))
    found, _ = look(one, [paid("P1", "122")], terms)
    owed = [(owed.earning.payee_id, owed.amount) for owed in price(found, terms)]
    assert owed == [("B2", rub("10")), ("C3", rub("5"))]
