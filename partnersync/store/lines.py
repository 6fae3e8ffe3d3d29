"""A ledger line as a row, and back: the columns that its hash covers, in the order of ledger.csv, for ever."""

from typing import Any

from sqlalchemy import RowMapping

from partnersync.domain.line import NO_FACTS, Line, LineFacts, LineKind, LineStatus
from partnersync.domain.value import Money
from partnersync.store.codec import moment, moment_text

COLUMNS = tuple(
    "line_id partner_id payee_id deal_id client_id event_id event_time booked_at program_version rule base_items "
    "base_minor rate amount_minor currency fx_rate fx_source fx_date kind part reverses hold_until reason period "
    "trace".split()
)


def values(line: Line) -> dict[str, Any]:
    """The row of a line: moments as ISO 8601 in UTC, sums in minor units; what is absent is empty."""
    if line.base.currency != line.amount.currency:
        raise ValueError(
            f"line {line.line_id} has a base in {line.base.currency} and an amount in {line.amount.currency}"
        )
    return {
        "line_id": line.line_id,
        "partner_id": line.partner_id,
        "payee_id": line.payee_id,
        "deal_id": line.deal_ref,
        "client_id": line.client_id,
        "event_id": line.event_id,
        "event_time": moment_text(line.event_time),
        "booked_at": moment_text(line.booked_at),
        "program_version": line.program_version,
        "rule": line.rule,
        "base_items": line.base_items,
        "base_minor": line.base.minor,
        "rate": line.rate,
        "amount_minor": line.amount.minor,
        "currency": line.amount.currency,
        "fx_rate": line.fx_rate,
        "fx_source": line.fx_source,
        "fx_date": line.fx_date,
        "kind": line.kind.value,
        "part": line.part,
        "reverses": line.reverses,
        "hold_until": moment_text(line.hold_until) if line.hold_until else "",
        "reason": line.reason,
        "period": line.period,
        "trace": line.trace,
    }


def line(row: RowMapping) -> Line:
    """The line of a row."""
    currency = row["currency"]
    return Line(
        row["partner_id"],
        row["payee_id"],
        row["deal_id"],
        row["client_id"],
        row["event_id"],
        moment(row["event_time"]),
        moment(row["booked_at"]),
        row["program_version"],
        row["rule"],
        row["base_items"],
        Money(row["base_minor"], currency),
        row["rate"],
        Money(row["amount_minor"], currency),
        LineKind(row["kind"]),
        row["part"],
        row["period"],
        row["reverses"],
        moment(row["hold_until"]) if row["hold_until"] else None,
        row["reason"],
        row["fx_rate"],
        row["fx_source"],
        row["fx_date"],
        row["trace"],
    )


def facts(row: RowMapping) -> LineFacts:
    """The facts beside a line, from a row that was joined with them; without a row of facts there are none."""
    if row["statement_id"] is None:
        return NO_FACTS
    status = LineStatus(row["status"]) if row["status"] else None
    return LineFacts(status, row["statement_id"], row["payout_id"], row["hold_reason"])
