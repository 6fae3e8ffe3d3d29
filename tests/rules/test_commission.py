"""policy.md 4 as far as percent, fixed and marginal bands go: one deal's events → what is owed for them."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from commission_world import POLICY, RULES, WON, brief, deal, look, moscow, owed, paid, programme, refund, won
from partnersync.domain.deal import Deal, DealState, Payment
from partnersync.domain.issue import Issue
from partnersync.domain.trace import decode
from partnersync.domain.value import Money, RecordKind
from partnersync.errors import ConfigError
from partnersync.rules.commission import STEPS, hold_reason
from partnersync.rules.pricing import price
from partnersync.rules.program import Programme


@pytest.mark.parametrize(
    ("one", "payments", "expected"),
    [
        pytest.param(deal(), [paid("P1", "122000")], "P1 100000.00 50000.00", id="VAT is no base: 22 %"),
        pytest.param(
            deal(),
            [paid("P1", "120000", "2025-12-31 23:59")],
            "P1 100000.00 50000.00",
            id="20 % in a payment of 2025-12-31",
        ),
        pytest.param(
            deal(),
            [paid("P1", "120000", act_date=date(2025, 12, 31))],
            "P1 100000.00 50000.00",
            id="the rate is that of the act's day: 20 % in a payment of 2026",
        ),
        pytest.param(
            deal(),
            [paid("P1", "122000", "2025-12-31 12:00", act_date=date(2026, 1, 1))],
            "P1 100000.00 50000.00",
            id="the rate is that of the act's day: 22 % in a payment of 2025",
        ),
        pytest.param(
            deal(),
            [paid("P1", "110000", vat_rate=Fraction(1, 10), act_date=date(2026, 1, 1))],
            "P1 100000.00 50000.00",
            id="the payment's own rate comes first",
        ),
        pytest.param(deal(), [paid("P1", "100", vat_rate=Fraction(0))], "P1 100.00 50.00", id="a rate of 0 is a rate"),
        pytest.param(
            deal(products="tenth"),
            [paid("P1", "26.75", vat_rate=Fraction(0))],
            "P1 26.75 2.68",
            id="half up: 2.675 is 2.68",
        ),
        pytest.param(
            deal("244000"),
            [paid("P1", "122000"), paid("P2", "122000", "2026-06-01")],
            "P1 100000.00 50000.00, P2 100000.00 50000.00",
            id="a partial payment accrues its part",
        ),
        pytest.param(
            deal("122000"),
            [paid("P1", "61000"), paid("P2", "122000", "2026-06-01")],
            "P1 50000.00 25000.00, P2 50000.00 25000.00",
            id="an overpayment accrues nothing on the excess",
        ),
        pytest.param(
            deal("122000"),
            [paid("P1", "122000"), paid("P2", "122", "2026-06-01")],
            "P1 100000.00 50000.00, P2 0.00 0.00",
            id="a payment that is all excess is booked as 0",
        ),
        pytest.param(
            deal("122000"),
            [paid("P2", "122000"), paid("P1", "122000")],
            "P1 100000.00 50000.00, P2 0.00 0.00",
            id="of payments at one time the smaller id comes first",
        ),
        pytest.param(
            replace(deal(), amount=Money(1, "USD"), currency="USD"),
            [paid("P1", "122000")],
            "P1 100000.00 50000.00",
            id="an amount in another currency is no limit",
        ),
        pytest.param(deal(products="other"), [paid("P1", "122000")], "", id="no rule takes it: no earning"),
        pytest.param(
            deal(products="other"),
            [paid("P1", "122000", product="licence")],
            "P1 100000.00 50000.00",
            id="the payment's product comes before the deal's",
        ),
        pytest.param(
            deal(products="licence upgrade"),
            [paid("P1", "122000")],
            "P1 100000.00 50000.00",
            id="several products of one rule need no telling apart",
        ),
        pytest.param(deal("122000", "setup"), [paid("P1", "122000")], "P1 0.00 0.00", id="an excluded product earns 0"),
    ],
)
def test_payments(one: Deal, payments: list[Payment], expected: str) -> None:
    assert brief(owed(one, payments)) == expected
    assert brief(owed(one, payments[::-1])) == expected


@pytest.mark.parametrize(
    ("one", "payments", "expected"),
    [
        pytest.param(
            deal(),
            [paid("P1", "122000"), refund("R1", "122000", "P1")],
            "P1 100000.00 50000.00, R1 -100000.00 -50000.00",
            id="all of it",
        ),
        pytest.param(
            deal(),
            [paid("P1", "122000"), refund("R1", "48800", "P1")],
            "P1 100000.00 50000.00, R1 -40000.00 -20000.00",
            id="a part",
        ),
        pytest.param(
            deal(products="tenth"),
            [
                paid("P1", "0.30", vat_rate=Fraction(0)),
                refund("R1", "0.10", "P1"),
                refund("R2", "0.10", "P1"),
                refund("R3", "0.10", "P1"),
            ],
            "P1 0.30 0.03, R1 -0.10 -0.01, R2 -0.10 -0.01, R3 -0.10 -0.01",
            id="several parts sum to the accrual",
        ),
        pytest.param(
            deal(),
            [
                paid("P1", "0.10", vat_rate=Fraction(0)),
                refund("R1", "0.03", "P1"),
                refund("R2", "0.03", "P1"),
                refund("R3", "0.04", "P1"),
            ],
            "P1 0.10 0.05, R1 -0.03 -0.02, R2 -0.03 -0.01, R3 -0.04 -0.02",
            id="parts are rounded so that they sum to the accrual",
        ),
        pytest.param(
            deal("122000"),
            [paid("P1", "122000"), refund("R1", "122000", "P1"), paid("P2", "122000", "2026-07-01")],
            "P1 100000.00 50000.00, P2 100000.00 50000.00, R1 -100000.00 -50000.00",
            id="what was given back may be paid again",
        ),
        pytest.param(
            deal("122000"),
            [paid("P1", "183000"), refund("R1", "61000", "P1")],
            "P1 100000.00 50000.00",
            id="what was paid too much goes back first",
        ),
        pytest.param(
            deal("122000"),
            [paid("P1", "122000"), paid("P2", "122000", "2026-05-02"), refund("R1", "122000", "P1")],
            "P1 100000.00 50000.00, P2 100000.00 50000.00, R1 -100000.00 -50000.00",
            id="of a payment that was made twice the other stays, whichever goes back: the first",
        ),
        pytest.param(
            deal("122000"),
            [paid("P1", "122000"), paid("P2", "122000", "2026-05-02"), refund("R1", "122000", "P2")],
            "P1 100000.00 50000.00, P2 0.00 0.00",
            id="or the second",
        ),
        pytest.param(
            deal("122000"),
            [
                paid("P1", "122000"),
                paid("P2", "122000", "2026-05-02"),
                refund("R1", "122000", "P1"),
                refund("R2", "122000", "P2", "2026-06-02"),
            ],
            "P1 100000.00 50000.00, P2 100000.00 50000.00, R1 -100000.00 -50000.00, R2 -100000.00 -50000.00",
            id="nothing is left where both go back",
        ),
        pytest.param(
            deal("122000"),
            [paid("P1", "183000"), refund("R1", "122000", "P1")],
            "P1 100000.00 50000.00, R1 -50000.00 -25000.00",
            id="then what counted",
        ),
        pytest.param(
            deal(),
            [paid("P1", "122000", "2026-06-02"), refund("R1", "61000", "P1", "2026-06-01")],
            "P1 100000.00 50000.00, R1 -50000.00 -25000.00",
            id="a refund dated before its payment",
        ),
        pytest.param(
            deal(products="setup"),
            [paid("P1", "122000"), refund("R1", "61000", "P1")],
            "P1 0.00 0.00",
            id="of a payment that earned nothing",
        ),
        pytest.param(
            deal(products="service"),
            [paid("P1", "732000"), refund("R1", "366000", "P1", "2026-08-01")],
            "P1 600000.00 65000.00, R1 -300000.00 -32500.00",
            id="in bands: at the payment's own rates, in a later quarter too",
        ),
    ],
)
def test_refunds(one: Deal, payments: list[Payment], expected: str) -> None:
    assert brief(owed(one, payments)) == expected
    assert brief(owed(one, payments[::-1])) == expected


def test_a_refund_has_the_time_of_its_own_and_the_terms_of_its_payment() -> None:
    later = programme(RULES, RULES.replace("2020-01-01", "2026-06-01").replace("50%", "5%"))
    _, back = owed(deal(), [paid("P1", "122000"), refund("R1", "61000", "P1")], later)
    assert back.earning.event_time == moscow("2026-06-01 10:00")
    assert (back.earning.program_version, back.rate, back.amount.text()) == ("2020-01-01", "50%", "-25000.00")
    assert (back.earning.hold_until, back.earning.base_items) == (None, "licence=-50000.00")


@pytest.mark.parametrize(
    ("one", "payments", "amounts"),
    [
        pytest.param(deal("2000", "install"), [paid("P1", "2000")], ["1000.00"], id="paid at once"),
        pytest.param(
            deal("2000", "install"),
            [paid("P1", "500"), paid("P2", "1500", "2026-06-01")],
            ["250.00", "750.00"],
            id="by the paid share",
        ),
        pytest.param(
            deal("3", "install"),
            [paid("P1", "1"), paid("P2", "1", "2026-06-01"), paid("P3", "1", "2026-07-01")],
            ["333.33", "333.34", "333.33"],
            id="the parts sum to the whole",
        ),
        pytest.param(
            deal("2000", "install"),
            [paid("P1", "2000"), paid("P2", "2000", "2026-06-01")],
            ["1000.00", "0.00"],
            id="once per deal",
        ),
        pytest.param(
            deal("", "install"),
            [paid("P1", "10"), paid("P2", "10", "2026-06-01")],
            ["1000.00", "0.00"],
            id="of a deal without an amount, all of it with the first payment",
        ),
        pytest.param(
            deal("", "install"),
            [paid("P1", "10"), refund("R1", "10", "P1"), paid("P2", "10", "2026-07-01")],
            ["1000.00", "1000.00", "-1000.00"],
            id="without an amount, given back in full and paid again",
        ),
        pytest.param(
            deal("2000", "install"),
            [paid("P1", "1000"), refund("R1", "300", "P1"), refund("R2", "300", "P1"), paid("P2", "500", "2026-07-01")],
            ["500.00", "250.00", "-150.00", "-150.00"],
            id="given back in parts and paid again",
        ),
        pytest.param(
            deal("", "install"),
            [paid("P1", "0.01"), paid("P2", "10", "2026-06-01")],
            ["1000.00", "0.00"],
            id="a kopeck",
        ),
        pytest.param(deal("0", "install"), [paid("P1", "10")], ["0.00"], id="of a deal for nothing, nothing"),
        pytest.param(
            deal("", "install"), [paid("P1", "0"), paid("P2", "10")], ["0.00", "1000.00"], id="no money, no share"
        ),
        pytest.param(
            deal("", "install"),
            [paid("P1", "10"), refund("R1", "3", "P1"), refund("R2", "3", "P1"), paid("P2", "10", "2026-07-01")],
            ["1000.00", "0.00", "-300.00", "-300.00"],
            id="without an amount, given back in parts it was not given back in full",
        ),
        pytest.param(
            deal("2000", "install"),
            [paid("P1", "2000"), refund("R1", "500", "P1"), paid("P2", "500", "2026-07-01")],
            ["1000.00", "250.00", "-250.00"],
            id="given back and paid again",
        ),
        pytest.param(
            deal("2000", "setup"), [paid("P1", "2000")], ["0.00"], id="an excluded product brings no fixed sum"
        ),
    ],
)
def test_fixed_is_once_per_deal(one: Deal, payments: list[Payment], amounts: list[str]) -> None:
    found = owed(one, payments)
    assert [line.amount.text() for line in found] == amounts
    assert {line.rate for line in found} == {"fixed"}


@pytest.mark.parametrize(
    ("payments", "expected"),
    [
        pytest.param(
            [paid("P1", "610000"), paid("P2", "244000", "2026-06-01")],
            [("50000.00", "10%"), ("30000.00", "15%")],
            id="the measure grows over the quarter; the edge belongs to the next band",
        ),
        pytest.param(
            [paid("P1", "1464000")],
            [("165000.00", "10%+15%+20%")],
            id="1,200,000 in one payment is one line of 165,000",
        ),
        pytest.param(
            [paid("P1", "366000"), paid("P2", "366000", "2026-06-01"), paid("P3", "122000", "2026-06-02")],
            [("30000.00", "10%"), ("35000.00", "10%+15%"), ("15000.00", "15%")],
            id="it grows by every payment",
        ),
        pytest.param(
            [paid("P1", "610000", "2026-06-30 23:59"), paid("P2", "122000", "2026-07-01 00:00")],
            [("50000.00", "10%"), ("10000.00", "10%")],
            id="a payment counts in the quarter of its own date, in the program's zone",
        ),
        pytest.param(
            [paid("P1", "610000"), refund("R1", "610000", "P1", "2026-05-02"), paid("P2", "122000", "2026-05-03")],
            [("50000.00", "10%"), ("15000.00", "15%"), ("-50000.00", "10%")],
            id="a refund does not lower the measure",
        ),
    ],
)
def test_bands(payments: list[Payment], expected: list[tuple[str, str]]) -> None:
    found = owed(deal(products="service"), payments)
    assert [(one.amount.text(), one.rate) for one in found] == expected


@pytest.mark.parametrize(
    ("measure", "bucket"),
    [
        pytest.param("base_in_month", "A7|services|2020-01-01|2026-05", id="month"),
        pytest.param("base_in_quarter", "A7|services|2020-01-01|2026Q2", id="quarter"),
        pytest.param("base_in_year", "A7|services|2020-01-01|2026", id="year"),
    ],
)
def test_a_bucket_is_the_partners_events_under_a_rule_in_a_period(measure: str, bucket: str) -> None:
    terms = programme(RULES.replace("base_in_quarter", measure))
    payments = [paid("P1", "122000", "2026-04-30 21:00"), paid("P2", "122000", "2026-05-01 00:00")]
    found, _ = look(deal(products="service"), [*payments, refund("R1", "122000", "P2", "2026-09-01")], terms)
    assert [one.bucket for one in found][1:] == [bucket, bucket]
    assert (found[0].bucket == bucket) is (measure != "base_in_month")


def test_a_bucket_whose_rule_is_gone_cannot_be_priced() -> None:
    found, _ = look(deal(products="service"), [paid("P1", "122000")])
    for terms in (programme(RULES.replace("2020-01-01", "2021-01-01")), programme("effective_from = 2020-01-01")):
        with pytest.raises(ConfigError) as caught:
            price(found, terms)
        assert str(caught.value) == (
            'The bands of rule "services" of program 2020-01-01, which lines depend on, are gone. '
            "Put that version's file back as it was"
        )


@pytest.mark.parametrize(
    ("at", "payable"),
    [
        pytest.param("2026-05-01 10:00", "2026-05-15 00:00", id="paid 2026-05-01 10:00, payable from 2026-05-15 00:00"),
        pytest.param("2026-05-01 00:00", "2026-05-15 00:00", id="the whole day counts alike"),
        pytest.param("2026-05-01 23:59", "2026-05-15 00:00", id="to its last minute"),
        pytest.param("2026-12-20 10:00", "2027-01-03 00:00", id="over the year's end"),
    ],
)
def test_hold(at: str, payable: str) -> None:
    (one,) = owed(deal(), [paid("P1", "122000", at)])
    assert one.earning.hold_until == moscow(payable)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        pytest.param(DealState.LOST, "DEAL_LOST", id="a lost deal's lines wait"),
        pytest.param(DealState.OPEN, "", id="an open deal's do not"),
        pytest.param(DealState.WON, "", id="nor a won one's"),
    ],
)
def test_hold_reason(state: DealState, reason: str) -> None:
    one = replace(deal(), state=state, closed_at=moscow("2026-05-01"))
    assert hold_reason(one, moscow("2026-05-01")) == reason
    assert hold_reason(one, moscow("2026-04-30 23:59")) == ""
    assert brief(owed(one, [paid("P1", "122000")])) == "P1 100000.00 50000.00"


def test_a_refund_beyond_its_payment_takes_back_no_more_than_it_earned() -> None:
    payments = [paid("P1", "122000"), refund("R1", "100000", "P1"), refund("R2", "100000", "P1", "2026-06-02")]
    found, issues = look(deal(), payments)
    amounts = [one.amount.minor for one in price(found, POLICY)]
    assert amounts[0] == 50_000_00
    assert sum(amounts) == 0
    reason = "gives back more than its payment has left; what exceeds it takes nothing back: correct it"
    assert issues == [Issue(RecordKind.PAYMENT, "main/R2", "OVER_REFUND", reason, "amount", "100000.00")]


def test_a_refund_in_another_currency_takes_nothing_back() -> None:
    other = replace(refund("R1", "100", "P1"), amount=Money(100_00, "USD"))
    found, issues = look(deal(), [paid("P1", "122000"), other])
    assert len(found) == 1
    reason = "names no payment of its deal and currency, so it takes nothing back: correct refund_of"
    assert issues == [Issue(RecordKind.PAYMENT, "main/R1", "OVER_REFUND", reason, "refund_of", "main/P1")]


@pytest.mark.parametrize(
    ("one", "payments", "items", "reason"),
    [
        pytest.param(deal(), [paid("P1", "122000")], "licence=100000.00", "", id="one product"),
        pytest.param(
            deal(products="licence upgrade"),
            [paid("P1", "122")],
            "licence+upgrade=100.00",
            "",
            id="several of one rule",
        ),
        pytest.param(
            deal("122", "licence"), [paid("P1", "244")], "licence=100.00|licence=-:OVERPAID", "OVERPAID", id="too much"
        ),
        pytest.param(deal("0"), [paid("P1", "244")], "licence=-:OVERPAID", "OVERPAID", id="all of it too much"),
        pytest.param(deal(products="setup"), [paid("P1", "122")], "setup=-:EXCLUDED", "", id="out of scope"),
    ],
)
def test_base_items(one: Deal, payments: list[Payment], items: str, reason: str) -> None:
    (line,) = owed(one, payments)
    assert (line.earning.base_items, line.earning.reason) == (items, reason)


def test_a_refund_takes_back_of_the_item_and_says_nothing_of_what_was_too_much() -> None:
    one = deal("122", "a=b")
    everything = programme("effective_from = 2020-01-01\n[[commission.rules]]\nname = 'all'\nrate = '10%'")
    found, _ = look(one, [paid("P1", "244"), refund("R1", "183", "P1")], everything)
    assert [(line.base_items, line.reason) for line in found] == [
        ("a=b=100.00|a=b=-:OVERPAID", "OVERPAID"),
        ("a=b=-50.00", ""),
    ]


def test_every_payment_uses_up_what_the_deal_asked_for() -> None:
    payments = [paid("P1", "48.80"), paid("P2", "48.80", "2026-05-02"), paid("P3", "48.80", "2026-05-03")]
    assert brief(owed(deal("122"), payments)) == "P1 40.00 20.00, P2 40.00 20.00, P3 20.00 10.00"


def test_a_refund_of_the_same_moment_comes_after_its_payment_whatever_its_id() -> None:
    back = replace(refund("A1", "61", "P1"), paid_at=moscow("2026-05-01 10:00"))
    found, issues = look(deal(), [back, paid("P1", "122")])
    assert issues == []
    assert brief(price(found, POLICY)) == "P1 100.00 50.00, A1 -50.00 -25.00"


def test_a_deal_without_products_is_one_item() -> None:
    terms = programme('effective_from = 2020-01-01\n[[commission.rules]]\nname = "all"\nrate = "10%"')
    (line,) = owed(deal(products=""), [paid("P1", "122")], terms)
    assert (line.earning.base_items, line.amount.text()) == ("*=100.00", "10.00")


def test_a_gross_base() -> None:
    (line,) = owed(
        deal(), [paid("P1", "122")], programme(RULES.replace("[commission]", '[commission]\nbase = "gross"'))
    )
    assert (line.earning.base.text(), line.amount.text()) == ("122.00", "61.00")


def test_an_earning_names_whom_it_pays_and_why() -> None:
    (line,) = owed(deal(), [paid("P1", "122000")])
    one = line.earning
    assert (one.deal_ref, one.client_id, one.partner_id, one.payee_id) == ("main/D1", "main/C1", "A7", "A7")
    assert (one.program_version, one.rule, line.rate) == ("2020-01-01", "licence", "50%")


TRACES = [
    pytest.param(
        deal(),
        [paid("P1", "122000")],
        POLICY,
        "sum:122000.00|vat:22%25:22000.00|base:100000.00|rule:licence:50%25|hold:2026-05-15",
        id="percent",
    ),
    pytest.param(
        deal("122"),
        [paid("P1", "244")],
        POLICY,
        "sum:244.00|counted:122.00|vat:22%25:22.00|base:100.00|rule:licence:50%25|hold:2026-05-15",
        id="overpaid",
    ),
    pytest.param(
        deal("2000", "install"),
        [paid("P1", "500")],
        POLICY,
        "sum:500.00|vat:22%25:90.16|base:409.84|rule:install:1000.00|share:0.00:500.00:2000.00|hold:2026-05-15",
        id="fixed",
    ),
    pytest.param(
        deal("0.01", "install"),
        [paid("P1", "0.01")],
        POLICY,
        "sum:0.01|vat:22%25:0.00|base:0.01|rule:install:1000.00|share:0.00:0.01:0.01|hold:2026-05-15",
        id="fixed, of a deal for a kopeck",
    ),
    pytest.param(
        deal(),
        [paid("P1", "122000"), refund("R1", "61000", "P1"), refund("R2", "30500", "P1")],
        POLICY,
        "refund:main/P1:30500.00:122000.00|base:25000.00|accrued:50000.00",
        id="a second refund",
    ),
    pytest.param(
        deal(products="setup"),
        [paid("P1", "122")],
        POLICY,
        "sum:122.00|excluded:setup|rule:install:1000.00|hold:2026-05-15",
        id="excluded",
    ),
    pytest.param(
        won("732000", "service"),
        [],
        WON,
        "won:732000.00|vat:22%25:132000.00|base:600000.00|rule:services:bands|hold:2026-05-15|measure:0.00:2026Q2"
        "|band:0.00:500000.00:10%25:500000.00:50000.00|band:500000.00:1000000.00:15%25:100000.00:15000.00",
        id="bands, at a win",
    ),
    pytest.param(
        deal(),
        [paid("P1", "122000"), refund("R1", "61000", "P1")],
        POLICY,
        "refund:main/P1:61000.00:122000.00|base:50000.00|accrued:50000.00",
        id="refund",
    ),
]


@pytest.mark.parametrize(("one", "payments", "terms", "text"), TRACES)
def test_a_trace_tells_the_arithmetic_in_known_steps(
    one: Deal, payments: list[Payment], terms: Programme, text: str
) -> None:
    found = owed(one, payments, terms)
    assert found[-1].trace == text
    for code, *arguments in decode(text):
        assert len(arguments) == len(STEPS[code])
