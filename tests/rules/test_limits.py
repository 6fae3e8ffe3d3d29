"""Caps of a rule and of a deal: the accrual stands in full, the cut beside it, and their sum is owed."""

from dataclasses import replace

import pytest

from commission_world import AS_OF, brief, capped, deal, look, moscow, paid, programme, refund, won
from partnersync.domain.deal import Deal, Payment
from partnersync.domain.line import LineKind
from partnersync.domain.trace import decode
from partnersync.rules.buckets import place
from partnersync.rules.pricing import price
from partnersync.rules.program import Programme
from partnersync.sync.lines import bucket_lines


def terms(per: str, rule: str = 'rate = "10%"', **keys: str) -> Programme:
    more = "\n".join(f"{key} = {value}" for key, value in keys.items())
    return programme(f"""
effective_from = 2020-01-01
[commission]
base = "gross"
{more}
[[commission.rules]]
name = "sales"
{rule}
{f'cap = {{ per = "{per}", amount = "100 RUB" }}' if per else ""}
""")


BANDS = (
    'tiers = { mode = "%s", measure = "base_in_quarter", bands = [ { from = "0 RUB", rate = "10%%" }, '
    '{ from = "1000 RUB", rate = "20%%" } ] }'
)


@pytest.mark.parametrize(
    ("per", "payments", "expected"),
    [
        pytest.param("deal", [paid("P1", "999.99")], "P1 999.99 100.00", id="just reached, nothing is cut"),
        pytest.param(
            "deal",
            [paid("P1", "1000.05")],
            "P1 1000.05 100.01, P1 cap deal -0.01",
            id="a kopeck over is cut by a kopeck",
        ),
        pytest.param(
            "deal",
            [paid("P1", "800", "2026-05-01"), paid("P2", "800", "2026-07-01"), paid("P3", "800", "2027-01-01")],
            "P1 800.00 80.00, P2 800.00 80.00, P2 cap deal -60.00, P3 800.00 80.00, P3 cap deal -80.00",
            id="over the deal's whole life",
        ),
        pytest.param(
            "partner_month",
            [paid("P1", "800", "2026-05-01"), paid("P2", "800", "2026-05-31 23:59"), paid("P3", "800", "2026-06-01")],
            "P1 800.00 80.00, P2 800.00 80.00, P2 cap partner_month -60.00, P3 800.00 80.00",
            id="a month, in the program's zone",
        ),
        pytest.param(
            "client_month",
            [paid("P1", "800", "2026-05-01"), paid("P2", "800", "2026-05-31"), paid("P3", "800", "2026-06-01")],
            "P1 800.00 80.00, P2 800.00 80.00, P2 cap client_month -60.00, P3 800.00 80.00",
            id="a client's month",
        ),
        pytest.param(
            "partner_quarter",
            [paid("P1", "800", "2026-04-01"), paid("P2", "800", "2026-06-30"), paid("P3", "800", "2026-07-01")],
            "P1 800.00 80.00, P2 800.00 80.00, P2 cap partner_quarter -60.00, P3 800.00 80.00",
            id="a quarter",
        ),
        pytest.param(
            "partner_year",
            [paid("P1", "800", "2026-01-01"), paid("P2", "800", "2026-12-31"), paid("P3", "800", "2027-01-01")],
            "P1 800.00 80.00, P2 800.00 80.00, P2 cap partner_year -60.00, P3 800.00 80.00",
            id="a year",
        ),
        pytest.param(
            "program",
            [paid("P1", "800", "2026-01-01"), paid("P2", "800", "2027-01-01")],
            "P1 800.00 80.00, P2 800.00 80.00, P2 cap program -60.00",
            id="all that a version of the program brings",
        ),
        pytest.param(
            "deal",
            [paid("P1", "2000"), refund("R1", "1000", "P1")],
            "P1 2000.00 200.00, P1 cap deal -100.00, R1 -1000.00 -100.00, R1 cap deal 100.00",
            id="a refund first takes back what was cut",
        ),
        pytest.param(
            "deal",
            [paid("P1", "2000"), refund("R1", "1500", "P1")],
            "P1 2000.00 200.00, P1 cap deal -100.00, R1 -1500.00 -150.00, R1 cap deal 100.00",
            id="and then what was counted: 50.00 of 50.00 earned are left",
        ),
        pytest.param(
            "deal",
            [paid("P1", "1000.05"), refund("R1", "0.05", "P1")],
            "P1 1000.05 100.01, P1 cap deal -0.01, R1 -0.05 -0.01, R1 cap deal 0.01",
            id="be it a kopeck",
        ),
        pytest.param(
            "deal",
            [paid("P1", "1000"), refund("R1", "1000", "P1", "2026-06-01"), paid("P2", "1000", "2026-07-01")],
            "P1 1000.00 100.00, P2 1000.00 100.00, R1 -1000.00 -100.00",
            id="what was given back frees the cap",
        ),
    ],
)
def test_caps_of_a_rule(per: str, payments: list[Payment], expected: str) -> None:
    one = replace(deal(), created_at=moscow("2019-06-01"))
    assert brief(capped(one, [at for at in payments if at.paid_at <= AS_OF], terms(per))) == expected
    assert brief(capped(one, payments[::-1], terms(per))) == expected


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        pytest.param(
            "marginal", "P1 800.00 80.00, P2 800.00 140.00, P2 cap deal -120.00", id="marginal bands under a cap"
        ),
        pytest.param(
            "retroactive",
            "P1 800.00 80.00, P2 800.00 160.00, P2 cap deal -220.00, P2 trueup 80.00",
            id="a true-up counts too",
        ),
    ],
)
def test_bands_with_a_cap(mode: str, expected: str) -> None:
    payments = [paid("P1", "800", "2026-05-01"), paid("P2", "800", "2026-05-02")]
    found = capped(deal(), payments, terms("deal", BANDS % mode))
    assert sorted(brief(found).split(", ")) == sorted(expected.split(", "))
    assert sum(one.amount.minor for one in found) == 100_00


