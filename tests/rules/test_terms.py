"""What a commission rule asks of its program: the sums in it and where they stand, its rates, its currency."""

from datetime import date
from typing import Any

import pytest

from commission_world import rub
from partnersync.domain.value import Money
from partnersync.rules.program import read_program
from partnersync.rules.terms import CommissionRule


def rule(**told: Any) -> CommissionRule:
    commission = {"rules": [{"name": "one", **told}]}
    return read_program({"effective_from": date(2026, 1, 1), "commission": commission}).commission.rules[0]


BANDS = [{"from": "0 RUB", "to": "500 RUB", "rate": "10%"}, {"from": "500 RUB", "rate": "20%"}]


@pytest.mark.parametrize(
    ("told", "sums"),
    [
        pytest.param({"rate": "10%"}, [], id="a rate"),
        pytest.param({"fixed": "7 RUB"}, [(("fixed",), rub("7"))], id="a fixed sum"),
        pytest.param({"per_unit": "3 RUB"}, [(("per_unit",), rub("3"))], id="a sum for each unit"),
        pytest.param(
            {"rate": "10%", "cap": {"per": "deal", "amount": "9 RUB"}}, [(("cap", "amount"), rub("9"))], id="a cap"
        ),
        pytest.param(
            {"tiers": {"measure": "base_in_year", "bands": BANDS}},
            [
                (("tiers", "bands", 0, "from"), rub("0")),
                (("tiers", "bands", 0, "to"), rub("500")),
                (("tiers", "bands", 1, "from"), rub("500")),
            ],
            id="bounds of bands",
        ),
    ],
)
def test_sums_and_where_they_stand(told: dict[str, Any], sums: list[tuple[tuple[str | int, ...], Money]]) -> None:
    one = rule(**told)
    assert list(one.sums()) == sums
    assert one.currency == ("RUB" if sums else None)
