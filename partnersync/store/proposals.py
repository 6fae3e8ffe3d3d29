"""Lines that people propose, and what was decided about them."""

from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from partnersync.domain.line import LineKind
from partnersync.domain.proposal import Proposal, ProposalState
from partnersync.domain.value import Money
from partnersync.store.codec import moment, moment_or_none, moment_text, moment_text_or_none
from partnersync.store.money_tables import proposals as table
from partnersync.store.rows import upsert_all


def put(tx: Connection, one: Proposal) -> None:
    """Keep a proposal, new or decided."""
    upsert_all(tx, table, [_values(one)])


def next_id(tx: Connection) -> str:
    """The id of the next proposal."""
    return f"PR-{1 + (tx.execute(select(func.count()).select_from(table)).scalar() or 0)}"


def by_id(tx: Connection, proposal_id: str) -> Proposal | None:
    """One proposal."""
    row = tx.execute(select(table).where(table.c.proposal_id == proposal_id)).mappings().first()
    return _proposal(row) if row else None


def rows(tx: Connection) -> list[Proposal]:
    """Every proposal, in the order in which they were made."""
    query = select(table).order_by(table.c.made_at, func.length(table.c.proposal_id), table.c.proposal_id)
    return [_proposal(row) for row in tx.execute(query).mappings()]


def _values(one: Proposal) -> dict[str, Any]:
    return {
        "proposal_id": one.proposal_id,
        "kind": one.kind.value,
        "partner_id": one.partner_id,
        "payee_id": one.payee_id,
        "deal_id": one.deal_ref,
        "currency": one.amount.currency,
        "amount_minor": one.amount.minor,
        "reason": one.reason,
        "evidence": one.evidence,
        "made_by": one.made_by,
        "made_at": moment_text(one.made_at),
        "state": one.state.value,
        "decided_by": one.decided_by,
        "decided_at": moment_text_or_none(one.decided_at),
    }


def _proposal(row: RowMapping) -> Proposal:
    return Proposal(
        row["proposal_id"],
        LineKind(row["kind"]),
        row["partner_id"],
        row["payee_id"],
        Money(row["amount_minor"], row["currency"]),
        row["reason"],
        row["evidence"],
        row["made_by"],
        moment(row["made_at"]),
        row["deal_id"],
        ProposalState(row["state"]),
        row["decided_by"],
        moment_or_none(row["decided_at"]),
    )