@pytest.mark.parametrize(
    ("one", "payments", "rule", "expected"),
    [
        pytest.param(deal(), [paid("P1", "1000")], 'rate = "50%"', "P1 1000.00 500.00", id="half is not over half"),
        pytest.param(
            deal(),
            [paid("P1", "0.01"), paid("P2", "0.01"), paid("P3", "0.01")],
            'rate = "50%"',
            "P1 0.01 0.01, P1 cap max_total -0.01, P2 0.01 0.01, P3 0.01 0.01, P3 cap max_total -0.01",
            id="what rounding brings over half is cut",
        ),
        pytest.param(
            deal(),
            [paid("P1", "0.01")],
            'rate = "49.99%"',
            "P1 0.01 0.00",
            id="a rate below half never rounds over it",
        ),
        pytest.param(
            deal("1000"),
            [paid("P1", "333.33"), paid("P2", "333.33", "2026-06-01"), paid("P3", "333.34", "2026-06-02")],
            'fixed = "500 RUB"',
            "P1 333.33 166.67, P1 cap max_total -0.01, P2 333.33 166.66, P2 cap max_total 0.01, P3 333.34 166.67",
            id="a kopeck that the whole deal allows is given back",
        ),
        pytest.param(
            deal("1000"),
            [paid("P1", "333.33"), paid("P2", "333.33", "2026-06-01"), paid("P3", "333.34", "2026-06-02")],
            'fixed = "1000 RUB"',
            "P1 333.33 333.33, P1 cap max_total -166.67, P2 333.33 333.33, P2 cap max_total -166.66, "
            "P3 333.34 333.34, P3 cap max_total -166.67",
            id="thirds of half of the deal stay within it",
        ),
        pytest.param(
            deal(),
            [
                paid("P1", "0.01"),
                paid("P2", "0.01", "2026-05-21"),
                paid("P3", "499999.99", "2026-05-22"),
                paid("P4", "499999.99", "2026-05-23"),
            ],
            'rate = "60%"',
            "P1 0.01 0.01, P1 cap max_total -0.01, P2 0.01 0.01, P3 499999.99 299999.99, "
            "P3 cap max_total -50000.00, P4 499999.99 299999.99, P4 cap max_total -49999.99",
            id="kopecks do not add up over it",
        ),
        pytest.param(
            deal(), [paid("P1", "1000")], 'rate = "51%"', "P1 1000.00 510.00, P1 cap max_total -10.00", id="51 % is"
        ),
        pytest.param(
            deal("4000"),
            [paid("P1", "1000"), paid("P2", "3000", "2026-06-01")],
            'fixed = "3000 RUB"',
            "P1 1000.00 750.00, P1 cap max_total -250.00, P2 3000.00 2250.00, P2 cap max_total -750.00",
            id="a fixed sum of more than half",
        ),
        pytest.param(
            deal(),
            [paid("P1", "1000"), paid("P2", "3000", "2026-06-01")],
            'fixed = "1000 RUB"',
            "P1 1000.00 1000.00, P1 cap max_total -500.00, P2 3000.00 0.00, P2 cap max_total 500.00",
            id="earned at once, it counts as the base grows",
        ),
        pytest.param(
            deal(),
            [
                paid("P1", "1000"),
                refund("R1", "500", "P1"),
                refund("R2", "500", "P1", "2026-06-02"),
                paid("P2", "500", "2026-07-01"),
            ],
            'rate = "60%"',
            "P1 1000.00 600.00, P1 cap max_total -100.00, P2 500.00 300.00, P2 cap max_total -50.00, "
            "R1 -500.00 -300.00, R1 cap max_total 50.00, R2 -500.00 -300.00, R2 cap max_total 50.00",
            id="what was given back allows nothing any more",
        ),
        pytest.param(
            deal(),
            [paid("P1", "1000"), refund("R1", "1000", "P1")],
            'rate = "60%"',
            "P1 1000.00 600.00, P1 cap max_total -100.00, R1 -1000.00 -600.00, R1 cap max_total 100.00",
            id="a payment refunded in full leaves nothing",
        ),
    ],
)
def test_no_deal_brings_more_than_max_total(one: Deal, payments: list[Payment], rule: str, expected: str) -> None:
    assert brief(capped(one, payments, terms("", rule))) == expected


