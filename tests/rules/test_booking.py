from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.domain.earning import Earning, Owed, Refund
from partnersync.domain.line import Line, LineKind, line_id
from partnersync.domain.value import Money
from partnersync.rules.booking import Family, book, fully_reversed, reverse

MOSCOW = ZoneInfo("Europe/Moscow")
HERE = {"main/D1"}
ANYWHERE = {"main/D1", "main/D2", "main/D3"}
RUN_1, RUN_2, RUN_3 = (datetime(2026, 6, day, tzinfo=UTC) for day in (1, 2, 3))
PAID_AT = datetime(2026, 5, 1, 7, tzinfo=UTC)
HOLD = datetime(2026, 5, 14, 21, tzinfo=UTC)

EARNING = Earning(
    event_id="main/P1",
    event_time=PAID_AT,
    deal_ref="main/D1",
    client_id="main/C1",
    partner_id="A7",
    payee_id="A7",
    program_version="2026-01-01",
    rule="licence",
    base=Money(100_000_00, "RUB"),
    base_items="licence=100000.00",
    hold_until=HOLD,
)


def owed(amount: int, base: int = 100_000_00, currency: str = "RUB", **other: object) -> Owed:
    earning = replace(EARNING, base=Money(base, currency), **other)  # type: ignore[arg-type]
    return Owed(earning, Money(amount, currency), "50%", "base:100000.00")


def refunded(amount: int, base: int) -> Owed:
    back = Refund("main/P1", 0, 1, 1)
    return owed(-amount, base, event_id="main/R1", event_time=datetime(2026, 6, 1, tzinfo=UTC), refund=back)


def families(lines: Sequence[Line]) -> dict[Family, list[Line]]:
    found: dict[Family, list[Line]] = {}
    for line in lines:
        found.setdefault((line.event_id, line.rule, line.payee_id), []).append(line)
    return found


def booked(*rounds: Owed) -> list[Line]:
    """The lines after each of `rounds` was owed in a run of its own."""
    lines: list[Line] = []
    for day, one in enumerate(rounds, start=1):
        lines += book([one], families(lines), datetime(2026, 6, day, tzinfo=UTC), MOSCOW)
    return lines


def brief(lines: Sequence[Line]) -> list[tuple[str, int, int, int]]:
    return [(line.kind.value, line.part, line.base.minor, line.amount.minor) for line in lines]


FIRST = ("accrual", 1, 100_000_00, 50_000_00)


@pytest.mark.parametrize(
    ("rounds", "expected"),
    [
        pytest.param([owed(50_000_00)], [FIRST], id="what was never booked is an accrual"),
        pytest.param([owed(0, 0)], [("accrual", 1, 0, 0)], id="an event that earns nothing is booked as 0 once"),
        pytest.param([owed(50_000_00)] * 3, [FIRST], id="what is booked is not booked again"),
        pytest.param([owed(0, 0)] * 2, [("accrual", 1, 0, 0)], id="nor is a 0"),
        pytest.param(
            [owed(50_000_00), owed(60_000_00)], [FIRST, ("accrual", 2, 0, 10_000_00)], id="same base, more: part 2"
        ),
        pytest.param(
            [owed(50_000_00), owed(40_000_00), owed(70_000_00)],
            [FIRST, ("accrual", 2, 0, -10_000_00), ("accrual", 3, 0, 30_000_00)],
            id="down and up again: each difference is a line",
        ),
        pytest.param(
            [owed(50_000_00), owed(55_000_00, 110_000_00)],
            [FIRST, ("adjustment", 1, 10_000_00, 5_000_00)],
            id="an edited payment is an adjustment",
        ),
        pytest.param(
            [owed(50_000_00), owed(50_000_00, 110_000_00)],
            [FIRST, ("adjustment", 1, 10_000_00, 0)],
            id="another base alone moves the base",
        ),
        pytest.param(
            [owed(0), owed(50_000_00, 110_000_00)],
            [("accrual", 1, 100_000_00, 0), ("adjustment", 1, 10_000_00, 50_000_00)],
            id="also of one whose base earned nothing",
        ),
        pytest.param(
            [owed(0, 0), owed(50_000_00)],
            [("accrual", 1, 0, 0), ("accrual", 2, 100_000_00, 50_000_00)],
            id="what earned nothing and now earns accrues",
        ),
    ],
)
def test_the_difference_is_the_next_line(rounds: list[Owed], expected: list[tuple[str, int, int, int]]) -> None:
    assert brief(booked(*rounds)) == expected


