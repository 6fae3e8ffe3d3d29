"""What counts as evidence for a deal, for how long, and which of it decides (policy.md 7)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.domain.activity import Activity, ActivityKind
from partnersync.domain.attribution import Aside, Attribution, Considered, Evidence, Source
from partnersync.domain.client import ClientKeys
from partnersync.domain.deal import Deal, DealKind, DealState
from partnersync.domain.partner import Partner, PartnerKind
from partnersync.rules import attribution, evidence, look_back
from partnersync.rules.attribution import Model
from partnersync.rules.incumbent import Incumbent
from partnersync.rules.influence import influence
from partnersync.rules.partners import Partners, accept
from partnersync.rules.program import Program, read_program

MOSCOW = ZoneInfo("Europe/Moscow")
CREATED = datetime(2026, 6, 1, 12, tzinfo=MOSCOW)
INSTANT = timedelta(microseconds=1)
S, K = Source, ActivityKind
PARTNERS: Partners = accept(
    [
        (Partner("P1", "One", promo_codes=("TEN",), email="One@mail.ru", manager="ann"), True),
        (Partner("P2", "Two"), True),
        (Partner("P3", "Three", kind=PartnerKind.RESELLER), True),
    ]
)[0]
PROGRAM = read_program({"effective_from": date(2026, 1, 1)})


def _touch(partner_id: str, kind: ActivityKind, age: timedelta, author: str | None = "support") -> Activity:
    return Activity(f"crm/{partner_id}-{kind}-{age}", CREATED - age, kind, "crm/1", partner_id, author=author)


def _deal(**told: Any) -> Deal:
    return Deal("crm/1", ClientKeys(client_id="crm/c1"), told.pop("state", DealState.OPEN), CREATED, "RUB", **told)


def _found(
    deal: Deal,
    touches: list[Activity],
    claims: Any = (),
    program: Program = PROGRAM,
    model: Model = "first",
    incumbent: Incumbent | None = None,
) -> Attribution | None:
    gathered = evidence.gather(deal, claims, PARTNERS, program, touches, incumbent)
    return attribution.attribute(gathered, claims, None, None, model)


def _brief(found: Attribution | None) -> tuple[str, Source] | None:
    return (found.evidence.partner_id, found.evidence.source) if found else None


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param({"utm_source": "P2"}, ("P2", S.LINK), id="a link with a partner's id"),
        pytest.param({"utm_source": "ten"}, ("P1", S.LINK), id="a link with his promo code, in any case"),
        pytest.param({"utm_source": "google"}, None, id="any other source names nobody"),
        pytest.param({"utm_source": "P2", "promo_code": "TEN"}, ("P1", S.PROMO), id="a promo code is stronger"),
        pytest.param({"utm_source": "P2", "partner_id": "P3"}, ("P2", S.LINK), id="than typing a link is stronger"),
    ],
)
def test_a_link_in_the_deals_cells(told: dict[str, str], expected: tuple[str, Source] | None) -> None:
    assert _brief(_found(_deal(**told), [])) == expected


@pytest.mark.parametrize(
    ("kind", "partner_id", "days", "source"),
    [
        pytest.param(K.PROMO, "P1", 90, S.PROMO, id="promo 90"),
        pytest.param(K.CLICK, "P1", 30, S.LINK, id="a link of a referral 30"),
        pytest.param(K.CLICK, "P3", 90, S.LINK, id="a link of other partners 90"),
        pytest.param(K.TRACKED_CALL, "P1", 30, S.TRACKED_CALL, id="tracked call 30"),
        pytest.param(K.QR, "P1", 30, S.QR, id="QR 30"),
        pytest.param(K.INTRO, "P1", 60, S.INTRO, id="introduction 60"),
        pytest.param(K.NOTE, "P1", 30, S.NOTE, id="note 30"),
    ],
)
def test_look_back_windows(kind: ActivityKind, partner_id: str, days: int, source: Source) -> None:
    """Counted back from the deal's creation, both ends included."""

    def aged(age: timedelta) -> Attribution | None:
        return _found(_deal(), [_touch(partner_id, kind, age)])

    assert _brief(aged(timedelta(days=days))) == (partner_id, source)
    assert aged(timedelta(days=days) + INSTANT) is None
    assert _brief(aged(timedelta())) == (partner_id, source)
    assert aged(-INSTANT) is None