def test_max_total_is_a_term() -> None:
    found = capped(deal(), [paid("P1", "1000")], terms("", 'rate = "20%"', max_total='"5%"'))
    assert brief(found) == "P1 1000.00 200.00, P1 cap max_total -150.00"


def test_a_deal_that_was_won_for_nobody_knows_what_is_not_cut() -> None:
    found = capped(won(""), [], terms("", 'fixed = "1000 RUB"', trigger='"won"'))
    assert brief(found) == "D1 0.00 1000.00"


def test_the_rules_cap_comes_first() -> None:
    found = capped(deal(), [paid("P1", "300")], terms("deal", 'rate = "60%"'))
    assert brief(found) == "P1 300.00 180.00, P1 cap deal -80.00"
    found = capped(deal(), [paid("P1", "180")], terms("deal", 'rate = "60%"'))
    assert brief(found) == "P1 180.00 108.00, P1 cap deal -8.00, P1 cap max_total -10.00"


def test_a_cut_is_a_line_with_the_caps_name() -> None:
    found, _ = look(deal(), [paid("P1", "1500")], terms("partner_month"))
    accrual, cut = bucket_lines(found, {}, terms("partner_month"), AS_OF).lines
    assert (accrual.kind, accrual.amount.text(), accrual.reason) == (LineKind.ACCRUAL, "150.00", "")
    assert (cut.kind, cut.amount.text(), cut.reason, cut.part) == (LineKind.CAP, "-50.00", "partner_month", 1)
    assert cut.rate == "100.00", "what the cap allows"
    assert (cut.event_id, cut.rule, cut.base.minor, cut.hold_until) == ("main/P1", "sales", 0, None)
    assert decode(cut.trace) == (("cap", "partner_month", "100.00", "150.00", "100.00"),)


