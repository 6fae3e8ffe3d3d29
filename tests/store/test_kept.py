"""What is kept is remembered by family and currency, and found by event and by deal."""

from dataclasses import replace
from datetime import UTC, datetime

from partnersync.domain.kept import Kept
from partnersync.domain.line import FROZEN, Line, LineKind, LineStatus
from partnersync.domain.value import Money
from partnersync.store import kept, ledger
from partnersync.store.database import Store

ONE = Kept("main/M1", "licence", "P1", "P1", "main/D1", Money(-500, "RUB"))
TWO = replace(ONE, event_id="main/M2", deal_ref="main/D2", amount=Money(-7, "USD"))


def test_what_is_kept_now_takes_the_place_of_what_was(store: Store) -> None:
    with store.write() as tx:
        kept.replace(tx, [], [ONE, TWO])
        assert kept.by_events(tx, ["main/M1", "main/M2", "x"]) == [ONE, TWO]
        assert kept.by_deals(tx, ["main/D2"]) == [TWO]
        less = replace(ONE, amount=Money(-300, "RUB"))
        kept.replace(tx, [ONE, TWO], [less])
        assert kept.by_deals(tx, ["main/D1", "main/D2"]) == [less]
        kept.replace(tx, [less], [])
        assert kept.by_events(tx, ["main/M1"]) == []


def test_frozen_lines_are_those_that_were_approved(store: Store) -> None:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    money = Money(100, "RUB")
    statuses = [None, LineStatus.IN_STATEMENT, LineStatus.APPROVED, LineStatus.IN_PAYOUT, LineStatus.PAID]
    lines = [
        Line("P1", "P1", "main/D1", "c", f"M{number}", at, at, "2026-01-01", "licence", "", money, "10%", money,
             LineKind.ACCRUAL, 1, "2026-05")
        for number in range(len(statuses))
    ]  # fmt: skip
    with store.write() as tx:
        ledger.stage(tx, lines)
        ledger.seal(tx)
        for line, status in zip(lines, statuses, strict=True):
            if status:
                ledger.set_status(tx, [line.line_id], status)
        found = ledger.having(tx, [line.line_id for line in lines], FROZEN)
        assert found == {line.line_id: status for line, status in zip(lines, statuses, strict=True) if status in FROZEN}
