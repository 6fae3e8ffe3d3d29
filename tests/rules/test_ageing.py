"""How long sums have been due, in the buckets of the ageing report."""

from datetime import date, timedelta

import pytest

from partnersync.rules.ageing import bucket

PAY_BY = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("days", "name"),
    [
        pytest.param(-1, "not_due", id="before its last day"),
        pytest.param(0, "not_due", id="on it"),
        pytest.param(1, "days_1_30", id="the day after"),
        pytest.param(30, "days_1_30", id="30 days"),
        pytest.param(31, "days_31_60", id="31"),
        pytest.param(60, "days_31_60", id="60"),
        pytest.param(61, "days_61_90", id="61"),
        pytest.param(90, "days_61_90", id="90"),
        pytest.param(91, "days_over_90", id="91"),
    ],
)
def test_days_past_the_last_day_of_payment_in_time(days: int, name: str) -> None:
    assert bucket(PAY_BY, PAY_BY + timedelta(days=days)) == name


def test_what_has_no_last_day_is_never_due() -> None:
    assert bucket(None, date(2030, 1, 1)) == "not_due"