def test_the_programs_days_count() -> None:
    told = {"effective_from": date(2026, 1, 1), "attribution": {"look_back_days": {"qr": 7, "link_partners": 10}}}
    program = read_program(told)
    for kind, partner_id, days in ((K.QR, "P1", 7), (K.CLICK, "P3", 10)):
        assert _found(_deal(), [_touch(partner_id, kind, timedelta(days=days))], program=program)
        assert not _found(_deal(), [_touch(partner_id, kind, timedelta(days=days, seconds=1))], program=program)


def test_work_without_a_touch_and_unknown_partners_are_no_evidence() -> None:
    day = timedelta(days=1)
    touches = [_touch("P1", kind, day) for kind in K if kind not in evidence.TOUCHES]
    assert _found(_deal(), [*touches, _touch("P9", K.CLICK, day), Activity("crm/x", CREATED, K.CLICK)]) is None


@pytest.mark.parametrize(
    ("author", "counts"),
    [
        pytest.param("support", True, id="a colleague without a part in it"),
        pytest.param("bob", False, id="the seller of the deal"),
        pytest.param("ann", False, id="the partner's manager"),
        pytest.param("one@mail.ru", False, id="the partner"),
        pytest.param(None, False, id="nobody knows who"),
    ],
)
def test_a_note_counts_from_someone_who_does_not_gain(author: str | None, *, counts: bool) -> None:
    deal, touch = _deal(owner="bob"), _touch("P1", K.NOTE, timedelta(days=1), author)
    gathered = evidence.gather(deal, (), PARTNERS, PROGRAM, [touch])
    assert bool(gathered.found) is counts
    assert [one.why for one in gathered.aside] == ([] if counts else [Aside.GAINS])


@pytest.mark.parametrize(
    ("word", "source", "days"),
    [
        ("client_choice", S.CONFIRMATION, None),
        ("confirmation", S.CONFIRMATION, None),
        ("contract", S.CONTRACT, None),
        ("promo", S.PROMO, 90),
        ("link", S.LINK, 30),
        ("tracked_call", S.TRACKED_CALL, 30),
        ("intro", S.INTRO, 60),
        ("note", S.NOTE, 30),
    ],
)
def test_what_a_registration_lists_reaches_later_deals_in_its_own_window(
    word: str, source: Source, days: int | None, registration: Any, granted: Any
) -> None:
    for age in (timedelta(days=days or 100), timedelta(days=days or 100) + INSTANT):
        told = {"evidence": (word,), "evidence_at": CREATED - age, "products": ("a",)}
        claim = granted(registration("R1", "2026-01-15", **told), as_of="2026-06-01")
        assert not claim.protection.covers(CREATED)
        within = days is None or age == timedelta(days=days)
        assert _brief(_found(_deal(products=("a",)), [], [claim])) == (("P1", source) if within else None)
        assert _found(_deal(products=("b",)), [], [claim]) is None


def test_without_its_own_date_listed_evidence_is_as_old_as_the_submission(registration: Any, granted: Any) -> None:
    claim = granted(registration("R1", "2026-01-15", evidence=("contract",)), as_of="2026-06-01")
    found = _found(_deal(), [], [claim])
    assert found is not None
    assert (found.evidence.at, found.evidence.registration_id) == (claim.registration.submitted_at, "R1")


def test_listed_evidence_says_where_it_stands_and_one_claim_hides_no_other(registration: Any, granted: Any) -> None:
    bare = granted(registration("R0", partner_id="P3", products=("x",)), as_of="2026-01-20")
    listing = granted(registration("R1", partner_id="P1", evidence=("promo",)), as_of="2026-01-20")
    deal = replace(_deal(products=("y",)), created_at=datetime(2026, 3, 20, 12, tzinfo=MOSCOW))
    found = _found(deal, [], [bare, listing])
    assert found is not None
    assert found.evidence == Evidence("P1", S.PROMO, listing.registration.submitted_at, "R1", origin="evidence")


