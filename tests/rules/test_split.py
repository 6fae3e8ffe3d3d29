"""Splits by role: shares that sum to the kopeck, whoever holds the roles."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commission_world import AS_OF, deal, look, paid, programme, refund
from partnersync.domain.deal import Payment
from partnersync.domain.issue import Issue
from partnersync.domain.line import Line, line_id
from partnersync.domain.trace import decode
from partnersync.domain.value import RecordKind
from partnersync.rules.commission import STEPS
from partnersync.rules.split import apportion, shares_of_roles
from partnersync.sync.lines import bucket_lines, families

THIRD = Fraction(1, 3)
TERMS = programme("""
effective_from = 2020-01-01
[commission]
base = "gross"
[[commission.rules]]
name = "licence"
when = { products = ["licence"] }
rate = "50%"
cap = { per = "partner_month", amount = "100 RUB" }
split = { sourced = "70%", implementation = "30%" }
[[commission.rules]]
name = "three"
when = { products = ["three"] }
tiers = { mode = "retroactive", measure = "base_in_month", bands = [
  { from = "0 RUB", rate = "10%" }, { from = "1000 RUB", rate = "20%" } ] }
split = { sourced = "1/3", influenced = "1/3", implementation = "1/3" }
""")


@pytest.mark.parametrize(
    ("minor", "shares", "expected"),
    [
        pytest.param(100_00, [THIRD] * 3, [33_34, 33_33, 33_33], id="100.00 in three is 33.34, 33.33, 33.33"),
        pytest.param(-100_00, [THIRD] * 3, [-33_34, -33_33, -33_33], id="a refund has the same parts"),
        pytest.param(101, [THIRD] * 3, [34, 34, 33], id="two kopecks left over"),
        pytest.param(1, [Fraction(1, 2)] * 2, [1, 0], id="one kopeck goes to the first of equals"),
        pytest.param(1, [Fraction(3, 10), Fraction(7, 10)], [0, 1], id="or to the larger remainder"),
        pytest.param(100_00, [Fraction(7, 10), Fraction(3, 10)], [70_00, 30_00], id="nothing is left over"),
        pytest.param(0, [THIRD] * 3, [0, 0, 0], id="nothing"),
    ],
)
def test_apportion(minor: int, shares: list[Fraction], expected: list[int]) -> None:
    assert apportion(minor, shares) == expected


@given(st.integers(-10_000, 10_000), st.lists(st.integers(1, 50), min_size=1, max_size=6))
def test_shares_sum_to_the_whole_and_each_is_less_than_a_kopeck_off(minor: int, weights: list[int]) -> None:
    shares = [Fraction(weight, sum(weights)) for weight in weights]
    parts = apportion(minor, shares)
    assert sum(parts) == minor
    assert all(abs(part - minor * share) < 1 for part, share in zip(parts, shares, strict=True))


def lines(roles: str, *payments: Payment, product: str = "licence", booked: Sequence[Line] = ()) -> list[Line]:
    named = tuple((who, role) for who, _, role in (one.partition("=") for one in roles.split()))
    found, _ = look(replace(deal(products=product), roles=named), payments, TERMS)
    return bucket_lines(found, families(booked), TERMS, AS_OF).lines


def told(found: Sequence[Line]) -> str:
    """Event, partner and payee, kind and amount of each."""
    return ", ".join(
        " ".join(
            (
                line.event_id[5:],
                line.partner_id if line.partner_id == line.payee_id else f"{line.partner_id}:{line.payee_id}",
                line.kind,
                line.amount.text(),
            )
        )
        for line in found
    )


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        pytest.param("", "P1 A7 accrual 50.00", id="without roles all is the deal's partner's"),
        pytest.param("A7=sourced B2=implementation", "P1 A7 accrual 35.00, P1 B2 accrual 15.00", id="each by his role"),
        pytest.param(
            "B2=sourced C3=implementation",
            "P1 B2 accrual 35.00, P1 C3 accrual 15.00",
            id="though neither is its partner",
        ),
        pytest.param("B2=implementation", "P1 A7 accrual 35.00, P1 B2 accrual 15.00", id="a role that nobody holds"),
        pytest.param("A7=sourced A7=implementation", "P1 A7 accrual 50.00", id="one who holds all"),
        pytest.param("B2=sourced B2=implementation", "P1 B2 accrual 50.00", id="be it another"),
        pytest.param("B2=influenced", "P1 A7 accrual 50.00", id="a role without a share"),
        pytest.param(
            "A7=sourced B2=implementation C3=implementation",
            "P1 A7 accrual 35.00, P1 B2 accrual 7.50, P1 C3 accrual 7.50",
            id="two of one role share it",
        ),
        pytest.param(
            "A7/ivan=implementation",
            "P1 A7 accrual 35.00, P1 A7:A7/ivan accrual 15.00",
            id="a person inside the partner",
        ),
        pytest.param("X9=implementation", "P1 A7 accrual 35.00", id="the share of somebody unknown waits"),
    ],
)
def test_who_gets_what(roles: str, expected: str) -> None:
    assert told(lines(roles, paid("P1", "100"))) == expected


@pytest.mark.parametrize(
    ("roles", "shares", "unknown"),
    [
        pytest.param([("A7", "sourced")], (), (), id="the deal's partner alone: nothing is shared"),
        pytest.param(
            [("X/1", "sourced")],
            (("A7", "A7", Fraction(3, 10)), ("X/1", "X/1", Fraction(7, 10))),
            (),
            id="a partner whose id has a slash",
        ),
        pytest.param(
            [("B2/ivan/north", "sourced")],
            (("A7", "A7", Fraction(3, 10)), ("B2", "B2/ivan/north", Fraction(7, 10))),
            (),
            id="a person inside a partner, whatever his name",
        ),
        pytest.param(
            [("X9", "sourced"), ("X9", "implementation"), ("X8/a", "sourced")],
            (("", "X8/a", Fraction(7, 20)), ("", "X9", Fraction(13, 20))),
            ("X8/a", "X9"),
            id="each unknown one is named once",
        ),
    ],
)
def test_shares_of_roles(roles: list[tuple[str, str]], shares: tuple[object, ...], unknown: tuple[str, ...]) -> None:
    split = {"sourced": Fraction(7, 10), "implementation": Fraction(3, 10)}
    assert shares_of_roles(split, roles, "A7", {"B2", "X/1"}) == (shares, unknown)


def test_somebody_unknown_is_an_issue() -> None:
    one = replace(deal(), roles=(("X9", "implementation"),))
    _, issues = look(one, [paid("P1", "100"), paid("P2", "100")], TERMS)
    reason = "names an unknown partner, whose share waits: add it to the partners or correct the deal"
    assert issues == [Issue(RecordKind.DEAL, "main/D1", "PARTNER_UNKNOWN", reason, "roles", "X9")]


BACK = refund("R1", "200", "P1", "2026-06-01")
BOTH = "A7=sourced B2=implementation"


def test_a_cut_is_shared_as_the_accrual_is() -> None:
    assert told(lines(BOTH, paid("P1", "300"))) == (
        "P1 A7 accrual 105.00, P1 A7 cap -35.00, P1 B2 accrual 45.00, P1 B2 cap -15.00"
    )


def test_what_a_refund_frees_goes_to_those_who_were_cut() -> None:
    alone, _ = look(replace(deal(), ref="main/D0"), [paid("P1", "200", "2026-05-01"), BACK], TERMS)
    both = tuple((who, role) for who, _, role in (one.partition("=") for one in BOTH.split()))
    split, _ = look(replace(deal(), roles=both), [paid("P2", "200", "2026-05-02")], TERMS)
    found = bucket_lines([*alone, *split], {}, TERMS, AS_OF).lines
    by_payee: dict[str, int] = defaultdict(int)
    for line in found:
        by_payee[line.payee_id] += line.amount.minor
    assert by_payee == {"A7": 70_00, "B2": 30_00}, "of P2, as if P1 had never been"


def test_bases_are_shared_too_and_the_trace_tells_the_share() -> None:
    first, second = lines(BOTH, paid("P1", "100.02"))
    assert (first.base.text(), first.base_items) == ("70.01", "licence=70.01")
    assert (second.base.text(), second.base_items) == ("30.01", "licence=30.01")
    assert decode(second.trace)[-1] == ("split", "B2", "30%", "50.01")
    assert all(len(step) == 1 + len(STEPS[step[0]]) for step in decode(first.trace))


def test_a_refund_is_shared_as_its_payment_was() -> None:
    found = lines(BOTH, paid("P1", "100"), refund("R1", "50", "P1"), refund("R2", "50", "P1", "2026-06-02"))
    assert [(line.payee_id, line.base.text(), line.amount.text(), line.base_items) for line in found[2:]] == [
        ("A7", "-35.00", "-17.50", "licence=-35.00"),
        ("B2", "-15.00", "-7.50", "licence=-15.00"),
        ("A7", "-35.00", "-17.50", "licence=-35.00"),
        ("B2", "-15.00", "-7.50", "licence=-15.00"),
    ]


def test_items_are_shared_and_what_is_out_of_the_base_stays_told() -> None:
    one = replace(deal("100", "licence"), roles=(("B2", "implementation"),))
    found, _ = look(one, [paid("P1", "150", product="licence"), paid("P2", "20", "2026-05-02")], TERMS)
    items = [(line.payee_id, line.base_items) for line in bucket_lines(found, {}, TERMS, AS_OF).lines]
    assert items == [
        ("A7", "licence=70.00|licence=-:OVERPAID"),
        ("B2", "licence=30.00|licence=-:OVERPAID"),
        ("A7", "licence=-:OVERPAID"),
        ("B2", "licence=-:OVERPAID"),
    ]
    everything = programme("effective_from = 2020-01-01\n[[commission.rules]]\nname = 'all'\nrate = '10%'\n"
                           "split = { sourced = '50%', implementation = '50%' }")  # fmt: skip
    found, _ = look(replace(one, amount=None), [paid("P1", "122", product="a=b")], everything)
    assert [line.base_items for line in bucket_lines(found, {}, everything, AS_OF).lines] == ["a=b=50.00"] * 2


def test_a_true_up_goes_to_those_who_earned_what_it_tops_up() -> None:
    mine = lines("A7=sourced B2=influenced C3=implementation", paid("P1", "900"), product="three")
    assert told(mine) == "P1 A7 accrual 30.00, P1 B2 accrual 30.00, P1 C3 accrual 30.00"
    one, two = paid("P1", "900", "2026-05-01"), paid("P2", "100", "2026-05-02")
    found = lines("A7=sourced B2=influenced C3=implementation", one, two, product="three")
    by_payee: dict[str, int] = defaultdict(int)
    for line in found:
        by_payee[line.payee_id] += line.amount.minor
    assert sorted(by_payee.values()) == [66_66, 66_67, 66_67]
    topped = [(line.payee_id, decode(line.trace)[-1][:2]) for line in found if line.kind == "trueup"]
    assert topped == [(who, ("topped", line_id("main/P1", "three", who))) for who in ("A7", "B2", "C3")]


def test_a_changed_role_moves_the_share() -> None:
    booked = lines(BOTH, paid("P1", "100"))
    moved = lines("A7=sourced C3=implementation", paid("P1", "100"), booked=booked)
    assert told(moved) == "P1 C3 accrual 15.00, P1 B2 reversal -15.00"


ROLES = st.sampled_from(["", BOTH, "A7=sourced B2=influenced C3=implementation", "B2=sourced A7/ivan=implementation"])
SUMS = st.lists(st.integers(1, 900_00), min_size=1, max_size=4)


@given(ROLES, ROLES, st.sampled_from(["licence", "three"]), SUMS, st.lists(st.integers(1, 900_00), max_size=4))
def test_whoever_shares_the_sum_is_the_same_and_a_full_refund_leaves_nothing(
    roles: str, others: str, product: str, sums: list[int], parts: list[int]
) -> None:
    payments = [paid(f"P{number}", f"{minor / 100:.2f}", f"2026-05-0{number + 1}") for number, minor in enumerate(sums)]
    payments += [refund(f"R{number}", f"{minor / 100:.2f}", "P0") for number, minor in enumerate(parts)]
    payments = [one for one in payments if one.refund_of is None or sum(parts) <= sums[0]]
    alone = lines("", *payments, product=product)
    shared = lines(roles, *payments, product=product)
    assert sum(line.amount.minor for line in shared) == sum(line.amount.minor for line in alone)
    assert sum(line.base.minor for line in shared) == sum(line.base.minor for line in alone)
    again = lines(others, *payments, product=product, booked=shared)
    assert sum(line.amount.minor for line in again) == 0
    assert lines(others, *payments, product=product, booked=[*shared, *again]) == []
    back = [refund(f"Z{number}", f"{minor / 100:.2f}", f"P{number}", "2026-07-01") for number, minor in enumerate(sums)]
    whole = [one for one in payments if one.refund_of is None]
    left: dict[str, int] = defaultdict(int)
    for line in lines(roles, *whole, *back, product=product):
        left[line.payee_id] += line.amount.minor
    assert not any(left.values())
