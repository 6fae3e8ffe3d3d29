"""Direct deals that go past a registration that ended not long before."""

from dataclasses import replace
from typing import Any

import pytest

from partnersync.domain.client import ClientKeys
from partnersync.domain.deal import DealState
from partnersync.domain.decided import Judged
from partnersync.domain.incident import IncidentKind
from partnersync.domain.registration import RegistrationState
from partnersync.rules.leaks import Leak, duplicated, leaks

WON, LOST = DealState.WON, DealState.LOST


@pytest.mark.parametrize(
    ("told", "found"),
    [
        pytest.param({"state": WON, "closed": "2026-03-17"}, ["won_after_expiry"], id="won the day after expiry"),
        pytest.param({"state": WON, "closed": "2026-04-15T23:59"}, ["won_after_expiry"], id="on the 30th day"),
        pytest.param({"state": WON, "closed": "2026-04-16"}, [], id="on the 31st"),
        pytest.param({"state": WON, "closed": "2026-03-16T23:59"}, [], id="on the last protected day"),
        pytest.param({"state": WON, "closed": "2026-03-20", "products": ("b",)}, [], id="another product"),
        pytest.param({"state": LOST, "closed": "2026-03-20"}, [], id="not won"),
        pytest.param({}, [], id="open"),
        pytest.param({"state": WON, "closed": "2026-05-02"}, [], id="later than now"),
    ],
)
def test_a_win_after_expiry(
    told: dict[str, Any], found: list[str], registration: Any, granted: Any, deal: Any, at: Any, program: Any
) -> None:
    claim = granted(registration(products=("a",)), as_of="2026-03-17")
    one = Judged(claim.registration, "c", True, 1, claim.verdict, claim.protection)
    one = replace(one, protection=replace(claim.protection, state=RegistrationState.EXPIRED, ends_at=at("2026-03-17")))
    direct = deal("crm/2", **({"created": "2026-01-20", "products": ("a",)} | told))
    leaked = list(leaks(one, [direct], program, at("2026-05-01")))
    assert [leak.kind.value for leak in leaked] == found
    assert (
        leaked == [Leak(IncidentKind.WON_AFTER_EXPIRY, "crm/2", one, direct.ended_at, "partner_id", "P1")][: len(found)]
    )
    other = deal("crm/3", "2026-01-20", products=("c",))
    assert list(leaks(one, [other, direct], program, at("2026-05-01"))) == leaked, "another deal hides none"


def test_a_win_counts_at_its_very_moment(registration: Any, granted: Any, deal: Any, at: Any, program: Any) -> None:
    claim = granted(registration(), as_of="2026-03-17")
    one = Judged(claim.registration, "c", True, 1, claim.verdict, claim.protection)
    one = replace(one, protection=replace(claim.protection, state=RegistrationState.EXPIRED, ends_at=at("2026-03-17")))
    won = deal("crm/2", "2026-01-20", state=WON, closed="2026-03-20T12:00")
    assert [leak.deal_ref for leak in leaks(one, [won], program, at("2026-03-20T12:00"))] == ["crm/2"]
    assert list(leaks(one, [won], program, at("2026-03-20T11:59"))) == []


