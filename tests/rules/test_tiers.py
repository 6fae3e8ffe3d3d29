"""Which tier a partner has reached when: by the base of the twelve months before the quarter."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from commission_world import brief, deal, look, moscow, paid, programme, refund, rub
from partnersync.domain.partner import Partner
from partnersync.domain.trace import decode
from partnersync.domain.value import Money
from partnersync.rules.pricing import price
from partnersync.rules.program import read_program
from partnersync.rules.tiers import NO_TIERS, Tiers, above, brought, regrouped, rolled_up

SILVER_AND_GOLD = {"silver": "1000 RUB", "gold": "5000 RUB"}
WITHOUT = read_program({"effective_from": date(2020, 1, 1)})


def tier(bases: dict[str, str], at: str, **tiers: str) -> str:
    """The tier at a moment in Moscow, by base of each month."""
    program = read_program({"effective_from": date(2020, 1, 1), "tiers": tiers or SILVER_AND_GOLD})
    known = Tiers({"A7": {month: rub(base).minor for month, base in bases.items()}})
    return known.of(Partner("A7", "Seventh", tier="told"), program, moscow(at))


@pytest.mark.parametrize(
    ("bases", "at", "expected"),
    [
        pytest.param({}, "2026-05-01", "", id="the entry tier has no conditions"),
        pytest.param({"2026-03": "999.99"}, "2026-05-01", "", id="a kopeck less"),
        pytest.param({"2026-03": "1000"}, "2026-05-01", "silver", id="just reached"),
        pytest.param({"2026-01": "400", "2026-03": "600"}, "2026-05-01", "silver", id="over the months"),
        pytest.param({"2026-03": "5000"}, "2026-05-01", "gold", id="the highest that is reached"),
        pytest.param({"2026-04": "5000"}, "2026-06-30 23:59", "", id="the quarter itself counts from the next on"),
        pytest.param({"2026-04": "5000"}, "2026-07-01", "gold", id="which begins at midnight in the program's zone"),
        pytest.param({"2026-03": "5000"}, "2026-03-31 23:59", "", id="a minute before the quarter's start"),
        pytest.param({"2025-04": "5000"}, "2026-06-30", "gold", id="the twelfth month before"),
        pytest.param({"2025-03": "5000"}, "2026-04-01", "", id="not the thirteenth"),
        pytest.param({"2025-03": "5000"}, "2026-03-31", "gold", id="though it was counted a quarter ago"),
        pytest.param({"2025-12": "5000"}, "2026-01-01", "gold", id="over the turn of the year"),
        pytest.param({"2026-03": "5000", "2026-02": "-4000.01"}, "2026-05-01", "", id="less what was given back"),
    ],
)
def test_the_twelve_months_before_the_quarter_count(bases: dict[str, str], at: str, expected: str) -> None:
    assert tier(bases, at) == expected


def test_an_entry_tier_with_a_name_is_everyones() -> None:
    assert tier({}, "2026-05-01", bronze="0 RUB", silver="1 RUB") == "bronze"
    assert tier({"2026-03": "-5"}, "2026-05-01", bronze="0 RUB", silver="1 RUB") == "bronze"
    assert tier({}, "2026-05-01", bronze="0 RUB", silver="0.01 RUB") == "bronze"


def test_while_the_program_names_no_tiers_the_partners_own_counts() -> None:
    bases = Tiers({"A7": {"2026-03": 5000_00}})
    assert bases.of(Partner("A7", "Seventh", tier="told"), WITHOUT, moscow("2026-05-01")) == "told"
    assert NO_TIERS.of(Partner("A7", "Seventh"), WITHOUT, moscow("2026-05-01")) == ""


TREE = {"top": None, "A7": "top", "B2": "A7", "C3": "A7"}


def test_a_childs_deals_roll_up_once_to_everyone_above() -> None:
    own = {"A7": {"2026-01": 1}, "B2": {"2026-01": 10, "2026-02": 20}, "C3": {"2026-02": 300}}
    assert rolled_up(own, TREE) == {
        "top": {"2026-01": 11, "2026-02": 320},
        "A7": {"2026-01": 11, "2026-02": 320},
        "B2": {"2026-01": 10, "2026-02": 20},
        "C3": {"2026-02": 300},
    }
    assert above("B2", TREE) == ["A7", "top"]


def test_who_moves_in_the_tree_moves_those_above_before_and_after() -> None:
    assert regrouped(TREE, TREE) == set()
    assert regrouped(TREE, TREE | {"B2": "top"}) == {"A7", "top"}
    assert regrouped(TREE, TREE | {"A7": None}) == {"top"}
    assert regrouped(TREE, {"top": None, "C3": "top"}) == {"A7", "top"}
    assert regrouped(TREE, TREE | {"D4": "C3"}) == {"C3", "A7", "top"}, "who came"


RULES = """
effective_from = 2020-01-01
tiers = { silver = "1000 RUB" }
[commission]
base = "gross"
exclude_products = ["setup"]
[[commission.rules]]
name = "plain"
rate = "10%"
[[commission.rules]]
name = "silver"
when = { partner_tiers = ["silver"] }
rate = "15%"
"""
TERMS = programme(RULES)


def test_what_events_bring_counts_in_their_months() -> None:
    one = replace(deal("1000", "licence setup"), roles=(("B2", "sourced"),))
    payments = [
        paid("P1", "600", "2026-01-31 23:59", product="licence"),
        paid("P2", "600", "2026-02-01", product="licence"),
        paid("P3", "100", "2026-02-01", product="setup"),
        refund("R1", "100", "P1", "2026-03-05"),
    ]
    found, _ = look(one, payments, TERMS)
    assert brought(found, TERMS) == {("A7", "2026-01"): 600_00, ("A7", "2026-02"): 500_00, ("A7", "2026-03"): -100_00}
    two, _ = look(deal(), [paid("P1", "600", "2026-01-05"), paid("P2", "50", "2026-01-06")], TERMS)
    assert brought(two, TERMS) == {("A7", "2026-01"): 650_00}
    dollars = [replace(paid("P1", "0"), amount=Money(100_00, "USD"))]
    elsewhere, _ = look(replace(deal(), currency="USD"), dollars, TERMS)
    assert brought(elsewhere, TERMS) == {}, "in another currency"


@pytest.mark.parametrize(
    ("bases", "expected"),
    [
        pytest.param({}, "P1 100.00 10.00, P2 100.00 10.00", id="none yet"),
        pytest.param({"2026-03": 1000_00}, "P1 100.00 10.00, P2 100.00 15.00", id="from the quarter on"),
        pytest.param({"2025-12": 1000_00}, "P1 100.00 15.00, P2 100.00 15.00", id="in both quarters"),
    ],
)
def test_an_event_keeps_the_tier_of_its_time(bases: dict[str, int], expected: str) -> None:
    payments = [paid("P1", "100", "2026-03-31"), paid("P2", "100", "2026-04-01")]
    found, _ = look(deal(), payments, TERMS, tiers=Tiers({"A7": bases}))
    assert brief(price(found, TERMS)) == expected


def test_a_refund_goes_by_the_tier_of_its_payment_and_the_trace_tells_it() -> None:
    payments = [paid("P1", "100", "2026-04-01"), refund("R1", "100", "P1", "2027-12-01")]
    found, _ = look(deal(), payments, TERMS, tiers=Tiers({"A7": {"2026-03": 1000_00}}))
    assert [one.amount.text() for one in price(found, TERMS)] == ["15.00", "-15.00"]
    assert ("tier", "silver", "2026Q2", "1000.00") in decode(found[0].trace)
    plain, _ = look(deal(), payments, TERMS)
    assert [step[0] for step in decode(plain[0].trace)] == ["sum", "gross", "base", "rule", "hold"]


def test_whose_tier_moves_is_told_by_every_version() -> None:
    before, after = Tiers({"A": {"2026-01": 999_00}, "B": {}}), Tiers({"A": {"2026-01": 1000_00}, "B": {"2026-01": 1}})
    assert before.moved(after, ["A", "B", "X"], TERMS) == ["A"]
    assert after.moved(before, ["A", "B", "X"], TERMS) == ["A"]
    shifted: Any = Tiers({"A": {"2026-04": 1000_00}})
    assert after.moved(shifted, ["A"], TERMS) == ["A"], "another quarter"
    assert after.moved(Tiers({"A": {"2026-02": 1000_00}}), ["A"], TERMS) == [], "the same quarters"
