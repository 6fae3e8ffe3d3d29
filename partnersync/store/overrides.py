"""Decisions of people about whom a deal belongs to; all are kept, the last one counts."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from partnersync.domain.attribution import Override
from partnersync.store.codec import moment, moment_text
from partnersync.store.guard_tables import overrides as table
from partnersync.store.rows import chunks


def put(tx: Connection, deal_ref: str, override: Override, run: int | None) -> None:
    """Keep a decision, by a run that found it in a connected system, or by command (None)."""
    values = {
        "deal_ref": deal_ref,
        "partner_id": override.partner_id,
        "actor": override.actor,
        "reason": override.reason,
        "at": moment_text(override.at),
        "run": run,
    }
    tx.execute(insert(table).values(values))


def latest(tx: Connection, deal_refs: Sequence[str]) -> dict[str, Override]:
    """The decisions that count, by deal."""
    found: dict[str, Override] = {}
    for chunk in chunks(deal_refs):
        query = select(table).where(table.c.deal_ref.in_(chunk)).order_by(table.c.number)
        for row in tx.execute(query):
            found[row.deal_ref] = Override(row.partner_id, row.actor, row.reason, moment(row.at))
    return found
