"""Notes and tasks: rows that are put behind those of a table of ours, each once."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from partnersync.contract.adapter import NoteWrite, Outcome, Receipt, TaskWrite
from partnersync.domain.spreadsheet import harmless
from partnersync.errors import PartnersyncError
from partnersync_csv.detect import ABSENT, detect, file_state
from partnersync_csv.dialect import CANONICAL, Dialect
from partnersync_csv.headers import Header, pick
from partnersync_csv.ours import refuse_lacking
from partnersync_csv.scan import quote, rows
from partnersync_csv.target import refused
from partnersync_csv.write import encoded, replace_whole

NOTES = ("note_id", "kind", "record", "record_id", "text", "at")
TASKS = ("task_id", "kind", "record", "record_id", "assignee", "text", "due_at", "at")

_TABLE = """
CREATE TABLE entries (position INTEGER PRIMARY KEY, id TEXT, known INTEGER, cells TEXT);
CREATE INDEX by_id ON entries (id);
BEGIN;
"""


def note_cells(write: NoteWrite, zone: ZoneInfo) -> tuple[str, ...]:
    """The row of a note, in the order of NOTES; times carry the program's offset."""
    at = write.at.astimezone(zone).isoformat()
    return write.write_id, write.note_kind, write.kind.value, write.record_id, write.text, at


def task_cells(write: TaskWrite, zone: ZoneInfo) -> tuple[str, ...]:
    """The row of a task, in the order of TASKS."""
    at, due_at = write.at.astimezone(zone).isoformat(), write.due_at.astimezone(zone).isoformat()
    what = (write.write_id, write.task_kind, write.kind.value, write.record_id)
    return *what, write.assignee or "", write.text, due_at, at


class Entries:
    """Rows for one table, kept on the disk until they are appended. The first of `columns` is a row's id."""

    def __init__(self, database: sqlite3.Connection, path: Path, columns: Sequence[str]) -> None:
        self._database = database
        self._path = path
        self._columns = tuple(columns)
        database.executescript(_TABLE)

    def add(self, cells: Sequence[str]) -> None:
        """Take one row, in the order of the columns."""
        self._database.execute("INSERT INTO entries (id, known, cells) VALUES (?, 0, ?)", (cells[0], json.dumps(cells)))

    def append(self) -> Iterator[Receipt]:
        """Put the rows that are not there yet behind the others, the file replaced whole; then a receipt for each."""
        outcome, reason = Outcome.DONE, ""
        try:
            self._append()
        except (PartnersyncError, OSError) as exc:
            outcome, reason = Outcome.REFUSED, refused(self._path.name, exc)
        for (write_id,) in self._database.execute("SELECT id FROM entries ORDER BY position"):
            yield Receipt(write_id, outcome, reason)

    def _append(self) -> None:
        dialect, header, since = CANONICAL, Header(self._columns), file_state(self._path)
        if since != ABSENT:
            dialect = detect(self._path, known_headers=frozenset(self._columns))
            header = self._find_known(dialect)
        if not self._database.execute("SELECT 1 FROM entries WHERE NOT known LIMIT 1").fetchone():
            return
        try:
            replace_whole(self._path, encoded(self._lines(dialect, header), dialect), since=since)
        except UnicodeEncodeError:
            replace_whole(self._path, encoded(self._lines(dialect, header), dialect.in_utf8()), since=since)

    def _find_known(self, dialect: Dialect) -> Header:
        """Mark the rows that are in the file; its header."""
        header: Header | None = None
        for row in rows(self._path, dialect):
            if header is not None:
                row_id = pick(row.values, header.positions(self._columns[0])).strip()
                self._database.execute("UPDATE entries SET known = 1 WHERE id = ?", (row_id,))
            elif not row.blank:
                header = Header.of(row)
        refuse_lacking(self._path, self._columns, header)
        assert header is not None
        return header

    def _lines(self, dialect: Dialect, header: Header) -> Iterator[str]:
        end = dialect.line_end
        if self._path.exists():
            for row in rows(self._path, dialect):
                end = row.end
                yield dialect.delimiter.join(row.raw) + (end or dialect.line_end)
        else:
            yield dialect.delimiter.join(self._columns) + end
        query = "SELECT cells FROM entries WHERE NOT known GROUP BY id ORDER BY min(position)"
        for (text,) in self._database.execute(query):
            cells = dict(zip(self._columns, json.loads(text), strict=True))
            raw = [quote(harmless(cells.get(name, "")), dialect.delimiter) for name in header.names]
            yield dialect.delimiter.join(raw) + dialect.line_end
