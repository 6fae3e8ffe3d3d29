"""What counts as an event, a payment or a win, by the terms in force at its time; and events that cannot be used."""

from dataclasses import replace
from datetime import date

import pytest

from commission_world import (
    POLICY,
    RULES,
    WON,
    WON_RULES,
    brief,
    deal,
    look,
    moscow,
    owed,
    paid,
    programme,
    refund,
    won,
)
from partnersync.domain.deal import Deal, DealState, Payment
from partnersync.domain.issue import Issue
from partnersync.domain.value import RecordKind
from partnersync.rules.program import Programme


@pytest.mark.parametrize(
    ("one", "payments", "expected"),
    [
        pytest.param(won("122000"), [], "D1 100000.00 50000.00", id="the win is the event, its id the deal's"),
        pytest.param(won("122000"), [paid("P1", "61000")], "D1 100000.00 50000.00", id="payments are not"),
        pytest.param(deal("122000"), [paid("P1", "61000")], "", id="an open deal earns nothing"),
        pytest.param(replace(won("122000"), state=DealState.LOST), [], "", id="nor does a lost one"),
        pytest.param(won("122000", on="2027-02-01"), [], "", id="nor a later win"),
        pytest.param(won("120000", on="2025-12-31 12:00"), [], "D1 100000.00 50000.00", id="VAT of its day"),
        pytest.param(won("2000", "install"), [], "D1 1639.34 1000.00", id="a fixed sum at once"),
        pytest.param(won("", "install"), [], "D1 0.00 1000.00", id="a fixed sum without an amount"),
        pytest.param(won(""), [], "D1 0.00 0.00", id="no amount, no base"),
        pytest.param(won("732000", "service"), [], "D1 600000.00 65000.00", id="bands"),
        pytest.param(won("122000", "other"), [], "", id="no rule takes it"),
    ],
)
def test_won_trigger(one: Deal, payments: list[Payment], expected: str) -> None:
    assert brief(owed(one, payments, WON)) == expected


def test_a_win_holds_from_its_day_and_counts_in_its_period() -> None:
    found, _ = look(won("122000", "service"), terms=WON)
    assert found[0].event_time == moscow("2026-05-01 10:00")
    assert found[0].hold_until == moscow("2026-05-15")
    assert found[0].bucket == "A7|services|2020-01-01|2026Q2"


@pytest.mark.parametrize(
    ("payments", "expected"),
    [
        pytest.param(
            [paid("P1", "48800", "2026-04-01")],
            "P1 40000.00 20000.00, D1 60000.00 30000.00",
            id="a win earns what is left",
        ),
        pytest.param(
            [paid("P1", "122000", "2026-04-01")], "P1 100000.00 50000.00", id="and nothing of a deal paid before"
        ),
        pytest.param(
            [paid("P1", "48800", "2026-04-01"), refund("R1", "24400", "P1", "2026-04-02")],
            "P1 40000.00 20000.00, D1 80000.00 40000.00, R1 -20000.00 -10000.00",
            id="what was given back before it is left",
        ),
        pytest.param(
            [paid("P1", "48800", "2026-04-01"), refund("R1", "24400", "P1", "2026-05-02")],
            "P1 40000.00 20000.00, D1 60000.00 30000.00, R1 -20000.00 -10000.00",
            id="what was given back after it is a refund and no more",
        ),
        pytest.param(
            [
                paid("P1", "48800", "2026-04-01"),
                refund("R1", "12200", "P1", "2026-04-02"),
                refund("R2", "12200", "P1", "2026-04-03"),
            ],
            "P1 40000.00 20000.00, D1 80000.00 40000.00, R1 -10000.00 -5000.00, R2 -10000.00 -5000.00",
            id="in parts too",
        ),
        pytest.param(
            [paid("P1", "48800", "2026-04-01"), refund("R1", "24400", "P1", "2026-05-01 10:00")],
            "P1 40000.00 20000.00, D1 60000.00 30000.00, R1 -20000.00 -10000.00",
            id="at its very moment is not before it",
        ),
        pytest.param(
            [paid("P1", "61000", "2026-05-01 10:00"), paid("P2", "61000", "2026-05-02")],
            "D1 100000.00 50000.00",
            id="payments of its moment or later are no events",
        ),
        pytest.param(
            [
                paid("P1", "24400", "2026-04-01"),
                paid("P2", "24400", "2026-05-02"),
                refund("R1", "12200", "P1", "2026-05-03"),
            ],
            "P1 20000.00 10000.00, D1 80000.00 40000.00, R1 -10000.00 -5000.00",
            id="but refunds after them are",
        ),
    ],
)
def test_nothing_is_earned_twice_when_the_trigger_changes(payments: list[Payment], expected: str) -> None:
    terms = programme(RULES, WON_RULES.replace("2020-01-01", "2026-04-15"))
    assert brief(owed(won("122000"), payments, terms)) == expected


