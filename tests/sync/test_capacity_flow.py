"""R4 over all clients of a partner, whatever arrived in which run."""

from datetime import date
from typing import Any

import pytest

AS_OF = "2026-03-10T00:00:00+00:00"


def _claim(number: int, submitted: str, **told: str) -> dict[str, str]:
    return {
        "registration_id": f"R{number}",
        "partner_id": "P1",
        "kind": "lead",
        "client_name": f"Client {number}",
        "client_domain": f"client{number}.com",
        "submitted_at": submitted,
    } | told


def _company(new_company: Any, tier: str = "", **registration: Any) -> Any:
    company = new_company(program={"effective_from": date(2026, 1, 1), "registration": registration})
    company.add("partner", {"partner_id": "P1", "name": "First", "tier": tier}, {"partner_id": "P2", "name": "Second"})
    return company


def _told(company: Any) -> str:
    rows = sorted(company.systems["main"].rows["registration"], key=lambda row: row["registration_id"])
    return " ".join(company.value("registration", row["registration_id"], "ps_reason") for row in rows)


@pytest.mark.parametrize(
    ("registration", "tier", "expected"),
    [
        pytest.param({"capacity_active": 2}, "", "OK OK CAPACITY CAPACITY", id="as many as may live"),
        pytest.param({"capacity_active": 4}, "", "OK OK OK OK", id="just as many"),
        pytest.param(
            {"capacity_active": 2, "capacity_by_tier": {"gold": 3}}, "gold", "OK OK OK CAPACITY", id="by tier"
        ),
        pytest.param(
            {"capacity_active": 2, "capacity_by_tier": {"gold": 3}}, "", "OK OK CAPACITY CAPACITY", id="no tier"
        ),
        pytest.param({"capacity_per_day": 3}, "", "OK OK OK CAPACITY", id="a day"),
    ],
)
@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0]], ids=["in order", "the last one first"])
@pytest.mark.parametrize("runs", [1, 4])
def test_capacity(
    new_company: Any, registration: dict[str, Any], tier: str, expected: str, order: list[int], runs: int
) -> None:
    company = _company(new_company, tier, **registration)
    claims = [_claim(number, f"2026-03-02T1{number}:00") for number in range(4)]
    for place, number in enumerate(order):
        company.add("registration", claims[number])
        if runs == 4 or place == 3:
            company.sync(as_of=AS_OF)
    assert _told(company) == expected


def test_what_ended_or_was_refused_does_not_count(new_company: Any) -> None:
    company = _company(new_company, capacity_active=1)
    company.add("registration", _claim(0, "2026-01-02T10:00", client_name=""), _claim(1, "2026-01-03T10:00"))
    company.add("registration", _claim(2, "2026-01-04T10:00"), _claim(3, "2026-03-08T10:00"))
    company.sync(as_of=AS_OF)
    assert _told(company) == "DATA_MISSING OK CAPACITY OK"


def test_a_client_who_was_refused_by_capacity_is_free_for_others(new_company: Any) -> None:
    company = _company(new_company, capacity_active=1)
    rival = _claim(2, "2026-03-04T10:00", partner_id="P2", client_domain="client1.com", client_name="Client 1")
    company.add("registration", _claim(0, "2026-03-01T10:00"), _claim(1, "2026-03-02T10:00"), rival)
    company.sync(as_of=AS_OF)
    assert _told(company) == "OK CAPACITY OK"
