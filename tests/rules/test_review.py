"""What a person has to look at before the lines of a deal are paid (policy.md 7)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from partnersync.domain.attribution import Attribution, Evidence, Source
from partnersync.domain.client import ClientKeys
from partnersync.domain.partner import Partner
from partnersync.domain.registration import RegistrationState
from partnersync.rules.program import Program
from partnersync.rules.review import (
    AFTER_DIRECT,
    CONTRADICTED,
    RARELY_ACCEPTED,
    SELF_REFERRAL,
    is_rarely_accepted,
    reason,
)

AT = datetime(2026, 3, 1, 12, tzinfo=ZoneInfo("Europe/Moscow"))
PARTNER = Partner("P1", "One", inn="7707083893", email="One@Mail.ru", phone="+79990001122")
FOUND = Attribution(Evidence("P1", Source.PROMO, AT))
CLIENT = ClientKeys(inn="7736050003", emails=("two@mail.ru",), phones=("+79990001133",))


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param({}, "", id="another company"),
        pytest.param({"inn": "7707083893"}, SELF_REFERRAL, id="the same INN"),
        pytest.param({"emails": ("two@mail.ru", "one@mail.ru")}, SELF_REFERRAL, id="the same e-mail"),
        pytest.param({"phones": ("+79990001122",)}, SELF_REFERRAL, id="the same phone"),
    ],
)
def test_a_partner_who_refers_himself(told: dict[str, Any], expected: str, program: Program) -> None:
    client = replace(CLIENT, **told)
    assert reason(FOUND, PARTNER, client, None, (), program) == expected
    decided = Attribution(Evidence("P1", Source.OVERRIDE, AT, actor="boss"))
    assert reason(decided, PARTNER, client, None, (), program) == ""


@pytest.mark.parametrize(
    ("age", "told", "expected"),
    [
        pytest.param(timedelta(), {}, AFTER_DIRECT, id="at the same moment"),
        pytest.param(timedelta(hours=24) - timedelta.resolution, {}, AFTER_DIRECT, id="less than 24 hours after"),
        pytest.param(timedelta(hours=24), {}, "", id="24 hours after"),
        pytest.param(-timedelta.resolution, {}, "", id="before it"),
        pytest.param(timedelta(hours=1), {"products": ("b",)}, "", id="no product in common"),
        pytest.param(timedelta(hours=1), {"partner_id": "P2"}, "", id="not a direct deal"),
    ],
)
def test_a_registration_just_after_a_direct_deal(
    age: timedelta, told: dict[str, Any], expected: str, deal: Any, registration: Any, granted: Any, program: Program
) -> None:
    direct = replace(deal(**({"products": ("a",)} | told)), created_at=AT - age)
    claim = granted(replace(registration(products=("a",)), submitted_at=AT), as_of="2026-03-02")
    found = Attribution(Evidence("P1", Source.REGISTRATION, AT, "R1"))
    assert reason(found, PARTNER, CLIENT, claim, [direct], program) == expected
    by_person = replace(claim, verdict=replace(claim.verdict, actor="boss"))
    assert reason(found, PARTNER, CLIENT, by_person, [direct], program) == ""


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param(Evidence("P2", Source.REGISTRATION, AT, "R2"), CONTRADICTED, id="stronger"),
        pytest.param(Evidence("P2", Source.PROMO, AT - timedelta(days=1)), CONTRADICTED, id="earlier"),
        pytest.param(Evidence("P2", Source.PROMO, AT), "", id="no earlier"),
        pytest.param(Evidence("P2", Source.TYPED, AT - timedelta(days=1)), "", id="weaker"),
        pytest.param(Evidence("A0", Source.PROMO, AT), "", id="at the same moment, whoever it is for"),
    ],
)
def test_what_would_have_decided_before_the_statement_was_approved(
    other: Evidence, expected: str, program: Program
) -> None:
    found = replace(FOUND, contradictions=(other,))
    assert reason(found, PARTNER, CLIENT, None, (), program, frozen=True) == expected
    assert reason(found, PARTNER, CLIENT, None, (), program) == ""


@pytest.mark.parametrize(
    ("accepted", "refused", "rarely"),
    [
        pytest.param(1, 8, False, id="nine say nothing"),
        pytest.param(1, 9, True, id="one of ten"),
        pytest.param(2, 8, False, id="a fifth is enough"),
        pytest.param(2, 9, True, id="two of eleven"),
    ],
)
def test_a_partner_whose_registrations_are_rarely_accepted(
    accepted: int, refused: int, *, rarely: bool, registration: Any, granted: Any, program: Program
) -> None:
    claim = granted(registration())
    no = replace(claim.verdict, state=RegistrationState.REJECTED)
    open_ = replace(claim.verdict, state=RegistrationState.RESEARCH)
    assert is_rarely_accepted([claim.verdict] * accepted + [no] * refused + [open_] * 9, program) is rarely
    found = Attribution(Evidence("P1", Source.REGISTRATION, AT, "R1"))
    assert reason(found, PARTNER, CLIENT, claim, (), program, rarely={"P1"}) == RARELY_ACCEPTED
    assert reason(FOUND, PARTNER, CLIENT, None, (), program, rarely={"P1"}) == ""
    by_person = replace(claim, verdict=replace(claim.verdict, actor="boss"))
    assert reason(found, PARTNER, CLIENT, by_person, (), program, rarely={"P1"}) == ""
