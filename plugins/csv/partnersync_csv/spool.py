"""Writes that wait for their file, in a temporary database on the disk, so that memory does not grow with them."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from partnersync.contract.adapter import Cells, FieldsWrite
from partnersync.errors import TryLater

_TABLES = """
CREATE TABLE due (number INTEGER PRIMARY KEY, id TEXT UNIQUE, held INTEGER, cells TEXT);
CREATE TABLE writes (position INTEGER PRIMARY KEY, write_id TEXT, id TEXT);
BEGIN;
"""
_PUT = "INSERT INTO due (id, held, cells) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
_PUT_DUE = _PUT + "cells = json_patch(cells, excluded.cells)"
_PUT_HELD = _PUT + "held = 1, cells = json_patch(excluded.cells, cells)"

_NO_PLACE = False  # in JSON, where a patch with null would take the name out

Values = Mapping[str, str | None]  # None: the place is to go

_json = json.JSONEncoder(ensure_ascii=False).encode


@contextmanager
def temporary_database() -> Iterator[sqlite3.Connection]:
    """A database that nobody else sees and that is gone at the end. TryLater: there is no room for it."""
    database = sqlite3.connect("", isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA cache_size = -16384")  # KiB
        yield database
    except sqlite3.OperationalError as exc:
        raise TryLater(f"temporary data cannot be kept: {exc}", hint="Make room in the temporary folder") from exc
    finally:
        database.close()


class Due:
    """The managed values that are due in one file, by record id: what is to be written goes before what is there.

    `names` are the fields that any of them names. `fills` and `removes` say whether a write sets a value, and whether
    one takes a place away; `drops` are columns that may go.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self.names: set[str] = set()
        self.fills = False
        self.removes = False
        self.drops: frozenset[str] = frozenset()
        self._database = database
        self._found = bytearray()  # by number, so that marking costs no write
        database.executescript(_TABLES)

    def add(self, writes: Sequence[FieldsWrite]) -> None:
        """Take writes; of several for one field of a record the last counts."""
        due = ((write.record_id, {**write.values, **dict.fromkeys(write.removes)}) for write in writes)
        self._put(_PUT_DUE, 0, due)
        for write in writes:
            self.fills |= bool(write.values)
            self.removes |= bool(write.removes)
            self.drops |= write.drops
        self._database.executemany(
            "INSERT INTO writes (write_id, id) VALUES (?, ?)", ((write.write_id, write.record_id) for write in writes)
        )

    def hold(self, items: Iterable[tuple[str, Cells]]) -> None:
        """Keep what is there: fields that no write sets; of rows with one id the first counts."""
        self._put(_PUT_HELD, 1, items)

    def find(self, record_id: str) -> Values | None:
        """The values of a record, which from now on counts as found; None if nothing is known of it."""
        row = self._database.execute("SELECT number, cells FROM due WHERE id = ?", (record_id,)).fetchone()
        if row is None:
            return None
        self._found[row[0]] = 1
        return {name: None if text is _NO_PLACE else text for name, text in json.loads(row[1]).items()}

    def writes(self) -> Iterator[tuple[str, bool]]:
        """The id of each write, and whether its record was found, in the order in which they came."""
        query = "SELECT write_id, number FROM writes JOIN due USING (id) ORDER BY position"
        for write_id, number in self._database.execute(query):
            yield write_id, bool(self._found[number])

    def lost(self) -> bool:
        """Whether a record that was there was not found."""
        numbers = self._database.execute("SELECT number FROM due WHERE held")
        return not all(self._found[number] for (number,) in numbers)

    def _put(self, statement: str, held: int, items: Iterable[tuple[str, Values]]) -> None:
        self._database.executemany(statement, (self._row(record_id, held, cells) for record_id, cells in items))
        (last,) = self._database.execute("SELECT max(number) FROM due").fetchone()
        self._found.extend(bytes((last or 0) + 1 - len(self._found)))

    def _row(self, record_id: str, held: int, cells: Values) -> tuple[str, int, str]:
        self.names.update(cells)
        return record_id, held, _json({name: _NO_PLACE if text is None else text for name, text in cells.items()})
