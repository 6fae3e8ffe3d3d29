"""Decisions of people about whom a deal belongs to and which rule prices it; all are kept, the last one counts."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from partnersync.domain.attribution import Override, RuleOverride
from partnersync.store.codec import moment, moment_text
from partnersync.store.guard_tables import overrides as table
from partnersync.store.guard_tables import rule_overrides
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


def put_rule(tx: Connection, deal_ref: str, decision: RuleOverride) -> None:
    """Keep a decision about the rule."""
    values = {"deal_ref": deal_ref, "rule": decision.rule, "actor": decision.actor, "reason": decision.reason}
    tx.execute(insert(rule_overrides).values({**values, "at": moment_text(decision.at)}))


def latest_rules(tx: Connection, deal_refs: Sequence[str]) -> dict[str, RuleOverride]:
    """The decisions about rules that count, by deal; one that gives a deal back to the program's rules is none."""
    found: dict[str, RuleOverride] = {}
    for chunk in chunks(deal_refs):
        query = select(rule_overrides).where(rule_overrides.c.deal_ref.in_(chunk)).order_by(rule_overrides.c.number)
        for row in tx.execute(query):
            found[row.deal_ref] = RuleOverride(row.rule, row.actor, row.reason, moment(row.at))
    return {ref: one for ref, one in found.items() if one.rule}
