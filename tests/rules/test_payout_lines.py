"""The lines that come with payouts and proposals, each as a whole."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from partnersync.domain.line import Line, LineKind
from partnersync.domain.payout import Debt, Payout, PayoutState
from partnersync.domain.proposal import Proposal
from partnersync.domain.value import Money
from partnersync.rules.payout_lines import Writer
from partnersync.rules.program import Programme, read_program
from partnersync.rules.program_tables import Clawback

AT = datetime(2026, 6, 30, 21, 30, tzinfo=UTC)  # 1 July in Moscow
PROGRAMME = Programme(tuple(read_program({"effective_from": date(2026, month, 1)}) for month in (1, 6)))
WRITER = Writer(PROGRAMME, AT)


def rub(minor: int) -> Money:
    return Money(minor, "RUB")


PAYOUT = Payout("PO-1", "P1", "P1/ann", rub(700_00), PayoutState.MADE, AT, "u1")
DEBT = Debt(
    "c/R1", "licence", "P1/ann", "P1", "c/D1", "c/C1", AT, "2026-01-01", rub(500_00), "L1", date(2026, 5, 10),
    taken=200_00, parts=1,
)  # fmt: skip


def line(owner: tuple[str, str, str, str], key: tuple[str, str, LineKind, int], minor: int, **told: Any) -> Line:
    """A line of the moment, without base, rate and hold."""
    (partner_id, payee_id, deal_ref, client_id), (event_id, rule, kind, part) = owner, key
    told = {"program_version": "2026-06-01", "base_items": "", "rate": ""} | told
    return Line(
        partner_id=partner_id, payee_id=payee_id, deal_ref=deal_ref, client_id=client_id, event_id=event_id,
        event_time=AT, booked_at=AT, rule=rule, base=rub(0), amount=rub(minor), kind=kind, part=part,
        period="2026-07", **told,
    )  # fmt: skip


def test_a_clawback_is_the_next_part_of_its_debt_under_the_terms_of_the_payment() -> None:
    assert WRITER.clawback(DEBT, 150_00, PAYOUT, rub(850_00), Clawback()) == line(
        ("P1", "P1/ann", "c/D1", "c/C1"),
        ("c/R1", "licence", LineKind.CLAWBACK, 2),
        -150_00,
        reverses="L1",
        program_version="2026-01-01",
        trace="clawback:2:500.00:300.00:PO-1:850.00|clawback_limits:2:150.00:50%25",
    )


def test_a_clawback_tells_how_its_debt_came_about() -> None:
    told = WRITER.clawback(replace(DEBT, trace="accrued:10.00"), 150_00, PAYOUT, rub(850_00), Clawback()).trace
    assert told.startswith("accrued:10.00|clawback:2:")


def test_a_payout_takes_what_left_off_the_balance() -> None:
    assert WRITER.paid(PAYOUT, "2026-07-01") == line(
        ("P1", "P1/ann", "", ""),
        ("PO-1", "payout", LineKind.PAYOUT, 1),
        -700_00,
        trace="paid_out:PO-1:2026-07-01",
    )


def test_what_came_back_is_owed_again() -> None:
    paid = WRITER.paid(PAYOUT, "2026-07-01")
    assert WRITER.returned(paid, replace(PAYOUT, reason="BANK_RETURN")) == line(
        ("P1", "P1/ann", "", ""),
        ("PO-1", "payout", LineKind.PAYOUT, 2),
        700_00,
        reverses=paid.line_id,
        reason="BANK_RETURN",
        trace="returned:PO-1:BANK_RETURN",
    )


@pytest.mark.parametrize(("kind", "minor"), [(LineKind.BONUS, 100_00), (LineKind.ADJUSTMENT, -100_00)])
def test_what_was_proposed_tells_who_asked_and_who_granted(kind: LineKind, minor: int) -> None:
    one = Proposal("PR-1", kind, "P1", "P1/ann", rub(minor), "fair", "a letter", "u1", AT, "c/D1")
    assert WRITER.proposed(one, "u2", "c/C1") == line(
        ("P1", "P1/ann", "c/D1", "c/C1"),
        ("PR-1", kind.value, kind, 1),
        minor,
        trace=f"proposed:u1:{kind.value}:fair:a letter|granted:u2",
    )


def test_before_the_first_version_the_first_names_the_terms() -> None:
    early = Writer(PROGRAMME, datetime(2025, 12, 1, tzinfo=UTC))
    assert early.paid(PAYOUT, "2025-12-01").program_version == "2026-01-01"