def test_a_touch_of_somebody_unknown_hides_no_other() -> None:
    day = timedelta(days=1)
    assert _brief(_found(_deal(), [_touch("P9", K.QR, day), _touch("P1", K.QR, day)])) == ("P1", S.QR)


@pytest.mark.parametrize(
    ("age", "why"),
    [
        pytest.param(timedelta(days=60), Aside.REVIEW_ONLY, id="60 days before, to the minute"),
        pytest.param(timedelta(days=60) + INSTANT, Aside.TOO_OLD, id="longer ago"),
        pytest.param(-timedelta(days=60), Aside.REVIEW_ONLY, id="60 days after, to the minute"),
        pytest.param(-timedelta(days=60) - INSTANT, Aside.LATER, id="later than that"),
    ],
)
def test_a_partners_statement_is_looked_at_within_its_window(age: timedelta, why: Aside) -> None:
    said = Evidence("P1", S.STATEMENT, CREATED - age, "R1")
    assert look_back.aside(said, _deal(), PARTNERS.by_id["P1"], PROGRAM.attribution.look_back_days) is why


@pytest.mark.parametrize(("model", "partner_id"), [("first", "P2"), ("last", "P1")])
def test_what_replaces_evidence_of_one_grade_is_the_models_to_say(model: Model, partner_id: str) -> None:
    early, late = _touch("P2", K.QR, timedelta(days=2)), _touch("P1", K.QR, timedelta(days=1))
    prior = _found(_deal(), [early], model=model)
    both = evidence.gather(_deal(), (), PARTNERS, PROGRAM, [early, late])
    assert _brief(attribution.attribute(both, (), prior, None, model)) == (partner_id, S.QR)


def test_a_partners_statement_attributes_nothing(registration: Any, granted: Any) -> None:
    told = {"evidence": ("statement",), "evidence_at": CREATED + timedelta(days=60)}
    claim = granted(registration("R1", "2026-01-15", **told), as_of="2026-06-01")
    gathered = evidence.gather(_deal(), [claim], PARTNERS, PROGRAM)
    assert not gathered.found
    assert [one.why for one in gathered.aside] == [Aside.REVIEW_ONLY]


@pytest.mark.parametrize("closed", [None, CREATED + timedelta(days=5), CREATED + timedelta(days=4)])
def test_papers_count_until_the_deal_ends(closed: datetime | None, registration: Any, granted: Any) -> None:
    told = {"evidence": ("confirmation",), "evidence_at": CREATED + timedelta(days=5)}
    claim = granted(registration("R1", "2026-01-15", **told), as_of="2026-06-01")
    deal = _deal(state=DealState.WON, closed_at=closed) if closed else _deal()
    assert bool(_found(deal, [], [claim])) is (closed != CREATED + timedelta(days=4))


def test_a_registration_wins_over_every_other_evidence(registration: Any, granted: Any) -> None:
    own = granted(registration("R1", "2026-05-15", partner_id="P2"), as_of="2026-06-01")
    told = {"evidence": ("confirmation",), "evidence_at": CREATED - timedelta(days=100)}
    other = granted(registration("R2", "2026-01-10", **told), as_of="2026-06-01")
    assert _brief(_found(_deal(partner_id="P3", promo_code="TEN"), [], [own, other])) == ("P2", S.REGISTRATION)
    assert _brief(_found(_deal(partner_id="P3", promo_code="TEN"), [], [other])) == ("P1", S.CONFIRMATION)


@pytest.mark.parametrize(("model", "partner_id"), [("first", "P2"), ("last", "P1")])
def test_models_choose_by_time_within_the_best_grade(model: Model, partner_id: str) -> None:
    first, last = _touch("P2", K.QR, timedelta(days=9)), _touch("P1", K.INTRO, timedelta(days=1))
    weaker = [_touch("P3", K.NOTE, timedelta(days=20)), _touch("P3", K.NOTE, timedelta(hours=1))]
    found = _found(_deal(), [*weaker, last, first], model=model)
    assert found is not None
    assert found.evidence.partner_id == partner_id
    assert {one.partner_id for one in found.contradictions} == {"P1", "P2", "P3"} - {partner_id}


@pytest.mark.parametrize("model", ["first", "last"])
def test_of_ties_the_lower_partner_id_wins(model: Model) -> None:
    touches = [_touch(name, K.QR, timedelta(days=9)) for name in ("P2", "P3", "P1")]
    assert _brief(_found(_deal(), touches, model=model)) == ("P1", S.QR)