def test_a_payment_from_before_the_first_vat_rate_waits_at_its_own_date() -> None:
    terms = programme(RULES.replace("2020-01-01", "2018-01-01"))
    _, issues = look(deal(), [paid("P1", "100", "2018-12-31")], terms)
    reason = REASONS["VAT_RATE_MISSING", "act_date"]
    at = "2018-12-31T00:00:00+03:00"
    assert issues == [Issue(RecordKind.PAYMENT, "main/P1", "VAT_RATE_MISSING", reason, "paid_at", at)]


def test_a_win_and_a_payment_that_cannot_be_used_are_both_told() -> None:
    _, issues = look(won("100", on="2019-12-31"), [refund("R1", "10", "P9")], WON)
    assert [(issue.record_id, issue.code) for issue in issues] == [
        ("main/D1", "PROGRAM_MISSING"),
        ("main/R1", "OVER_REFUND"),
    ]


def test_an_event_before_the_first_version_is_what_that_version_calls_one() -> None:
    terms = programme(RULES, WON_RULES.replace("2020-01-01", "2026-04-15"))
    _, issues = look(won("100", on="2019-12-31"), [paid("P1", "100", "2019-12-31")], terms)
    assert [issue.record_id for issue in issues] == ["main/P1"]


VERDICT = moscow("2026-04-20 12:00")


@pytest.mark.parametrize(
    ("one", "payments", "expected"),
    [
        pytest.param(deal("244"), [paid("P1", "122", "2026-04-20 12:00")], "P1 100.00", id="paid at the verdict"),
        pytest.param(deal("244"), [paid("P1", "122", "2026-04-20 11:59")], "", id="a minute before it"),
        pytest.param(
            deal("122"),
            [paid("P1", "61", "2026-04-01"), paid("P2", "122")],
            "P2 50.00",
            id="what was paid before uses up the amount",
        ),
        pytest.param(
            deal("122", "install"),
            [paid("P1", "61", "2026-04-01"), paid("P2", "61")],
            "P2 50.00",
            id="of a fixed sum the part that is paid after it",
        ),
        pytest.param(
            deal(),
            [paid("P1", "61", "2026-04-01"), refund("R1", "61", "P1")],
            "",
            id="a refund of what was paid before takes nothing back",
        ),
        pytest.param(deal(), [paid("P1", "61", "2019-12-31")], "", id="nobody misses a program for it"),
        pytest.param(
            won("122", on="2026-05-20"),
            [paid("P1", "61", "2026-04-01")],
            "D1 50.00",
            id="a win earns nothing of what was an event before it",
        ),
        pytest.param(won("122", on="2026-04-20 12:00"), [], "D1 100.00", id="won at the verdict"),
    ],
)
def test_a_deal_that_is_a_partners_from_a_verdict_on(one: Deal, payments: list[Payment], expected: str) -> None:
    terms = programme(RULES, WON_RULES.replace("2020-01-01", "2026-05-15")) if one.state is DealState.WON else POLICY
    terms = WON if one.ended_at == VERDICT else terms
    found, issues = look(one, payments, terms, since=VERDICT)
    assert issues == []
    assert ", ".join(f"{each.event_id.removeprefix('main/')} {each.base.text()}" for each in found) == expected


