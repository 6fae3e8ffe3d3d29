"""Lines are staged, sealed in order, and never change; facts beside them do."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from operator import attrgetter

import pytest
from sqlalchemy import Connection, update

from partnersync.domain.line import NO_FACTS, Line, LineFacts, LineKind, LineStatus
from partnersync.domain.value import Money
from partnersync.store import ledger
from partnersync.store.database import Store
from partnersync.store.ledger_tables import line_facts

AT = datetime(2026, 5, 1, 7, tzinfo=UTC)
DAY = timedelta(days=1)
LINE = Line(
    "P1", "P1", "main/1", "inn:7707083893", "main/p1", AT, AT + DAY, "2026-01-01", "licence", "licence 1000.00",
    Money(100_000, "RUB"), "50%", Money(50_000, "RUB"), LineKind.ACCRUAL, 1, "2026-05",
)  # fmt: skip
FULL = replace(
    LINE,
    event_id="main/p2",
    kind=LineKind.REVERSAL,
    amount=Money(-50_000, "RUB"),
    reverses=LINE.line_id,
    hold_until=AT + 14 * DAY + timedelta(microseconds=1),
    reason="TERM_ENDED",
    fx_rate="91.5",
    fx_source="cb",
    fx_date="2026-05-01",
    trace="rule:a%7Cb",
)


def _book(tx: Connection, lines: Sequence[Line]) -> int:
    ledger.stage(tx, lines)
    return ledger.seal(tx)


def _deals(tx: Connection, *refs: str) -> list[tuple[Line, LineFacts]]:
    return ledger.by_deals(tx, refs)


def test_a_line_comes_back_as_it_was_booked(store: Store) -> None:
    with store.write() as tx:
        assert _book(tx, [FULL, LINE]) == 2
        assert [(row.seq, row.line, row.facts) for row in ledger.rows(tx)] == [(1, LINE, NO_FACTS), (2, FULL, NO_FACTS)]
        assert ledger.head(tx) == 2


def test_lines_are_booked_in_one_order_however_they_came(store: Store) -> None:
    lines = [
        LINE,
        replace(LINE, part=2, kind=LineKind.ADJUSTMENT),
        replace(LINE, part=2),
        replace(LINE, part=10),
        replace(LINE, payee_id="P0"),
        replace(LINE, rule="Services"),
        replace(LINE, event_id="main/P1"),
        replace(LINE, event_id="main/я"),
        replace(LINE, event_time=AT + timedelta(microseconds=1), event_id="a"),
        replace(LINE, event_time=AT - DAY, event_id="z"),
    ]
    ordered = sorted(lines, key=attrgetter("event_time", "event_id", "rule", "payee_id", "kind", "part"))
    random.Random(1).shuffle(lines)
    with store.write() as tx:
        _book(tx, lines)
        assert [row.line for row in ledger.rows(tx)] == ordered


def test_staged_lines_are_seen_as_if_they_were_booked(store: Store) -> None:
    other = replace(LINE, deal_ref="main/2", event_id="main/p3")
    with store.write() as tx:
        _book(tx, [LINE])
        ledger.stage(tx, [FULL, other])
        assert _deals(tx, "main/1") == [(LINE, NO_FACTS), (FULL, NO_FACTS)]
        assert _deals(tx, "main/2", "main/3") == [(other, NO_FACTS)]
        assert ledger.by_events(tx, ["main/p1", "main/p2"]) == [LINE, FULL]
        assert [row.line for row in ledger.rows(tx)] == [LINE]
        assert ledger.head(tx) == 1


def test_what_was_staged_by_a_run_that_was_killed_is_forgotten(store: Store) -> None:
    with store.write() as tx:
        ledger.stage(tx, [LINE])
        ledger.clear_stage(tx)
        assert ledger.seal(tx) == 0
        assert _deals(tx, "main/1") == []


def test_a_line_cannot_be_booked_twice(store: Store) -> None:
    def book_again() -> None:
        with store.write() as tx:
            _book(tx, [LINE])
            _book(tx, [replace(LINE, event_time=AT + DAY)])

    with pytest.raises(Exception, match=r"UNIQUE|unique"):
        book_again()


def test_a_line_has_one_currency(store: Store) -> None:
    with store.write() as tx, pytest.raises(ValueError, match="USD"):
        ledger.stage(tx, [replace(LINE, base=Money(1, "USD"))])


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param({}, [1, 2, 3], id="all"),
        pytest.param({"deal_ref": "main/1"}, [1, 2], id="of a deal"),
        pytest.param({"partner_id": "P2"}, [3], id="of a partner"),
        pytest.param({"line_id": FULL.line_id}, [2], id="one line"),
        pytest.param({"period": "2026-06"}, [3], id="of a month"),
        pytest.param({"deal_ref": "main/1", "period": "2026-06"}, [], id="filters agree"),
        pytest.param({"after": 2}, [3], id="after a line"),
    ],
)
def test_lines_are_found(store: Store, wanted: dict[str, str | int], expected: list[int]) -> None:
    june = replace(LINE, partner_id="P2", deal_ref="main/2", event_id="x", event_time=AT + 40 * DAY, period="2026-06")
    with store.write() as tx:
        _book(tx, [LINE, FULL, june])
        assert [row.seq for row in ledger.rows(tx, **wanted)] == expected  # type: ignore[arg-type]


def test_a_hold_is_a_fact_of_the_deals_lines(store: Store) -> None:
    other = replace(LINE, deal_ref="main/2", event_id="main/p3")
    with store.write() as tx:
        _book(tx, [LINE, other])
        ledger.stage(tx, [FULL])
        ledger.set_hold(tx, {"main/1": "DEAL_LOST", "main/9": "x"})
        held = LineFacts(hold_reason="DEAL_LOST")
        assert _deals(tx, "main/1", "main/2") == [(LINE, held), (other, NO_FACTS), (FULL, held)]
        ledger.seal(tx)
        assert [row.facts for row in ledger.rows(tx, deal_ref="main/1")] == [held, held]
        ledger.set_hold(tx, {"main/1": ""})
        assert [facts for _, facts in _deals(tx, "main/1")] == [NO_FACTS, NO_FACTS]
        assert ledger.verify(tx) == []


def test_a_line_in_a_statement_is_not_held(store: Store) -> None:
    with store.write() as tx:
        _book(tx, [LINE, FULL])
        ledger.set_status(tx, [LINE.line_id], LineStatus.IN_STATEMENT)
        tx.execute(update(line_facts).values(statement_id="S1"))
        ledger.set_hold(tx, {"main/1": "DEAL_LOST"})
        stated = LineFacts(LineStatus.IN_STATEMENT, "S1")
        assert _deals(tx, "main/1") == [(LINE, stated), (FULL, LineFacts(hold_reason="DEAL_LOST"))]


def test_a_status_is_a_fact_beside_the_hold(store: Store) -> None:
    with store.write() as tx:
        _book(tx, [LINE])
        ledger.set_hold(tx, {"main/1": "DEAL_LOST"})
        ledger.set_status(tx, [LINE.line_id], LineStatus.REVERSED)
        assert _deals(tx, "main/1") == [(LINE, LineFacts(LineStatus.REVERSED, hold_reason="DEAL_LOST"))]


def test_the_state_names_what_the_ledger_shows(store: Store) -> None:
    with store.write() as tx:
        states = [ledger.state(tx, AT)]

        def moved() -> bool:
            states.append(ledger.state(tx, AT + 15 * DAY))
            return states[-1] not in states[:-1]

        _book(tx, [FULL])
        assert moved()
        assert ledger.state(tx, AT) not in states, "a hold ended between the two"
        ledger.set_hold(tx, {"main/1": "DEAL_LOST"})
        assert moved()
        ledger.set_status(tx, [FULL.line_id], LineStatus.REVERSED)
        assert moved()
        _book(tx, [LINE])
        assert moved()
        ledger.set_hold(tx, {"main/1": "DEAL_LOST"})
        assert moved(), "the second line came under the hold"
        ledger.set_hold(tx, {"main/1": "DEAL_LOST"})
        ledger.set_status(tx, [FULL.line_id], LineStatus.REVERSED)
        _book(tx, [])
        assert not moved()
        assert ledger.state(tx, AT + 15 * DAY) == ledger.state(tx, AT + 90 * DAY), "no hold ended between the two"


def test_a_balance_is_the_sum_of_lines_in_each_currency(store: Store) -> None:
    dollars = replace(LINE, event_id="u", base=Money(7, "USD"), amount=Money(7, "USD"))
    others = replace(LINE, event_id="o", partner_id="P2", amount=Money(3, "RUB"))
    huge = replace(LINE, event_id="h", partner_id="P3", base=Money(10**15, "RUB"), amount=Money(4 * 10**17, "RUB"))
    with store.write() as tx:
        assert ledger.balances(tx, ["P1"]) == {}
        _book(tx, [LINE, dollars, others, huge])
        ledger.stage(tx, [FULL, replace(FULL, event_id="s", amount=Money(1, "RUB"))])
        assert ledger.balances(tx, ["P1", "P3", "P9"]) == {
            "P1": [Money(1, "RUB"), Money(7, "USD")],
            "P3": [Money(4 * 10**17, "RUB")],
        }
        ledger.seal(tx)
        assert ledger.sums(tx) == [
            ("P1", Money(1, "RUB")),
            ("P1", Money(7, "USD")),
            ("P2", Money(3, "RUB")),
            ("P3", Money(4 * 10**17, "RUB")),
        ]


def test_more_lines_than_are_read_at_once(store: Store) -> None:
    lines = [replace(LINE, event_id=f"e{number:05}", deal_ref=f"main/{number}") for number in range(2500)]
    with store.write() as tx:
        assert _book(tx, lines) == 2500
        assert [row.line for row in ledger.rows(tx)] == lines
        assert [line for line, _ in _deals(tx, *(line.deal_ref for line in lines))] == lines