def test_a_line_carries_the_event_and_who_is_paid() -> None:
    (line,) = booked(owed(50_000_00, reason="OVERPAID"))
    assert line == Line(
        partner_id="A7",
        payee_id="A7",
        deal_ref="main/D1",
        client_id="main/C1",
        event_id="main/P1",
        event_time=PAID_AT,
        booked_at=RUN_1,
        program_version="2026-01-01",
        rule="licence",
        base_items="licence=100000.00",
        base=Money(100_000_00, "RUB"),
        rate="50%",
        amount=Money(50_000_00, "RUB"),
        kind=LineKind.ACCRUAL,
        part=1,
        period="2026-05",
        hold_until=HOLD,
        reason="OVERPAID",
        trace="base:100000.00",
    )


def test_a_line_of_nothing_waits_like_any_other() -> None:
    (line,) = booked(owed(0, 0))
    assert line.hold_until == HOLD


@pytest.mark.parametrize(
    ("kind", "reason", "expected"),
    [
        pytest.param(
            LineKind.ACCRUAL, "OVERPAID", ("reversal", "", True), id="an accrual, by a reversal that names it"
        ),
        pytest.param(LineKind.CAP, "deal", ("cap", "deal", True), id="a cut, by another that names its cap"),
        pytest.param(LineKind.TRUEUP, "", ("trueup", "", False), id="a true-up, by another, which names no line"),
    ],
)
def test_what_is_taken_back_says_of_what(kind: LineKind, reason: str, expected: tuple[str, str, bool]) -> None:
    one = replace(owed(50_000_00, reason=reason), kind=kind)
    (line,) = booked(one)
    (back,) = reverse([line], RUN_2, None)
    named = line_id("main/P1", "licence", "A7")
    kind_, reason_, names = expected
    assert (back.kind, back.reason, back.reverses) == (kind_, reason_, named if names else "")
    assert (back.amount, back.base, back.hold_until) == (Money(-50_000_00, "RUB"), Money(-100_000_00, "RUB"), None)


def test_a_difference_tells_what_was_booked_before() -> None:
    assert booked(owed(50_000_00), owed(60_000_00))[1].trace == "base:100000.00|booked:50000.00:60000.00"


def test_negative_lines_have_no_hold() -> None:
    lines = booked(owed(50_000_00), owed(40_000_00), owed(45_000_00))
    assert [line.hold_until for line in lines] == [HOLD, None, HOLD]


def test_the_period_is_the_events_month_in_the_programs_zone() -> None:
    assert booked(owed(1, event_time=datetime(2026, 5, 31, 21, tzinfo=UTC)))[0].period == "2026-06"


def test_a_refund_is_a_reversal_of_its_own_event_that_names_the_accrual() -> None:
    accrual, reversal = book([owed(50_000_00), refunded(20_000_00, 40_000_00)], {}, RUN_1, MOSCOW)
    assert brief([reversal]) == [("reversal", 1, -40_000_00, -20_000_00)]
    assert (reversal.event_id, reversal.reverses) == ("main/R1", accrual.line_id)
    assert (reversal.period, reversal.hold_until) == ("2026-06", None)


def test_a_refund_that_is_priced_anew_is_the_next_reversal() -> None:
    lines = booked(refunded(20_000_00, 40_000_00), refunded(24_000_00, 40_000_00), refunded(12_000_00, 20_000_00))
    assert brief(lines[1:]) == [("reversal", 2, 0, -4_000_00), ("adjustment", 1, 20_000_00, 12_000_00)]
    assert len({line.reverses for line in lines}) == 1


def test_lines_come_in_the_ledgers_order() -> None:
    later = owed(1, event_id="main/P0", event_time=datetime(2026, 5, 2, tzinfo=UTC))
    other = owed(1, payee_id="B2")
    lines = book([later, refunded(1, 1), other, owed(2)], {}, RUN_1, MOSCOW)
    assert [(line.event_id, line.payee_id) for line in lines] == [
        ("main/P1", "A7"),
        ("main/P1", "B2"),
        ("main/P0", "A7"),
        ("main/R1", "A7"),
    ]


