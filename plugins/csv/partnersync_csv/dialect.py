"""How one CSV file is written down, and how it is opened so that nothing in it changes."""

import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from partnersync.errors import RecordError


class NotCsv(RecordError):
    """The file is no CSV text that can be read and given back: it is named in issues (NOT_CSV) and left out."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message, code="NOT_CSV", hint=hint)


@dataclass(frozen=True, slots=True)
class Dialect:
    """The form of a file, which a rewrite keeps.

    `bom` are the bytes in front of the text (empty: none), `encoding` is the codec of the bytes behind them and itself
    never writes a byte order mark. `line_end` is that of the header; each row keeps its own (`Row.end`). With `sheet`
    the file is a workbook, whose rows stand in that sheet ("": in the first that holds any); the rest is then the form
    of the CSV file that is written of it, with a mark, by which spreadsheets know UTF-8.
    """

    encoding: str
    bom: bytes
    delimiter: str
    line_end: str
    sheet: str | None = None

    def in_utf8(self) -> Self:
        """The same form in UTF-8 without a byte order mark, which holds every text."""
        return replace(self, encoding="utf-8", bom=b"")


CANONICAL = Dialect(encoding="utf-8", bom=b"", delimiter=",", line_end="\n")
"""The form of the files that are ours alone (ledger.csv, issues.csv, …)."""


def open_text(path: Path, dialect: Dialect) -> io.TextIOWrapper:
    """The file's text behind its byte order mark; lines end at CR LF, LF or CR and keep those characters."""
    binary = path.open("rb")
    binary.seek(len(dialect.bom))
    return io.TextIOWrapper(binary, encoding=dialect.encoding, errors="strict", newline="")