def test_the_rate_of_a_cut_by_max_total_is_its_share() -> None:
    program = terms("", 'rate = "60%"')
    found, _ = look(deal(), [paid("P1", "1000")], program)
    assert [line.rate for line in bucket_lines(found, {}, program, AS_OF).lines] == ["60%", "50%"]


def test_deals_of_a_partner_share_his_cap() -> None:
    first, _ = look(deal(), [paid("P1", "800", "2026-05-01")], terms("partner_month"))
    other = replace(deal(), ref="main/D2")
    second, _ = look(
        other,
        [
            paid(
                "P2",
                "800",
                "2026-05-02",
            )
        ],
        terms("partner_month"),
    )
    assert first[0].bucket == second[0].bucket
    assert brief(price([*second, *first], terms("partner_month"))) == (
        "P1 800.00 80.00, P2 800.00 80.00, P2 cap partner_month -60.00"
    )


@pytest.mark.parametrize(
    ("back", "expected"),
    [
        pytest.param("100", "P2 D2 -10.00, P3 D3 -60.00, R3 D3 30.00", id="10 more go to the earliest cut"),
        pytest.param("300", "P3 D3 -60.00, R3 D3 40.00", id="30 more: 20 to the earliest, 10 to the next"),
        pytest.param("600", "P3 D3 -60.00, R3 D3 60.00", id="60 more: there are only 50"),
    ],
)
def test_what_is_given_free_goes_to_the_events_own_cut_and_then_to_the_earliest(back: str, expected: str) -> None:
    rules = terms("partner_month")
    payments = {
        "D1": [paid("P1", "800", "2026-05-01"), refund("R1", back, "P1", "2026-05-05")],
        "D2": [paid("P2", "400", "2026-05-02")],
        "D3": [paid("P3", "600", "2026-05-03"), refund("R3", "300", "P3", "2026-05-04")],
    }
    found = []
    for name, those in payments.items():
        found += look(replace(deal(), ref=f"main/{name}"), those, rules)[0]
    cuts = sorted(
        f"{one.earning.event_id[5:]} {one.earning.deal_ref[5:]} {one.amount.text()}"
        for one in price(found, rules)
        if one.kind is LineKind.CAP
    )
    assert ", ".join(cuts) == expected


@pytest.mark.parametrize(
    ("per", "rule", "bucket"),
    [
        pytest.param("", 'rate = "1%"', None, id="a rate is priced with its deal"),
        pytest.param("deal", 'rate = "1%"', None, id="so is a cap of the deal"),
        pytest.param("client_month", 'rate = "1%"', "C1|sales|2026-05", id="a cap counts over its own period"),
        pytest.param("partner_year", 'rate = "1%"', "A7|sales|2026", id="of the partner"),
        pytest.param("program", 'rate = "1%"', "|sales|2020-01-01", id="or of the version"),
        pytest.param("", BANDS % "marginal", "A7|sales|2020-01-01|2026Q2", id="bands count over their period"),
        pytest.param("partner_month", BANDS % "marginal", "A7|sales|2026Q2", id="with a cap over the wider period"),
        pytest.param("partner_year", BANDS % "marginal", "A7|sales|2026", id="be it the cap's"),
        pytest.param("deal", BANDS % "marginal", "A7|sales|", id="a deal's cap holds quarters together"),
        pytest.param("client_month", BANDS % "marginal", "|sales|", id="a client's cap holds partners together"),
    ],
)
def test_what_is_priced_together(per: str, rule: str, bucket: str | None) -> None:
    (version,) = terms(per, rule).versions
    (one,) = version.commission.rules
    assert place(one, version.version, "A7", "C1", "main/D1", moscow("2026-05-02").date()).bucket == bucket
