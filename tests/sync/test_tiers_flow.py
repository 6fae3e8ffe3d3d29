"""Tiers through the whole flow: in whatever runs payments come, the sums are those of the tiers they end with."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnersync.domain.value import RecordKind

AS_OF = "2027-06-30T12:00:00+00:00"
PROGRAM: dict[str, Any] = {
    "effective_from": date(2026, 1, 1),
    "tiers": {"silver": "1000 RUB", "gold": "3000 RUB"},
    "registration": {"capacity_active": 1, "capacity_by_tier": {"silver": 2}},
    "commission": {
        "base": "gross",
        "rules": [
            {"name": "plain", "rate": "10%"},
            {"name": "silver", "rate": "15%", "when": {"partner_tiers": ["silver"]}},
            {
                "name": "gold",
                "when": {"partner_tiers": ["gold"]},
                "tiers": {
                    "mode": "retroactive",
                    "measure": "base_in_quarter",
                    "bands": [{"from": "0 RUB", "rate": "20%"}, {"from": "1000 RUB", "rate": "30%"}],
                },
            },
        ],
    },
}


def company_of(new_company: Callable[..., Any], **parents: str) -> Any:
    company = new_company(program=PROGRAM)
    names = ("P1", "P2", "P3")
    company.add("partner", *({"partner_id": one, "name": one, "parent_id": parents.get(one, "")} for one in names))
    return company


def sold(number: int, day: str, amount: str, partner: str = "P1") -> list[tuple[str, dict[str, str]]]:
    deal = {"deal_id": f"D{number}", "client_id": f"c{number}", "partner_id": partner, "state": "open"}
    paid = {"payment_id": f"M{number}", "deal_id": f"D{number}", "paid_at": day, "amount": amount}
    return [("deal", deal | {"created_at": "2026-01-01"}), ("payment", paid)]


def add(company: Any, *events: list[tuple[str, dict[str, str]]]) -> Any:
    for event in events:
        for kind, row in event:
            company.add(kind, row)
    company.sync(as_of=AS_OF)
    return company


def amounts(company: Any) -> dict[str, int]:
    return {deal: amount for (_, deal, _), amount in company.sums().items()}


EARLY, LATER = sold(1, "2026-02-01", "1000"), sold(2, "2026-05-01", "100")


@pytest.mark.parametrize("runs", [[[EARLY, LATER]], [[EARLY], [LATER]], [[LATER], [EARLY]]], ids=["one", "two", "late"])
def test_a_late_payment_changes_the_tier_of_a_later_quarter(new_company: Callable[..., Any], runs: Any) -> None:
    company = company_of(new_company)
    for events in runs:
        add(company, *events)
    assert amounts(company) == {"D1": 100_00, "D2": 15_00}
    assert company.sync(as_of=AS_OF).decided.cases == 0
    if len(runs) == 1:
        assert len(company.lines()) == 2, "nothing is booked that is wrong by the same run"


def test_a_tier_may_follow_from_a_tier(new_company: Callable[..., Any]) -> None:
    """Gold earns nothing here, so that a year later there is no base, and silver earns again."""
    program = PROGRAM | {"commission": {"base": "gross", "rules": [PROGRAM["commission"]["rules"][1]]}}
    program["tiers"] = {"silver": "0 RUB", "gold": "1000 RUB"}
    company = new_company(program=program)
    company.add("partner", {"partner_id": "P1", "name": "P1"})
    sales = [sold(1, "2026-02-01", "1000"), sold(2, "2026-05-01", "9000"), sold(3, "2027-04-01", "100")]
    add(company, sales[2], sales[1])
    assert amounts(company) == {"D2": 1350_00}
    add(company, sales[0])
    assert amounts(company) == {"D1": 150_00, "D3": 15_00}


def test_a_childs_deals_count_for_those_above_and_a_new_parent_moves_them(new_company: Callable[..., Any]) -> None:
    company = company_of(new_company, P2="P1")
    add(company, sold(1, "2026-02-01", "1000", "P2"), sold(2, "2026-05-01", "100"), sold(3, "2026-05-01", "100", "P3"))
    assert amounts(company) == {"D1": 100_00, "D2": 15_00, "D3": 10_00}
    company.systems["main"].rows[RecordKind.PARTNER][1]["parent_id"] = "P3"
    company.sync(as_of=AS_OF)
    assert amounts(company) == {"D1": 100_00, "D2": 10_00, "D3": 15_00}


def test_capacity_goes_by_the_tier_of_the_submission(new_company: Callable[..., Any]) -> None:
    company = company_of(new_company)
    claims = [("2026-03-10", "a"), ("2026-03-11", "b"), ("2026-04-10", "c"), ("2026-04-11", "d")]
    for number, (day, client) in enumerate(claims):
        claim = {"registration_id": f"R{number}", "partner_id": "P1", "kind": "lead", "submitted_at": f"{day}T10:00"}
        company.add("registration", claim | {"client_name": client, "client_domain": f"{client}.com"})
    company.sync(as_of="2026-04-20T00:00:00+00:00")
    told = [company.value("registration", f"R{number}", "ps_reason") for number in range(4)]
    assert told == ["OK", "CAPACITY", "CAPACITY", "CAPACITY"]
    for kind, row in EARLY:
        company.add(kind, row)
    company.sync(as_of="2026-04-20T00:00:00+00:00")
    told = [company.value("registration", f"R{number}", "ps_reason") for number in range(4)]
    assert told == ["OK", "CAPACITY", "OK", "CAPACITY"], "silver from April on: two at a time"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_in_whatever_runs_payments_come_the_sums_are_the_same(
    new_company: Callable[..., Any], data: st.DataObject
) -> None:
    events = [
        sold(
            number,
            f"2026-{data.draw(st.integers(1, 12)):02d}-10",
            data.draw(st.sampled_from(["100", "999.99", "1000", "2500"])),
            data.draw(st.sampled_from(["P1", "P1", "P2"])),
        )
        for number in range(data.draw(st.integers(2, 6)))
    ]
    whole = add(company_of(new_company, P2="P1"), *events)
    mixed = data.draw(st.permutations(events))
    first, second = sorted(data.draw(st.tuples(st.integers(0, len(mixed)), st.integers(0, len(mixed)))))
    spread = company_of(new_company, P2="P1")
    for part in (mixed[:first], mixed[first:second], mixed[second:]):
        add(spread, *part)
    assert spread.sums() == whole.sums()
    assert spread.sync(as_of=AS_OF).decided.lines == 0
    again = add(company_of(new_company, P2="P1"), *mixed)
    assert again.lines() == whole.lines()
