"""Refunds after the payout of what they give back, and how payouts pay these debts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.domain.earning import Earning, Owed, Refund
from partnersync.domain.line import Line, line_id
from partnersync.domain.payout import Debt
from partnersync.domain.value import Money
from partnersync.rules.booking import book
from partnersync.rules.clawback import Known, refunded, settle, taken
from partnersync.rules.program import Programme, read_program
from partnersync.rules.program_tables import Clawback

PAID_ON = date(2026, 5, 10)
PROGRAMME = Programme((read_program({"effective_from": date(2026, 1, 1)}),))
TERMS = Clawback()
ACCRUAL = line_id("c/M1", "licence", "P1")
FAMILY = ("c/R1", "licence", "P1")
PAID = Known({ACCRUAL: PAID_ON})


def rub(minor: int) -> Money:
    return Money(minor, "RUB")


def refund(at: datetime, amount: int = -12_000_00, event_id: str = "c/R1") -> Owed:
    earning = Earning(
        event_id=event_id,
        event_time=at,
        deal_ref="c/D1",
        client_id="K1",
        partner_id="P1",
        payee_id="P1",
        program_version="2026-01-01",
        rule="licence",
        base=rub(24_000_00),
        base_items="licence=-24000.00",
        rate=Fraction(1, 2),
        refund=Refund("c/M1", 0, 40, 100),
    )
    return Owed(earning, rub(amount), "50%")


def moscow(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC) - timedelta(hours=3)


def booked(owed: list[Owed], before: tuple[Line, ...] = ()) -> list[Line]:
    return book(owed, {FAMILY: before}, datetime(2026, 12, 1, tzinfo=UTC), PROGRAMME.zone)


@pytest.mark.parametrize(
    ("at", "fate"),
    [
        pytest.param(moscow(date(2026, 5, 9), 23), "line", id="the day before the payout: a reversing line"),
        pytest.param(moscow(PAID_ON, 0), "debt", id="the payout's day: a debt"),
        pytest.param(moscow(date(2026, 8, 8), 23), "debt", id="90 days after it: a debt"),
        pytest.param(moscow(date(2026, 8, 9), 0), "lost", id="91 days after it: the vendor's loss"),
    ],
)
def test_when_a_refund_comes_decides_what_it_is(at: datetime, fate: str) -> None:
    found = settle([refund(at)], {}, PAID, PROGRAMME)
    assert (len(found.owed), [debt.lost for debt in found.debts]) == {
        "line": (1, []),
        "debt": (0, [False]),
        "lost": (0, [True]),
    }[fate]
    if found.debts:
        [debt] = found.debts
        owed, lost = rub(12_000_00), fate == "lost"
        assert debt == Debt(*FAMILY, "P1", "c/D1", "K1", at, "2026-01-01", owed, ACCRUAL, PAID_ON, lost)
        assert debt.left == (0 if debt.lost else 12_000_00)


@pytest.mark.parametrize(
    ("told", "added"),
    [
        pytest.param("accrued:30000.00", "|part_of_it:40%25:12000.00", id="of what the payment had earned"),
        pytest.param("base:1.00|topped_up:30000.00", "|part_of_it:40%25:12000.00", id="of what true-ups had added"),
        pytest.param("accrued:1.00|split:P1:50%25:2.00", "", id="of a share the whole is not told here"),
        pytest.param("", "", id="nothing is told"),
    ],
)
def test_a_debt_tells_how_it_came_about(told: str, added: str) -> None:
    one = replace(refund(moscow(date(2026, 6, 1))), trace=told)
    [debt] = settle([one], {}, PAID, PROGRAMME).debts
    assert debt.trace == told + added
    again = settle([one], {}, Known({}, {FAMILY: replace(debt, trace="")}), PROGRAMME).debts
    assert again == [debt]


def test_without_a_payout_every_refund_is_a_line() -> None:
    one = refund(moscow(date(2026, 6, 1)))
    assert settle([one], {}, Known({}), PROGRAMME) == ([one], [])
    assert settle([one], {}, Known({"L-other": PAID_ON}), PROGRAMME) == ([one], [])


def test_what_takes_nothing_back_is_no_debt() -> None:
    one = refund(moscow(date(2026, 6, 1)), 0)
    assert settle([one], {}, PAID, PROGRAMME) == ([one], [])


def test_a_refund_that_was_booked_before_the_payout_was_known_stays_a_line() -> None:
    one = refund(moscow(date(2026, 6, 1)))
    lines = booked([one])
    found = settle([one], {FAMILY: lines}, PAID, PROGRAMME)
    assert (found.owed, found.debts) == ([one], [])
    assert booked(found.owed, tuple(lines)) == []


def test_a_debt_is_made_once_and_only_its_sum_moves() -> None:
    at = moscow(date(2026, 6, 1))
    [debt] = settle([refund(at)], {}, PAID, PROGRAMME).debts
    later = Known({ACCRUAL: date(2026, 1, 1)}, {FAMILY: replace(debt, taken=4_000_00, parts=1)})
    assert settle([refund(at)], {}, later, PROGRAMME) == ([], [replace(debt, taken=4_000_00, parts=1)])
    [moved] = settle([refund(at, -6_000_00)], {}, later, PROGRAMME).debts
    assert (moved.owed, moved.left, moved.parts) == (rub(6_000_00), 2_000_00, 1)


def test_what_was_taken_too_much_is_given_back_once() -> None:
    at = moscow(date(2026, 6, 1))
    [debt] = settle([refund(at)], {}, PAID, PROGRAMME).debts
    known = Known({}, {FAMILY: replace(debt, taken=4_000_00, parts=1)})
    found = settle([refund(at, -1_000_00)], {}, known, PROGRAMME)
    given = refund(at, 3_000_00)
    assert found.owed == [replace(given, earning=replace(given.earning, base=rub(0), base_items=""))]
    lines = booked(found.owed)
    assert [(line.amount, line.base, line.base_items, line.rate) for line in lines] == [
        (rub(3_000_00), rub(0), "", "50%")
    ]
    again = settle([refund(at, -1_000_00)], {FAMILY: lines}, known, PROGRAMME)
    assert booked(again.owed, tuple(lines)) == []
    back = settle([refund(at, -5_000_00)], {FAMILY: lines}, known, PROGRAMME)
    assert [line.amount for line in booked(back.owed, tuple(lines))] == [rub(-3_000_00)]


@pytest.mark.parametrize(
    ("already", "given_back"),
    [
        pytest.param(12_000_00, [], id="just what is owed: nothing is given back"),
        pytest.param(12_000_01, [1], id="a kopeck more is"),
    ],
)
def test_what_was_taken_to_the_kopeck(already: int, given_back: list[int]) -> None:
    at = moscow(date(2026, 6, 1))
    [debt] = settle([refund(at)], {}, PAID, PROGRAMME).debts
    known = Known({}, {FAMILY: replace(debt, taken=already, parts=1)})
    assert [one.amount.minor for one in settle([refund(at)], {}, known, PROGRAMME).owed] == given_back


def test_each_family_goes_its_own_way() -> None:
    at = moscow(date(2026, 6, 1))
    before = refund(moscow(date(2026, 5, 9)), event_id="c/R0")
    again = replace(before, earning=replace(before.earning, event_id="c/R2"))
    found = settle([before, refund(at), again], {}, PAID, PROGRAMME)
    assert found.owed == [before, again]
    assert [debt.event_id for debt in found.debts] == ["c/R1"]


def test_whose_payout_is_asked_for() -> None:
    one = refund(moscow(PAID_ON)).earning
    shared = replace(one, shares=(("P1", "P1", Fraction(1, 2)), ("P2", "P2/ann", Fraction(1, 2))))
    assert refunded([one, replace(one, refund=None, event_id="c/M9")]) == {ACCRUAL}
    assert refunded([shared]) == {ACCRUAL, line_id("c/M1", "licence", "P2/ann")}


def debt_of(owed: int, event_id: str = "c/R1", day: int = 1, parts: int = 0, already: int = 0) -> Debt:
    [debt] = settle([refund(moscow(date(2026, 6, day)), -owed, event_id)], {}, PAID, PROGRAMME).debts
    return replace(debt, taken=already, parts=parts)


def after(debt: Debt, payouts: list[int], terms: Clawback = TERMS) -> list[int]:
    """What each payout gives to one debt."""
    parts: list[int] = []
    for payout in payouts:
        part = sum(part for _, part in taken([debt], payout, 0, terms))
        parts.append(part)
        debt = replace(debt, taken=debt.taken + part, parts=debt.parts + bool(part))
    return parts


@pytest.mark.parametrize(
    ("owed", "payouts", "parts"),
    [
        pytest.param(
            12_000_00,
            [8_000_00, 20_000_00, 20_000_00, 20_000_00],
            [4_000_00, 4_000_00, 4_000_00, 0],
            id="the policy's example: 40 % of 30,000 were refunded",
        ),
        pytest.param(
            12_000_00,
            [2_000_00, 20_000_00, 20_000_00],
            [1_000_00, 5_500_00, 5_500_00],
            id="half of a small payout, and more later",
        ),
        pytest.param(
            12_000_00,
            [2_000_00, 2_000_00, 2_000_00, 90_000_00],
            [1_000_00, 1_000_00, 1_000_00, 0],
            id="after three parts the rest is the vendor's loss",
        ),
        pytest.param(100, [10_00, 10_00, 10_00], [33, 34, 33], id="a share that is not whole is rounded half up"),
        pytest.param(1, [10_00, 10_00], [1, 0], id="one kopeck is one part"),
        pytest.param(12_000_00, [5], [3], id="half of an odd sum is rounded half up"),
    ],
)
def test_a_debt_is_taken_in_parts(owed: int, payouts: list[int], parts: list[int]) -> None:
    assert after(debt_of(owed), payouts) == parts


def test_the_terms_say_how_much_and_how_often() -> None:
    terms = Clawback(max_share_of_payout="10%", parts=2)  # type: ignore[arg-type]
    assert after(debt_of(12_000_00), [20_000_00, 200_000_00, 200_000_00], terms) == [2_000_00, 10_000_00, 0]


def test_several_debts_are_taken_oldest_first_within_one_limit() -> None:
    older, newer = debt_of(9_000_00, "c/R9", day=1), debt_of(6_000_00, "c/R1", day=2)
    found = taken([newer, older], 8_000_00, 0, TERMS)
    assert [(debt.event_id, part) for debt, part in found] == [("c/R9", 3_000_00), ("c/R1", 1_000_00)]
    assert [part for _, part in taken([newer, older], 8_000_00, 1_500_00, TERMS)] == [2_500_00]
    assert taken([newer, older], 8_000_00, 4_000_00, TERMS) == []


def test_something_is_left_of_a_payout_in_any_case() -> None:
    all_of_it = Clawback(max_share_of_payout="100%", parts=1)  # type: ignore[arg-type]
    assert after(debt_of(100), [10], all_of_it) == [9]
    assert after(debt_of(100), [1], all_of_it) == [0]
    assert after(debt_of(2), [3], all_of_it) == [2]


def test_a_last_kopeck_of_room_is_taken() -> None:
    older, newer = debt_of(3, "c/R8", day=1, parts=2), debt_of(9, "c/R9", day=2)
    assert [part for _, part in taken([newer, older], 8, 0, TERMS)] == [3, 1]


def test_a_debt_that_is_through_hides_none_after_it() -> None:
    through, newer = debt_of(9_00, "c/R8", day=1, parts=3), debt_of(6_00, "c/R9", day=2)
    assert [(debt.event_id, part) for debt, part in taken([through, newer], 80_00, 0, TERMS)] == [("c/R9", 2_00)]


def test_a_debt_of_nothing_stays_without_a_sum() -> None:
    at = moscow(date(2026, 6, 1))
    [debt] = settle([refund(at)], {}, PAID, PROGRAMME).debts
    known = Known({ACCRUAL: PAID_ON}, {FAMILY: debt})
    [moved] = settle([refund(at, 5_00)], {}, known, PROGRAMME).debts
    assert (moved.owed, moved.left) == (rub(0), 0)


def test_a_version_that_is_gone_leaves_the_first_ones_days() -> None:
    first = read_program({"effective_from": date(2026, 1, 1), "commission": {"clawback": {"within_days": 5}}})
    second = read_program({"effective_from": date(2026, 6, 1)})
    one = refund(moscow(date(2026, 5, 16)))
    gone = replace(one, earning=replace(one.earning, program_version="2025-01-01"))
    assert [debt.lost for debt in settle([gone], {}, PAID, Programme((first, second))).debts] == [True]


def test_nothing_is_taken_of_a_debt_that_is_lost_or_paid() -> None:
    assert taken([replace(debt_of(100), lost=True), debt_of(100, already=100, parts=1)], 8_000_00, 0, TERMS) == []


sums = st.integers(1, 10_000_00)


@given(debts=st.lists(sums, min_size=1, max_size=4), payouts=st.lists(sums, max_size=8))
def test_clawbacks_stay_within_the_debt_the_share_and_the_parts(debts: list[int], payouts: list[int]) -> None:
    open_debts = {f"c/R{number}": debt_of(owed, f"c/R{number}") for number, owed in enumerate(debts)}
    for payout in payouts:
        found = taken(open_debts.values(), payout, 0, TERMS)
        assert sum(part for _, part in found) <= (payout + 1) // 2
        for debt, part in found:
            assert part > 0
            open_debts[debt.event_id] = replace(debt, taken=debt.taken + part, parts=debt.parts + 1)
    for debt in open_debts.values():
        assert debt.taken <= debt.owed.minor
        assert debt.parts <= 3