@pytest.mark.parametrize(
    ("moved", "place"),
    [
        pytest.param({"deal_ref": "main/D2"}, ("main/D2", "2026-05"), id="to another deal"),
        pytest.param({"event_time": datetime(2026, 6, 2, tzinfo=UTC)}, ("main/D1", "2026-06"), id="to another month"),
        pytest.param({"currency": "USD"}, ("main/D1", "2026-05"), id="to another currency"),
    ],
)
def test_an_event_that_moved_is_taken_back_where_it_was(moved: dict[str, object], place: tuple[str, str]) -> None:
    first, *then = booked(owed(50_000_00), owed(60_000_00, **moved))  # type: ignore[arg-type]
    back = next(line for line in then if line.kind is LineKind.REVERSAL)
    new = next(line for line in then if line.kind is LineKind.ACCRUAL)
    assert (back.deal_ref, back.period, back.event_time) == (first.deal_ref, first.period, first.event_time)
    assert (back.base, back.amount, back.reverses) == (-first.base, -first.amount, first.line_id)
    assert (new.deal_ref, new.period, new.amount.minor, new.part) == (*place, 60_000_00, 2)
    assert back.trace == f"moved:{place[0].replace(':', '%3A')}:{place[1]}"


def test_an_event_that_moves_there_and_back_ends_where_it_began() -> None:
    lines = booked(owed(5), owed(5, deal_ref="main/D2"), owed(5))
    assert sum(line.amount.minor for line in lines if line.deal_ref == "main/D2") == 0
    assert sum(line.amount.minor for line in lines if line.deal_ref == "main/D1") == 5
    assert len({line.line_id for line in lines}) == len(lines) == 5


def test_what_is_no_longer_owed_is_reversed_at_the_events_own_time() -> None:
    lines = booked(owed(50_000_00), owed(55_000_00, 110_000_00))
    [back] = reverse(lines, RUN_3, HERE)
    assert brief([back]) == [("reversal", 1, -110_000_00, -55_000_00)]
    assert (back.event_time, back.period, back.booked_at) == (PAID_AT, "2026-05", RUN_3)
    assert (back.reverses, back.hold_until) == (lines[0].line_id, None)
    assert back.trace == "reversed:55000.00"
    assert reverse([*lines, back], RUN_3, HERE) == []


def test_only_what_stands_at_the_given_deals_is_reversed() -> None:
    lines = booked(owed(50_000_00), owed(55_000_00, 110_000_00))
    assert reverse(lines, RUN_3, {"main/D2"}) == []


def test_nothing_is_reversed_where_nothing_was_booked() -> None:
    assert reverse([], RUN_1, HERE) == []
    assert reverse(booked(owed(0, 0)), RUN_2, HERE) == []


def test_won_lost_and_won_again_is_an_accrual_a_reversal_and_an_accrual() -> None:
    won = owed(50_000_00, event_id="main/D1")
    lines = booked(won)
    [back] = reverse(lines, RUN_2, HERE)
    lines.append(back)
    again = book([owed(60_000_00, event_id="main/D1")], families(lines), RUN_3, MOSCOW)
    assert brief([*lines, *again]) == [
        FIRST,
        ("reversal", 1, -100_000_00, -50_000_00),
        ("accrual", 2, 100_000_00, 60_000_00),
    ]


def test_a_refund_that_is_no_longer_known_is_taken_back() -> None:
    lines = book([owed(50_000_00), refunded(20_000_00, 40_000_00)], {}, RUN_1, MOSCOW)
    [back] = reverse(lines[1:], RUN_2, HERE)
    assert brief([back]) == [("reversal", 2, 40_000_00, 20_000_00)]
    assert back.reverses == lines[0].line_id


def test_lines_of_other_kinds_are_no_part_of_what_an_event_owes() -> None:
    lines = booked(owed(50_000_00))
    bonus = replace(lines[0], kind=LineKind.BONUS, amount=Money(10_000_00, "RUB"))
    assert book([owed(50_000_00)], families([*lines, bonus]), RUN_2, MOSCOW) == []
    assert reverse([bonus], RUN_2, HERE) == []


def test_a_family_is_fully_reversed_when_reversals_bring_it_to_nothing() -> None:
    whole = book([owed(50_000_00), refunded(50_000_00, 100_000_00)], {}, RUN_1, MOSCOW)
    part = book([owed(50_000_00), refunded(20_000_00, 40_000_00)], {}, RUN_1, MOSCOW)
    assert fully_reversed(whole)
    assert not fully_reversed(part)
    assert not fully_reversed(booked(owed(0, 0)))
    assert not fully_reversed([])


VERSIONS = st.builds(
    lambda amount, base, deal, day, version: owed(
        amount,
        base,
        deal_ref=f"main/D{deal}",
        event_time=datetime(2026, 5, day, 22, tzinfo=UTC),
        program_version=version,
    ),
    st.integers(-3, 3),
    st.integers(0, 2),
    st.integers(1, 2),
    st.sampled_from([1, 31]),
    st.sampled_from(["2026-01-01", "2026-05-01"]),
)