@pytest.mark.parametrize(
    ("created", "products", "found"),
    [
        pytest.param("2026-02-01T13:00", ("a",), ["lost_then_new"], id="an hour after the loss"),
        pytest.param("2026-04-02T23:59", ("a",), ["lost_then_new"], id="on the 60th day"),
        pytest.param("2026-04-03", ("a",), [], id="on the 61st"),
        pytest.param("2026-02-01T11:00", ("a",), [], id="it was there before"),
        pytest.param("2026-02-01T12:00", ("a",), [], id="made at that very moment"),
        pytest.param("2026-02-02", ("b",), [], id="another product"),
    ],
)
def test_a_new_deal_after_a_loss(
    created: str,
    products: tuple[str, ...],
    found: list[str],
    registration: Any,
    granted: Any,
    deal: Any,
    at: Any,
    program: Any,
) -> None:
    lost = deal("crm/1", "2026-01-20", partner_id="P1", products=("a",), state=LOST, closed="2026-02-01T12:00")
    claim = granted(registration(products=("a",)), lost, as_of="2026-02-02")
    one = Judged(claim.registration, "c", True, 1, claim.verdict, claim.protection)
    assert one.state == "lost"
    new = deal("crm/2", created, products=products)
    expected = [Leak(IncidentKind.LOST_THEN_NEW, "crm/2", one, new.created_at, "partner_id", "P1")][: len(found)]
    assert list(leaks(one, [new], program, at("2026-05-01"))) == expected


@pytest.mark.parametrize(
    ("own", "told", "found"),
    [
        pytest.param("crm/c1", {}, [("crm/c1", "crm/c2")], id="another id of the client"),
        pytest.param("crm/c1", {"created": "2026-01-21"}, [("crm/c1", "crm/c2")], id="the day after the approval"),
        pytest.param("crm/c1", {"created": "2026-01-14"}, [], id="it was there before"),
        pytest.param("crm/c1", {"created": "2026-03-17"}, [], id="made when nothing protects any more"),
        pytest.param("crm/c1", {"created": "2026-03-16T23:59"}, [("crm/c1", "crm/c2")], id="on the last day"),
        pytest.param("crm/c1", {"client": ClientKeys(client_id="crm/c1")}, [], id="the same id"),
        pytest.param("crm/c1", {"client": ClientKeys(inn="7707083893")}, [], id="no id at all"),
        pytest.param(None, {}, [], id="nor has the registration's deal one"),
        pytest.param("crm/c1", {"ref": "erp/2"}, [], id="what another system calls it"),
        pytest.param("crm/c1", {"partner_id": "P1"}, [], id="the partner's own"),
        pytest.param("crm/c1", {"promo_code": "FIRST"}, [], id="it names somebody by a promo code"),
        pytest.param("crm/c1", {"products": ("b",)}, [], id="another product"),
        pytest.param(
            "crm/c1", {"state": WON, "closed": "2026-05-01"}, [("crm/c1", "crm/c2")], id="whatever became of it"
        ),
    ],
)
def test_a_company_that_is_there_twice(
    own: str | None, told: dict[str, Any], found: list[tuple[str, str]], registration: Any, granted: Any, deal: Any
) -> None:
    mine = deal("crm/1", "2026-01-20", partner_id="P1", products=("a",), client=ClientKeys(client_id=own))
    claim = granted(registration(products=("a",)), mine, as_of="2026-04-01")
    one = Judged(claim.registration, "c", True, 1, claim.verdict, claim.protection)
    direct = deal(**({"ref": "crm/2", "products": ("a",), "client": ClientKeys(client_id="crm/c2")} | told))
    leaked = list(duplicated(one, [mine, direct]))
    assert [(leak.expected, leak.seen) for leak in leaked] == found
    assert all((leak.deal_ref, leak.field) == ("crm/2", "client_id") for leak in leaked)


def test_without_a_deal_of_its_own_nothing_is_there_twice(registration: Any, granted: Any, deal: Any) -> None:
    claim = granted(registration())
    one = Judged(claim.registration, "c", True, 1, claim.verdict, claim.protection)
    assert list(duplicated(one, [deal("crm/2", client=ClientKeys(client_id="crm/c2"))])) == []


def test_what_still_protects_lets_nothing_past(
    registration: Any, granted: Any, deal: Any, at: Any, program: Any
) -> None:
    claim = granted(registration())
    one = Judged(claim.registration, "c", True, 1, claim.verdict, claim.protection)
    direct = deal("crm/2", "2026-01-20", state=WON, closed="2026-02-01")
    assert list(leaks(one, [direct], program, at("2026-05-01"))) == []
