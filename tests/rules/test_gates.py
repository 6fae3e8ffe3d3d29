"""The gates before money moves: each with what it refuses, and the nearest case that it lets through."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.domain.partner import Contract, ContractKind, Partner, PartnerKind, PartnerStatus, TaxStatus
from partnersync.domain.value import Money
from partnersync.rules.gates import Gate, Payee, Sum, missing
from partnersync.rules.program import read_program

DAY = date(2026, 6, 10)
PARTNER = Partner("P1", "First", inn="7707083893", kind=PartnerKind.AGENT)
SUM = Sum(Money(500_00, "RUB"), frozenset({"2026-05"}))
PROGRAM = {"effective_from": date(2026, 1, 1)}


def rub(text: str) -> Money:
    return Money.parse(f"{text} RUB")


def codes(
    partner: dict[str, Any] | None = None,
    payee: dict[str, Any] | None = None,
    due: dict[str, Any] | None = None,
    payout: dict[str, Any] | None = None,
    registration: dict[str, Any] | None = None,
) -> tuple[str, ...]:
    known = Payee(replace(PARTNER, **partner or {}))
    program = read_program(PROGRAM | {"payout": payout or {}, "registration": registration or {}})
    return missing(replace(known, **payee or {}), replace(SUM, **due or {}), program, DAY)


NPD: dict[str, Any] = {"tax_status": TaxStatus.NPD}
SURE: dict[str, Any] = {"npd_confirmed": True}
ENDED = Contract(valid_until=date(2026, 6, 9))
MAY_31 = date(2026, 5, 31)

# code → (what it refuses, the nearest that passes)
ROWS: dict[Gate, list[tuple[str, dict[str, Any], dict[str, Any]]]] = {
    Gate.CONTRACT_INVALID: [
        (
            "the contract ended the day before; on its last day it holds",
            {"partner": {"contract": ENDED}},
            {"partner": {"contract": Contract(valid_until=DAY)}},
        ),
        (
            "the contract begins the day after; on its first day it holds",
            {"partner": {"contract": Contract(valid_from=date(2026, 6, 11))}},
            {"partner": {"contract": Contract(valid_from=DAY)}},
        ),
        (
            "no contract where the program requires one; without that none is needed",
            {"registration": {"require_contract": True}},
            {},
        ),
        (
            "an ended contract of an active partner; of one who left what he earned is still paid",
            {"partner": {"contract": ENDED}},
            {"partner": {"contract": ENDED, "status": PartnerStatus.LEFT}},
        ),
    ],
    Gate.PAYEE_UNVERIFIED: [
        (
            "never verified; where the program does not verify it does not matter",
            {"payout": {"verify_payees": True}},
            {},
        ),
        (
            "verified tomorrow; today counts",
            {"payout": {"verify_payees": True}, "partner": {"verified_on": date(2026, 6, 11)}},
            {"payout": {"verify_payees": True}, "partner": {"verified_on": DAY}},
        ),
    ],
    Gate.INN_BAD: [
        (
            "an agent without a usable INN; a foreign one needs none",
            {"partner": {"inn": None}},
            {"partner": {"inn": None, "tax_status": TaxStatus.FOREIGN}},
        ),
        (
            "an individual who is an agent; one who only refers needs none",
            {"partner": {"inn": None, "tax_status": TaxStatus.INDIVIDUAL}, "payee": {"tax_table": True}},
            {
                "partner": {"inn": None, "tax_status": TaxStatus.INDIVIDUAL, "kind": PartnerKind.REFERRAL},
                "payee": {"tax_table": True},
            },
        ),
        (
            "a company that refers; an individual who refers needs none",
            {"partner": {"inn": None, "kind": PartnerKind.REFERRAL}},
            {
                "partner": {"inn": None, "kind": PartnerKind.REFERRAL, "tax_status": TaxStatus.INDIVIDUAL},
                "payee": {"tax_table": True},
            },
        ),
    ],
    Gate.TAX_STATUS_UNKNOWN: [
        ("no record of the partner; a record tells his status", {"payee": {"partner": None}}, {})
    ],
    Gate.NPD_LOST: [
        (
            "npd was lost; it is confirmed",
            {"partner": NPD, "payee": {"npd_confirmed": False}},
            {"partner": NPD, "payee": SURE},
        )
    ],
    Gate.NPD_UNKNOWN: [("nobody can tell; he is no npd", {"partner": NPD}, {})],
    Gate.NPD_AGENCY_FORBIDDEN: [
        (
            f"npd under a contract of {kind}; under one of services he may",
            {"partner": NPD | {"contract": Contract(kind=kind)}, "payee": SURE},
            {"partner": NPD | {"contract": Contract(kind=ContractKind.SERVICES)}, "payee": SURE},
        )
        for kind in (ContractKind.AGENCY, ContractKind.COMMISSION, ContractKind.MANDATE)
    ]
    + [
        (
            "npd under an agency contract; a company may",
            {"partner": NPD | {"contract": Contract(kind=ContractKind.AGENCY)}, "payee": SURE},
            {"partner": {"contract": Contract(kind=ContractKind.AGENCY)}},
        )
    ],
    Gate.STATEMENT_NOT_ACCEPTED: [("a line in no approved statement; all are", {"due": {"accepted": False}}, {})],
    Gate.DOCUMENTS_MISSING: [
        (
            "the act of another month; that of the month",
            {"payout": {"documents": ["act"]}, "payee": {"papers": {("2026-04", "act")}}},
            {"payout": {"documents": ["act"]}, "payee": {"papers": {("2026-05", "act")}}},
        ),
        (
            "one of two kinds; both",
            {"payout": {"documents": ["act", "invoice"]}, "payee": {"papers": {("2026-05", "act")}}},
            {
                "payout": {"documents": ["act", "invoice"]},
                "payee": {"papers": {("2026-05", "act"), ("2026-05", "invoice")}},
            },
        ),
    ],
    Gate.RECEIPT_MISSING: [
        (
            "the last payout's receipt did not come; there was no payout yet",
            {"partner": NPD, "payee": SURE | {"last_paid_on": MAY_31}},
            {"partner": NPD, "payee": SURE},
        ),
        (
            "a receipt of the day before that payout; of its day",
            {
                "partner": NPD,
                "payee": SURE | {"last_paid_on": MAY_31, "receipts": {("2026-05", date(2026, 5, 30))}},
            },
            {"partner": NPD, "payee": SURE | {"last_paid_on": MAY_31, "receipts": {("2026-05", MAY_31)}}},
        ),
        (
            "a receipt of another month; of the payout's month",
            {"partner": NPD, "payee": SURE | {"last_paid_on": MAY_31, "receipts": {("2026-04", DAY)}}},
            {"partner": NPD, "payee": SURE | {"last_paid_on": MAY_31, "receipts": {("2026-05", DAY)}}},
        ),
        (
            "npd without a receipt; a company sends none",
            {"partner": NPD, "payee": SURE | {"last_paid_on": MAY_31}},
            {"payee": {"last_paid_on": MAY_31}},
        ),
    ],
    Gate.ON_HOLD: [("a line is on hold; none is", {"due": {"on_hold": True}}, {})],
    Gate.BELOW_MINIMUM: [
        ("499.99 is carried; 500.00 is paid", {"due": {"amount": rub("499.99")}}, {"due": {"amount": rub("500.00")}}),
        (
            "499.99 is carried; to a partner who left it is paid",
            {"due": {"amount": rub("499.99")}},
            {"due": {"amount": rub("499.99")}, "partner": {"status": PartnerStatus.LEFT}},
        ),
        (
            "499.99 RUB is carried; the minimum is none of euros",
            {"due": {"amount": rub("499.99")}},
            {"due": {"amount": Money(1, "EUR")}},
        ),
        ("nothing is not paid; a cent is", {"due": {"amount": Money(0, "EUR")}}, {"due": {"amount": Money(1, "EUR")}}),
        (
            "less than nothing is not paid to one who left; a kopeck is",
            {"due": {"amount": rub("-0.01")}, "partner": {"status": PartnerStatus.LEFT}},
            {"due": {"amount": rub("0.01")}, "partner": {"status": PartnerStatus.LEFT}},
        ),
    ],
    Gate.DISPUTED: [("a disputed line; none is", {"due": {"disputed": True}}, {})],
    Gate.STOP_LIST: [("on the stop list; not on it", {"partner": {"stop_listed": True}}, {})],
    Gate.TAX_TABLE_MISSING: [
        (
            "an individual without a tax table; a company has its own taxes",
            {"partner": {"tax_status": TaxStatus.INDIVIDUAL}},
            {},
        )
    ],
    Gate.BANK_CHANGED: [
        (
            "changed 3 days ago; 4 days ago",
            {"payee": {"bank_changed_on": date(2026, 6, 7)}},
            {"payee": {"bank_changed_on": date(2026, 6, 6)}},
        ),
        (
            "verified the day before the change; on its day",
            {"payee": {"bank_changed_on": DAY}, "partner": {"verified_on": date(2026, 6, 9)}},
            {"payee": {"bank_changed_on": DAY}, "partner": {"verified_on": DAY}},
        ),
        (
            "to be verified tomorrow; verified today",
            {"payee": {"bank_changed_on": date(2026, 6, 9)}, "partner": {"verified_on": date(2026, 6, 11)}},
            {"payee": {"bank_changed_on": date(2026, 6, 9)}, "partner": {"verified_on": DAY}},
        ),
    ],
    Gate.BUDGET: [
        (
            "a kopeck over what is left of the budget; all of it",
            {"due": {"budget_left": rub("499.99")}},
            {"due": {"budget_left": rub("500")}},
        )
    ],
    Gate.FOUR_EYES: [
        (
            "approved by its maker; by another",
            {"due": {"made": True, "maker": "ann", "approver": "ann"}},
            {"due": {"made": True, "maker": "ann", "approver": "bob"}},
        ),
        (
            "approved by its maker in capitals; by another",
            {"due": {"made": True, "maker": "ann", "approver": " ANN"}},
            {"due": {"made": True, "maker": "ann", "approver": "anna"}},
        ),
        ("made and approved by nobody; not made yet", {"due": {"made": True, "maker": "ann"}}, {}),
    ],
}


@pytest.mark.parametrize(
    ("code", "refused", "passes"),
    [pytest.param(code, *row[1:], id=f"{code}: {row[0]}") for code, rows in ROWS.items() for row in rows],
)
def test_each_gate_refuses_its_case_and_passes_the_nearest(
    code: Gate, refused: dict[str, Any], passes: dict[str, Any]
) -> None:
    assert code in codes(**refused)
    assert code not in codes(**passes)


def test_every_gate_has_a_row() -> None:
    assert set(ROWS) == set(Gate)


def test_what_is_missing_is_named_in_the_order_of_the_policy() -> None:
    npd = NPD | {"inn": None, "stop_listed": True, "contract": replace(ENDED, kind=ContractKind.AGENCY)}
    found = codes(
        partner=npd,
        payee={"last_paid_on": MAY_31, "bank_changed_on": DAY},
        due={
            "amount": rub("1"),
            "accepted": False,
            "on_hold": True,
            "disputed": True,
            "budget_left": rub("0"),
            "made": True,
        },
        payout={"documents": ["act"], "verify_payees": True},
    )
    rare = {Gate.TAX_STATUS_UNKNOWN, Gate.NPD_LOST, Gate.TAX_TABLE_MISSING}
    assert found == tuple(code for code in Gate if code not in rare)


def test_nothing_is_missing_where_every_gate_holds() -> None:
    assert codes() == ()


@given(status=st.sampled_from([TaxStatus.NPD, TaxStatus.INDIVIDUAL]), inn=st.sampled_from(["7707083893", None]))
def test_money_waits_for_what_nobody_can_tell_yet(status: TaxStatus, inn: str | None) -> None:
    assert codes(partner={"tax_status": status, "inn": inn})
