"""Business days: Russia's calendar, its moved days, and the program's own."""

from datetime import date
from typing import Any

import pytest

from partnersync.rules.calendar import add_months, after_business_days, is_business_day, nth_business_day
from partnersync.rules.program import read_program


@pytest.mark.parametrize(
    ("day", "works"),
    [
        pytest.param(date(2026, 3, 6), True, id="a Friday"),
        pytest.param(date(2026, 3, 7), False, id="a Saturday"),
        pytest.param(date(2026, 3, 9), False, id="a Monday, for the 8th was a Sunday"),
        pytest.param(date(2026, 1, 9), False, id="a day off that was moved here"),
        pytest.param(date(2026, 1, 12), True, id="the first one of the year"),
        pytest.param(date(2026, 6, 13), True, id="the program's working Saturday"),
        pytest.param(date(2026, 6, 15), False, id="the program's day off"),
    ],
)
def test_which_days_people_work(day: date, works: bool) -> None:
    own = {"2026": {"off": [date(2026, 6, 15)], "work": [date(2026, 6, 13)]}}
    assert is_business_day(day, read_program({"effective_from": date(2026, 1, 1), "calendar": own})) is works


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        pytest.param("2026-03-06T16:00", 2, "2026-03-11T16:00", id="the policy's example: over Monday the 9th"),
        pytest.param(
            "2026-03-07T16:00", 1, "2026-03-11T00:00", id="from a day off it counts from the next one's midnight"
        ),
        pytest.param("2026-03-10T16:00", 1, "2026-03-11T16:00", id="the next day at the same time"),
        pytest.param("2026-03-10T16:00", 0, "2026-03-10T16:00", id="none"),
    ],
)
def test_moments_some_business_days_later(start: str, count: int, end: str, at: Any, program: Any) -> None:
    assert after_business_days(at(start), count, program) == at(end)


def test_the_fifth_business_day_of_a_month(program: Any) -> None:
    assert nth_business_day(date(2026, 3, 1), 5, program) == date(2026, 3, 6)
    assert nth_business_day(date(2026, 1, 1), 1, program) == date(2026, 1, 12)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        pytest.param(date(2026, 1, 15), 1, date(2026, 2, 15), id="the same day"),
        pytest.param(date(2026, 1, 31), 1, date(2026, 2, 28), id="clamped to the month's end"),
        pytest.param(date(2026, 12, 1), 12, date(2027, 12, 1), id="over the year"),
    ],
)
def test_months_later(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later