def test_the_incumbent_is_evidence_of_grade_a() -> None:
    kept = Incumbent("P2", "crm/0", CREATED - timedelta(days=300))
    renewal = _deal(kind=DealKind.RENEWAL, promo_code="TEN")
    assert _brief(_found(renewal, [], incumbent=kept)) == ("P2", S.INCUMBENT)


def test_what_a_salesperson_typed_is_flagged_where_it_contradicts_a_or_b() -> None:
    for kind, flagged in ((K.QR, ["P2"]), (K.NOTE, [])):
        found = _found(_deal(partner_id="P2"), [_touch("P1", kind, timedelta(days=1))])
        assert found is not None
        assert [one.partner_id for one in found.flagged] == flagged
        assert ("flagged:P2" in found.trace) is bool(flagged)
    same = _found(_deal(partner_id="P1"), [_touch("P1", K.QR, timedelta(days=1))])
    assert same is not None
    assert not same.flagged
    assert [one.why for one in same.considered] == [Aside.SUPPORTS]


def test_a_trace_tells_what_decided_what_was_against_it_and_what_was_set_aside() -> None:
    day = timedelta(days=1)
    deal = _deal(partner_id="P2", promo_code="TEN")
    touches = [_touch("P1", K.QR, day), _touch("P2", K.CLICK, 31 * day), _touch("P3", K.CLICK, -day)]
    found = _found(deal, touches)
    assert found is not None
    created = "2026-06-01T12%3A00%3A00+03%3A00"
    assert found.trace.split("|") == [
        f"attribution:promo:P1:{created}",
        f"against:typed:P2:{created}",
        "aside:qr:P1:2026-05-31T12%3A00%3A00+03%3A00:supports",
        "aside:link:P2:2026-05-01T12%3A00%3A00+03%3A00:too_old",
        "aside:link:P3:2026-06-02T12%3A00%3A00+03%3A00:later",
        "flagged:P2",
    ]
    assert found.contradictions == (Evidence("P2", S.TYPED, CREATED, origin="partner_id"),)
    assert found.evidence == Evidence("P1", S.PROMO, CREATED, origin="promo_code")


def test_a_trace_names_the_registration(registration: Any, granted: Any) -> None:
    claim = granted(registration(partner_id="P2"), as_of="2026-02-01")
    early = replace(_deal(), created_at=datetime(2026, 2, 1, 12, tzinfo=MOSCOW))
    found = _found(early, [], [claim])
    assert found is not None
    assert found.trace == "attribution:registration:P2:2026-01-15T12%3A00%3A00+03%3A00:R1"
    assert found.evidence == Evidence("P2", S.REGISTRATION, claim.registration.submitted_at, "R1")


def test_touches_tell_their_author_and_where_they_stand() -> None:
    touch = _touch("P1", K.NOTE, timedelta(days=1))
    found = _found(_deal(), [touch])
    assert found is not None
    assert found.evidence == Evidence("P1", S.NOTE, touch.at, actor="support", origin=touch.ref)
    link = _found(_deal(utm_source="P2"), [])
    assert link is not None
    assert link.evidence == Evidence("P2", S.LINK, CREATED, origin="utm_source")
    kept = Incumbent("P2", "crm/7", CREATED)
    sold = _found(_deal(kind=DealKind.RENEWAL), [], incumbent=kept)
    assert sold is not None
    assert sold.evidence == Evidence("P2", S.INCUMBENT, CREATED, origin="crm/7")


def test_a_frozen_deal_keeps_its_partner_and_takes_stronger_evidence_as_a_contradiction() -> None:
    gathered = evidence.gather(_deal(partner_id="P2"), (), PARTNERS, PROGRAM)
    prior = attribution.attribute(gathered, (), None)
    stronger = evidence.gather(_deal(partner_id="P2"), (), PARTNERS, PROGRAM, [_touch("P1", K.QR, timedelta(days=1))])
    moved = attribution.attribute(stronger, (), prior)
    stays = attribution.attribute(stronger, (), prior, frozen=True)
    assert (_brief(moved), _brief(stays)) == (("P1", S.QR), ("P2", S.TYPED))
    assert stays is not None
    assert [one.source for one in stays.contradictions] == [S.QR]
    assert [one.partner_id for one in stays.flagged] == ["P2"]


