"""A direct win after expiry goes to review: an incident on the deal and a task, once."""

from typing import Any

import pytest

PARTNER = {"partner_id": "P1", "name": "First", "manager": "u1"}
CLAIM = {
    "registration_id": "R1",
    "partner_id": "P1",
    "kind": "lead",
    "client_name": "Acme",
    "client_domain": "acme.ru",
    "products": "a",
    "submitted_at": "2026-01-10T12:00",
}
DEALS = [
    {"deal_id": "D1", "client_domain": "acme.ru", "products": "a", "state": "open", "created_at": "2026-01-12"},
    {"deal_id": "D2", "client_domain": "acme.ru", "products": "a", "state": "won", "created_at": "2026-03-15"},
]


@pytest.mark.parametrize(
    ("closed", "owner", "found"),
    [
        pytest.param("2026-03-20", "", [("won_after_expiry", "open")], id="a direct win"),
        pytest.param("2026-05-20", "", [], id="too late"),
        pytest.param("2026-03-20", "P1", [], id="the partner's own"),
    ],
)
def test_a_win_after_expiry_goes_to_review(company: Any, closed: str, owner: str, found: list[tuple[str, str]]) -> None:
    company.add("partner", PARTNER)
    company.add("registration", CLAIM)
    company.add("deal", DEALS[0], DEALS[1] | {"closed_at": closed, "partner_id": owner})
    for _ in range(2):
        company.sync(as_of="2026-06-01T12:00:00+00:00")
    assert [(kind, status) for kind, _, status in company.incidents()] == found
    assert company.value("deal", "D2", "ps_incident") == ("won_after_expiry" if found else "")
