"""Base × seen × want → the writes that are due, the edits that are not ours, and the stop before a destructive plan."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

from partnersync.contract.managed import COUNTED_BY_LIMIT, DECISION, NEVER_MADE
from partnersync.domain.change import Managed, Values
from partnersync.domain.value import RecordKind
from partnersync.errors import SafetyStop
from partnersync.rules.base import percent

NOT_HELD: Values = {}
_EDITS_TOLD = 1000


class Verdict(Enum):
    """What is to be done about one managed field."""

    SAME = "same"  # nothing to send, yet remember it as the base
    WRITE = "write"  # only our rules moved, or the place is new: send it
    FOREIGN = "foreign"  # a person or a robot moved a field of ours


def verdict(base: str | None, seen: str | None, want: str | None) -> Verdict:
    """Judge one managed field: `base` we wrote last, `seen` is in the system, `want` is due.

    None as `seen` is a missing place (row, column, file), which is filled without asking; None as `want` is a field
    that nothing was decided about; an empty text is an empty field.
    """
    if want is None or seen == want:
        return Verdict.SAME
    if seen is None or seen == (base or ""):
        return Verdict.WRITE
    return Verdict.FOREIGN


@dataclass(frozen=True, slots=True)
class Foreign:
    """One managed field that holds neither what we wrote nor what is due."""

    field: str
    base: str | None
    seen: str
    want: str
    author: str = ""  # user id, where the system's log names him


@dataclass(frozen=True, slots=True)
class Change:
    """The write that is due for one record (`after` empty: none), and the foreign edits found on it."""

    kind: RecordKind
    record_id: str
    before: Mapping[str, str | None]
    after: Values
    foreign: tuple[Foreign, ...] = ()

    def replaces(self) -> bool:
        """Whether it replaces or clears a value that the safety limit counts; filling an empty field is not counted."""
        counted = COUNTED_BY_LIMIT.get(self.kind, frozenset())
        return any(name in counted and self.before.get(name) for name in self.after)


def foreign_edits(managed: Managed, held: Values = NOT_HELD) -> tuple[Foreign, ...]:
    """The fields in which something else is seen than we wrote or is due; but those that a person's undo holds."""
    found: list[Foreign] = []
    for name, want in managed.want.items():
        seen, base = managed.seen.get(name), managed.base.get(name)
        if want is None or seen is None or name == DECISION or verdict(base, seen, want) is not Verdict.FOREIGN:
            continue
        if held.get(name) != want:
            found.append(Foreign(name, base, seen, want, managed.authors.get(name, "")))
    return tuple(found)


def change(managed: Managed, held: Values = NOT_HELD, places: Container[str] | None = None) -> Change | None:
    """What is due for one record, or None.

    `held` are fields to leave alone, whatever they hold, while exactly the value given there is due (None: any).
    `places` are the fields that the system has a place for, or makes one for; None: all of them.
    """
    before: dict[str, str | None] = {}
    after: dict[str, str] = {}
    contested = False
    for name, want in managed.want.items():
        seen = managed.seen.get(name)
        if want is None or seen == want or (seen is None and name in NEVER_MADE):
            continue
        if verdict(managed.base.get(name), seen, want) is Verdict.FOREIGN:
            contested = True
        elif (places is None or name in places) and (name not in held or held[name] not in (None, want)):
            before[name] = seen
            after[name] = want
    foreign = foreign_edits(managed, held) if contested else ()
    if not after and not foreign:
        return None
    return Change(managed.kind, managed.record_id, before, after, foreign)


@dataclass(slots=True)
class Tally:
    """What a plan amounts to; `scope` is the number of records whose managed fields are ours to write."""

    scope: int
    writes: int = 0
    replacing: int = 0
    foreign: int = 0
    by_field: dict[str, int] = field(default_factory=dict)
    edits: list[tuple[str, Foreign]] = field(default_factory=list)  # foreign edits with their record, the first of many

    def count(self, changes: Iterable[Change]) -> Iterator[Change]:
        """Pass the changes on, counted."""
        for due in changes:
            self.writes += bool(due.after)
            self.replacing += due.replaces()
            self.foreign += len(due.foreign)
            if len(self.edits) < _EDITS_TOLD:
                self.edits += [(f"{due.kind.value} {due.record_id}", edit) for edit in due.foreign]
            for name in due.after:
                self.by_field[name] = self.by_field.get(name, 0) + 1
            yield due

    def stops(self, share: Fraction, records: int) -> bool:
        """Whether more records would lose a value than both limits allow."""
        return self.replacing > records and self.replacing > self.scope * share

    def stop(self, connection: str, share: Fraction, records: int) -> None:
        """Raise SafetyStop where it stops."""
        if self.stops(share, records):
            raise SafetyStop(
                f"{connection}: the plan would replace or clear partner, source, registration or protection of "
                f"{self.replacing} of {self.scope} records; the limit is {records} and {percent(share)}",
                hint="Look at `partnersync plan`; if it is right, run once with --beyond-limit",
            )