def test_what_was_attached_in_time_stays_when_its_evidence_is_gone() -> None:
    found = _found(_deal(), [_touch("P1", K.QR, timedelta(days=30))])
    nothing = evidence.gather(_deal(), (), PARTNERS, PROGRAM)
    assert attribution.attribute(nothing, (), found) == found


HOURS = st.integers(-1, 3).map(lambda hours: timedelta(hours=hours))
TOUCHES = st.lists(
    st.builds(_touch, st.sampled_from(["P1", "P2", "P3"]), st.sampled_from(list(evidence.TOUCHES)), HOURS), max_size=6
)
DEALS = st.builds(
    _deal,
    partner_id=st.sampled_from([None, "P1", "P2"]),
    promo_code=st.sampled_from([None, "TEN"]),
    utm_source=st.sampled_from([None, "P3", "google"]),
)


@given(DEALS, TOUCHES, st.sampled_from(["first", "last"]), st.data())
def test_evidence_may_come_in_any_order_and_over_any_runs(
    deal: Deal, touches: list[Activity], model: Model, data: st.DataObject
) -> None:
    at_once = _found(deal, touches, model=model)
    assert _found(deal, data.draw(st.permutations(touches)), model=model) == at_once
    found: Attribution | None = None
    for known in range(len(touches) + 1):
        gathered = evidence.gather(deal, (), PARTNERS, PROGRAM, touches[:known])
        found = attribution.attribute(gathered, (), found, None, model)
    assert found == at_once


@pytest.mark.parametrize(
    ("number", "shares"),
    [
        (0, []),
        (1, [Fraction(1)]),
        (2, [Fraction(1, 2), Fraction(1, 2)]),
        (3, [Fraction(2, 5), Fraction(2, 5), Fraction(1, 5)]),
        (4, [Fraction(2, 5), Fraction(2, 5), Fraction(1, 10), Fraction(1, 10)]),
    ],
)
def test_influence_is_by_position_and_sums_to_one(number: int, shares: list[Fraction]) -> None:
    found = [Considered(Evidence(f"P{day}", S.QR, CREATED + timedelta(days=day)), Aside.LATER) for day in range(number)]
    assert [share for _, share in influence(None, found)] == shares
    assert {who for who, _ in influence(None, found)} == {f"P{day}" for day in range(number)}
    ignored = [Considered(found[0].evidence, Aside.TOO_OLD)] if found else []
    assert influence(None, [*found, *ignored]) == influence(None, found)


def test_influence_of_what_decided_what_was_against_it_and_what_supported_it() -> None:
    def seen(partner_id: str, day: int, source: Source = S.QR) -> Evidence:
        return Evidence(partner_id, source, CREATED + timedelta(days=day))

    found = Attribution(
        seen("P1", 2),
        (seen("P2", 1), seen("P3", 5)),
        considered=(Considered(seen("P1", 3), Aside.SUPPORTS), Considered(seen("P4", 0), Aside.GAINS)),
    )
    tenth, edge = Fraction(1, 10), Fraction(2, 5)
    both = [Considered(seen("P9", 0), Aside.LATER), Considered(seen("P1", 1), Aside.LATER)]
    assert influence(None, both) == [("P1", Fraction(1, 2)), ("P9", Fraction(1, 2))]
    assert influence(Attribution(seen("P1", 2)), both[:1]) == [("P1", Fraction(1, 2)), ("P9", Fraction(1, 2))]
    assert influence(found) == [("P2", edge), ("P3", edge), ("P1", 2 * tenth)]
    later = [Considered(seen("P5", 9), Aside.LATER), Considered(seen("P5", 9), Aside.REVIEW_ONLY)]
    third = Fraction(1, 15)
    assert influence(found, later) == [("P2", edge), ("P5", edge), ("P1", 2 * third), ("P3", third)]
    decided = Attribution(seen("P9", 0, S.OVERRIDE), (seen("P2", 1),))
    assert influence(decided) == [("P2", Fraction(1))]
