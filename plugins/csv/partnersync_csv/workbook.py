"""Rows of an Excel workbook (.xlsx), as text."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile, ZipFile

from partnersync_csv.dialect import NotCsv

_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_READER = Path(__file__).with_name("workbook_reader.py")  # by its place: it needs nothing else of ours
_SAVE_AGAIN = "Open it in Excel and save it again as .xlsx or CSV"
_LONGEST_REFUSAL = 500  # characters


class SheetRow(NamedTuple):
    """One row that says something: its number in the sheet, its texts, and the places of those that are no values:
    errors, and formulas that were saved without theirs.
    """

    number: int
    texts: tuple[str, ...]
    errors: tuple[int, ...]


def parts_of(path: Path) -> frozenset[str]:
    """The names in a ZIP archive, in small letters; none of a file that is no archive. NotCsv: it is a broken one."""
    with path.open("rb") as file:
        if not file.read(4).startswith(_ZIP_STARTS):
            return frozenset()
        try:
            return frozenset(name.lower() for name in ZipFile(file).namelist())
        except (BadZipFile, NotImplementedError, ValueError):
            raise NotCsv(f"{path.name} is a damaged workbook or archive", hint="Get or save it again") from None


def is_workbook(path: Path) -> bool:
    """Whether the file is an .xlsx by its content, whatever its name says. NotCsv, OSError."""
    return "xl/workbook.xml" in parts_of(path)


def sheet_rows(path: Path, sheet: str) -> Iterator[SheetRow]:
    """The rows of a sheet ("": of the first visible one that holds anything), top to bottom, without the empty ones.

    A number has the digits that Excel shows, without grouping; dates and times are ISO 8601; a formula has the value
    that was saved with it, or itself; of merged cells the first has the text. Another process unpacks the whole
    workbook first, within limits of memory and time: a file on the disk grows with it, memory does not. NotCsv: it
    cannot be read.
    """
    program = [sys.executable, "-P", "-X", "utf8", str(_READER), str(path), sheet]
    with tempfile.TemporaryFile() as unpacked:
        ended = subprocess.run(program, stdout=unpacked, stderr=subprocess.PIPE, check=False)  # noqa: S603 - our own
        if ended.returncode:
            raise NotCsv(f"{path.name} {_refusal(ended.returncode, ended.stderr)}", hint=_SAVE_AGAIN)
        unpacked.seek(0)
        for line in unpacked:
            number, texts, errors = json.loads(line)
            yield SheetRow(number, tuple(texts), tuple(errors))


def _refusal(code: int, told: bytes) -> str:
    if code < 0:  # a signal: the system ended it at a limit
        return "takes more time or memory than a table may take"
    text = told.decode(errors="replace").strip()
    return text if 0 < len(text) <= _LONGEST_REFUSAL and "\n" not in text else "is a damaged Excel workbook"
