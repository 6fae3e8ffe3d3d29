"""A line's id, and how far it has come."""

from datetime import UTC, datetime

import pytest

from partnersync.domain.line import LineFacts, LineKind, LineStatus, line_id, line_status

HELD = datetime(2026, 5, 15, tzinfo=UTC)
BEFORE, AFTER = datetime(2026, 5, 14, 23, 59, 59, tzinfo=UTC), datetime(2026, 5, 15, 0, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hold_until", "facts", "as_of", "expected"),
    [
        pytest.param(HELD, LineFacts(), BEFORE, LineStatus.PENDING, id="a second before its hold ends"),
        pytest.param(HELD, LineFacts(), HELD, LineStatus.PAYABLE, id="payable from that moment"),
        pytest.param(HELD, LineFacts(), AFTER, LineStatus.PAYABLE, id="and after it"),
        pytest.param(None, LineFacts(), BEFORE, LineStatus.PAYABLE, id="without a hold at once"),
        pytest.param(HELD, LineFacts(LineStatus.PAID), BEFORE, LineStatus.PAID, id="what is recorded counts"),
        pytest.param(
            HELD, LineFacts(LineStatus.APPROVED, hold_reason="DEAL_LOST"), AFTER, LineStatus.ON_HOLD, id="but a reason"
        ),
    ],
)
def test_the_status_to_show(
    hold_until: datetime | None, facts: LineFacts, as_of: datetime, expected: LineStatus
) -> None:
    assert line_status(hold_until, facts, as_of) is expected


def test_an_id_is_that_of_its_key_alone_and_stays_what_it_was() -> None:
    first = line_id("main/P1", "licence", "A7")
    assert first == "L4839290760f99c37ce24"
    assert first == line_id("main/P1", "licence", "A7", LineKind.ACCRUAL, 1)
    others = {
        line_id("main/P2", "licence", "A7"),
        line_id("main/P1", "install", "A7"),
        line_id("main/P1", "licence", "B2"),
        line_id("main/P1", "licence", "A7", LineKind.CAP),
        line_id("main/P1", "licence", "A7", LineKind.ACCRUAL, 2),
    }
    assert len({first, *others}) == 6
