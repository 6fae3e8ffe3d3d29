"""Give a file its managed columns and leave every other byte of it alone."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path

from partnersync.domain.spreadsheet import harmless
from partnersync.errors import TryLater
from partnersync_csv.detect import FileState, file_state
from partnersync_csv.dialect import Dialect
from partnersync_csv.headers import Header, Width, pick
from partnersync_csv.scan import Row, quote, rows, unquote
from partnersync_csv.write import WrittenFile, encoded, replace_whole

_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Managed:
    """What is due in a file.

    `values_for` gives the texts of a record by the text of its `id_column`; a column that it leaves out, and every
    column where it gives nothing for the record, keeps the cell that is there (in a new column: empty). A text that is
    None empties the cell, and takes it away where it is the last of its row. It may be asked more than once for a
    record. Columns in `drops` are taken out of the file. `grows` is False if no column is to be added. `header` is
    False for a file without one: the columns of the result are then named in a line put in front ("1", "2", … and
    `columns`), and `id_column` is such a number.
    """

    id_column: str
    columns: tuple[str, ...]
    values_for: Callable[[str], Mapping[str, str | None] | None]
    header: bool = True
    drops: frozenset[str] = frozenset()
    grows: bool = True


def rewrite_file(
    path: Path,
    target: Path,
    dialect: Dialect,
    managed: Managed,
    *,
    since: FileState | None = None,
    target_since: FileState | None = None,
) -> tuple[WrittenFile, Dialect]:
    """Write the file at `path` with its managed columns to `target`, which may be the same; the form that it got.

    The form is `dialect`, in UTF-8 if the encoding cannot hold a text that is due. TryLater: someone changed the file
    at `path` since its state was `since`, or that at `target` since `target_since`; `target` is as it was. NotCsv: its
    header cannot be told into cells.
    """
    state = since or file_state(path)
    try:
        return replace_whole(target, rewrite(path, dialect, managed, since=state), since=target_since), dialect
    except UnicodeEncodeError:
        wider = dialect.in_utf8()
        chunks = rewrite(path, dialect, managed, since=state, into=wider)
        return replace_whole(target, chunks, since=target_since), wider


def rewrite(
    path: Path, dialect: Dialect, managed: Managed, *, since: FileState | None = None, into: Dialect | None = None
) -> Iterator[bytes]:
    """The bytes of the file at `path` with its managed columns, in chunks; `into` is the form to give it.

    UnicodeEncodeError: its encoding cannot hold a text that is due. TryLater after the last chunk: the file changed.
    """
    before = since or file_state(path)
    yield from encoded(_lines(path, dialect, managed), into or dialect)
    if file_state(path) != before:
        raise TryLater(f"{path.name} changed while it was rewritten", hint="Run again once it is saved")


def empty_columns(path: Path, dialect: Dialect, managed: Managed, names: frozenset[str]) -> frozenset[str]:
    """Those of `names` that would hold nothing in any row once the file is rewritten."""
    found = set(names)
    _, layout, below = _opened(path, dialect, managed)
    for row in below if layout else ():
        assert layout is not None
        found.difference_update(name for name, text in layout.texts(row) if text)
    return frozenset(found)


def _lines(path: Path, dialect: Dialect, managed: Managed) -> Iterator[str]:
    head, layout, below = _opened(path, dialect, managed)
    yield from head
    if layout:
        yield from map(layout.record, below)


def _opened(path: Path, dialect: Dialect, managed: Managed) -> "tuple[list[str], _Layout | None, Iterator[Row]]":
    """The lines down to the header as they are to be, what stands where, and the rows below it."""
    every = rows(path, dialect)
    head: list[str] = []
    for row in every:
        if row.blank:
            head.append(dialect.delimiter.join(row.raw) + row.end)
            continue
        below = [*_two_that_say_something(every)]
        if managed.header:
            layout = _Layout(Header.of(row), dialect.delimiter, managed, below)
            head.append(layout.header(row.raw) + row.end)
        else:
            below = [row, *below]
            layout = _Layout(Header.numbered(row), dialect.delimiter, managed, below)
            head.append(layout.header(layout.names) + dialect.line_end)
        return head, layout, chain(below, every)
    return head, None, every


def _two_that_say_something(every: Iterator[Row]) -> Iterator[Row]:
    """The next rows, blank ones included, up to the second that is not: a look ahead at how wide rows are."""
    wanted = 2
    while wanted and (row := next(every, None)):
        wanted -= not row.blank
        yield row


class _Layout:
    """Where the managed columns of one file stand: in place of those it has, the others behind its last column."""

    def __init__(self, header: Header, delimiter: str, managed: Managed, first_rows: Iterable[Row]) -> None:
        self.names = header.names
        self._delimiter = delimiter
        self._values_for = managed.values_for
        self._width = Width.of(len(header.names), first_rows)
        self._id = header.positions(managed.id_column)
        held = {column: header.positions(column) for column in managed.columns}
        self._held = [(column, place) for column, places in held.items() for place in places]
        self._dropped = sorted((place for column, place in self._held if column in managed.drops), reverse=True)
        added = [column for column, places in held.items() if not places and column not in managed.drops]
        self._new = added if managed.grows else []
        self._quoted = lru_cache(_REMEMBERED)(lambda text: quote(text, delimiter))  # values of ours repeat

    def header(self, raw: Sequence[str]) -> str:
        return self._delimiter.join(self._left([*raw, *self._new]))

    def record(self, row: Row) -> str:
        """The line of a record.

        A row shorter than the header is filled up to the last cell that it gets. Cells of a row beyond the header stay
        behind the new columns, or they would be read as those. In a row that may be shifted a cell that stands in the
        place of ours is left alone. A row that says nothing, and one with a problem, stay.
        """
        if row.blank or row.problem:
            return self._delimiter.join(row.raw) + row.end
        due = self._due(row)
        cells = [*row.raw]
        ours = [(place, due[column]) for column, place in self._held if column in due]
        width = max((place + 1 for place, text in ours if text is not None), default=0)
        cells += [""] * ((self._width.columns if self._new else width) - len(cells))
        for place, text in ours:
            if place < len(cells) and unquote(cells[place]) != harmless(text or ""):
                cells[place] = self._replaced(cells[place], harmless(text or ""))
        gone = {place for place, text in ours if text is None}
        while len(cells) - 1 in gone:
            cells.pop()
        at = self._width.columns
        cells[at:at] = [self._quoted(harmless(due.get(column) or "")) for column in self._new]
        return self._delimiter.join(self._left(cells)) + row.end

    def texts(self, row: Row) -> Iterator[tuple[str, str]]:
        """What the managed columns hold in the line of a record."""
        if row.blank or row.problem:
            return
        due = self._due(row)
        for column, place in self._held:
            yield column, (due[column] or "") if column in due else "".join(row.values[place : place + 1])
        for column in self._new:
            yield column, due.get(column) or ""

    def _due(self, row: Row) -> Mapping[str, str | None]:
        shifted = bool(self._held) and self._width.is_shifted(row.values)
        record_id = "" if shifted else pick(row.values, self._id).strip()
        return (self._values_for(record_id) if record_id else None) or {}

    def _replaced(self, raw: str, text: str) -> str:
        """The cell with another text; quotes that its old one did without are somebody's habit, and stay."""
        old, new = unquote(raw), self._quoted(text)
        return f'"{new}"' if raw.startswith('"') and self._quoted(old) == old and new == text else new

    def _left(self, cells: list[str]) -> list[str]:
        for place in self._dropped:
            del cells[place : place + 1]
        return cells
