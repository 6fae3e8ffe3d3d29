"""Statements are kept as they stand; what a closing may take is told by the lines and the facts beside them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from partnersync.domain.line import Line, LineKind, LineStatus
from partnersync.domain.statement import Statement, StatementState, statement_id
from partnersync.domain.value import Money, RecordKind
from partnersync.store import ledger, records, statements
from partnersync.store.database import Store
from partnersync.store.records import Row

AT = datetime(2026, 6, 5, tzinfo=UTC)
LATER = datetime(2026, 6, 15, tzinfo=UTC)
SENT = Statement(
    "P1-2026-05-RUB", "P1", "2026-05", Money(500_00, "RUB"), StatementState.SENT, AT, "partnersync", AT, LATER
)


def _line(event_id: str, minor: int = 100, **changed: object) -> Line:
    moment = datetime(2026, 5, 20, tzinfo=UTC)
    base, amount = Money(minor * 10, "RUB"), Money(minor, "RUB")
    line = Line(
        "P1", "P1", "main/D1", "client", event_id, moment, moment, "2026-01-01", "licence", "", base, "10%", amount,
        LineKind.ACCRUAL, 1, "2026-05",
    )  # fmt: skip
    return replace(line, **changed)  # type: ignore[arg-type]


def test_a_statement_is_kept_as_it_was_put(store: Store) -> None:
    approved = replace(
        SENT, state=StatementState.APPROVED, accepted_at=LATER, accepted_by="u1", approved_at=LATER, approved_by="u2"
    )
    with store.write() as tx:
        statements.put(tx, [SENT])
        before = statements.state(tx)
        assert not statements.any_approved(tx)
        statements.put(tx, [approved])
        assert statements.state(tx) != before
        assert statements.any_approved(tx)
        assert statements.by_ids(tx, [SENT.statement_id, "x"]) == {SENT.statement_id: approved}
        assert list(statements.rows(tx)) == [approved]


def test_silence_is_looked_for_among_what_was_sent(store: Store) -> None:
    disputed = replace(SENT, statement_id="P2-2026-05-RUB", partner_id="P2", state=StatementState.DISPUTED)
    with store.write() as tx:
        statements.put(tx, [SENT, disputed])
        assert statements.silent(tx, AT) == []
        assert statements.silent(tx, LATER) == [SENT]


@pytest.mark.parametrize(
    ("line", "payable"),
    [
        pytest.param(_line("M1"), True, id="a line without a hold"),
        pytest.param(_line("M1", hold_until=AT), True, id="its hold is over at this moment"),
        pytest.param(_line("M1", hold_until=LATER), False, id="its hold goes on"),
        pytest.param(_line("M1", -100), True, id="a negative line has no hold"),
        pytest.param(_line("M1", period="2026-06"), False, id="a later month"),
        pytest.param(_line("M1", period="2025-11"), True, id="an earlier month"),
        pytest.param(_line("M1", kind=LineKind.PAYOUT), False, id="what was paid out is no claim"),
    ],
)
def test_a_closing_takes_what_is_payable(store: Store, line: Line, payable: bool) -> None:
    with store.write() as tx:
        ledger.stage(tx, [line])
        ledger.seal(tx)
        found = [one.line_id for one in statements.payable(tx, "2026-05", AT, ["P1", "P2"])]
        assert found == ([line.line_id] if payable else [])
        assert statements.payable(tx, "2026-05", AT, ["P2"]) == []
        assert statements.partners(tx) == ["P1"]


def test_lines_on_hold_reversed_or_stated_are_not_payable(store: Store) -> None:
    held, undone, stated, free = (_line(event, deal_ref=f"main/{event}") for event in ("M1", "M2", "M3", "M4"))
    with store.write() as tx:
        ledger.stage(tx, [held, undone, stated, free])
        ledger.seal(tx)
        ledger.set_hold(tx, {"main/M1": "INCIDENT", "main/M4": "INCIDENT"})
        ledger.set_hold(tx, {"main/M4": ""})
        ledger.set_status(tx, [undone.line_id], LineStatus.REVERSED)
        ledger.set_statements(tx, {stated.line_id: SENT.statement_id})
        assert [one.line_id for one in statements.payable(tx, "2026-05", AT, ["P1", "P2"])] == [free.line_id]
        assert [one.line for one in ledger.rows(tx, statement_id=SENT.statement_id)] == [stated]
        assert statements.line_counts(tx, [SENT.statement_id, "x"]) == {SENT.statement_id: 1}
        assert statements.line_ids(tx, SENT.statement_id) == [stated.line_id]
        assert statements.deals(tx, SENT.statement_id) == ["main/M3"]


def test_months_are_closed_once_and_partners_wait_from_the_first_on(store: Store) -> None:
    with store.write() as tx:
        assert statements.last_closed(tx) == ""
        for period in ("2026-04", "2026-05", "2026-04"):
            statements.close(tx, period, AT, "partnersync")
        assert statements.last_closed(tx) == "2026-05"
        statements.postpone(tx, ["P1", "P2"], "2026-05")
        statements.postpone(tx, ["P1"], "2026-06")
        statements.settle(tx, ["P2"])
        assert statements.waiting(tx) == {"P1": "2026-05"}


def test_a_connection_concerns_whom_it_tells_of(store: Store) -> None:
    row = {"state": "present", "body": "{}", "cells": None, "hash": "h", "first_seen": 1, "changed": 1}
    with store.write() as tx:
        records.upsert(
            tx,
            [
                Row("main", RecordKind.PARTNER, "77", partner_id="P1", **row),  # type: ignore[arg-type]
                Row("main", RecordKind.REGISTRATION, "R1", partner_id="P2", **row),  # type: ignore[arg-type]
                Row("main", RecordKind.DEAL, "D1", deal_ref="main/D1", partner_id="P3", **row),  # type: ignore[arg-type]
                Row("main", RecordKind.PAYMENT, "M9", deal_ref="other/D9", **row),  # type: ignore[arg-type]
                Row("other", RecordKind.DEAL, "D8", deal_ref="other/D8", partner_id="P6", **row),  # type: ignore[arg-type]
            ],
        )
        lines = [_line("main/M1", partner_id="P4"), _line("main/M9", partner_id="P5", deal_ref="other/D9")]
        ledger.stage(tx, lines)
        ledger.seal(tx)
        assert statements.concerned(tx, "main") == {"P1", "P2", "P3", "P4", "P5"}
        assert statements.concerned(tx, "other") == {"P6"}


@pytest.mark.parametrize("partner_id", ["P1", "P1-2026-05", "", "Иван/1", "P1-2026-05-RUB"])
def test_an_id_gives_back_its_partner_month_and_currency(partner_id: str) -> None:
    made = statement_id(partner_id, "2026-05", "RUB")
    assert (made[:-12], made[-11:-4], made[-3:]) == (partner_id, "2026-05", "RUB")