@given(st.lists(VERSIONS, min_size=1, max_size=6))
def test_whatever_came_before_the_sums_are_those_of_the_last_word(rounds: list[Owed]) -> None:
    lines = booked(*rounds)
    (once,) = booked(rounds[-1])
    sums: dict[tuple[str, str], list[int]] = {}
    for line in lines:
        place = sums.setdefault((line.deal_ref, line.period), [0, 0])
        place[0] += line.base.minor
        place[1] += line.amount.minor
    expected = [once.base.minor, once.amount.minor]
    assert {place: kept for place, kept in sums.items() if any(kept)} == (
        {(once.deal_ref, once.period): expected} if any(expected) else {}
    )
    assert len({line.line_id for line in lines}) == len(lines)
    assert book([rounds[-1]], families(lines), RUN_3, MOSCOW) == []


@given(st.lists(VERSIONS, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_booked_lines_does_not_matter(rounds: list[Owed], chance: object) -> None:
    lines = booked(*rounds[:-1])
    shuffled = list(lines)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    straight = book([rounds[-1]], families(lines), RUN_3, MOSCOW)
    assert book([rounds[-1]], families(shuffled), RUN_3, MOSCOW) == straight
    assert reverse(shuffled, RUN_3, ANYWHERE) == reverse(lines, RUN_3, ANYWHERE)


def cut(amount: int, name: str = "deal", **other: object) -> Owed:
    one = owed(-amount, 0)
    earning = replace(one.earning, base_items="", reason=name, **other)  # type: ignore[arg-type]
    return replace(one, earning=earning, kind=LineKind.CAP, rate="")


@pytest.mark.parametrize(
    ("rounds", "expected"),
    [
        pytest.param(
            [[owed(50_000_00), cut(20_000_00), cut(5_000_00, "max_total")]],
            ["accrual 1 50000.00", "cap 1 -20000.00 deal", "cap 2 -5000.00 max_total"],
            id="each cap cuts in a line of its own",
        ),
        pytest.param(
            [[owed(50_000_00), cut(20_000_00)], [owed(50_000_00), cut(30_000_00)]],
            ["accrual 1 50000.00", "cap 1 -20000.00 deal", "cap 2 -10000.00 deal"],
            id="a deeper cut is the next part",
        ),
        pytest.param(
            [[owed(50_000_00), cut(20_000_00)], [owed(50_000_00)]],
            ["accrual 1 50000.00", "cap 1 -20000.00 deal", "cap 2 20000.00 deal"],
            id="a cut that is no longer made is given back",
        ),
        pytest.param(
            [[owed(50_000_00), cut(20_000_00)], [owed(50_000_00), cut(7_000_00, "max_total")]],
            ["accrual 1 50000.00", "cap 1 -20000.00 deal", "cap 2 -7000.00 max_total", "cap 3 20000.00 deal"],
            id="another cap cuts now",
        ),
        pytest.param(
            [[owed(50_000_00), cut(20_000_00)], []],
            ["accrual 1 50000.00", "cap 1 -20000.00 deal", "cap 2 20000.00 deal", "reversal 1 -50000.00"],
            id="what is no longer owed is reversed with its cut",
        ),
        pytest.param(
            [
                [owed(50_000_00), cut(20_000_00)],
                [owed(50_000_00, deal_ref="main/D2"), cut(20_000_00, deal_ref="main/D2")],
            ],
            [
                "accrual 1 50000.00",
                "cap 1 -20000.00 deal",
                "accrual 2 50000.00",
                "cap 2 20000.00 deal",
                "cap 3 -20000.00 deal",
                "reversal 1 -50000.00",
            ],
            id="the cut moves with its event",
        ),
    ],
)
def test_cuts_stand_beside_the_accrual(rounds: list[list[Owed]], expected: list[str]) -> None:
    lines: list[Line] = []
    for day, owing in enumerate(rounds, start=1):
        at = datetime(2026, 6, day, tzinfo=UTC)
        new = book(owing, families(lines), at, MOSCOW)
        lines += new or [line for family in families(lines).values() for line in reverse(family, at, HERE)]
    lines.sort(key=lambda line: (line.booked_at, line.kind, line.part))
    told = [" ".join(filter(None, (line.kind, str(line.part), line.amount.text(), line.reason))) for line in lines]
    assert told == expected
