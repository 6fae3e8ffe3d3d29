"""Rows of a CSV file with the exact text of every cell.

Cells are understood as `csv.reader` understands them, with one difference. A quoted cell that runs over a line end and
is not closed properly (by a quote in front of a delimiter, a line end or the end of the file) has lost its quote: the
line it begins in becomes one row with a `problem`, and reading goes on at the next line, so that one slip of the hand
does not swallow the rows behind it.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from partnersync.domain.spreadsheet import harmless
from partnersync.errors import TryLater
from partnersync_csv.dialect import Dialect, open_text
from partnersync_csv.workbook import sheet_rows

UNCLOSED, OVERLONG = "unclosed quote", "over-long line"
LONGEST_RECORD = 1_000_000
"""Characters. No spreadsheet has such cells: a quote still open behind so many is never closed, and a longer line is no
row. So memory is kept."""

_QUOTED = re.compile(r'"[^"]*+(?:""[^"]*+)*+"')
_CLOSING = re.compile(r'[^"]*+(?:""[^"]*+)*+"')


class Row(NamedTuple):
    """One record. `delimiter.join(raw) + end` is its exact text.

    `line` is the physical line it begins in (the first of the file is 1), `raw` its cells with their quotes, `values`
    the same cells without, `end` its line end (empty at the end of the file), `problem` why it cannot be used (or "").
    An empty line is a row without cells. In a workbook `line` is the row of the sheet, what stands to the right of the
    header's columns is no value, and `errors` are the places of cells like #N/A and of formulas without a saved value:
    their values are empty, and `raw` has the error or the formula.
    """

    line: int
    raw: tuple[str, ...]
    values: tuple[str, ...]
    end: str
    problem: str = ""
    errors: tuple[int, ...] = ()

    @property
    def blank(self) -> bool:
        """Whether it says nothing: an empty line, or cells of white space alone."""
        return not any(map(str.strip, self.values))


def rows(path: Path, dialect: Dialect) -> Iterator[Row]:
    """Every row of the file in its order, header and empty lines included; memory does not grow with the file.

    TryLater: the file is not in the dialect's encoding (any more), as when someone saves it meanwhile. NotCsv: it is a
    workbook that cannot be read.
    """
    if dialect.sheet is not None:
        yield from _rows_of_sheet(path, dialect, dialect.sheet)
        return
    with open_text(path, dialect) as lines:
        try:
            yield from rows_of(lines, dialect.delimiter)
        except UnicodeDecodeError as exc:
            raise TryLater(f"{path.name} changed while it was read") from exc


def _rows_of_sheet(path: Path, dialect: Dialect, sheet: str) -> Iterator[Row]:
    """Text that is data in a workbook could run as a formula in a CSV file: there it gets its apostrophe."""
    width = 0
    for number, texts, errors in sheet_rows(path, sheet):
        width = width or len(texts)
        raw = tuple(quote(harmless(text), dialect.delimiter) for text in texts)
        values = tuple("" if place in errors else text for place, text in enumerate(texts[:width]))
        yield Row(number, raw, values, dialect.line_end, errors=errors)


def rows_of(lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    """The rows of `lines`, each with its line end, as `open(newline="")` gives them."""
    again: deque[str] = deque()  # lines taken while a quote was open that never closed: to be read anew
    feed = _feed(lines, again)
    cutter = _Cutter(delimiter)
    number = 0
    for line in feed:
        number += 1
        if len(line) > LONGEST_RECORD:
            yield cutter.overlong(number, line)
            continue
        if '"' in line:
            row, taken = cutter.record(number, line, feed)
            yield row
            if row.problem:
                again.extendleft(reversed(taken))
            else:
                number += len(taken)
            continue
        body = line.rstrip("\r\n")
        if body:
            cells = tuple(body.split(delimiter))
            yield Row(number, cells, cells, line[len(body) :])
        elif line:
            yield Row(number, (), (), line)
        else:
            return


def quote(text: str, delimiter: str) -> str:
    """The raw cell for a text, in quotes only where it cannot stand without."""
    if delimiter in text or '"' in text or "\n" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def unquote(cell: str) -> str:
    """The text that a raw cell stands for."""
    if not cell.startswith('"'):
        return cell
    inner = cell[1:-1]
    if cell.endswith('"') and '"' not in inner.replace('""', ""):
        return inner.replace('""', '"')
    closed = _QUOTED.match(cell)
    if closed is None:
        return cell[1:].replace('""', '"')
    return closed[0][1:-1].replace('""', '"') + cell[closed.end() :]


def _feed(lines: Iterable[str], again: deque[str]) -> Iterator[str]:
    """The lines, those in `again` first, then "" without end: more may be put back once the last one was read."""
    for line in lines:
        yield line
        while again:
            yield again.popleft()
    while True:
        yield ""
        while again:
            yield again.popleft()


class _Cutter:
    """Cuts lines that hold a quote, for one delimiter."""

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter
        self._room = 0  # characters that a record may still take
        other = f"[^{re.escape(delimiter)}]*+"
        whole = rf'{_QUOTED.pattern}{other}|(?!"){other}'
        self._find = re.compile(rf'((?:{whole})(?={re.escape(delimiter)})|"[\s\S]*+){re.escape(delimiter)}?').findall

    def record(self, number: int, first: str, feed: Iterator[str]) -> tuple[Row, list[str]]:
        """The row that begins in `first`, and the further lines that were taken from `feed` to find its end."""
        cells, end, is_open = self._cut(first)
        taken: list[str] = []
        self._room = LONGEST_RECORD - len(first)
        while is_open:
            rest = self._close(cells, end, feed, taken)
            if rest is None:
                cells, end, _ = self._cut(first)
                return Row(number, tuple(cells), tuple(map(unquote, cells)), end, UNCLOSED), taken
            end, is_open = rest, False
            if rest.startswith(self._delimiter):
                more, end, is_open = self._cut(rest[len(self._delimiter) :])
                cells += more
        return Row(number, tuple(cells), tuple(map(unquote, cells)), end), taken

    def overlong(self, number: int, line: str) -> Row:
        """The row of a line that is too long: its cells up to the first long one, which has all that follows."""
        cells, end, _ = self._cut(line)
        most = max(map(len, cells))
        place = next(place for place, cell in enumerate(cells) if 2 * len(cell) > most)
        cells[place:] = [self._delimiter.join(cells[place:])]
        return Row(number, tuple(cells), (*map(unquote, cells[:-1]), ""), end, OVERLONG)

    def _cut(self, line: str) -> tuple[list[str], str, bool]:
        """The cells of a line, its line end, and whether a quote in the last cell is still open."""
        body = line.rstrip("\r\n")
        cells: list[str] = self._find(body + self._delimiter)
        is_open = len(self._delimiter.join(cells)) > len(body)
        if is_open:
            cells[-1] = cells[-1][: -len(self._delimiter)]  # it ran on over the delimiter put behind the line
        return cells, line[len(body) :], is_open

    def _close(self, cells: list[str], end: str, feed: Iterator[str], taken: list[str]) -> str | None:
        """Complete the open last cell with lines of `feed`; what follows it in its line, None if no quote closes it."""
        parts = [cells.pop(), end]
        while self._room > 0 and (line := next(feed)):
            taken.append(line)
            self._room -= len(line)
            closing = _CLOSING.match(line)
            if closing is None:
                parts.append(line)
                continue
            rest = line[closing.end() :]
            cells.append("".join([*parts, closing[0]]))
            return rest if not rest or rest[0] in f"{self._delimiter}\r\n" else None
        return None
