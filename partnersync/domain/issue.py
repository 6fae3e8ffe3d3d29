"""The issue: a record that could not be used, and what would mend it."""

from dataclasses import dataclass

from partnersync.domain.value import RecordKind


@dataclass(frozen=True, slots=True)
class Issue:
    """A record left over; `record_id` is programme-wide where the kind has such ids. `value` is shown masked."""

    kind: RecordKind
    record_id: str
    code: str
    reason: str
    column: str = ""
    value: str = ""
