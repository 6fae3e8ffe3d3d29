"""Writes whose outcome was lost, because a run was cut off or no answer came: what landed of them is read back."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection as Tx

from partnersync.contract.adapter import Outcome
from partnersync.domain.change import Intent, Managed
from partnersync.domain.value import RecordKind
from partnersync.store import fields, intents, journal
from partnersync.sync import audit

_REASON = "found in place after a run that was cut off"


def recover(tx: Tx, connection: str, run: int, now: Callable[[], datetime]) -> None:
    """Settle what earlier runs left open in a connection that was read since.

    A field that holds what was intended was written by us: it is our base, and the journal says so now. What did not
    land is planned anew.
    """
    for page in intents.earlier(tx, connection, run):
        by_kind: dict[RecordKind, list[Intent]] = defaultdict(list)
        for intent in page:
            by_kind[intent.kind].append(intent)
        rows = []
        for kind, of_kind in by_kind.items():
            held = fields.by_ids(tx, connection, kind, [intent.record_id for intent in of_kind])
            landed = [one for intent in of_kind if (one := _landed(intent, held.get(intent.record_id)))]
            fields.put_base(tx, connection, kind, [(one.record_id, one.after) for one in landed])
            rows += [audit.written(one, Outcome.DONE, _REASON, now()) for one in landed]
        journal.append(tx, rows, run)
        intents.settle_before(tx, connection, run, [(intent.kind, intent.record_id) for intent in page])


def _landed(intent: Intent, held: Managed | None) -> Intent | None:
    """What of a write is in its place."""
    after = {name: text for name, text in intent.after.items() if held and held.seen.get(name) == text}
    before = {name: intent.before.get(name) for name in after}
    return replace(intent, before=before, after=after) if after else None
