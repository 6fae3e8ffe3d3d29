"""What is told of rows of the decision table that nearly matched, and of rows that were not looked at."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from partnersync.domain import trace
from partnersync.domain.activity import Activity
from partnersync.domain.deal import DealState
from partnersync.domain.partner import Partner
from partnersync.domain.registration import RegistrationKind, VerdictCode
from partnersync.rules import explain
from partnersync.rules.near_misses import SENTENCES
from partnersync.rules.program import read_program
from partnersync.rules.registration import judge
from partnersync.rules.situation import ClientFacts, PartnerFacts
from partnersync.rules.verdict_rows import looked_at
from partnersync.translate import translator

ENGLISH = translator("en")
SIGNED = {"actor": "u1", "reason": "seen the letter"}


@pytest.mark.parametrize(
    ("told", "signed", "code", "steps"),
    [
        pytest.param({"partner_id": "P1", "products": ("b",)}, {}, "OK", [("own_products", "R1")], id="R5"),
        pytest.param(
            {"submitted": "2026-01-16T12:00"}, {}, "ALREADY_PROTECTED", [("hours", "R1", "24")], id="R9 in hours"
        ),
        pytest.param(
            {"submitted": "2026-01-15T13:00"}, SIGNED, "ALREADY_PROTECTED", [("confirmed", "R1")], id="R9 confirmed"
        ),
        pytest.param({"products": ("b",)}, {}, "OTHER_PRODUCT", [("other_products", "R1")], id="R7 other products"),
        pytest.param(
            {"submitted": "2026-03-17"}, {}, "EXPIRED_OTHER", [("over", "R1", "2026-03-17")], id="R7 it was over"
        ),
        pytest.param(
            {"partner_id": "P1", "submitted": "2026-03-24"}, {}, "OK", [("cooled", "R1", "2026-03-23")], id="R11"
        ),
        pytest.param({"submitted": "2026-01-15T13:00"}, {}, "SIMULTANEOUS", [], id="rows behind are not looked at"),
    ],
)
def test_earlier_claims(
    told: dict[str, Any],
    signed: dict[str, str],
    code: str,
    steps: list[trace.Step],
    registration: Any,
    granted: Any,
    program: Any,
) -> None:
    told = {"submitted": "2026-01-20", "partner_id": "P2", "products": ("a",)} | told
    first = granted(registration(products=("a",)), as_of=told["submitted"])
    first = replace(first, verdict=replace(first.verdict, **signed))
    verdict = judge(registration("R2", **told), [first], PartnerFacts(True), program)
    assert verdict.code == code
    assert [step for step in trace.decode(verdict.trace) if step[0] in SENTENCES] == steps


@pytest.mark.parametrize(
    ("told", "seller", "code", "steps"),
    [
        pytest.param({}, "", "REACTIVATED", [("bought", "2025-01-10", "370")], id="R17 long ago"),
        pytest.param(
            {"submitted": "2025-01-20", "kind": RegistrationKind.EXPANSION},
            "",
            "OK",
            [("continues", "2025-01-10")],
            id="R17 continued",
        ),
        pytest.param(
            {"kind": RegistrationKind.RENEWAL},
            "P2",
            "REACTIVATED",
            [("incumbent_late", "2025-01-10"), ("bought", "2025-01-10", "370")],
            id="R12 too late",
        ),
        pytest.param(
            {"kind": RegistrationKind.RENEWAL, "submitted": "2025-01-20"},
            "P1",
            "OK",
            [("incumbent_own", "crm/1"), ("continues", "2025-01-10")],
            id="R12 his own",
        ),
        pytest.param(
            {"kind": RegistrationKind.RENEWAL, "submitted": "2025-01-20"},
            "P3",
            "OK",
            [("incumbent_inactive", "crm/1"), ("continues", "2025-01-10")],
            id="R12 not active any more",
        ),
    ],
)
def test_purchases(
    told: dict[str, Any], seller: str, code: str, steps: list[trace.Step], registration: Any, deal: Any, program: Any
) -> None:
    claim = registration(**({"products": ("a",)} | told))
    sold = deal(state=DealState.WON, created="2025-01-02", closed="2025-01-10", products=("a",))
    about = PartnerFacts(True, is_active=lambda partner_id: partner_id != "P3")
    verdict = judge(claim, [], about, program, ClientFacts([sold], seller=lambda deal: seller))
    assert verdict.code == code
    assert list(trace.decode(verdict.trace)[1:]) == steps


def test_a_stale_direct_deal_a_list_and_a_tender(registration: Any, deal: Any, at: Any) -> None:
    terms = read_program(
        {
            "effective_from": date(2026, 1, 1),
            "registration": {"direct_only": {"version": "v7", "clients": ["7736050003"]}},
        }
    )
    old = deal("crm/7", "2025-01-02")
    partner = Partner("P1", "First", joined_on=date(2026, 1, 1))
    claim = registration(kind=RegistrationKind.TENDER, tender_won_on=date(2026, 1, 3), products=("a",))
    quiet = {"crm/7": [Activity("crm/a", at("2025-06-01"), deal_ref="crm/7", two_way=True)]}
    client = ClientFacts([old], activities=quiet, supplied=frozenset({"crm"}))
    verdict = judge(claim, [], PartnerFacts(True, partner), terms, client)
    assert verdict.code is VerdictCode.DIRECT_STALE
    assert trace.decode(verdict.trace)[1:] == (
        ("tender_in_time", "2026-01-03"),
        ("stale", "crm/7", "90"),
        ("unlisted", "v7"),
    )


def test_the_rows_before_the_one_that_decided_are_named(registration: Any, program: Any) -> None:
    refused = judge(registration(), [], PartnerFacts(False), program)
    assert looked_at(refused.trace) == ("R1", "R2")
    assert explain.considered_sentences(refused, ENGLISH) == [
        "Row R3 of the programme decided: PARTNER_NOT_ELIGIBLE.",
        "Looked at before, in this order, and without a match: R1, R2.",
    ]
    granted = judge(registration(), [], PartnerFacts(True), program)
    rows = "R1 R2 R3 R4 R5 R20 R22 R21 R9 R7 R11 R12 R13 R16 R17 R19 R8 R10 R14 R15 R18"
    assert looked_at(granted.trace) == tuple(rows.split())
