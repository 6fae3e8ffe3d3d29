"""Give a file its managed columns and leave every other byte of it alone."""

from collections.abc import Callable, Iterable, Iterator, Mapping
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
    column where it gives None, keeps the cell that is there (in a new column: empty). It may be asked twice for a
    record, once if the file has to be written over in UTF-8. `header` is False for a file without one: the columns of
    the result are then named in a line put in front ("1", "2", … and `columns`), and `id_column` is such a number.
    """

    id_column: str
    columns: tuple[str, ...]
    values_for: Callable[[str], Mapping[str, str] | None]
    header: bool = True


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


def _lines(path: Path, dialect: Dialect, managed: Managed) -> Iterator[str]:
    every = rows(path, dialect)
    for row in every:
        if row.blank:
            yield dialect.delimiter.join(row.raw) + row.end
            continue
        below = [*_two_that_say_something(every)]
        if managed.header:
            layout = _Layout(Header.of(row), dialect.delimiter, managed, below)
            yield layout.header(row.raw) + row.end
        else:
            below = [row, *below]
            layout = _Layout(Header.numbered(row), dialect.delimiter, managed, below)
            yield layout.header(layout.names) + dialect.line_end
        yield from map(layout.record, chain(below, every))


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
        self._raw = lru_cache(_REMEMBERED)(lambda text: quote(harmless(text), delimiter))  # values of ours repeat
        self._new = [column for column, places in held.items() if not places]

    def header(self, raw: tuple[str, ...]) -> str:
        return self._delimiter.join([*raw, *self._new])

    def record(self, row: Row) -> str:
        """The line of a record.

        A row shorter than the header is filled up to it. Cells of a row beyond the header stay behind the new columns,
        or they would be read as those. In a row that may be shifted a cell that stands in the place of ours is
        left alone. An empty line, and a row with a problem, stay.
        """
        if not row.raw or row.problem:
            return self._delimiter.join(row.raw) + row.end
        shifted = bool(self._held) and self._width.is_shifted(row.values)
        record_id = "" if shifted else pick(row.values, self._id).strip()
        due = (self._values_for(record_id) if record_id else None) or {}
        cells = [*row.raw, *[""] * (self._width.columns - len(row.raw))]
        for column, place in self._held:
            if column in due and unquote(cells[place]) != harmless(due[column]):
                cells[place] = self._raw(due[column])
        cells[self._width.columns : self._width.columns] = [self._raw(due.get(column, "")) for column in self._new]
        return self._delimiter.join(cells) + row.end
