"""What a deal was paid in all, as its system tells it from time to time → payments and refunds."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.contract.adapter import PaidTotal, Raw
from partnersync.domain.deal import Payment
from partnersync.domain.value import RecordKind
from partnersync.sync import paid_totals
from partnersync.sync.forms import Setting
from partnersync.sync.normalise import normalise

SETTING = Setting("crm", frozenset({"crm"}), ZoneInfo("Europe/Moscow"), "RUB")
NOW = datetime(2026, 9, 1, tzinfo=UTC)
Told = Sequence[tuple[str, str]]


def made(known: list[Payment], *told: tuple[str, str], currency: str = "") -> list[Payment]:
    """The payments that a look at these totals adds to the known ones, which they join."""
    raw = Raw("7", {"deal_id": "7", "currency": currency}, paid=tuple(PaidTotal(total, at) for total, at in told))
    raws, problems = paid_totals.payments(raw, known, SETTING, NOW)
    assert problems == ()
    found: list[Payment] = []
    for one in raws:
        record, _ = normalise(RecordKind.PAYMENT, one.cells or {}, SETTING)
        assert isinstance(record, Payment)
        found.append(record)
    known += found
    return found


def text(one: Payment) -> str:
    back = f" back of {one.refund_of.rpartition(':')[2]}" if one.refund_of else ""
    return f"{one.ref.removeprefix('crm/')} {one.amount.text()}{back} {one.paid_at:%d.%m}"


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        pytest.param([[("100", "2026-02-01")]], ["7:paid:1 100.00 31.01"], id="the first total"),
        pytest.param(
            [[("100", "2026-02-01T12:00:00Z")], [("250", "2026-03-01T12:00:00Z")]],
            ["7:paid:1 100.00 01.02", "7:paid:2 150.00 01.03"],
            id="a rise is a payment of the difference",
        ),
        pytest.param(
            [[("100", "2026-02-01T12:00:00Z")], [("70.50", "2026-03-01T12:00:00Z")]],
            ["7:paid:1 100.00 01.02", "7:paid:2 29.50 back of 1 01.03"],
            id="a fall gives back",
        ),
        pytest.param(
            [[("100", "2026-02-01T12:00:00Z"), ("250", "2026-02-02T12:00:00Z")], [("40", "2026-03-01T12:00:00Z")]],
            [
                "7:paid:1 100.00 01.02",
                "7:paid:2 150.00 02.02",
                "7:paid:3 150.00 back of 2 01.03",
                "7:paid:4 60.00 back of 1 01.03",
            ],
            id="the last payment is given back first",
        ),
        pytest.param(
            [[("100", "2026-02-01T12:00:00Z")], [("", "2026-03-01T12:00:00Z")], [("30", "2026-04-01T12:00:00Z")]],
            ["7:paid:1 100.00 01.02", "7:paid:2 100.00 back of 1 01.03", "7:paid:3 30.00 01.04"],
            id="an emptied field is nothing",
        ),
        pytest.param(
            [[("100", "2026-02-01T12:00:00Z")], [("100", "2026-05-01T12:00:00Z")]],
            ["7:paid:1 100.00 01.02"],
            id="a total that is read again",
        ),
        pytest.param(
            [
                [("100", "2026-02-01T12:00:00Z")],
                [("100", "2026-02-01T12:00:00Z"), ("130", "2026-02-02T12:00:00Z"), ("90", "2026-02-03T12:00:00Z")],
            ],
            [
                "7:paid:1 100.00 01.02",
                "7:paid:2 30.00 02.02",
                "7:paid:3 30.00 back of 2 03.02",
                "7:paid:4 10.00 back of 1 03.02",
            ],
            id="changes between two looks, as the log tells them",
        ),
        pytest.param(
            [[("100", "2026-02-01T12:00:00Z")], [("300", "2026-04-01T12:00:00Z"), ("450", "2026-04-02T12:00:00Z")]],
            ["7:paid:1 100.00 01.02", "7:paid:2 350.00 02.04"],
            id="a log that does not reach back to what is known counts for nothing",
        ),
        pytest.param([[("55", "")]], ["7:paid:1 55.00 01.09"], id="nobody knows since when: now"),
        pytest.param([[("0", "2026-02-01")]], [], id="nothing paid"),
    ],
)
def test_payments_of_totals(looks: Sequence[Told], expected: list[str]) -> None:
    known: list[Payment] = []
    for look in looks:
        made(known, *look)
    assert [text(one) for one in known] == expected


def test_a_corrected_currency_gives_back_what_was_paid_in_the_old_one() -> None:
    known: list[Payment] = []
    made(known, ("100", "2026-02-01T12:00:00Z"))
    told = made(known, ("100", "2026-03-01T12:00:00Z"), currency="USD")
    assert [(one.amount.minor, one.amount.currency, one.refund_of) for one in told] == [
        (10_000, "RUB", "crm/7:paid:1"),
        (10_000, "USD", None),
    ]


@pytest.mark.parametrize(
    ("total", "reason"),
    [("a lot", "is not a number"), ("-5", "is negative"), ("1.005", "2 decimals at most")],
)
def test_totals_that_are_no_sums_are_named_and_count_for_nothing(total: str, reason: str) -> None:
    raw = Raw("7", {"deal_id": "7"}, paid=(PaidTotal(total, "2026-02-01"),))
    raws, (problem,) = paid_totals.payments(raw, [], SETTING, NOW)
    assert raws == []
    assert (problem.column, problem.value) == ("paid_total", total)
    assert reason in problem.reason


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 3), st.integers(1, 2)), min_size=1, max_size=8))
def test_payments_sum_to_the_total_that_was_seen_last(history: list[tuple[int, int, int]]) -> None:
    """Each total with how many before it the log tells then, and how many looks are made at it."""
    known: list[Payment] = []
    for place, (total, before, looks) in enumerate(history):
        told = [(str(one), f"2026-02-01T00:00:{at:02}Z") for at, (one, _, _) in enumerate(history)]
        for _ in range(looks):
            made(known, *told[max(place - before, 0) : place + 1])
        assert sum(one.amount.minor * (-1 if one.refund_of else 1) for one in known) == total * 100
        for one in known:
            assert sum(other.amount.minor for other in known if other.refund_of == one.ref) <= one.amount.minor
    assert len({one.ref for one in known}) == len(known)
