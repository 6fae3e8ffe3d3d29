"""Which partner a deal belongs to."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.domain.attribution import GRADE, Attribution, Evidence, Override, Source
from partnersync.domain.client import ClientKeys
from partnersync.domain.deal import Deal, DealState
from partnersync.domain.partner import Partner
from partnersync.domain.registration import (
    Claim,
    Protection,
    Registration,
    RegistrationState,
    Verdict,
    VerdictCode,
)
from partnersync.rules import attribution, evidence
from partnersync.rules.partners import Partners, accept
from partnersync.rules.program import read_program

S = Source
KNOWN: Partners = accept(
    [(Partner("P1", "One", promo_codes=("TEN",)), True), (Partner("P2", "Two"), True), (Partner("P3", "Three"), True)]
)[0]


PROGRAM = read_program({"effective_from": date(2026, 1, 1)})


def attribute(
    deal: Deal,
    claims: Sequence[Claim],
    partners: Partners,
    prior: Attribution | None,
    override: Override | None = None,
) -> Attribution | None:
    """Whose the deal is by its cells and claims alone."""
    return attribution.attribute(evidence.gather(deal, claims, partners, PROGRAM), claims, prior, override)


def _brief(found: Attribution | None) -> tuple[str, str] | None:
    return (found.evidence.partner_id, found.evidence.source.value) if found else None


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param({}, None, id="no evidence: a direct deal"),
        pytest.param({"partner_id": "P2"}, ("P2", "typed"), id="what was typed counts when nothing stronger exists"),
        pytest.param({"partner_id": "P9"}, None, id="an unknown partner is no evidence"),
        pytest.param({"promo_code": "ten"}, ("P1", "promo"), id="a promo code in any case"),
        pytest.param({"promo_code": "nine"}, None, id="an unknown code"),
        pytest.param(
            {"partner_id": "P2", "promo_code": "TEN"}, ("P1", "promo"), id="a promo code is stronger than typing"
        ),
    ],
)
def test_evidence_in_the_deal(told: dict[str, Any], expected: tuple[str, str] | None, deal: Any) -> None:
    assert _brief(attribute(deal(**told), [], KNOWN, None)) == expected


@pytest.mark.parametrize(
    ("created", "told", "expected"),
    [
        pytest.param(
            "2026-02-01", {"partner_id": "P2", "promo_code": "TEN"}, ("P3", "registration"), id="wins over all"
        ),
        pytest.param("2026-03-16T23:59", {}, ("P3", "registration"), id="on its last day"),
        pytest.param("2026-03-17", {}, None, id="a deal made after it"),
        pytest.param("2026-01-15T11:59", {"partner_id": "P2"}, ("P2", "typed"), id="a foreign deal from before it"),
        pytest.param("2026-01-10", {"partner_id": "P3"}, ("P3", "registration"), id="its own deal from before it"),
        pytest.param("2026-01-15T12:00", {}, ("P3", "registration"), id="a deal made at the very moment of approval"),
        pytest.param("2026-02-01", {"products": ("b",)}, None, id="another product"),
        pytest.param("2026-02-01", {"products": ("a", "b")}, ("P3", "registration"), id="one product in common"),
    ],
)
def test_an_active_registration(
    created: str, told: dict[str, Any], expected: tuple[str, str] | None, deal: Any, registration: Any, granted: Any
) -> None:
    one = deal(created=created, **told)
    claim = granted(registration(partner_id="P3", products=("a",)), one, as_of="2026-02-05")
    assert _brief(attribute(one, [claim], KNOWN, None)) == expected


def test_a_deal_between_submission_and_a_late_approval_belongs_to_it(
    deal: Any, registration: Any, granted: Any, at: Any
) -> None:
    claim = granted(registration(partner_id="P3"))
    late = replace(claim, protection=replace(claim.protection, starts_at=at("2026-02-10")))
    for created, expected in {
        "2026-02-01": ("P3", "registration"),
        "2026-01-15T12:00": ("P3", "registration"),
        "2026-01-15T11:59": ("P2", "typed"),
    }.items():
        assert _brief(attribute(deal(created=created, partner_id="P2"), [late], KNOWN, None)) == expected


def test_of_two_registrations_the_earlier_submission_wins(deal: Any, registration: Any, granted: Any) -> None:
    first, second = (
        registration("R1", "2026-01-15T12:00", partner_id="P2"),
        registration("R2", "2026-01-16", partner_id="P1"),
    )
    found = attribute(deal(), [granted(second), granted(first)], KNOWN, None)
    assert found is not None
    assert found.evidence.registration_id == "R1"
    assert [other.partner_id for other in found.contradictions] == ["P1"]


def _fixed(partner_id: str, source: Source, when: Any, registration_id: str | None = None) -> Attribution:
    origin = "partner_id" if source is Source.TYPED else ""
    return Attribution(Evidence(partner_id, source, when, registration_id, origin=origin))


def test_fixed_once_it_stays_when_the_field_is_overwritten_or_emptied(deal: Any, at: Any) -> None:
    prior = _fixed("P3", Source.TYPED, at("2026-02-01"))
    overwritten = attribute(deal(partner_id="P2"), [], KNOWN, prior)
    assert overwritten is not None
    assert _brief(overwritten) == ("P3", "typed")
    assert [other.partner_id for other in overwritten.contradictions] == ["P2"]
    assert _brief(attribute(deal(), [], KNOWN, prior)) == ("P3", "typed")


def test_the_same_moment_replaces_nothing_even_for_a_smaller_id(deal: Any, at: Any) -> None:
    prior = _fixed("P3", Source.TYPED, at("2026-02-01"))
    assert _brief(attribute(deal(partner_id="P1"), [], KNOWN, prior)) == ("P3", "typed")


def test_stronger_evidence_replaces(deal: Any, registration: Any, granted: Any, at: Any) -> None:
    prior = _fixed("P2", Source.TYPED, at("2026-02-01"))
    claim = granted(registration(partner_id="P3"))
    assert _brief(attribute(deal(partner_id="P2"), [claim], KNOWN, prior)) == ("P3", "registration")


def test_equally_strong_evidence_from_an_earlier_time_replaces(deal: Any, registration: Any, granted: Any) -> None:
    late = granted(registration("R2", "2026-01-20", partner_id="P2"))
    prior = attribute(deal(), [late], KNOWN, None)
    early = granted(registration("R1", "2026-01-10", partner_id="P3"))
    assert _brief(attribute(deal(), [late, early], KNOWN, prior)) == ("P3", "registration")


def test_what_rested_on_a_registration_falls_with_it(deal: Any, at: Any) -> None:
    prior = _fixed("P3", Source.REGISTRATION, at("2026-01-15"), "R1")
    assert _brief(attribute(deal(partner_id="P2"), [], KNOWN, prior)) == ("P2", "typed")


@pytest.mark.parametrize(
    ("state", "named", "expected"),
    [
        pytest.param(RegistrationState.DISPUTED, "R1", ("P3", "registration"), id="its own is disputed: it stays"),
        pytest.param(RegistrationState.EXPIRED, "R1", ("P2", "registration"), id="it ran out: the earlier one wins"),
        pytest.param(RegistrationState.DISPUTED, "R9", ("P2", "registration"), id="it is not granted any more"),
    ],
)
def test_what_rests_on_a_disputed_registration_keeps_its_partner(
    state: RegistrationState, named: str, expected: tuple[str, str], deal: Any, registration: Any, granted: Any
) -> None:
    first = granted(registration("R0", "2026-01-10", partner_id="P2"))
    claim = granted(registration("R1", "2026-01-15T12:00", partner_id="P3"))
    claim = replace(claim, protection=replace(claim.protection, state=state))
    prior = _fixed("P3", Source.REGISTRATION, claim.registration.submitted_at, named)
    assert _brief(attribute(deal(), [first, claim], KNOWN, prior)) == expected


def test_what_rests_on_a_registration_that_is_gone_falls_to_a_later_one(
    deal: Any, registration: Any, granted: Any, at: Any
) -> None:
    later = granted(registration("R5", "2026-01-20", partner_id="P2"))
    prior = _fixed("P3", Source.REGISTRATION, at("2026-01-15"), "R1")
    assert _brief(attribute(deal(), [later], KNOWN, prior)) == ("P2", "registration")


def test_no_evidence_goes_before_a_persons_decision(deal: Any, registration: Any, granted: Any, at: Any) -> None:
    prior = _fixed("P3", Source.OVERRIDE, at("2026-02-01"))
    claim = granted(registration(partner_id="P2"))
    assert _brief(attribute(deal(partner_id="P1"), [claim], KNOWN, prior)) == ("P3", "override")


def test_nothing_new_gives_back_the_same_attribution(deal: Any) -> None:
    prior = attribute(deal(partner_id="P2"), [], KNOWN, None)
    assert attribute(deal(partner_id="P2"), [], KNOWN, prior) is prior


def test_evidence_for_the_same_partner_is_no_contradiction(deal: Any, registration: Any, granted: Any) -> None:
    one = deal(partner_id="P1", promo_code="TEN")
    found = attribute(one, [granted(registration(partner_id="P1"))], KNOWN, None)
    assert found is not None
    assert found.contradictions == ()


def test_grades_stand_in_the_programmes_order() -> None:
    order = [{S.OVERRIDE}, {S.CONFIRMATION}, {S.REGISTRATION, S.CONTRACT, S.INCUMBENT}, {S.PROMO}, {S.LINK}]
    order += [{S.TRACKED_CALL, S.QR, S.INTRO}, {S.NOTE}, {S.TYPED}, {S.STATEMENT}]
    assert [{source for source in S if GRADE[source] == grade} for grade in sorted(set(GRADE.values()))] == order


START = datetime(2026, 1, 15, tzinfo=UTC)
HOURS = st.integers(-2, 2).map(lambda hours: START + timedelta(hours=hours))
CLIENT = ClientKeys(client_id="crm/c1")


@st.composite
def claims(draw: st.DrawFn) -> list[Claim]:
    """Granted claims on one client, some of them from one moment."""
    found = []
    for number in range(draw(st.integers(0, 3))):
        at = draw(HOURS)
        made = Registration(f"R{number}", draw(st.sampled_from(["P1", "P2", "P3"])), CLIENT, at)
        given_ = Protection(RegistrationState.APPROVED, at, START + timedelta(hours=1), date(2026, 1, 16))
        found.append(Claim(made, Verdict(RegistrationState.APPROVED, VerdictCode.OK, at, "2026-01-01"), given_))
    return found


DEALS = st.builds(
    Deal,
    ref=st.just("crm/1"),
    client=st.just(CLIENT),
    state=st.just(DealState.OPEN),
    created_at=HOURS,
    currency=st.just("RUB"),
    partner_id=st.sampled_from([None, "P1", "P2"]),
    promo_code=st.sampled_from([None, "TEN"]),
)


@given(DEALS, claims())
def test_deciding_again_changes_nothing(one: Deal, known: list[Claim]) -> None:
    first = attribute(one, known, KNOWN, None)
    assert attribute(one, known, KNOWN, first) == first


@given(DEALS, claims(), st.data())
def test_claims_may_come_in_any_order_and_over_any_runs(one: Deal, known: list[Claim], data: st.DataObject) -> None:
    """Found again with claims that arrive later, the attribution is as if all had come at once."""
    shuffled = data.draw(st.permutations(known))
    assert attribute(one, shuffled, KNOWN, None) == attribute(one, known, KNOWN, None)
    early = attribute(one, known[: data.draw(st.integers(0, len(known)))], KNOWN, None)
    assert attribute(one, known, KNOWN, early) == attribute(one, known, KNOWN, None)


AT = datetime(2026, 5, 2, tzinfo=UTC)
DECIDED = Override("P2", "boss", "agreed", AT)


def test_an_override_decides_over_every_evidence(deal: Any, granted: Any, registration: Any) -> None:
    claim = granted(registration(partner_id="P3"))
    found = attribute(deal(promo_code="TEN"), [claim], KNOWN, None, DECIDED)
    assert found is not None
    assert found.evidence == Evidence("P2", S.OVERRIDE, AT, None, "boss", "agreed")
    assert [(one.partner_id, one.source) for one in found.contradictions] == [
        ("P3", S.REGISTRATION),
        ("P1", S.PROMO),
    ]


def test_the_registration_of_the_partner_stays_behind_an_override(deal: Any, granted: Any, registration: Any) -> None:
    claim = granted(registration(partner_id="P2"))
    found = attribute(deal(), [claim], KNOWN, None, DECIDED)
    assert found is not None
    assert found.evidence.registration_id == claim.registration.registration_id


def test_an_override_without_a_partner_makes_the_deal_direct(deal: Any) -> None:
    found = attribute(deal(partner_id="P1"), [], KNOWN, None, replace(DECIDED, partner_id=""))
    assert _brief(found) == ("", "override")


def test_the_last_override_replaces_the_one_before(deal: Any) -> None:
    first = attribute(deal(), [], KNOWN, None, DECIDED)
    second = attribute(deal(), [], KNOWN, first, replace(DECIDED, partner_id="P3", at=AT + timedelta(days=1)))
    assert _brief(second) == ("P3", "override")
    assert attribute(deal(), [], KNOWN, first, DECIDED) is first
