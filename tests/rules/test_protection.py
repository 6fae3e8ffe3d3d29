"""From when until when a granted registration protects, and how it stands."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, timedelta
from typing import Any

import pytest

from partnersync.domain.deal import DealState
from partnersync.domain.registration import Protection, RegistrationKind, RegistrationState, Verdict, VerdictCode
from partnersync.rules.protection import protect
from partnersync.rules.upkeep import Upkeep

S = RegistrationState


@pytest.mark.parametrize(
    ("kind", "until"),
    [
        pytest.param(RegistrationKind.SALE, date(2026, 4, 15), id="90 days"),
        pytest.param(RegistrationKind.PROJECT, date(2026, 7, 14), id="a project 180"),
        pytest.param(RegistrationKind.LEAD, date(2026, 3, 16), id="a lead 60"),
    ],
)
def test_the_last_protected_day(kind: RegistrationKind, until: date, registration: Any, granted: Any) -> None:
    assert granted(registration(kind=kind)).protection.until == until


def test_protection_lasts_to_the_last_second_of_its_last_day(
    registration: Any, granted: Any, deal: Any, at: Any
) -> None:
    own = deal(partner_id="P1", created="2026-02-01")
    given = granted(registration(kind=RegistrationKind.SALE), own, as_of="2026-04-15T23:59:59").protection
    assert given.state is S.ACTIVE
    assert given.covers(at("2026-01-15T12:00"))
    assert not given.covers(at("2026-01-15T11:59:59"))
    assert given.covers(at("2026-04-15T23:59:59"))
    assert not given.covers(at("2026-04-16T00:00"))
    assert given.next_look_at == at("2026-04-16T00:00")
    later = granted(registration(kind=RegistrationKind.SALE), own, as_of="2026-04-16").protection
    assert (later.state, later.next_look_at) == (S.EXPIRED, None)


@pytest.mark.parametrize(
    ("as_of", "state", "code"),
    [
        pytest.param("2026-03-16T23:59", S.APPROVED, "", id="the 60th day still waits for a deal"),
        pytest.param("2026-03-17T00:00", S.RELEASED, "NO_DEAL", id="the day after it is released"),
    ],
)
def test_without_a_deal_it_is_released(as_of: str, state: S, code: str, registration: Any, granted: Any) -> None:
    given = granted(registration(kind=RegistrationKind.SALE), as_of=as_of).protection
    assert (given.state, given.code) == (state, code)


@pytest.mark.parametrize(
    ("told", "as_of", "day"),
    [
        pytest.param(None, "2026-03-01", date(2026, 4, 15), id="while it protects, the day that is planned"),
        pytest.param(None, "2026-03-18", date(2026, 3, 16), id="released for want of a deal, the day before"),
        pytest.param(
            {"state": DealState.LOST, "closed": "2026-02-20T15:00"}, "2026-03-01", date(2026, 2, 20), id="lost"
        ),
        pytest.param({"state": DealState.WON, "closed": "2026-02-19T21:00"}, "2026-03-01", date(2026, 2, 19), id="won"),
        pytest.param({}, "2026-04-16", date(2026, 4, 15), id="expired, its last one"),
    ],
)
def test_the_last_day_that_was_protected(
    told: dict[str, Any] | None, as_of: str, day: date, registration: Any, granted: Any, deal: Any, program: Any
) -> None:
    deals = [] if told is None else [deal(partner_id="P1", **told)]
    given = granted(registration(kind=RegistrationKind.SALE), *deals, as_of=as_of).protection
    assert given.last_day(program.zone) == day


def test_a_lead_of_60_days_expires_with_the_release(registration: Any, granted: Any) -> None:
    assert granted(registration(), as_of="2026-03-17").protection.state is S.EXPIRED


@pytest.mark.parametrize(("ended", "state"), [(DealState.WON, S.WON), (DealState.LOST, S.LOST)])
def test_the_end_of_its_deal_ends_it(
    ended: DealState, state: S, registration: Any, granted: Any, deal: Any, at: Any
) -> None:
    own = deal(partner_id="P1", state=ended, closed="2026-02-20T15:00")
    given = granted(registration(), own, as_of="2026-03-01").protection
    assert (given.state, given.ends_at, given.deal_ref) == (state, at("2026-02-20T15:00"), "crm/1")
    assert given == Protection(
        state, at("2026-01-15T12:00"), at("2026-02-20T15:00"), date(2026, 3, 16), deal_ref="crm/1"
    )
    assert granted(registration(), own, as_of="2026-02-20T14:00").protection.state is S.ACTIVE
    late = deal(partner_id="P1", state=ended, closed="2026-03-17")
    assert granted(registration(), late, as_of="2026-03-18").protection.state is S.EXPIRED


def test_days_are_counted_in_the_program_s_zone(registration: Any, granted: Any, at: Any) -> None:
    night = replace(registration(kind=RegistrationKind.SALE), submitted_at=at("2026-01-16T01:00").astimezone(UTC))
    given = granted(night).protection
    assert (given.until, given.ends_at) == (date(2026, 4, 16), at("2026-03-18"))


def test_without_a_deal_it_stands_as_it_was_granted(registration: Any, at: Any, program: Any) -> None:
    claim = registration(kind=RegistrationKind.SALE)
    verdict = Verdict(S.APPROVED, VerdictCode.OK, claim.submitted_at, program.version)
    given = protect(claim, verdict, [], at("2026-02-01"), program, Upkeep(automatic=1))
    ends = at("2026-03-17")
    assert given == Protection(S.APPROVED, claim.submitted_at, ends, date(2026, 5, 15), "", None, ends, 1)


def test_a_stale_direct_deal_that_was_given_to_it_is_its_own(
    registration: Any, deal: Any, at: Any, program: Any
) -> None:
    verdict = Verdict(S.APPROVED, VerdictCode.DIRECT_STALE, at("2026-01-15T12:00"), program.version, deal_ref="crm/2")
    deals = [deal("crm/1", "2025-01-01"), deal("crm/2", "2025-02-01")]
    assert protect(registration(), verdict, deals, at("2026-02-01"), program).deal_ref == "crm/2"


@pytest.mark.parametrize(
    ("told", "is_own"),
    [
        pytest.param({"partner_id": "P1", "created": "2026-02-01"}, True, id="the partner's, made after"),
        pytest.param(
            {"partner_id": "P1", "created": "2025-12-01"}, True, id="the partner's, made before and still open"
        ),
        pytest.param({"created": "2026-02-01"}, True, id="a direct one made after"),
        pytest.param({"created": "2026-01-15T12:00"}, True, id="a direct one made at the approval"),
        pytest.param({"created": "2026-01-14"}, False, id="a direct one from before"),
        pytest.param(
            {"partner_id": "P1", "created": "2025-12-01", "state": DealState.LOST, "closed": "2026-01-15T12:00"},
            True,
            id="it ended at the approval",
        ),
        pytest.param({"partner_id": "P2", "created": "2026-02-01"}, False, id="another partner's"),
        pytest.param({"promo_code": "X", "created": "2026-02-01"}, False, id="one with a promo code is not direct"),
        pytest.param({"partner_id": "P1", "products": ("b",), "created": "2026-02-01"}, False, id="another product"),
        pytest.param({"partner_id": "P1", "created": "2026-03-20"}, False, id="made after the window"),
        pytest.param(
            {"partner_id": "P1", "created": "2025-12-01", "state": DealState.LOST, "closed": "2026-01-10"},
            False,
            id="it ended before the approval",
        ),
    ],
)
def test_which_deal_is_its_own(told: dict[str, Any], is_own: bool, registration: Any, granted: Any, deal: Any) -> None:
    given = granted(registration(products=("a",)), deal(**told), as_of="2026-03-25").protection
    assert given.deal_ref == ("crm/1" if is_own else None)


def test_the_first_deal_is_its_own(registration: Any, granted: Any, deal: Callable[..., Any]) -> None:
    deals = [deal("crm/2", "2026-02-02"), deal("crm/1", "2026-02-01"), deal("crm/0", "2026-02-02")]
    assert granted(registration(), *deals, as_of="2026-03-01").protection.deal_ref == "crm/1"


def test_it_changes_by_time_alone_exactly_when_it_says(registration: Any, granted: Any) -> None:
    given = granted(registration(kind=RegistrationKind.SALE)).protection
    before = granted(registration(kind=RegistrationKind.SALE), as_of=_text(given.next_look_at - timedelta(seconds=1)))
    after = granted(registration(kind=RegistrationKind.SALE), as_of=_text(given.next_look_at))
    assert (before.protection.state, after.protection.state) == (S.APPROVED, S.RELEASED)


def _text(moment: Any) -> str:
    from zoneinfo import ZoneInfo

    return str(moment.astimezone(ZoneInfo("Europe/Moscow")).replace(tzinfo=None).isoformat())
