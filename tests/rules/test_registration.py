"""The verdict table: each row with a near miss, and the order of rows."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from partnersync.domain.activity import Activity
from partnersync.domain.client import ClientKeys
from partnersync.domain.deal import DealState, Payment
from partnersync.domain.partner import Contract, Partner
from partnersync.domain.registration import (
    REGISTRATION_MOVES,
    Claim,
    RegistrationKind,
    RegistrationState,
    Verdict,
    VerdictCode,
)
from partnersync.domain.ruling import Ruling, RulingKind
from partnersync.domain.trace import decode
from partnersync.domain.value import Money
from partnersync.rules import registration as rows
from partnersync.rules import verdict_rows
from partnersync.rules.claim_data import ANY_IDENTITY, is_complete, missing
from partnersync.rules.program import Program, read_program
from partnersync.rules.registration import ripen, ruled
from partnersync.rules.situation import ClientFacts, PartnerFacts
from partnersync.rules.verdict_rows import ROWS

S = RegistrationState
C = VerdictCode
NAMED = ClientKeys(name="Acme", domain="acme.com")
FITS, UNFIT = PartnerFacts(eligible=True), PartnerFacts(eligible=False)

# Each code with its row; only R13 either asks or approves.
ROW_OF = {
    C.DATA_MISSING: ("R1", {S.INVALID}),
    C.INN_BAD: ("R2", {S.INVALID}),
    C.PARTNER_NOT_ELIGIBLE: ("R3", {S.REJECTED}),
    C.CAPACITY: ("R4", {S.RETURNED}),
    C.OWN_DUPLICATE: ("R5", {S.RETURNED}),
    C.ALREADY_PROTECTED: ("R7", {S.REJECTED}),
    C.OTHER_PRODUCT: ("R8", {S.APPROVED}),
    C.SIMULTANEOUS: ("R9", {S.RESEARCH}),
    C.EXPIRED_OTHER: ("R10", {S.APPROVED}),
    C.COOLDOWN: ("R11", {S.RETURNED}),
    C.INCUMBENT: ("R12", {S.REJECTED}),
    C.DIRECT_ACTIVE: ("R13", {S.RESEARCH, S.APPROVED}),
    C.DIRECT_LATER: ("R14", {S.APPROVED}),
    C.DIRECT_STALE: ("R15", {S.APPROVED}),
    C.DIRECT_ONLY: ("R16", {S.REJECTED}),
    C.EXISTING_CLIENT: ("R17", {S.RETURNED}),
    C.REACTIVATED: ("R18", {S.APPROVED}),
    C.MAYBE_SAME: ("R19", {S.RESEARCH}),
    C.SELF_DEAL: ("R20", {S.REJECTED}),
    C.CLIENT_CHOICE: ("R21", {S.APPROVED}),
    C.TENDER_STATUS: ("R22", {S.REJECTED}),
    C.OK: ("R23", {S.APPROVED}),
}


def judge(*facts: Any) -> Verdict:
    """The verdict; whatever it is, its trace begins with its row, its code and what it names."""
    verdict = rows.judge(*facts)
    row, states = ROW_OF[verdict.code]
    assert verdict.state in states
    told: list[tuple[str, ...]] = [("verdict", row, verdict.code)]
    told += [("fields", *verdict.fields)] if verdict.fields else []
    told += [("related", verdict.related_id)] if verdict.related_id else []
    assert list(decode(verdict.trace))[: len(told)] == told
    return verdict


def _brief(verdict: Any) -> tuple[S, C]:
    return verdict.state, verdict.code


@pytest.mark.parametrize(
    ("told", "fields"),
    [
        pytest.param({"client": ClientKeys(domain="acme.com")}, ("client_name",), id="no name"),
        pytest.param({"client": ClientKeys(name="Acme")}, (ANY_IDENTITY,), id="no key at all, where any would do"),
        pytest.param({"client": ClientKeys(name="Acme", phones=("+7495",))}, (), id="a phone is enough for a lead"),
        pytest.param({"client": ClientKeys(name="Acme", ogrn="1027700132195")}, (), id="a registry number is"),
        pytest.param({"client": ClientKeys(name="Acme", emails=("a@b.c",))}, (), id="so is an e-mail"),
        pytest.param(
            {"kind": RegistrationKind.SALE, "client": NAMED, "products": ("a",)},
            ("client_inn",),
            id="a sale needs the INN",
        ),
        pytest.param(
            {"kind": RegistrationKind.SALE, "amount": None, "expected_close": None},
            ("products", "amount", "expected_close"),
            id="everything missing is named at once",
        ),
        pytest.param(
            {"kind": RegistrationKind.TENDER, "products": ("a",), "tender_number": None},
            ("tender_number",),
            id="a tender",
        ),
        *(
            pytest.param(
                {"kind": kind, "client": NAMED, "amount": None, "expected_close": None},
                ("client_inn", "products", "amount", "expected_close"),
                id=f"as much for kind {kind}",
            )
            for kind in (RegistrationKind.PROJECT, RegistrationKind.RENEWAL, RegistrationKind.EXPANSION)
        ),
        pytest.param(
            {"kind": RegistrationKind.TENDER, "client": NAMED, "amount": None, "expected_close": None},
            ("client_inn", "products", "amount"),
            id="a tender needs no expected close",
        ),
        *(
            pytest.param(
                {"kind": RegistrationKind.TENDER, "products": ("a",), "amount": Money(minor, "RUB")},
                ("amount",),
                id=f"an amount of {minor}",
            )
            for minor in (0, -500)
        ),
        pytest.param(
            {
                "kind": RegistrationKind.SALE,
                "products": ("a",),
                "client": NAMED,
                "amount": Money(-500, "RUB"),
                "faults": (("client_inn", "0000000000"),),
            },
            ("amount", "client_inn"),
            id="an amount below zero and a bad INN in one verdict",
        ),
        pytest.param({"consent": "2026-01-10 form 3"}, (), id="with consent"),
        pytest.param({"kind": RegistrationKind.MEETING, "amount": None}, (), id="a meeting needs no amount"),
        pytest.param({"faults": (("amount", "x"),)}, ("amount",), id="an unreadable cell"),
        pytest.param(
            {"client": NAMED, "faults": (("amount", "x"), ("client_inn", "1"))},
            ("amount", "client_inn"),
            id="missing and bad ones in one verdict",
        ),
    ],
)
def test_r1_mandatory_data(told: dict[str, Any], fields: tuple[str, ...], registration: Any, program: Any) -> None:
    verdict = judge(registration(**told), [], FITS, program)
    assert verdict.fields == fields
    assert _brief(verdict) == ((S.INVALID, C.DATA_MISSING) if fields else (S.APPROVED, C.OK))


def test_r2_a_number_that_fails_its_check(registration: Any, program: Any) -> None:
    verdict = judge(registration(client=NAMED, faults=(("client_inn", "1"),)), [], FITS, program)
    assert (_brief(verdict), verdict.fields) == ((S.INVALID, C.INN_BAD), ("client_inn",))


def test_r3_a_partner_who_may_not(registration: Any, program: Any) -> None:
    assert _brief(judge(registration(), [], UNFIT, program)) == (S.REJECTED, C.PARTNER_NOT_ELIGIBLE)


@pytest.mark.parametrize(
    ("own", "told", "expected", "related", "until"),
    [
        pytest.param(True, {}, (S.RETURNED, C.OWN_DUPLICATE), "R1", None, id="R5 his own is live"),
        pytest.param(True, {"products": ("b",)}, (S.APPROVED, C.OK), None, None, id="R5 another product of his own"),
        pytest.param(
            False, {}, (S.REJECTED, C.ALREADY_PROTECTED), "R1", date(2026, 3, 16), id="R7 another partner's is live"
        ),
        pytest.param(
            False,
            {"products": ()},
            (S.REJECTED, C.ALREADY_PROTECTED),
            "R1",
            date(2026, 3, 16),
            id="R7 no products are all",
        ),
        pytest.param(
            False,
            {"submitted": "2026-03-16T23:59"},
            (S.REJECTED, C.ALREADY_PROTECTED),
            "R1",
            date(2026, 3, 16),
            id="R7 on its last day",
        ),
        pytest.param(
            False, {"submitted": "2026-03-17"}, (S.APPROVED, C.EXPIRED_OTHER), "R1", None, id="R7 the day after: R10"
        ),
        pytest.param(
            False,
            {"submitted": "2026-03-17", "products": ("b",)},
            (S.APPROVED, C.OK),
            None,
            None,
            id="R10 had no product in common",
        ),
        pytest.param(
            True,
            {"submitted": "2026-03-17"},
            (S.RETURNED, C.COOLDOWN),
            None,
            date(2026, 3, 23),
            id="R11 the first day after his own",
        ),
        pytest.param(
            True,
            {"submitted": "2026-03-23T23:59"},
            (S.RETURNED, C.COOLDOWN),
            None,
            date(2026, 3, 23),
            id="R11 the seventh",
        ),
        pytest.param(True, {"submitted": "2026-03-24"}, (S.APPROVED, C.OK), None, None, id="R11 the eighth is free"),
        pytest.param(
            True,
            {"submitted": "2026-03-18", "products": ("b",)},
            (S.APPROVED, C.OK),
            None,
            None,
            id="R11 another product",
        ),
        pytest.param(
            False,
            {"submitted": "2026-01-16T11:59"},
            (S.RESEARCH, C.SIMULTANEOUS),
            "R1",
            None,
            id="R9 less than 24 hours after another partner's",
        ),
        pytest.param(
            False,
            {"submitted": "2026-01-16T12:00"},
            (S.REJECTED, C.ALREADY_PROTECTED),
            "R1",
            date(2026, 3, 16),
            id="R9 24 hours after it is too late",
        ),
        pytest.param(
            False,
            {"submitted": "2026-01-15T12:01", "products": ("b",)},
            (S.APPROVED, C.OTHER_PRODUCT),
            "R1",
            None,
            id="R9 no product in common",
        ),
        pytest.param(
            False,
            {"evidence": ("promo", "client_choice")},
            (S.APPROVED, C.CLIENT_CHOICE),
            "R1",
            None,
            id="R21 the client chose",
        ),
        pytest.param(
            False, {"products": ("b",)}, (S.APPROVED, C.OTHER_PRODUCT), "R1", None, id="R8 no product in common"
        ),
    ],
)
def test_rows_about_live_claims(
    own: bool,
    told: dict[str, Any],
    expected: tuple[S, C],
    related: str | None,
    until: date | None,
    registration: Any,
    granted: Any,
    program: Any,
) -> None:
    told = {"submitted": "2026-01-20"} | told
    earlier = granted(registration(products=("a",)), as_of=told["submitted"])
    partner = "P1" if own else "P2"
    claim = registration("R2", **({"products": ("a",), "partner_id": partner} | told))
    verdict = judge(claim, [earlier], FITS, program)
    assert (_brief(verdict), verdict.related_id, verdict.until) == (expected, related, until)


def test_rows_are_tried_in_the_programmes_order(registration: Any, granted: Any, program: Any) -> None:
    earlier = granted(registration())
    worst = registration("R2", "2026-01-20", partner_id="P2", client=ClientKeys(), faults=(("client_inn", "1"),))
    assert judge(worst, [earlier], UNFIT, program).code is C.DATA_MISSING
    better = registration("R2", "2026-01-20", partner_id="P2", client=NAMED, faults=(("client_inn", "1"),))
    assert judge(better, [earlier], UNFIT, program).code is C.INN_BAD
    good = registration("R2", "2026-01-20", partner_id="P2")
    assert judge(good, [earlier], UNFIT, program).code is C.PARTNER_NOT_ELIGIBLE
    assert judge(good, [earlier], FITS, program).code is C.ALREADY_PROTECTED
    order = "r1 r2 r3 r4 r5 r20 r22 r21 r9 r7 r11 r12 r13 r16 r17 r19 r8 r10 r13 r14 r15 r18 r23"
    assert [row.__name__.split("_")[1] for row in ROWS] == order.split()


def _program(**registration: Any) -> Program:
    return read_program({"effective_from": date(2026, 1, 1), "registration": registration})


def test_r4_a_partner_with_as_many_as_he_may_learns_which_he_could_give_up(registration: Any, program: Any) -> None:
    verdict = judge(registration(), [], PartnerFacts(True, dormant=("R7", "R8")), program)
    assert (_brief(verdict), verdict.named) == ((S.RETURNED, C.CAPACITY), ("R7", "R8"))
    assert judge(registration(), [], PartnerFacts(True, dormant=None), program).code is C.OK


@pytest.mark.parametrize("terms", [{"capacity_active": 0}, {"capacity_by_tier": {"gold": 0}}], ids=["nobody", "a tier"])
def test_r4_who_may_have_none_learns_of_no_number_a_day(terms: dict[str, Any], registration: Any) -> None:
    about = PartnerFacts(True, Partner("P1", "One", tier="gold"), dormant=())
    verdict = judge(registration(), [], about, _program(**terms))
    assert (verdict.code, verdict.named, decode(verdict.trace)) == (C.CAPACITY, (), (("verdict", "R4", "CAPACITY"),))


def test_r4_a_partner_with_as_many_as_he_may_submit_in_a_day_learns_how_many(registration: Any) -> None:
    verdict = judge(registration(), [], PartnerFacts(True, dormant=()), _program(capacity_per_day=7))
    assert (_brief(verdict), verdict.named) == ((S.RETURNED, C.CAPACITY), ())
    assert ("per_day", "7") in decode(verdict.trace)


@pytest.mark.parametrize(
    ("own", "client", "code"),
    [
        pytest.param({"inn:1"}, {"inn:1", "domain:a.ru"}, C.SELF_DEAL, id="his own tax number"),
        pytest.param({"inn:1", "domain:a.ru"}, {"inn:2", "domain:a.ru"}, C.SELF_DEAL, id="the website of his group"),
        pytest.param({"inn:1"}, {"inn:2"}, C.OK, id="somebody else's"),
        pytest.param(set(), set(), C.OK, id="nothing is known of either"),
    ],
)
def test_r20_the_client_is_the_partner(
    own: set[str], client: set[str], code: C, registration: Any, program: Any
) -> None:
    about = PartnerFacts(True, own_keys=frozenset(own), client_keys=frozenset(client))
    assert judge(registration(), [], about, program).code is code


@pytest.mark.parametrize(
    ("won_on", "told", "kind", "code"),
    [
        pytest.param(date(2026, 1, 9), {}, "tender", C.TENDER_STATUS, id="won before he joined"),
        pytest.param(date(2026, 1, 10), {}, "tender", C.OK, id="on the day he joined"),
        pytest.param(
            date(2026, 1, 11),
            {"contract": Contract(valid_until=date(2026, 1, 10))},
            "tender",
            C.TENDER_STATUS,
            id="after his contract",
        ),
        pytest.param(
            date(2026, 1, 10),
            {"contract": Contract(valid_until=date(2026, 1, 10))},
            "tender",
            C.OK,
            id="on its last day",
        ),
        pytest.param(None, {}, "tender", C.OK, id="not won yet"),
        pytest.param(date(2026, 1, 9), {}, "lead", C.OK, id="no tender"),
    ],
)
def test_r22_a_tender_won_outside_his_time(
    won_on: date | None, told: dict[str, Any], kind: str, code: C, registration: Any, program: Any
) -> None:
    partner = Partner("P1", "First", joined_on=date(2026, 1, 10), **told)
    claim = registration(kind=RegistrationKind(kind), tender_won_on=won_on, products=("a",))
    assert judge(claim, [], PartnerFacts(True, partner), program).code is code


@pytest.mark.parametrize(
    ("evidence", "earlier", "proposed"),
    [
        pytest.param(("confirmation",), ("promo",), C.OK, id="better evidence"),
        pytest.param(("promo",), ("promo",), C.ALREADY_PROTECTED, id="the same: the earlier one"),
        pytest.param((), ("statement",), C.ALREADY_PROTECTED, id="worse"),
        pytest.param(("statement",), ("rumour",), C.OK, id="a person's word is better than what nobody grades"),
        pytest.param(("rumour",), (), C.ALREADY_PROTECTED, id="what nobody grades is no evidence"),
        pytest.param((), ("rumour",), C.ALREADY_PROTECTED, id="nor against it"),
    ],
)
def test_r9_proposes_the_better_evidence_then_the_earlier_time(
    evidence: tuple[str, ...], earlier: tuple[str, ...], proposed: C, registration: Any, granted: Any, program: Any
) -> None:
    first = granted(registration(evidence=earlier))
    second = registration("R2", "2026-01-15T13:00", partner_id="P2", evidence=evidence)
    assert judge(second, [first], FITS, program).proposed is proposed


def test_r9_is_over_once_a_person_confirmed_the_other(registration: Any, granted: Any, program: Any) -> None:
    first = granted(registration())
    confirmed = Claim(first.registration, _signed(first.verdict), first.protection)
    second = registration("R2", "2026-01-15T13:00", partner_id="P2")
    assert judge(second, [confirmed], FITS, program).code is C.ALREADY_PROTECTED


def _signed(verdict: Verdict) -> Verdict:
    return replace(verdict, actor="u1", reason="seen the letter")


@pytest.mark.parametrize(
    ("told", "seller", "months", "code"),
    [
        pytest.param({}, "P2", 12, C.INCUMBENT, id="another partner sold last"),
        pytest.param({"evidence": ("client_choice",)}, "P2", 12, C.CLIENT_CHOICE, id="the client chose otherwise"),
        pytest.param({}, "P1", 12, C.OK, id="he himself did"),
        pytest.param({}, "", 12, C.OK, id="the company did"),
        pytest.param({}, "P3", 12, C.OK, id="the incumbent is not active any more"),
        pytest.param({"kind": RegistrationKind.EXPANSION}, "P2", 12, C.OK, id="an expansion is no renewal"),
        pytest.param({"products": ("b",)}, "P2", 12, C.OK, id="another product"),
        pytest.param({"submitted": "2026-02-10"}, "P2", 1, C.OK, id="its months are over on their last day"),
        pytest.param({"submitted": "2026-02-09T23:59"}, "P2", 1, C.INCUMBENT, id="not before"),
    ],
)
def test_r12_renewals_stay_with_the_incumbent(
    told: dict[str, Any], seller: str, months: int, code: C, registration: Any, deal: Any
) -> None:
    claim = registration(**({"kind": RegistrationKind.RENEWAL, "products": ("a",)} | told))
    sold = deal(state=DealState.WON, created="2026-01-02", closed="2026-01-10", products=("a",))
    about = PartnerFacts(True, is_active=lambda partner_id: partner_id != "P3")
    terms = read_program({"effective_from": date(2026, 1, 1), "protection": {"incumbent_months": months}})
    verdict = judge(claim, [], about, terms, ClientFacts([sold], seller=lambda deal: seller))
    assert (verdict.code, verdict.deal_ref) == (code, sold.ref if code is C.INCUMBENT else None)


@pytest.mark.parametrize(
    ("closed", "last"),
    [
        pytest.param(
            {"crm/1": "2026-01-09", "crm/2": "2026-01-10", "crm/3": "2026-01-08"}, "crm/2", id="the last sale"
        ),
        pytest.param(
            {"crm/1": "2026-01-10", "crm/3": "2026-01-10", "crm/2": "2026-01-10"}, "crm/3", id="the larger id"
        ),
    ],
)
def test_r12_the_incumbent_is_who_sold_last(
    closed: dict[str, str], last: str, registration: Any, deal: Any, program: Any
) -> None:
    sold = [deal(ref, "2026-01-02", state=DealState.WON, closed=day) for ref, day in closed.items()]
    claim = registration(kind=RegistrationKind.RENEWAL, products=("a",))
    about = PartnerFacts(True, is_active=lambda partner_id: True)
    verdict = judge(claim, [], about, program, ClientFacts(sold, seller=lambda deal: f"of {deal.ref}"))
    assert (verdict.code, verdict.deal_ref) == (C.INCUMBENT, last)


@pytest.mark.parametrize(
    ("told", "work", "supplied", "moved", "expected"),
    [
        pytest.param({}, [("2026-01-10", True)], True, None, (S.RESEARCH, C.DIRECT_ACTIVE), id="R13 a call this week"),
        pytest.param(
            {},
            [("2025-10-17T12:00", True)],
            True,
            None,
            (S.RESEARCH, C.DIRECT_ACTIVE),
            id="R13 90 days ago to the minute",
        ),
        pytest.param(
            {}, [("2025-10-17T11:59", True)], True, None, (S.APPROVED, C.DIRECT_STALE), id="R15 a minute more is stale"
        ),
        pytest.param(
            {},
            [("2026-01-15T12:00", True)],
            True,
            None,
            (S.RESEARCH, C.DIRECT_ACTIVE),
            id="R13 a call that very minute",
        ),
        pytest.param({}, [], True, None, (S.APPROVED, C.DIRECT_STALE), id="R15 no call at all"),
        pytest.param({}, [("2026-01-10", False)], True, None, (S.APPROVED, C.DIRECT_STALE), id="R15 one way only"),
        pytest.param({}, [("2026-01-16", True)], True, None, (S.APPROVED, C.DIRECT_STALE), id="R15 a call after it"),
        pytest.param(
            {"created": "2025-10-18"},
            [],
            False,
            None,
            (S.RESEARCH, C.DIRECT_ACTIVE),
            id="R13 nobody tells calls: created",
        ),
        pytest.param({}, [], False, None, (S.APPROVED, C.DIRECT_STALE), id="R15 nobody tells calls: created long ago"),
        pytest.param({}, [], False, "2025-12-01", (S.RESEARCH, C.DIRECT_ACTIVE), id="R13 nobody tells calls: it moved"),
        pytest.param(
            {"created": "2025-10-17T12:00"},
            [],
            False,
            None,
            (S.RESEARCH, C.DIRECT_ACTIVE),
            id="R13 nobody tells calls: created 90 days ago to the minute",
        ),
        pytest.param(
            {},
            [],
            False,
            "2025-10-17T12:00",
            (S.RESEARCH, C.DIRECT_ACTIVE),
            id="R13 nobody tells calls: it moved 90 days ago to the minute",
        ),
        pytest.param(
            {},
            [],
            False,
            "2026-01-15T12:00",
            (S.RESEARCH, C.DIRECT_ACTIVE),
            id="R13 nobody tells calls: it moved that very minute",
        ),
        pytest.param(
            {"created": "2026-01-15T12:00"}, [], True, None, (S.APPROVED, C.DIRECT_LATER), id="R14 made later"
        ),
        pytest.param(
            {"created": "2026-01-15T12:00"},
            [("2026-01-15T12:00", True)],
            True,
            None,
            (S.APPROVED, C.DIRECT_LATER),
            id="R14 made and called at that very minute",
        ),
        pytest.param({"partner_id": "P9"}, [("2026-01-10", True)], True, None, (S.APPROVED, C.OK), id="not direct"),
        pytest.param({"products": ("b",)}, [("2026-01-10", True)], True, None, (S.APPROVED, C.OK), id="other product"),
        pytest.param(
            {"state": DealState.LOST, "closed": "2026-01-14"},
            [("2026-01-10", True)],
            True,
            None,
            (S.APPROVED, C.OK),
            id="lost before",
        ),
        pytest.param(
            {"state": DealState.LOST, "closed": "2026-01-16"},
            [("2026-01-10", True)],
            True,
            None,
            (S.RESEARCH, C.DIRECT_ACTIVE),
            id="R13 lost after it",
        ),
    ],
)
def test_rows_about_direct_deals(
    told: dict[str, Any],
    work: list[tuple[str, bool]],
    supplied: bool,
    moved: str | None,
    expected: tuple[S, C],
    registration: Any,
    deal: Any,
    at: Any,
    program: Any,
) -> None:
    direct = deal(**({"created": "2025-10-01"} | told))
    client = ClientFacts(
        [direct],
        activities={direct.ref: [Activity("crm/a", at(day), two_way=two_way) for day, two_way in work]} if work else {},
        stage_moved=lambda _: at(moved) if moved else None,
        supplied=frozenset({"crm"} if supplied else ()),
    )
    verdict = judge(registration(products=("a",)), [], FITS, program, client)
    assert _brief(verdict) == expected
    assert verdict.deal_ref == (None if verdict.code is C.OK else direct.ref)


def test_r13_may_be_approved_as_teaming(registration: Any, deal: Any) -> None:
    teaming = _program(direct_active="approve")
    verdict = judge(registration(), [], FITS, teaming, ClientFacts([deal(created="2026-01-10")]))
    assert (_brief(verdict), verdict.deal_ref) == ((S.APPROVED, C.DIRECT_ACTIVE), "crm/1")


@pytest.mark.parametrize(
    ("created", "code"),
    [
        pytest.param(("2026-01-03", "2026-01-02", "2026-01-02"), C.DIRECT_ACTIVE, id="R13"),
        pytest.param(("2025-02-03", "2025-02-02", "2025-02-02"), C.DIRECT_STALE, id="R15"),
        pytest.param(("2026-02-03", "2026-02-02", "2026-02-02"), C.DIRECT_LATER, id="R14"),
    ],
)
def test_of_several_direct_deals_the_first_made_is_told_of_one_time_the_smaller_id(
    created: tuple[str, ...], code: C, registration: Any, deal: Any, program: Any
) -> None:
    direct = [deal(f"crm/{id_}", made) for id_, made in zip("132", created, strict=True)]
    verdict = judge(registration(), [], FITS, program, ClientFacts(direct))
    assert (verdict.code, verdict.deal_ref) == (code, "crm/2")


@pytest.mark.parametrize(
    ("told", "code", "related"),
    [
        pytest.param({"evidence": ("client_choice",)}, C.CLIENT_CHOICE, "R1", id="R21 the first"),
        pytest.param({"submitted": "2026-01-15T14:00"}, C.SIMULTANEOUS, "R1", id="R9 the first"),
        pytest.param({"products": ("b",)}, C.OTHER_PRODUCT, "R1", id="R8 the first"),
        pytest.param({"submitted": "2026-05-01"}, C.EXPIRED_OTHER, "R3", id="R10 the last"),
        pytest.param({}, C.ALREADY_PROTECTED, "R3", id="R7 the one that protects longest"),
    ],
)
def test_of_several_claims_one_is_told(
    told: dict[str, Any], code: C, related: str, registration: Any, granted: Any, program: Any
) -> None:
    when = told.get("submitted", "2026-01-20")
    others = [
        granted(registration(name, at, partner_id=partner, products=("a",)), as_of=when)
        for name, at, partner in (("R1", "2026-01-15T12:00", "P2"), ("R3", "2026-01-15T13:00", "P3"))
    ]
    claim = registration("R4", **({"submitted": "2026-01-20", "products": ("a",)} | told))
    verdict = judge(claim, others, FITS, program)
    assert (verdict.code, verdict.related_id) == (code, related)


@pytest.mark.parametrize(
    ("listed", "code"),
    [
        pytest.param("7707083893", C.DIRECT_ONLY, id="by its tax number"),
        pytest.param("Acme.com", C.DIRECT_ONLY, id="by its domain"),
        pytest.param("other.com", C.OK, id="another"),
    ],
)
def test_r16_clients_of_the_company_alone(listed: str, code: C, registration: Any) -> None:
    terms = _program(direct_only={"version": "2026-Q1", "clients": [listed]})
    verdict = judge(registration(), [], FITS, terms)
    assert (verdict.code, verdict.named) == (code, ("2026-Q1",) if code is C.DIRECT_ONLY else ())


@pytest.mark.parametrize(
    ("kind", "products", "bought", "expected"),
    [
        pytest.param("lead", ("a",), "2025-01-16", (S.RETURNED, C.EXISTING_CLIENT), id="R17 364 days ago"),
        pytest.param("lead", ("a",), "2025-01-15T23:59", (S.APPROVED, C.REACTIVATED), id="R18 365 days ago"),
        pytest.param("lead", (), "2026-01-01", (S.RETURNED, C.EXISTING_CLIENT), id="R17 no products are all"),
        pytest.param("lead", ("a",), "2026-01-15T12:00", (S.RETURNED, C.EXISTING_CLIENT), id="R17 that very minute"),
        pytest.param("lead", ("b",), "2026-01-01", (S.APPROVED, C.OK), id="R17 another product"),
        pytest.param("renewal", ("a",), "2026-01-01", (S.APPROVED, C.OK), id="R17 a renewal"),
        pytest.param("expansion", ("a",), "2026-01-01", (S.APPROVED, C.OK), id="R17 an expansion"),
    ],
)
def test_rows_about_purchases(
    kind: str,
    products: tuple[str, ...],
    bought: str,
    expected: tuple[S, C],
    registration: Any,
    deal: Any,
    at: Any,
    program: Any,
) -> None:
    sold = deal(state=DealState.WON, created="2024-06-01", closed="2024-07-01", products=("a",))
    paid = [
        Payment("crm/p", sold.ref, at(bought), Money(1, "RUB")),
        Payment("crm/q", sold.ref, at("2026-02-01"), Money(1, "RUB")),
    ]
    claim = registration(kind=RegistrationKind(kind), products=products)
    assert _brief(judge(claim, [], FITS, program, ClientFacts([sold], {sold.ref: paid}))) == expected


def test_a_sale_without_payments_is_dated_by_its_end(registration: Any, deal: Any, program: Any) -> None:
    sold = deal(state=DealState.WON, created="2024-06-01", closed="2025-12-01")
    assert judge(registration(), [], FITS, program, ClientFacts([sold])).code is C.EXISTING_CLIENT
    now = deal(state=DealState.WON, created="2024-06-01", closed="2026-01-15T12:00")
    assert judge(registration(), [], FITS, program, ClientFacts([now])).code is C.EXISTING_CLIENT
    later = deal(state=DealState.WON, created="2024-06-01", closed="2026-01-20", partner_id="P1")
    assert judge(registration(), [], FITS, program, ClientFacts([later])).code is C.OK


def test_a_deal_about_another_product_hides_no_other(registration: Any, deal: Any, program: Any) -> None:
    deals = [deal("crm/1", "2026-01-02", products=("b",)), deal("crm/2", "2026-01-02", products=("a",))]
    verdict = judge(registration(products=("a",)), [], FITS, program, ClientFacts(deals))
    assert (verdict.code, verdict.deal_ref) == (C.DIRECT_ACTIVE, "crm/2")


def test_r19_a_client_who_may_be_known_asks(registration: Any, program: Any) -> None:
    verdict = judge(registration(), [], FITS, program, ClientFacts(lookalikes=("crm/c7",)))
    assert (_brief(verdict), verdict.named) == ((S.RESEARCH, C.MAYBE_SAME), ("crm/c7",))


def test_r24_research_ends_in_a_provisional_approval_unless_a_row_refuses(
    registration: Any, granted: Any, at: Any, program: Any
) -> None:
    claim, then = registration(), at("2026-01-22T12:00")
    active = ClientFacts(lookalikes=("crm/c7",))
    verdict = ripen(claim, [], FITS, active, program, then)
    assert verdict is not None
    assert (_brief(verdict), verdict.at) == ((S.PROVISIONAL, C.SLA_PROVISIONAL), then)
    assert verdict.trace == "verdict:R24:SLA_PROVISIONAL"
    rival = granted(registration("R2", "2026-01-16", partner_id="P2"))
    assert ripen(claim, [rival], FITS, active, program, then) is None
    assert ripen(claim, [], UNFIT, active, program, then) is None


def test_a_verdict_is_dated_at_the_submission_and_names_its_row(registration: Any, program: Any) -> None:
    verdict = judge(registration(), [], FITS, program)
    assert (verdict.at, verdict.program_version) == (registration().submitted_at, "2026-01-01")
    assert verdict.trace == "verdict:R23:OK"


def test_a_person_s_verdict_tells_who_and_why(at: Any, program: Any) -> None:
    ruling = Ruling("R1", RulingKind.REJECT, "u1", "seen the letter", at("2026-01-20"))
    assert ruled(ruling, S.REJECTED, program) == Verdict(
        S.REJECTED,
        C.BY_PERSON,
        at("2026-01-20"),
        "2026-01-01",
        trace="ruling:u1:reject",
        actor="u1",
        reason="seen the letter",
    )


@pytest.mark.parametrize(
    ("trace", "rows_before"),
    [
        pytest.param("verdict:R3:PARTNER_NOT_ELIGIBLE", ("R1", "R2"), id="those before the row that matched"),
        pytest.param("verdict:R1:DATA_MISSING|fields:amount", (), id="none before the first"),
        pytest.param("verdict:R24:SLA_PROVISIONAL", (), id="time is no row of the table"),
        pytest.param("ruling:u1:reject", (), id="nor is a person"),
        pytest.param("", (), id="nothing is known"),
    ],
)
def test_which_rows_were_looked_at(trace: str, rows_before: tuple[str, ...]) -> None:
    assert verdict_rows.looked_at(trace) == rows_before


def test_what_is_missing_is_told_once(registration: Any) -> None:
    sale = registration(kind=RegistrationKind.SALE, client=ClientKeys(name="Acme"), products=("a",))
    assert missing(sale) == ["client_inn"]
    assert not is_complete(sale)
    assert not is_complete(registration(faults=(("amount", "x"),)))
    assert is_complete(registration())


def test_every_state_has_its_moves() -> None:
    assert set(REGISTRATION_MOVES) == set(S)
    assert REGISTRATION_MOVES[S.INVALID] == {S.SUBMITTED, S.WITHDRAWN}
    assert S.ACTIVE in REGISTRATION_MOVES[S.APPROVED]
    assert REGISTRATION_MOVES[S.REJECTED] == {S.APPROVED}
    assert REGISTRATION_MOVES[S.EXPIRED] == frozenset()
