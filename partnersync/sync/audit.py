"""A change and its receipt → a row of the journal: who, what, why, before, after. Pure."""

from datetime import datetime

from partnersync.contract.adapter import Outcome
from partnersync.domain.change import Intent, JournalRow

ENGINE = "partnersync"


def written(intent: Intent, outcome: Outcome, reason: str, at: datetime) -> JournalRow:
    """The journal's row of a write and what became of it."""
    return JournalRow(
        at,
        ENGINE,
        "write",
        intent.connection,
        intent.kind,
        intent.record_id,
        intent.before,
        intent.after,
        outcome.value,
        reason,
    )
