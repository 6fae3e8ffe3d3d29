"""All writes of one push, sorted by the file that they go into."""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from itertools import groupby, islice
from pathlib import Path
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

from partnersync.contract.adapter import FieldsWrite, NoteWrite, TaskWrite, Write
from partnersync.domain.value import RecordKind
from partnersync_csv.notes import NOTES, TASKS, Entries, note_cells, task_cells
from partnersync_csv.spool import Due, temporary_database

_AT_ONCE = 1000


class Outbox:
    """Keeps writes on the disk until their file is written; to be used in a `with` statement."""

    def __init__(self, tables: Path, zone: ZoneInfo) -> None:
        self.due: dict[RecordKind, Due] = {}
        self.entries: dict[str, Entries] = {}
        self._tables = tables
        self._zone = zone
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._stack.__exit__(kind, error, trace)

    def take(self, writes: Iterable[Write]) -> None:
        """Take all writes, some at a time. TryLater: there is no room for them."""
        remaining = iter(writes)
        while batch := list(islice(remaining, _AT_ONCE)):
            for kind, group in groupby(batch, key=lambda write: (type(write), write.kind)):
                self._sort(kind[1], list(group))

    def _sort(self, kind: RecordKind, writes: Sequence[Write]) -> None:
        fields = [write for write in writes if isinstance(write, FieldsWrite)]
        if fields:
            self._due(kind).add(fields)
        for write in writes:
            if isinstance(write, NoteWrite):
                self._rows("notes", NOTES).add(note_cells(write, self._zone))
            elif isinstance(write, TaskWrite):
                self._rows("tasks", TASKS).add(task_cells(write, self._zone))

    def _due(self, kind: RecordKind) -> Due:
        if kind not in self.due:
            self.due[kind] = Due(self._stack.enter_context(temporary_database()))
        return self.due[kind]

    def _rows(self, name: str, columns: Sequence[str]) -> Entries:
        if name not in self.entries:
            database = self._stack.enter_context(temporary_database())
            self.entries[name] = Entries(database, self._tables / f"{name}.csv", columns)
        return self.entries[name]
