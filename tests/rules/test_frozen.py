"""What stands in an approved statement stays: what of the next lines is booked beside it, and what is kept instead."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.domain.kept import Kept
from partnersync.domain.line import Line, LineKind
from partnersync.domain.value import Money
from partnersync.rules.frozen import differences, settle

AT = datetime(2026, 5, 20, tzinfo=UTC)
ACCRUAL, REVERSAL, ADJUSTMENT, CAP = LineKind.ACCRUAL, LineKind.REVERSAL, LineKind.ADJUSTMENT, LineKind.CAP


def _line(minor: int, kind: LineKind = ACCRUAL, part: int = 1, *, payee: str = "P1", **changed: object) -> Line:
    line = Line(
        payee, payee, "main/D1", "c", "M1", AT, AT, "2026-01-01", "licence", "", Money(minor * 2, "RUB"), "50%",
        Money(minor, "RUB"), kind, part, "2026-05",
    )  # fmt: skip
    return replace(line, **changed)  # type: ignore[arg-type]


def _settle(
    new: list[Line],
    booked: list[Line],
    frozen: list[Line],
    known: tuple[Kept, ...] = (),
    decided: tuple[str, ...] = (),
) -> tuple[list[tuple[str, str, int, int]], list[tuple[str, int]]]:
    """Payee, kind, part and minor units of what is booked; partner and minor units of what is kept."""
    families: dict[tuple[str, str, str], list[Line]] = {}
    for line in booked:
        families.setdefault((line.event_id, line.rule, line.payee_id), []).append(line)
    found = settle(new, families, {line.line_id for line in frozen}, known, decided)
    lines = [(line.payee_id, line.kind.value, line.part, line.amount.minor) for line in found.lines]
    return lines, [(one.partner_id, one.amount.minor) for one in found.kept if one.amount.minor < 0]


OLD = _line(500)
MORE = _line(100, ADJUSTMENT)
BACK = _line(-500, REVERSAL)


@pytest.mark.parametrize(
    ("new", "booked", "frozen", "lines", "kept"),
    [
        pytest.param([BACK], [OLD], [], [("P1", "reversal", 1, -500)], [], id="nothing is frozen: it is taken back"),
        pytest.param([BACK], [OLD], [OLD], [], [("P1", -500)], id="a frozen line is not taken back"),
        pytest.param(
            [_line(-200, ADJUSTMENT)], [OLD], [OLD], [], [("P1", -200)], id="nor is a part of it, by an edited payment"
        ),
        pytest.param(
            [_line(200, ADJUSTMENT)], [OLD], [OLD], [("P1", "adjustment", 1, 200)], [], id="more is booked at once"
        ),
        pytest.param(
            [_line(-600, REVERSAL)],
            [OLD, MORE],
            [OLD],
            [("P1", "reversal", 1, -100)],
            [("P1", -500)],
            id="what came after the statement is taken back, what stands in it is not",
        ),
        pytest.param(
            [_line(-50, ADJUSTMENT, 2)],
            [OLD, MORE],
            [OLD],
            [("P1", "adjustment", 2, -50)],
            [],
            id="a part of what came after",
        ),
        pytest.param(
            [_line(200, ADJUSTMENT), _line(-300, CAP)],
            [OLD],
            [OLD],
            [("P1", "adjustment", 1, 200), ("P1", "cap", 1, -200)],
            [("P1", -100)],
            id="more and a new cut: together no less than what stands",
        ),
        pytest.param(
            [_line(500, ACCRUAL, 2)], [OLD, BACK], [OLD, BACK], [("P1", "accrual", 2, 500)], [], id="it is owed again"
        ),
        pytest.param([_line(-40, CAP)], [OLD, BACK], [OLD], [], [("P1", -40)], id="below what an open reversal left"),
        pytest.param(
            [_line(-60, ADJUSTMENT, 2), _line(-80, CAP)],
            [OLD, MORE],
            [OLD],
            [("P1", "adjustment", 2, -60), ("P1", "cap", 1, -40)],
            [("P1", -40)],
            id="what came after is taken back once, however many lines ask for it",
        ),
        pytest.param(
            [BACK, _line(-70, REVERSAL, 2, period="2026-06")],
            [OLD, _line(70, ACCRUAL, 2, period="2026-06")],
            [OLD, _line(70, ACCRUAL, 2, period="2026-06")],
            [],
            [("P1", -570)],
            id="what a family keeps at several places is told as one sum",
        ),
        pytest.param([_line(0)], [], [], [("P1", "accrual", 1, 0)], [], id="a line of nothing"),
    ],
)
def test_a_difference_against_the_partner_is_kept(
    new: list[Line],
    booked: list[Line],
    frozen: list[Line],
    lines: list[tuple[str, str, int, int]],
    kept: list[tuple[str, int]],
) -> None:
    assert _settle(new, booked, frozen) == (lines, kept)


OTHER = _line(500, payee="P2")


@pytest.mark.parametrize(
    ("new", "decided", "lines"),
    [
        pytest.param([BACK, OTHER], (), [], id="another partner gets nothing while it is not decided"),
        pytest.param([BACK, OTHER], ("main/D1",), [("P2", "accrual", 1, 500)], id="a person decided: he is paid too"),
        pytest.param(
            [BACK, _line(600, rule="licence-2")],
            (),
            [("P1", "accrual", 1, 100)],
            id="the same partner by another rule: what exceeds it",
        ),
        pytest.param([BACK, _line(400, rule="licence-2")], (), [], id="the same partner by another rule, for less"),
        pytest.param(
            [BACK, _line(540, rule="licence-2"), _line(-50, CAP, rule="licence-2")],
            (),
            [],
            id="by another rule with a cut: together no more than is kept",
        ),
        pytest.param(
            [BACK, _line(600, rule="licence-2"), _line(-50, CAP, rule="licence-2")],
            (),
            [("P1", "accrual", 1, 100), ("P1", "cap", 1, -50)],
            id="by another rule with a cut: together more",
        ),
        pytest.param([BACK, _line(500, deal_ref="main/D2")], (), [], id="the payment moved to another deal of his"),
        pytest.param(
            [BACK, _line(500, payee="P2", deal_ref="main/D2")], (), [], id="the payment moved to another's deal"
        ),
        pytest.param(
            [BACK, replace(_line(7), amount=Money(7, "USD"), base=Money(14, "USD"))], (), [], id="in another currency"
        ),
        pytest.param(
            [BACK, _line(500, payee="P2", event_id="M2")], (), [("P2", "accrual", 1, 500)], id="another payment"
        ),
        pytest.param(
            [BACK, _line(-30, REVERSAL, payee="P2")], (), [("P2", "reversal", 1, -30)], id="what others give back"
        ),
    ],
)
def test_what_is_kept_is_not_paid_twice(
    new: list[Line], decided: tuple[str, ...], lines: list[tuple[str, str, int, int]]
) -> None:
    assert _settle(new, [OLD], [OLD], decided=decided) == (lines, [("P1", -500)])


def test_a_payment_that_moves_to_another_month_leaves_no_difference() -> None:
    assert _settle([BACK, _line(500, ACCRUAL, 2, period="2026-06")], [OLD], [OLD]) == ([], [])
    assert _settle([BACK, _line(300, ACCRUAL, 2, period="2026-06")], [OLD], [OLD]) == ([], [("P1", -200)])


def _refund(minor: int, payee: str = "P1", part: int = 1) -> Line:
    return _line(minor, REVERSAL, part, payee=payee, event_id="X1", reverses=_line(0, payee=payee).line_id)


@pytest.mark.parametrize(
    ("new", "booked", "lines"),
    [
        pytest.param(
            [BACK, OTHER, _refund(-500, "P2")], [OLD], [], id="another gives back nothing of what he has not got"
        ),
        pytest.param(
            [BACK, OTHER, _refund(-530, "P2")],
            [OLD],
            [("P2", "accrual", 1, 500), ("P2", "reversal", 1, -530)],
            id="he gives back what he had",
        ),
        pytest.param(
            [BACK, OTHER, _refund(500, part=2), _refund(-500, "P2")],
            [OLD, _refund(-500)],
            [],
            id="nor does it come back to whom it was taken from",
        ),
        pytest.param(
            [_line(-250, ADJUSTMENT), _refund(-250)], [OLD], [("P1", "reversal", 1, -250)], id="what is owed goes back"
        ),
    ],
)
def test_a_refund_of_what_is_kept_is_the_same_money(
    new: list[Line], booked: list[Line], lines: list[tuple[str, str, int, int]]
) -> None:
    assert _settle(new, booked, [OLD])[0] == lines


KEPT = Kept("M1", "licence", "P1", "P1", "main/D1", Money(-500, "RUB"))


@pytest.mark.parametrize(
    ("rows", "adjusted", "left"),
    [
        pytest.param([KEPT], {}, [-500], id="all of it"),
        pytest.param(
            [KEPT, replace(KEPT, rule="b", amount=Money(200, "RUB"))], {}, [-300], id="less what a rule brings"
        ),
        pytest.param([KEPT, replace(KEPT, rule="b", amount=Money(500, "RUB"))], {}, [], id="as much: none"),
        pytest.param([KEPT, replace(KEPT, partner_id="P2", amount=Money(200, "RUB"))], {}, [-500], id="not another's"),
        pytest.param([KEPT, replace(KEPT, event_id="M2", amount=Money(200, "RUB"))], {}, [-500], id="of that payment"),
        pytest.param([KEPT], {("main/D1", "P1", "RUB"): 120}, [-380], id="less what people took back"),
        pytest.param([KEPT], {("main/D1", "P1", "RUB"): 900}, [], id="they took more"),
        pytest.param([KEPT], {("main/D1", "P1", "RUB"): -5}, [-500], id="they gave more"),
        pytest.param([KEPT], {("main/D2", "P1", "RUB"): 500}, [-500], id="of another deal"),
        pytest.param(
            [KEPT, replace(KEPT, event_id="M2")], {("main/D1", "P1", "RUB"): 600}, [-400], id="one after the other"
        ),
    ],
)
def test_a_difference_is_what_is_left_of_what_is_kept(
    rows: list[Kept], adjusted: dict[tuple[str, str, str], int], left: list[int]
) -> None:
    assert [one.amount.minor for one in differences(rows, adjusted)] == left


def test_what_other_families_keep_counts_too() -> None:
    known = Kept("M1", "old rule", "P1", "P1", "main/D1", Money(-500, "RUB"))
    assert _settle([_line(600)], [], [], (known,)) == ([("P1", "accrual", 1, 100)], [])
    more = replace(known, rule="older rule", amount=Money(-60, "RUB"))
    assert _settle([_line(600)], [], [], (known, more)) == ([("P1", "accrual", 1, 40)], [])
    assert _settle([_line(1)], [], [], (known,)) == ([], [])
    assert _settle([_line(0)], [], [], (known,)) == ([("P1", "accrual", 1, 0)], [])


@pytest.mark.parametrize(
    ("new", "lines"),
    [
        pytest.param(
            [_line(300, rule="a"), _line(400, rule="b")],
            [("P1", "accrual", 1, 200)],
            id="what one rule uses up is not taken off another's",
        ),
        pytest.param(
            [_line(-50, CAP), _line(600)],
            [("P1", "accrual", 1, 100), ("P1", "cap", 1, -50)],
            id="a cut stays, wherever it stands",
        ),
        pytest.param(
            [_line(300), _line(400, ACCRUAL, 2)],
            [("P1", "accrual", 1, 200)],
            id="line by line, until it is used up",
        ),
    ],
)
def test_what_is_kept_is_taken_off_once(new: list[Line], lines: list[tuple[str, str, int, int]]) -> None:
    known = Kept("M1", "old rule", "P1", "P1", "main/D1", Money(-500, "RUB"))
    assert _settle(new, [], [], (known,)) == (lines, [])


def test_what_is_kept_names_its_family_and_deal() -> None:
    families = {("M1", "licence", "P1"): [OLD]}
    assert settle([BACK], families, {OLD.line_id}).kept == [
        Kept("M1", "licence", "P1", "P1", "main/D1", Money(-500, "RUB"))
    ]


def test_what_is_left_out_in_his_favour_is_kept_as_well() -> None:
    families = {("M1", "licence", "P1"): [OLD]}
    found = settle([BACK, _line(600, rule="b", deal_ref="main/D2")], families, {OLD.line_id})
    assert found.kept == [KEPT, Kept("M1", "b", "P1", "P1", "main/D2", Money(500, "RUB"))]


def test_several_places_end_at_what_is_frozen_in_each() -> None:
    other = _line(70, ACCRUAL, 2, period="2026-06")
    booked = [OLD, MORE, other, _line(30, ADJUSTMENT, 2, period="2026-06")]
    new = [_line(-600, REVERSAL), _line(-100, REVERSAL, 2, period="2026-06")]
    assert _settle(new, booked, [OLD, other]) == (
        [("P1", "reversal", 1, -100), ("P1", "reversal", 2, -30)],
        [("P1", -570)],
    )


def test_a_line_over_a_part_carries_as_much_of_the_base_and_says_so() -> None:
    families = {("M1", "licence", "P1"): [OLD]}
    new = [BACK, _line(600, rule="licence-2", trace="base:1200.00")]
    [line] = settle(new, families, {OLD.line_id}).lines
    assert (line.base, line.amount) == (Money(200, "RUB"), Money(100, "RUB"))
    assert line.trace == "base:1200.00|kept:5.00"
    [silent] = settle([BACK, _line(600, rule="licence-2")], families, {OLD.line_id}).lines
    assert silent.trace == "kept:5.00"
    yen = [replace(one, amount=Money(one.amount.minor, "JPY"), base=Money(0, "JPY")) for one in (OLD, *new)]
    [whole] = settle(yen[1:], {("M1", "licence", "P1"): yen[:1]}, {OLD.line_id}).lines
    assert whole.trace == "base:1200.00|kept:500"


def test_parts_follow_what_is_booked_also_where_one_was_left_out() -> None:
    new = [_line(-500, REVERSAL, 1), _line(-70, REVERSAL, 2, period="2026-06")]
    booked = [OLD, _line(70, ACCRUAL, 2, period="2026-06")]
    assert _settle(new, booked, [OLD]) == ([("P1", "reversal", 1, -70)], [("P1", -500)])
    new += [_line(-30, REVERSAL, 3, period="2026-07"), _line(-9, REVERSAL, 4, payee="P2")]
    booked += [_line(30, ACCRUAL, 3, period="2026-07"), _line(-9, REVERSAL, 3, payee="P2")]
    lines, _ = _settle(new, booked, [OLD])
    assert lines == [
        ("P1", "reversal", 1, -70),
        ("P1", "reversal", 2, -30),
        ("P2", "reversal", 4, -9),
    ]


AMOUNTS = st.integers(-300, 300)


@given(booked=st.lists(st.tuples(AMOUNTS, st.booleans()), max_size=5), owed=st.integers(-500, 500))
def test_a_place_ends_at_what_is_owed_or_at_what_stands(booked: list[tuple[int, bool]], owed: int) -> None:
    before = [_line(minor, ADJUSTMENT, part) for part, (minor, _) in enumerate(booked, 1)]
    frozen = [line for line, (_, stays) in zip(before, booked, strict=True) if stays]
    total, fixed = sum(line.amount.minor for line in before), sum(line.amount.minor for line in frozen)
    lines, kept = _settle([_line(owed - total, ADJUSTMENT, 9)], before, frozen)
    ended = total + sum(minor for *_, minor in lines)
    assert ended == (max(owed, min(fixed, total)) if frozen else owed)
    assert sum(minor for _, minor in kept) == owed - ended
    again = [*before, *(_line(minor, ADJUSTMENT, part) for _, _, part, minor in lines)]
    assert _settle([_line(owed - ended, ADJUSTMENT, 10)], again, frozen)[0] in ([], [("P1", "adjustment", 10, 0)])
