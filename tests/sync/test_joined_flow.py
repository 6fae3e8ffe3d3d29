"""Two clients turn out to be one, and two partners have registered it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from partnersync.domain.ruling import Ruling, RulingKind
from partnersync.errors import PartnersyncError
from partnersync.sync import rulings

CLAIM = {"kind": "lead", "client_name": "Клевер"}
FIRST = CLAIM | {
    "registration_id": "R1",
    "partner_id": "P1",
    "client_domain": "klever.ru",
    "submitted_at": "2026-03-02T10:00",
}
SECOND = CLAIM | {
    "registration_id": "R2",
    "partner_id": "P2",
    "client_name": "Одуванчик",
    "client_domain": "oduvanchik.ru",
    "submitted_at": "2026-03-03T12:00",
}
OWN = {"deal_id": "D2", "client_domain": "oduvanchik.ru", "partner_id": "P2", "products": "licence", "state": "won"} | {
    "created_at": "2026-03-04",
    "closed_at": "",
    "amount": "1000",
}
BRIDGE = {"deal_id": "D9", "client_domain": "klever.ru", "client_email": "a@oduvanchik.ru", "state": "open"}
LINK = BRIDGE | {"created_at": "2026-03-06", "partner_id": "P1"}


@pytest.fixture
def joined(company: Any) -> Any:
    """R1 and R2 were approved for two clients; a deal that names both websites joined them."""
    company.add("partner", {"partner_id": "P1", "name": "First"}, {"partner_id": "P2", "name": "Second"})
    company.add("registration", FIRST, SECOND)
    company.add("deal", OWN | {"state": "open"})
    company.add("payment", {"payment_id": "M1", "deal_id": "D2", "paid_at": "2026-03-05", "amount": "1000"})
    company.sync(as_of="2026-03-05T12:00:00+00:00")
    assert [company.value("registration", name, "ps_status") for name in ("R1", "R2")] == ["approved", "active"]
    company.add("deal", LINK)
    company.sync(as_of="2026-03-07T00:00:00+00:00")
    return company


def _stands(company: Any, name: str) -> tuple[str, str]:
    return company.value("registration", name, "ps_status"), company.value("registration", name, "ps_reason")


def test_the_earlier_stays_and_the_later_is_disputed(joined: Any) -> None:
    assert _stands(joined, "R1") == ("active", "OK")
    assert _stands(joined, "R2") == ("disputed", "CLIENT_JOINED")
    assert [(kind, status) for kind, _, status in joined.incidents()] == [("company_duplicated", "open")]
    assert [row[2:4] for row in joined.systems["main"].tables["incidents"]] == [("main/D2", "R2")]


def test_deals_keep_their_partner_and_the_later_ones_lines_wait(joined: Any) -> None:
    assert joined.value("deal", "D2", "ps_partner_id") == "P2"
    assert joined.value("deal", "D2", "ps_commission_status") == "on_hold"


def test_the_incident_is_over_when_the_dispute_is(joined: Any) -> None:
    joined.sync(as_of="2026-05-02T12:00:00+00:00")
    assert _stands(joined, "R1") == ("expired", "OK")
    assert _stands(joined, "R2") == ("active", "OK")
    assert [(kind, status) for kind, _, status in joined.incidents()] == [("company_duplicated", "resolved")]
    assert joined.value("deal", "D2", "ps_commission_status") == "in_statement"


def test_a_disputed_one_stands_in_the_way_of_an_approval(company: Any) -> None:
    company.add("partner", *({"partner_id": one, "name": one} for one in ("P1", "P2", "P3")))
    company.add("registration", FIRST | {"products": "licence"}, SECOND | {"products": "licence|service"})
    company.sync(as_of="2026-03-05T12:00:00+00:00")
    third = {"registration_id": "R3", "partner_id": "P3", "products": "service", "submitted_at": "2026-03-08T12:00"}
    company.add("deal", LINK)
    company.add("registration", FIRST | third)
    company.sync(as_of="2026-03-09T00:00:00+00:00")
    assert (_stands(company, "R2"), _stands(company, "R3")[0]) == (("disputed", "CLIENT_JOINED"), "rejected")
    at = datetime(2026, 3, 10, tzinfo=UTC)
    [program] = company.engine().programme.versions
    with (
        company.store.write() as tx,
        pytest.raises(PartnersyncError, match="registration R2 of partner P2 protects this client"),
    ):
        rulings.decide(tx, Ruling("R3", RulingKind.APPROVE, "u1", "because", at), program, at)


def test_both_bar_others(joined: Any) -> None:
    third = {"registration_id": "R3", "partner_id": "P3", "submitted_at": "2026-03-08T12:00"}
    joined.add("partner", {"partner_id": "P3", "name": "Third"})
    joined.add("registration", SECOND | third)
    joined.sync(as_of="2026-03-09T00:00:00+00:00")
    assert _stands(joined, "R3") == ("rejected", "ALREADY_PROTECTED")


def test_a_second_run_finds_nothing_new(joined: Any) -> None:
    writes = joined.systems["main"].writes
    joined.sync(as_of="2026-03-07T00:00:00+00:00")
    assert joined.systems["main"].writes == writes
    assert len(joined.incidents()) == 1
