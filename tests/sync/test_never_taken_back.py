"""What happens to records and partners takes back nothing that was earned."""

from collections.abc import Callable
from typing import Any

import pytest

PARTNERS = [{"partner_id": "P1", "name": "First", "status": "active"}, {"partner_id": "P2", "name": "Second"}]
DEAL = {
    "deal_id": "D1",
    "client_id": "c1",
    "partner_id": "P1",
    "products": "licence",
    "state": "open",
    "created_at": "2026-05-01",
}
PAYMENT = {"payment_id": "M1", "deal_id": "D1", "paid_at": "2026-05-20", "amount": "1220"}


def edited(kind: str, **cells: str) -> Callable[[Any], None]:
    def spoil(company: Any) -> None:
        company.systems["main"].rows[kind][0] |= cells

    return spoil


def deleted(kind: str) -> Callable[[Any], None]:
    def spoil(company: Any) -> None:
        del company.systems["main"].rows[kind][0]

    return spoil


def merged(company: Any) -> None:
    company.add("deal", DEAL | {"deal_id": "D2", "products": "service"})
    edited("deal", merged_into="D2")(company)


@pytest.mark.parametrize(
    "happen",
    [
        pytest.param(deleted("deal"), id="a deal is deleted"),
        pytest.param(deleted("payment"), id="a payment is deleted"),
        pytest.param(merged, id="a deal is merged into another one"),
        pytest.param(edited("deal", state="Sold"), id="a state is no longer mapped"),
        pytest.param(edited("partner", status="left"), id="the partner leaves"),
        pytest.param(edited("partner", status="paused"), id="the partner pauses"),
        pytest.param(deleted("partner"), id="the partner's row is deleted"),
    ],
)
def test_nothing_earned_is_taken_back(new_company: Any, happen: Callable[[Any], None]) -> None:
    company = new_company()
    company.add("partner", *PARTNERS)
    company.add("deal", DEAL)
    company.add("payment", PAYMENT)
    company.sync(as_of="2026-05-25T12:00:00+03:00")
    earned = {("P1", "D1", "2026-05"): 500_00}
    assert company.sums() == earned
    happen(company)
    company.sync(as_of="2026-05-26T12:00:00+03:00")
    assert company.sums() == earned
    assert len(company.lines()) == 1
