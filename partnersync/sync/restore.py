"""What of one write can be taken back: the fields that still hold exactly what it wrote. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from partnersync.contract.managed import DECISION
from partnersync.domain.change import Managed, Values
from partnersync.domain.value import RecordKind
from partnersync.sync.plan import Change


class Left(StrEnum):
    """Why a field that a run wrote is left as it is."""

    EDITED = "someone changed it since"
    WRITTEN = "a later run wrote it"
    GONE = "the record is gone"


@dataclass(frozen=True, slots=True)
class Leaving:
    """One field that is left; `holds` is what is there, None: it has no place."""

    kind: RecordKind
    record_id: str
    field: str
    wrote: str | None
    holds: str | None
    why: Left


def restore(
    managed: Managed, before: Values, after: Values, undone: Collection[str] = (), *, gone: bool, removes_places: bool
) -> tuple[Change | None, tuple[Leaving, ...]]:
    """The write that puts a record back as it was `before` a write of ours gave it `after`, and what is left.

    Fields that are as before already are neither, nor those that were `undone` to no place, nor a person's decision
    that was taken over and cleared. What had no place gets one that is empty, unless `removes_places`.
    """
    now: dict[str, str | None] = {}
    then: dict[str, str | None] = {}
    leaving: list[Leaving] = []
    for name, wrote in after.items():
        if name == DECISION or name in undone:
            continue
        old = before.get(name) if removes_places else before.get(name) or ""
        base, seen = managed.base.get(name), managed.seen.get(name)
        # A place that is missing where we make places is nobody's decision: the next run would fill it.
        is_ours = base == wrote and (seen == wrote or (seen is None and removes_places))
        if not gone and is_ours and old != wrote:
            now[name], then[name] = seen, old
        elif gone or not (is_ours or seen == old or (before.get(name) is None and seen == "")):
            why = Left.GONE if gone else Left.WRITTEN if base == seen else Left.EDITED
            leaving.append(Leaving(managed.kind, managed.record_id, name, wrote, seen, why))
    return (Change(managed.kind, managed.record_id, now, then) if then else None), tuple(leaving)
