"""Claims of one client in the order of time: each judged once, by what came before it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.domain.activity import Activity
from partnersync.domain.attribution import Override
from partnersync.domain.client import ClientKeys
from partnersync.domain.deal import Deal, DealState, Payment
from partnersync.domain.decided import DealStanding, Judged
from partnersync.domain.partner import Partner
from partnersync.domain.registration import Registration, RegistrationKind
from partnersync.domain.ruling import Ruling, RulingKind
from partnersync.domain.value import Money
from partnersync.rules import partners
from partnersync.rules.program import Programme, read_program
from partnersync.sync.case import CaseFile, Knowledge
from partnersync.sync.decide import decide
from partnersync.sync.docket import stage_moved

MOSCOW = ZoneInfo("Europe/Moscow")
ACME = ClientKeys(name="Acme", inn="7707083893")
AS_OF = "2026-03-01"


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MOSCOW)


def _claim(number: int, partner: str, submitted: str, **told: Any) -> tuple[Registration, int]:
    kind = told.pop("kind", RegistrationKind.LEAD)
    return Registration(f"R{number}", partner, ACME, _at(submitted), kind, **told), 1


def _deal(ref: str, created: str, **told: Any) -> tuple[Deal, int]:
    closed = told.pop("closed", None)
    return Deal(
        f"crm/{ref}", ACME, told.pop("state", DealState.OPEN), _at(created), "RUB",
        closed_at=_at(closed) if closed else None, **told,
    ), 1  # fmt: skip


def _knowledge(**registration: Any) -> Knowledge:
    known, _ = partners.accept((Partner(f"P{number}", f"Partner {number}"), True) for number in range(1, 5))
    program = read_program({"effective_from": date(2026, 1, 1), "registration": registration})
    return Knowledge(Programme((program,)), known)


def _judge(
    claims: Sequence[tuple[Registration, int]],
    deals: Sequence[tuple[Deal, int]] = (),
    *,
    as_of: str = AS_OF,
    run: int = 1,
    before: Sequence[Judged] = (),
    rulings: Sequence[Ruling] = (),
    **registration: Any,
) -> dict[str, Judged]:
    by_claim: dict[str, list[Ruling]] = {}
    for ruling in rulings:
        by_claim.setdefault(ruling.registration_id, []).append(ruling)
    judged = {one.registration.registration_id: one for one in before}
    case = CaseFile("c", deals, {}, claims, judged, rulings=by_claim)
    found = decide(case, _knowledge(**registration), _at(as_of), run).registrations
    return {one.registration.registration_id: one for one in found}


def _told(judged: dict[str, Judged]) -> dict[str, tuple[str, str]]:
    return {name: (one.state.value, one.verdict.code.value) for name, one in judged.items()}


@pytest.mark.parametrize(
    ("first", "then", "expected", "issues"),
    [
        pytest.param({}, {}, ("approved", "OK"), [], id="the same content again"),
        pytest.param(
            {"faults": (("amount", "x"),)}, {}, ("approved", "OK"), [], id="a correction while nothing was decided"
        ),
        pytest.param(
            {},
            {"faults": (("amount", "x"),)},
            ("approved", "OK"),
            ["REGISTRATION_DECIDED"],
            id="other content after the verdict",
        ),
    ],
)
def test_r6_the_same_registration_again(
    first: dict[str, Any], then: dict[str, Any], expected: tuple[str, str], issues: list[str]
) -> None:
    judged = _judge([_claim(1, "P1", "2026-01-10", **first)])
    case = CaseFile("c", registrations=[_claim(1, "P1", "2026-01-10", **then)], judged=judged)
    again = decide(case, _knowledge(), _at("2026-03-02"), 2)
    assert [(one.state.value, one.verdict.code.value) for one in again.registrations] == [expected]
    assert [one.code for one in again.issues] == issues


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        pytest.param("2026-02-06T11:59", ("research", "SIMULTANEOUS"), id="within five business days"),
        pytest.param("2026-02-06T12:00", ("provisional", "SLA_PROVISIONAL"), id="from then on it is provisional"),
    ],
)
def test_research_that_nobody_ends(as_of: str, expected: tuple[str, str]) -> None:
    first = _claim(1, "P1", "2026-01-30T11:00", products=("a",))
    second = _claim(2, "P2", "2026-01-30T12:00", products=("a",))
    released = [_deal("1", "2026-02-02", partner_id="P1", state=DealState.LOST, closed="2026-02-03")]
    judged = _judge([first, second], released, as_of=as_of)
    assert _told(judged)["R2"] == expected


def test_research_stays_while_the_other_partner_is_protected() -> None:
    judged = _judge([_claim(1, "P1", "2026-01-30T11:00"), _claim(2, "P2", "2026-01-30T12:00")])
    assert _told(judged) == {"R1": ("approved", "OK"), "R2": ("research", "SIMULTANEOUS")}


def test_the_choice_of_the_client_ends_what_another_partner_had() -> None:
    chosen = _claim(2, "P2", "2026-01-20", evidence=("client_choice",))
    judged = _judge([_claim(1, "P1", "2026-01-10"), chosen, _claim(3, "P3", "2026-01-25")])
    assert _told(judged) == {
        "R1": ("transferred", "OK"),
        "R2": ("approved", "CLIENT_CHOICE"),
        "R3": ("rejected", "ALREADY_PROTECTED"),
    }
    assert judged["R1"].protection is not None
    assert judged["R1"].protection.ends_at == _at("2026-01-20")
    assert judged["R3"].verdict.related_id == "R2"


def test_with_people_who_review_only_incomplete_claims_are_decided_by_the_machine() -> None:
    complete, bad = _claim(1, "P1", "2026-01-10"), _claim(2, "P2", "2026-02-10", faults=(("amount", "x"),))
    rival = _claim(3, "P3", "2026-02-12")
    judged = _judge([complete, bad, rival], review="manual")
    assert _told(judged) == {
        "R1": ("checking", "OK"),
        "R2": ("invalid", "DATA_MISSING"),
        "R3": ("checking", "OK"),
    }
    assert judged["R1"].verdict.proposed == "OK"
    assert judged["R1"].protection is None


def test_a_renewal_of_what_a_registered_partner_sold_is_his() -> None:
    sold = _deal("1", "2026-01-12", state=DealState.WON, closed="2026-01-20")
    told: dict[str, Any] = {"kind": RegistrationKind.RENEWAL, "products": ("a",), "amount": Money(1, "RUB")}
    renewal = _claim(2, "P2", "2026-02-20", expected_close=date(2026, 3, 1), **told)
    assert _told(_judge([_claim(1, "P1", "2026-01-10"), renewal], [sold]))["R2"] == ("rejected", "INCUMBENT")


def test_a_stale_direct_deal_becomes_the_registrations() -> None:
    judged = _judge([_claim(1, "P1", "2026-02-20")], [_deal("1", "2025-10-01")])
    assert _told(judged)["R1"] == ("active", "DIRECT_STALE")
    assert judged["R1"].protection is not None
    assert judged["R1"].protection.deal_ref == "crm/1"


def test_a_stale_direct_deal_is_the_registrations_also_where_a_later_one_is_seen_with_it() -> None:
    claim, stale, later = _claim(1, "P1", "2026-02-20"), _deal("1", "2025-10-01"), _deal("2", "2026-02-25")

    def told(judged: dict[str, Judged], run: int, *deals: tuple[Deal, int]) -> Judged:
        case = CaseFile("c", list(deals), registrations=[claim], judged=judged)
        [one] = decide(case, _knowledge(), _at(AS_OF), run).registrations
        return one

    at_once = told({}, 1, stale, later)
    then = told({"R1": told({}, 1, stale)}, 2, stale, (later[0], 2))
    assert (at_once.verdict.code, then.verdict.code) == ("DIRECT_LATER", "DIRECT_STALE")
    for one in (at_once, then):
        assert one.protection is not None
        assert one.protection.deal_ref == "crm/1"


@pytest.mark.parametrize(
    ("told", "client", "code"),
    [
        pytest.param({"inn": "7707083893"}, {"inn": "7707083893"}, "SELF_DEAL", id="his tax number"),
        pytest.param({"domain": "first.ru"}, {"domain": "first.ru"}, "SELF_DEAL", id="his website"),
        pytest.param({"mail_domain": "first.ru"}, {"domain": "first.ru"}, "SELF_DEAL", id="his e-mail's domain"),
        pytest.param({"email": "me@mail.ru"}, {"emails": ("me@mail.ru",)}, "SELF_DEAL", id="his personal e-mail"),
        pytest.param({"phone": "+74951234567"}, {"phones": ("+74951234567",)}, "SELF_DEAL", id="his phone"),
        pytest.param({"phone": "+74951234567"}, {"phones": ("+74951234568",)}, "OK", id="another phone"),
        pytest.param({"mail_domain": "mail.ru"}, {"email_domains": ("mail.ru",)}, "OK", id="a domain of everybody"),
    ],
)
@pytest.mark.parametrize("holder", ["P1", "P2", "P3"], ids=["himself", "his parent", "his parent's other child"])
def test_r20_the_client_is_the_partner_or_of_his_group(
    told: dict[str, Any], client: dict[str, Any], code: str, holder: str
) -> None:
    group = {"P1": "P2", "P2": None, "P3": "P2"}
    firms = [Partner(name, name, parent_id=above, **(told if name == holder else {})) for name, above in group.items()]
    known, _ = partners.accept((firm, True) for firm in firms)
    claim, seen = _claim(1, "P1", "2026-02-20")
    claim = replace(claim, client=ClientKeys(name="Acme", **({"domain": "acme.ru"} | client)))
    case = CaseFile("c", registrations=[(claim, seen)])
    [judged] = decide(case, replace(_knowledge(), partners=known), _at(AS_OF), 1).registrations
    assert judged.verdict.code == code


@pytest.mark.parametrize(
    ("worked_on", "state"),
    [
        pytest.param("crm/1", "active", id="on its own deal"),
        pytest.param("crm/2", "active", id="on another deal of the client"),
        pytest.param("client", "active", id="on the client, that names no deal"),
        pytest.param("", "released", id="on none"),
    ],
)
def test_work_on_any_deal_of_the_client_keeps_a_protection_awake(worked_on: str, state: str) -> None:
    deals = [_deal("1", "2026-01-12", partner_id="P1"), _deal("2", "2026-01-13", products=("other",), partner_id="P2")]
    work = {worked_on: [Activity("crm/a", _at("2026-02-10"))]} if "/" in worked_on else {}
    touches = {"7736050003": [Activity("crm/a", _at("2026-02-10"))]} if worked_on == "client" else {}
    claim, seen = _claim(1, "P1", "2026-01-10", products=("a",))
    claim = replace(claim, client=replace(claim.client, inn="7736050003"))
    own = (replace(deals[0][0], products=("a",), client=claim.client), 1)
    other = (replace(deals[1][0], client=claim.client), 1)
    case = CaseFile("c", [own, other], {}, [(claim, seen)], activities=work, touches=touches)
    knowledge = replace(_knowledge(), supplied=frozenset({"crm"}))
    [judged] = decide(case, knowledge, _at(AS_OF), 1).registrations
    assert judged.state == state


@pytest.mark.parametrize(
    ("frozen", "partner", "issues"),
    [
        pytest.param({"crm/1"}, "P1", ["FROZEN_REGISTRATION"], id="a line of it stands in an approved statement"),
        pytest.param(set(), "", [], id="none does"),
    ],
)
def test_a_deal_whose_registration_falls_is_told_of_if_it_stays(
    frozen: set[str], partner: str, issues: list[str]
) -> None:
    claim, deal = _claim(1, "P1", "2026-01-10"), _deal("1", "2026-01-12")
    first = decide(CaseFile("c", [deal], registrations=[claim]), _knowledge(), _at("2026-01-20"), 1)
    judged = {one.registration.registration_id: one for one in first.registrations}
    standings = {one.state.deal_ref: one.state for one in first.deals}
    rejects = {"R1": [Ruling("R1", RulingKind.REJECT, "u1", "a mistake", _at("2026-01-25"))]}
    told: dict[str, Any] = {"judged": judged, "standings": standings, "rulings": rejects, "frozen": frozenset(frozen)}
    then = decide(CaseFile("c", [deal], registrations=[claim], **told), _knowledge(), _at(AS_OF), 2)
    assert [one.state.partner_id for one in then.deals] == [partner]
    assert [one.code for one in then.issues] == issues


@pytest.mark.parametrize(
    ("utm", "code"),
    [
        pytest.param(None, "DIRECT_ACTIVE", id="no campaign"),
        pytest.param("google", "DIRECT_ACTIVE", id="a campaign that is no partner's"),
        pytest.param("P2", "OK", id="a partner's link"),
    ],
)
def test_a_deal_is_direct_unless_its_campaign_is_a_partners_link(utm: str | None, code: str) -> None:
    judged = _judge([_claim(1, "P1", "2026-01-10")], [_deal("1", "2026-01-05", utm_source=utm)])
    assert judged["R1"].at_submission.code.value == code


@pytest.mark.parametrize(
    ("created", "paid_at", "worked_at", "punctual", "without"),
    [
        pytest.param(
            "2024-06-01", "2026-01-09", None, "EXISTING_CLIENT", "REACTIVATED", id="a payment from before the claim"
        ),
        pytest.param("2024-06-01", "2026-01-11", None, "REACTIVATED", "REACTIVATED", id="one from after it"),
        pytest.param("2025-06-01", None, "2026-01-09", "DIRECT_ACTIVE", "DIRECT_STALE", id="a call from before it"),
        pytest.param("2025-06-01", None, "2026-01-11", "DIRECT_STALE", "DIRECT_STALE", id="one from after"),
    ],
)
def test_what_arrives_late_is_judged_as_if_it_had_been_in_time(
    created: str, paid_at: str | None, worked_at: str | None, punctual: str, without: str
) -> None:
    sold = {"state": DealState.WON, "closed": "2024-07-01"} if paid_at else {}
    claim, deal = _claim(1, "P1", "2026-01-10"), _deal("1", created, **sold)
    payments = {"crm/1": [Payment("crm/p", "crm/1", _at(paid_at), Money(1, "RUB"))]} if paid_at else {}
    work = {"crm/1": [Activity("crm/a", _at(worked_at), two_way=True)]} if worked_at else {}
    knowledge = replace(_knowledge(), supplied=frozenset({"crm"}))

    def code(judged: dict[str, Judged], run: int, *, late: bool) -> list[Judged]:
        told: dict[str, Any] = {"payments": payments, "activities": work} if late else {}
        case = CaseFile("c", [deal], registrations=[claim], judged=judged, arrived={"crm/p": 2, "crm/a": 2}, **told)
        return list(decide(case, knowledge, _at(AS_OF), run).registrations)

    [whole] = code({}, 2, late=True)
    [first] = code({}, 1, late=False)
    [then] = code({"R1": first}, 2, late=True)
    assert [one.at_submission.code for one in (whole, first, then)] == [punctual, without, punctual]
    assert code({"R1": then}, 3, late=True) == [then]


def test_a_stale_deal_is_let_go_when_a_late_one_gives_another_verdict() -> None:
    claim, stale, late = _claim(1, "P1", "2026-01-10"), _deal("1", "2025-01-01"), _deal("2", "2026-01-05")
    knowledge = _knowledge()
    first = decide(CaseFile("c", [stale], registrations=[claim]), knowledge, _at("2026-01-20"), 1)
    assert [one.state.partner_id for one in first.deals] == ["P1"]
    judged = {one.registration.registration_id: one for one in first.registrations}
    standings = {one.state.deal_ref: one.state for one in first.deals}
    deals = [stale, (late[0], 2)]
    then = decide(
        CaseFile("c", deals, registrations=[claim], judged=judged, standings=standings), knowledge, _at(AS_OF), 2
    )
    whole = decide(CaseFile("c", deals, registrations=[claim]), knowledge, _at(AS_OF), 2)
    expected = [("crm/1", ""), ("crm/2", "")]
    assert [(one.state.deal_ref, one.state.partner_id) for one in whole.deals] == expected
    assert [(one.state.deal_ref, one.state.partner_id) for one in then.deals] == expected


@pytest.mark.parametrize(
    ("told", "decided", "paid"),
    [
        pytest.param({}, {}, ["crm/2", "crm/3"], id="a stale deal from the verdict on"),
        pytest.param(
            {},
            {"crm/1": Override("P1", "u1", "ours", datetime(2026, 2, 1, tzinfo=MOSCOW))},
            ["crm/1", "crm/2", "crm/3"],
            id="a person decides",
        ),
        pytest.param({"partner_id": "P1"}, {}, ["crm/1", "crm/2", "crm/3"], id="the partner's own deal always was his"),
    ],
)
def test_whose_payments_are(told: dict[str, Any], decided: dict[str, Override], paid: list[str]) -> None:
    moments = ["2026-01-09T23:59", "2026-01-10", "2026-01-11"]
    payments = [Payment(f"crm/{n}", "crm/1", _at(at), Money(100, "RUB")) for n, at in enumerate(moments, start=1)]
    deal, claim = _deal("1", "2025-01-01", **told), _claim(1, "P1", "2026-01-10")
    case = CaseFile("c", [deal], {"crm/1": payments}, [claim], overrides=decided)
    rule = {"name": "all", "rate": "10%"}
    program = read_program({"effective_from": date(2025, 1, 1), "commission": {"base": "gross", "rules": [rule]}})
    for as_of in (AS_OF, "2026-12-01"):  # while it protects, and after it
        knowledge = replace(_knowledge(), programme=Programme((program,)))
        [found] = decide(case, knowledge, _at(as_of), 1).deals
        assert [one.event_id for one in found.earnings] == paid


def _ruling(number: int, kind: str, at: str) -> Ruling:
    return Ruling(f"R{number}", RulingKind(kind), "u1", "a letter came", _at(at))


@pytest.mark.parametrize(
    ("rulings", "expected", "until"),
    [
        pytest.param([], [("approved", "OK"), ("research", "SIMULTANEOUS")], "2026-03-11", id="without people"),
        pytest.param(
            [("reject", 1, "2026-01-11"), ("approve", 2, "2026-01-12")],
            [("rejected", "BY_PERSON"), ("approved", "BY_PERSON")],
            None,
            id="the second one gets the client",
        ),
        pytest.param(
            [("approve", 2, "2026-01-12")],
            [("approved", "OK"), ("research", "SIMULTANEOUS")],
            "2026-03-11",
            id="not while the first one protects it",
        ),
        pytest.param(
            [("reject", 2, "2026-01-12")],
            [("approved", "OK"), ("rejected", "BY_PERSON")],
            "2026-03-11",
            id="the first one keeps it",
        ),
        pytest.param(
            [("transfer", 1, "2026-01-12"), ("approve", 2, "2026-01-12")],
            [("transferred", "OK"), ("approved", "BY_PERSON")],
            "2026-03-11",
            id="it is passed on at one moment",
        ),
        pytest.param(
            [("release", 1, "2026-01-12")],
            [("released", "OK"), ("provisional", "SLA_PROVISIONAL")],
            "2026-03-11",
            id="the first one is released",
        ),
        pytest.param(
            [("withdraw", 2, "2026-01-12")],
            [("approved", "OK"), ("withdrawn", "BY_PERSON")],
            "2026-03-11",
            id="the second one is withdrawn before it is decided",
        ),
        pytest.param(
            [("extend", 1, "2026-01-20"), ("extend", 1, "2026-01-21"), ("extend", 1, "2026-01-22")],
            [("approved", "OK"), ("research", "SIMULTANEOUS")],
            "2026-05-10",
            id="extended as often as the program allows",
        ),
        pytest.param(
            [("request_extension", 1, "2026-01-20"), ("extend", 1, "2026-01-21")],
            [("approved", "OK"), ("research", "SIMULTANEOUS")],
            "2026-04-10",
            id="extended as the partner asked",
        ),
        pytest.param(
            [("request_extension", 1, "2026-01-20"), ("refuse_extension", 1, "2026-01-21")],
            [("approved", "OK"), ("research", "SIMULTANEOUS")],
            "2026-03-11",
            id="not extended, though the partner asked",
        ),
        pytest.param(
            [("extend", 1, "2026-04-01")],
            [("approved", "OK"), ("research", "SIMULTANEOUS")],
            "2026-03-11",
            id="a decision that lies in the future",
        ),
    ],
)
def test_people_decide(rulings: list[tuple[str, int, str]], expected: list[tuple[str, str]], until: str | None) -> None:
    claims = [_claim(1, "P1", "2026-01-10T10:00"), _claim(2, "P2", "2026-01-10T12:00")]
    made = [_ruling(number, kind, at) for kind, number, at in rulings]
    judged = _judge(claims, rulings=made, as_of="2026-02-20")
    assert list(_told(judged).values()) == expected
    first = judged["R1"].protection
    assert (first.until.isoformat() if first else None) == until
    again = _judge(claims[::-1], rulings=made, as_of="2026-02-20", run=2, before=list(judged.values()))
    assert _told(again) == _told(judged)
    assert {one.verdict.actor for one in judged.values() if one.verdict.code == "BY_PERSON"} <= {"u1"}


@pytest.mark.parametrize(
    ("partner", "products", "second"),
    [
        pytest.param("P1", ("a",), "checking", id="his own"),
        pytest.param("P2", ("a",), "checking", id="another partner's"),
        pytest.param("P1", ("b",), "approved", id="no product in common"),
    ],
)
def test_people_grant_one_registration_per_client_and_product(
    partner: str, products: tuple[str, ...], second: str
) -> None:
    claims = [
        _claim(1, "P1", "2026-01-10T10:00", products=("a",)),
        _claim(2, partner, "2026-01-10T12:00", products=products),
    ]
    made = [_ruling(1, "approve", "2026-01-12"), _ruling(2, "approve", "2026-01-13")]
    judged = _judge(claims, rulings=made, as_of="2026-02-20", review="manual")
    assert [one.state.value for one in judged.values()] == ["approved", second]


@pytest.mark.parametrize(
    ("rulings", "state"),
    [
        pytest.param(["request_extension"], "extension_requested", id="the request waits"),
        pytest.param(["request_extension", "extend"], "active", id="granted"),
        pytest.param(["request_extension", "refuse_extension"], "active", id="refused"),
        pytest.param(["refuse_extension", "request_extension"], "extension_requested", id="asked for again"),
        pytest.param(["request_extension", "release"], "released", id="the client was freed instead"),
        pytest.param(
            ["request_extension", "approve"], "extension_requested", id="a confirmation decides nothing of it"
        ),
    ],
)
def test_a_request_for_an_extension_protects_as_before(rulings: list[str], state: str) -> None:
    made = [_ruling(1, kind, f"2026-01-2{day}") for day, kind in enumerate(rulings)]
    rival, deal = _claim(2, "P2", "2026-02-10"), _deal("1", "2026-01-12", partner_id="P1")
    judged = _judge([_claim(1, "P1", "2026-01-10"), rival], [deal], rulings=made, as_of="2026-02-20")
    assert judged["R1"].state == state
    assert (judged["R2"].verdict.code == "ALREADY_PROTECTED") is (state != "released")


def test_a_verdict_of_a_person_is_dated_at_that_moment_and_protects_from_then_on() -> None:
    claims = [_claim(1, "P1", "2026-01-10T10:00"), _claim(2, "P2", "2026-01-10T12:00")]
    made = [_ruling(1, "reject", "2026-01-11"), _ruling(2, "approve", "2026-01-20T23:30")]
    second = _judge(claims, rulings=made, as_of="2026-02-20")["R2"]
    assert second.verdict.at == _at("2026-01-20T23:30")
    assert (second.verdict.actor, second.verdict.reason) == ("u1", "a letter came")
    assert second.protection
    assert (second.protection.starts_at, second.protection.until) == (_at("2026-01-20T23:30"), date(2026, 3, 21))


@pytest.mark.parametrize(
    ("before", "now", "moved"),
    [
        pytest.param("offer", "contract", "2026-02-03", id="between two runs"),
        pytest.param("contract", "offer", "2026-02-03", id="back, too"),
        pytest.param("offer", "offer", None, id="no move"),
        pytest.param("", "offer", None, id="the first that is seen"),
    ],
)
def test_any_change_of_the_stage_is_an_advance_dated_when_the_deal_was_updated(
    before: str, now: str, moved: str | None
) -> None:
    deal, _ = _deal("1", "2026-01-10", stage=now, updated_at=_at("2026-02-03"))
    standing = DealStanding("crm/1", "c", "c1", None, stage=before)
    assert stage_moved(deal, standing) == (_at(moved) if moved else None)
    assert stage_moved(deal, None) is None


STEPS = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.integers(1, 28),
        st.integers(0, 23),
        st.sampled_from([(), ("a",), ("b",)]),
        st.sampled_from([(), ("client_choice",), ("promo",)]),
    ),
    min_size=1,
    max_size=6,
)


@given(STEPS, st.data())
def test_verdicts_do_not_depend_on_order_or_on_how_claims_were_spread_over_runs(
    steps: list[tuple[int, int, int, tuple[str, ...], tuple[str, ...]]], data: st.DataObject
) -> None:
    claims = [
        _claim(number, f"P{partner}", f"2026-01-{day:02d}T{hour:02d}:00", products=products, evidence=evidence)
        for number, (partner, day, hour, products, evidence) in enumerate(steps)
    ]
    deals = [_deal("1", "2026-01-10", products=("a",))]
    straight = _told(_judge(claims, deals))
    mixed = data.draw(st.permutations(claims))
    assert _told(_judge(mixed, deals)) == straight
    half = data.draw(st.integers(0, len(mixed)))
    first = _judge(mixed[:half], deals)
    assert _told(_judge(mixed, deals, run=2, before=list(first.values()))) == straight


@given(STEPS)
def test_at_most_one_partner_is_protected_for_a_product(
    steps: list[tuple[int, int, int, tuple[str, ...], tuple[str, ...]]],
) -> None:
    claims = [
        _claim(number, f"P{partner}", f"2026-01-{day:02d}T{hour:02d}:00", products=products, evidence=evidence)
        for number, (partner, day, hour, products, evidence) in enumerate(steps)
    ]
    live = [one for one in _judge(claims).values() if one.protection and one.protection.covers(_at(AS_OF))]
    for one in live:
        for other in live:
            assert one is other or not one.registration.overlaps(other.registration.products)
