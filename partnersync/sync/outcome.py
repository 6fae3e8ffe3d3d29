"""What follows from a write that landed, and from one that did not: its base, its place, its hold."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection as Tx

from partnersync.domain.change import UNDO, Intent
from partnersync.domain.value import RecordKind
from partnersync.store import fields, held


def landed(tx: Tx, connection: str, intents: Sequence[Intent], *, was_read: bool = False) -> None:
    """What was written is our base and what the system holds; what lost its place has no base.

    `was_read`: the system was read since, so that it is known whether it left an empty place.
    """
    for kind, of_kind in _by_kind(intents).items():
        fields.put_base(tx, connection, kind, [(intent.record_id, intent.after) for intent in of_kind])
        each = [(one.record_id, [name for name, text in one.after.items() if text is None]) for one in of_kind]
        lost = [(record_id, names) for record_id, names in each if names]
        if not was_read:
            fields.lose_places(tx, connection, kind, lost)
        fields.lose_base(tx, connection, kind, lost)


def missed(tx: Tx, connection: str, intents: Sequence[Intent], run: int) -> None:
    """What was to be undone and was not is not held."""
    for intent in intents:
        if intent.action == UNDO:
            held.release(tx, connection, intent.kind, intent.record_id, list(intent.after), run)


def _by_kind(intents: Sequence[Intent]) -> dict[RecordKind, list[Intent]]:
    found: dict[RecordKind, list[Intent]] = defaultdict(list)
    for intent in intents:
        found[intent.kind].append(intent)
    return found
