"""What an author gives to the conformance kit: a system of their kind with people at work in it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from partnersync.contract.adapter import Adapter, Cells
from partnersync.contract.schema import Schema
from partnersync.domain.value import RecordKind
from partnersync.testing.troubles import Disturbance, Trouble


class Harness(Protocol):
    """One connected system, empty but for its users and made anew for each check, seen as its people see it.

    It shares no code with the adapter, so that one mistake cannot hide in both. A method that the adapter's
    capabilities rule out (deletions, merges, notes, tasks, tables) is never called.
    """

    columns: Mapping[RecordKind, tuple[str, ...]]
    """The canonical columns that the system can hold, without the id, by kinds of record that people can put into it.

    Deals are among them. Required columns may be missing where the system fills them itself.
    """

    people: tuple[str, str]
    """User ids of two people who edit records."""

    page_rows: int
    """The most records that one page of the adapter holds; smaller pages make quicker checks."""

    troubles: frozenset[Trouble]
    """What can happen to a call of this system. Over a network all but REPLACED, which is for files."""

    def adapter(self) -> Adapter:
        """A new adapter on the system as it is now, as each run makes one."""

    def schema(self) -> Schema | None:
        """The kind's schema on the system as it is now; None where it has none."""

    def put(self, kind: RecordKind, rows: Sequence[Cells]) -> Sequence[str]:
        """People enter records; their ids."""

    def edit(self, kind: RecordKind, record_id: str, cells: Cells, by: str | None) -> None:
        """Someone changes canonical columns, or managed fields with a place. None: the system does not tell who."""

    def delete(self, kind: RecordKind, record_id: str) -> None:
        """Someone deletes a record."""

    def merge(self, kind: RecordKind, record_id: str, into: str) -> None:
        """Someone merges a record into another, which stays."""

    def managed(self, kind: RecordKind, record_id: str) -> Cells:
        """Our fields of a record as people see them: an empty text is an empty place, a missing key is no place."""

    def unmanaged(self, kind: RecordKind, record_id: str) -> object:
        """All the rest of a record exactly as it is stored, to be compared."""

    def remove_place(self, kind: RecordKind, field: str) -> None:
        """An admin takes the place of a managed field away, with its values."""

    def notes(self, kind: RecordKind, record_id: str) -> Sequence[str]:
        """The texts of the notes that people find on a record."""

    def tasks(self, kind: RecordKind, record_id: str) -> Sequence[str]:
        """The texts of the tasks that people find on a record."""

    def table(self, name: str) -> Sequence[Sequence[str]]:
        """A published table as people read it, its columns first."""

    def refuse(self, kind: RecordKind, record_id: str) -> None:
        """The system says no to every write to a record; where it takes all of a kind at once, to those of the kind."""

    def accept(self, kind: RecordKind, record_id: str) -> None:
        """It says no longer no."""

    def disturb(self, by: Disturbance | None) -> None:
        """From now on each call meets what `by.of_call` says, one of `troubles`; None: no trouble any more."""

    def move(self, zone: str) -> None:
        """An admin chooses another time zone for the system (as `Asia/Vladivostok`), or for the connection to it."""

    def tick(self, seconds: int) -> None:
        """Time passes in the system."""

    def calls(self) -> Sequence[str]:
        """What has reached the system since this was asked last, one text for each call that writes."""

    def exceeded(self) -> Sequence[str]:
        """Calls so far that went beyond what the system allows (speed, size), a few words for each."""