def test_payments_after_a_win_that_earned_are_no_events_under_later_terms_either() -> None:
    terms = programme(WON_RULES, RULES.replace("2020-01-01", "2026-06-01"))
    assert brief(owed(won("122000"), [paid("P1", "61000", "2026-06-02")], terms)) == "D1 100000.00 50000.00"


@pytest.mark.parametrize(
    ("one", "payments", "terms", "expected"),
    [
        pytest.param(
            deal(products="licence service"),
            [paid("P1", "100")],
            POLICY,
            "payment main/P1 PRODUCT_UNKNOWN product",
            id="the deal's products fall under different rules",
        ),
        pytest.param(
            deal(products="install setup"),
            [paid("P1", "100")],
            POLICY,
            "payment main/P1 PRODUCT_UNKNOWN product",
            id="or one of them is out of scope",
        ),
        pytest.param(
            deal(products="licence other"),
            [paid("P1", "100")],
            POLICY,
            "payment main/P1 PRODUCT_UNKNOWN product",
            id="or no rule takes one of them",
        ),
        pytest.param(
            won("100", "licence service"), [], WON, "deal main/D1 PRODUCT_UNKNOWN products", id="a win of several"
        ),
        pytest.param(
            deal(),
            [paid("P1", "100", "2019-12-31 23:59")],
            POLICY,
            "payment main/P1 PROGRAM_MISSING paid_at 2019-12-31T23:59:00+03:00",
            id="paid before the first version",
        ),
        pytest.param(
            won("100", on="2019-12-31 23:59"),
            [],
            WON,
            "deal main/D1 PROGRAM_MISSING closed_at 2019-12-31T23:59:00+03:00",
            id="won before the first version",
        ),
        pytest.param(won("100", on="2019-12-31"), [], POLICY, "", id="a win that is no event misses no program"),
        pytest.param(deal(), [paid("P1", "100", "2019-12-31")], WON, "", id="nor does a payment that is none"),
        pytest.param(
            deal(),
            [paid("P1", "100", act_date=date(2018, 12, 31))],
            POLICY,
            "payment main/P1 VAT_RATE_MISSING act_date 2018-12-31",
            id="an act from before the VAT table",
        ),
        pytest.param(
            deal(),
            [refund("R1", "100", "P9")],
            POLICY,
            "payment main/R1 OVER_REFUND refund_of main/P9",
            id="a refund of a payment that is not the deal's",
        ),
        pytest.param(
            deal(products="licence service"),
            [paid("P1", "100"), refund("R1", "50", "P1")],
            POLICY,
            "payment main/P1 PRODUCT_UNKNOWN product",
            id="a refund of a payment that waits",
        ),
    ],
)
def test_what_cannot_be_used_is_an_issue_and_earns_nothing(
    one: Deal, payments: list[Payment], terms: Programme, expected: str
) -> None:
    found, issues = look(one, payments, terms)
    assert found == []
    told = (f"{one.kind} {one.record_id} {one.code} {one.column} {one.value}".rstrip() for one in issues)
    assert ", ".join(told) == expected
    assert all(one.reason == REASONS[one.code, one.column] for one in issues)


BEFORE_ALL = "is from before the first program version: add a version with an earlier effective_from"
MANY = "names no product, and those of its deal fall under different rules: it waits until one is named"
REASONS = {
    ("PRODUCT_UNKNOWN", "product"): MANY,
    ("PRODUCT_UNKNOWN", "products"): MANY,
    ("PROGRAM_MISSING", "paid_at"): BEFORE_ALL,
    ("PROGRAM_MISSING", "closed_at"): BEFORE_ALL,
    ("VAT_RATE_MISSING", "act_date"): (
        "is from before the first VAT rate: add an earlier one to [commission.vat] of the program"
    ),
    ("OVER_REFUND", "refund_of"): (
        "names no payment of its deal and currency, so it takes nothing back: correct refund_of"
    ),
}
