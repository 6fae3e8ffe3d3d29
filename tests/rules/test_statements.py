"""When statements close, are accepted by silence and are to be paid; what their lines still miss (policy.md 5)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from partnersync.domain.statement import STATEMENT_MOVES, Statement, StatementState
from partnersync.domain.value import Money
from partnersync.rules import statements
from partnersync.rules.program import Programme, read_program
from partnersync.translate import translator

DRAFT, SENT, DISPUTED, ACCEPTED, APPROVED = StatementState


def _programme(**payout: int) -> Programme:
    return Programme((read_program({"effective_from": date(2025, 1, 1), "payout": payout}),))


@pytest.mark.parametrize(
    ("period", "closes"),
    [
        pytest.param("2026-04", "2026-05-08T00:00", id="May: off from the 1st to the 3rd, the 5th is the 8th"),
        pytest.param("2026-05", "2026-06-05T00:00", id="June: the 1st is a Monday"),
        pytest.param(
            "2025-12", "2026-01-16T00:00", id="January: off until the 11th, the days that were moved included"
        ),
        pytest.param("2026-02", "2026-03-06T00:00", id="March: the 1st is a Sunday, and the holiday comes later"),
        pytest.param("2026-10", "2026-11-09T00:00", id="November: the 4th is off"),
    ],
)
def test_a_month_closes_on_the_fifth_business_day_of_the_next(period: str, closes: str, at: Any) -> None:
    assert statements.closes_at(period, _programme()) == at(closes)


@pytest.mark.parametrize(
    ("as_of", "month"),
    [
        pytest.param("2026-06-04T23:59:59", "2026-04", id="a second before the day"),
        pytest.param("2026-06-05T00:00", "2026-05", id="at its first moment"),
        pytest.param("2026-06-30T23:59:59", "2026-05", id="until the next one"),
        pytest.param("2026-01-15T12:00", "2025-11", id="over the year's end"),
    ],
)
def test_the_latest_month_whose_day_has_begun(as_of: str, month: str, at: Any) -> None:
    assert statements.last_due(at(as_of), _programme()) == month


def test_the_day_is_a_number_of_the_program_in_force_then(at: Any) -> None:
    third = read_program({"effective_from": date(2026, 6, 1), "payout": {"close_on_bd": 3}})
    programme = Programme((read_program({"effective_from": date(2026, 1, 1)}), third))
    assert statements.closes_at("2026-04", programme) == at("2026-05-08T00:00")
    assert statements.closes_at("2026-05", programme) == at("2026-06-03T00:00")
    assert statements.last_due(at("2026-03-01T00:00"), _programme(close_on_bd=30)) == "2025-12"


@pytest.mark.parametrize(
    ("sent", "accepted"),
    [
        pytest.param("2026-06-05T10:30", "2026-06-15T10:30", id="over Russia's day, the 12th"),
        pytest.param("2026-05-08T00:00", "2026-05-18T00:00", id="over Victory Day and the Monday for it"),
        pytest.param("2026-07-06T09:00", "2026-07-13T09:00", id="a plain week"),
        pytest.param("2026-07-04T09:00", "2026-07-13T00:00", id="sent on a Saturday: it counts from Monday's midnight"),
    ],
)
def test_silence_accepts_after_five_business_days(sent: str, accepted: str, at: Any) -> None:
    assert statements.silence_at(at(sent), _programme()) == at(accepted)


@pytest.mark.parametrize(
    ("approved", "pay_by"),
    [
        pytest.param("2026-06-16T10:00", date(2026, 6, 30), id="ten business days"),
        pytest.param("2026-06-08T10:00", date(2026, 6, 23), id="over a holiday"),
        pytest.param("2026-04-24T10:00", date(2026, 5, 12), id="over the May holidays"),
    ],
)
def test_payment_is_due_ten_business_days_after_the_approval(approved: str, pay_by: date, at: Any) -> None:
    assert statements.pay_by(at(approved), _programme()) == pay_by


def test_days_are_those_of_the_programs_zone(at: Any) -> None:
    assert statements.pay_by(at("2026-06-16T01:00").astimezone(UTC), _programme()) == date(2026, 6, 30)
    western = {"time_zone": "America/New_York"}
    first = read_program(western | {"effective_from": date(2026, 1, 1)})
    third = read_program(western | {"effective_from": date(2026, 6, 1), "payout": {"close_on_bd": 3}})
    closes = statements.closes_at("2026-05", Programme((first, third)))
    assert closes == datetime(2026, 6, 3, tzinfo=first.zone)


def test_the_numbers_of_days_are_the_programs(at: Any) -> None:
    own = _programme(accept_by_silence_bd=1, pay_within_bd=2)
    assert statements.silence_at(at("2026-06-05T10:30"), own) == at("2026-06-08T10:30")
    assert statements.pay_by(at("2026-06-16T10:00"), own) == date(2026, 6, 18)


@pytest.mark.parametrize(
    ("as_of", "over"),
    [
        pytest.param("2026-05-31T23:59:59", "2026-04", id="its last second"),
        pytest.param("2026-06-01T00:00", "2026-05", id="the next month's first moment"),
        pytest.param("2026-01-01T00:00", "2025-12", id="of a year"),
    ],
)
def test_a_month_is_over_at_the_next_ones_first_moment(as_of: str, over: str, at: Any) -> None:
    assert statements.last_over(at(as_of), _programme()) == over


@pytest.mark.parametrize(
    ("period", "first", "after"),
    [
        pytest.param("2026-05", date(2026, 5, 1), "2026-06", id="within a year"),
        pytest.param("2026-12", date(2026, 12, 1), "2027-01", id="over its end"),
    ],
)
def test_months(period: str, first: date, after: str) -> None:
    assert (statements.first_day(period), statements.month_after(period)) == (first, after)


def test_the_partner_is_told_what_it_is_for_and_until_when_he_may_answer(at: Any) -> None:
    amount, silent = Money(1234_50, "RUB"), at("2026-06-15T10:30").astimezone(UTC)
    sent = Statement("S-1", "A7", "2026-05", amount, SENT, at("2026-06-05"), "u1", silence_at=silent)
    text = statements.sent_text(sent, 2, translator("en"), _programme())
    assert text == (
        "Statement S-1: 1,234.50 RUB for 2026-05, 2 lines. Without an answer it counts as accepted from "
        "2026-06-15 10:30 on."
    )


def test_what_was_before_is_told_at_once(at: Any) -> None:
    def sent(period: str, minor: int, currency: str, silent: str | None) -> Statement:
        until = at(silent).astimezone(UTC) if silent else None
        name = f"S-{period}-{currency}"
        closed = at("2026-06-05T09:00").astimezone(UTC)
        return Statement(name, "A7", period, Money(minor, currency), SENT, closed, "u1", silence_at=until)

    before = [
        sent("2026-04", 100_00, "RUB", "2026-06-15T10:30"),
        sent("2026-02", 5_00, "USD", "2026-06-14T10:30"),
        sent("2026-03", 20_00, "RUB", "2026-06-13T10:30"),
    ]
    assert statements.past_text(before, translator("en"), _programme()) == (
        "3 statements for 2026-02 to 2026-04: 120.00 RUB, 5.00 USD. They are of the time before the programme was kept "
        "here, and count as accepted from 2026-06-15 10:30 on, unless there is an answer."
    )
    [alone] = [sent("2026-04", 100_00, "RUB", None)]
    assert statements.past_text([alone], translator("en"), _programme()).startswith(
        "1 statement for 2026-04 to 2026-04"
    )
    assert "from 2026-06-05 09:00 on" in statements.past_text([alone], translator("en"), _programme())
    assert statements.sent_text(alone, 1, translator("en"), _programme()) == (
        "Statement S-2026-04-RUB: 100.00 RUB for 2026-04, 1 line. Without an answer it counts as accepted from "
        "2026-06-05 09:00 on."
    )


def test_before_the_first_version_its_days_are_counted(at: Any) -> None:
    later = read_program({"effective_from": date(2026, 6, 1), "payout": {"accept_by_silence_bd": 9}})
    first = read_program({"effective_from": date(2026, 1, 1), "payout": {"accept_by_silence_bd": 1}})
    assert statements.silence_at(at("2025-07-07T10:30"), Programme((first, later))) == at("2025-07-08T10:30")


def test_moves_lead_forward_and_what_was_approved_stays() -> None:
    moves = {(start, end) for start, ends in STATEMENT_MOVES.items() for end in ends}
    assert moves == {(DRAFT, SENT), (SENT, DISPUTED), (SENT, ACCEPTED), (DISPUTED, ACCEPTED), (ACCEPTED, APPROVED)}
    assert set(STATEMENT_MOVES) == set(StatementState)


@pytest.mark.parametrize(
    ("state", "missing"),
    [
        (DRAFT, "STATEMENT_NOT_ACCEPTED|STATEMENT_NOT_APPROVED"),
        (SENT, "STATEMENT_NOT_ACCEPTED|STATEMENT_NOT_APPROVED"),
        (DISPUTED, "STATEMENT_NOT_ACCEPTED|DISPUTED|STATEMENT_NOT_APPROVED"),
        (ACCEPTED, "STATEMENT_NOT_APPROVED"),
        (APPROVED, ""),
    ],
)
def test_what_the_lines_of_a_statement_still_miss(state: StatementState, missing: str) -> None:
    assert "|".join(statements.missing(state)) == missing
