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


TWICE = {"client_domain": "acme.ru", "products": "a", "state": "open", "amount": "1000"}


def test_a_direct_deal_under_another_id_of_a_protected_client(company: Any) -> None:
    company.add("partner", PARTNER)
    company.add("registration", CLAIM)
    company.add("deal", TWICE | {"deal_id": "D1", "client_id": "c1", "created_at": "2026-01-12", "partner_id": "P1"})
    company.add("deal", TWICE | {"deal_id": "D2", "client_id": "c2", "created_at": "2026-01-20"})
    company.add("deal", TWICE | {"deal_id": "D3", "client_id": "c1", "created_at": "2026-01-21"})
    for as_of in ("2026-01-25", "2026-01-26", "2026-06-01"):
        company.sync(as_of=f"{as_of}T12:00:00+00:00")
        [row] = company.systems["main"].tables["incidents"]
        assert row[1:4] == ("company_duplicated", "main/D2", "R1")
        assert row[6:8] == ("main/c1", "main/c2")
        assert [company.value("deal", name, "ps_incident") for name in ("D1", "D2", "D3")] == [
            "",
            "company_duplicated",
            "",
        ]
