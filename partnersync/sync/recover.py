"""Writes whose outcome was lost, because a run was cut off or no answer came: what landed of them is read back."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection as Tx

from partnersync.contract.adapter import Outcome
from partnersync.domain.change import Intent, Managed
from partnersync.domain.value import RecordKind
from partnersync.store import fields, intents, journal
from partnersync.sync import audit
from partnersync.sync.outcome import landed, missed

_REASON = "found in place after a run that was cut off"


def recover(tx: Tx, connection: str, run: int, now: Callable[[], datetime]) -> None:
    """Settle what earlier runs left open in a connection that was read since.

    A field that holds what was intended was written by us: it is our base, and the journal says so now, as a deed of
    the run that wrote it. What did not land is planned anew.
    """
    for page in intents.earlier(tx, connection, run):
        seen = _seen(tx, connection, page)
        there = [_part(intent, seen, landed=True) for intent in page]
        landed(tx, connection, [one for one in there if one.after], was_read=True)
        missed(tx, connection, [_part(intent, seen, landed=False) for intent in page], run)
        by_run: dict[int, list[Intent]] = defaultdict(list)
        for one in there:
            if one.after:
                by_run[one.run].append(one)
        for number, of_run in sorted(by_run.items()):
            journal.append(tx, [audit.written(one, Outcome.DONE, _REASON, now()) for one in of_run], number)
        intents.settle_before(tx, connection, run, [(intent.kind, intent.record_id) for intent in page])


def _seen(tx: Tx, connection: str, page: Sequence[Intent]) -> dict[tuple[RecordKind, str], Managed]:
    found: dict[tuple[RecordKind, str], Managed] = {}
    for kind in {intent.kind for intent in page}:
        record_ids = [intent.record_id for intent in page if intent.kind is kind]
        held = fields.by_ids(tx, connection, kind, record_ids)
        found.update(((kind, record_id), managed) for record_id, managed in held.items())
    return found


def _part(intent: Intent, seen: dict[tuple[RecordKind, str], Managed], *, landed: bool) -> Intent:
    """Of a write the fields that are as it wanted them, or the others."""
    managed = seen.get((intent.kind, intent.record_id))
    names = [name for name in intent.after if _is_there(intent, managed, name) is landed]
    before, after = ({name: values.get(name) for name in names} for values in (intent.before, intent.after))
    return replace(intent, before=before, after=after)


def _is_there(intent: Intent, managed: Managed | None, name: str) -> bool:
    """Whether a field shows the write.

    A place that was to go may have been emptied instead. One that was empty before tells nothing: it went with the
    other fields of its record, if one of those shows the write.
    """
    if managed is None:
        return False
    seen, wanted = managed.seen.get(name), intent.after[name]
    if seen == wanted:
        return True
    if wanted is not None or seen != "":
        return False
    return bool(intent.before.get(name)) or any(
        text == managed.seen.get(other) or (text is None and managed.seen.get(other) == "")
        for other, text in intent.after.items()
        if intent.before.get(other)
    )
