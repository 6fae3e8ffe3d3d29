"""Recognise the form of a file from its bytes."""

import codecs
import hashlib
import io
from collections.abc import Iterable, Set
from dataclasses import dataclass
from pathlib import Path

from partnersync.errors import ConfigError
from partnersync_csv.dialect import CANONICAL, Dialect, NotCsv
from partnersync_csv.foreign import SAVE_AS_CSV, refuse_by_bytes, refuse_markup
from partnersync_csv.headers import clean_name
from partnersync_csv.scan import Row, rows_of
from partnersync_csv.workbook import is_workbook

DELIMITERS = (",", ";", "\t")
BLOCK = 1 << 20
"""Bytes read at a time."""
LONGEST_LINE = 16 * BLOCK
"""Characters. A file with a longer line is refused: it belongs to no table, and would fill the memory."""

FileState = tuple[int, int, int]
ABSENT: FileState = (0, 0, 0)
"""The state of a file that is not there."""

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_EXACT = {"utf-8", "utf-16-le", "utf-16-be", "cp1251"}  # what they decode they encode to the same bytes
_WITH_BOM = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}


@dataclass(frozen=True, slots=True)
class _Survey:
    """What one pass over the bytes found: the beginning of the text, and whether all of it is ASCII."""

    head: str
    ascii: bool


def detect(
    path: Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str = "",
    known_headers: Set[str] = frozenset(),
) -> Dialect:
    """The form of the file, in one pass that checks every byte and holds a block at a time.

    A byte order mark decides the encoding; else it is UTF-8 where all bytes are valid UTF-8, else cp1251. `encoding`
    takes the place of cp1251, and of UTF-8 in a file of ASCII alone. Valid UTF-8 is read as such even then: a file that
    had to be rewritten in UTF-8 must be read back. `known_headers` are names that speak for the delimiter that yields
    them. A workbook is told by its content and not looked into: its rows come from `sheet`. NotCsv: the file is neither
    a workbook nor text in these encodings. ConfigError: `encoding`, `delimiter` are unusable.
    """
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise ConfigError(f"The delimiter {delimiter!r} cannot be used", hint="Name one character, as , or ;")
    declared = _codec(encoding) if encoding else None
    with path.open("rb") as file:
        start = file.read(4096)
    if is_workbook(path):
        return Dialect("utf-8", codecs.BOM_UTF8, delimiter or CANONICAL.delimiter, CANONICAL.line_end, sheet)
    refuse_by_bytes(path, start)
    bom, candidates = _candidates(start, declared)
    found, survey = _first_that_fits(path, len(bom), candidates)
    if declared and survey.ascii and not bom:
        found = declared
    refuse_markup(path, survey.head)
    chosen, header = _delimiter(survey.head, delimiter, known_headers)
    return Dialect(found, bom, chosen, header.end or "\n")


def file_hash(path: Path) -> str:
    """The SHA-256 of the file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_state(path: Path) -> FileState:
    """What is another one when the file was replaced, saved or removed since, without reading it."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return ABSENT
    return found.st_ino, found.st_size, found.st_mtime_ns


def _codec(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        name = _WITH_BOM.get(name, name)
        usable = "".encode(name) == b""
    except LookupError:
        usable = False
    if not usable:
        raise ConfigError(f"The encoding {encoding!r} cannot be used", hint="Name one, as utf-8, cp1251 or utf-16-le")
    return name


def _candidates(start: bytes, declared: str | None) -> tuple[bytes, tuple[str, ...]]:
    """The byte order mark, and the encodings that the rest may be in, the likeliest first."""
    for bom, encoding in _BOMS:
        if start.startswith(bom):
            return bom, (encoding,)
    if declared is None:
        return b"", ("utf-8", "cp1251")
    return b"", (declared,) if declared.startswith("utf") else ("utf-8", declared)


def _first_that_fits(path: Path, skip: int, candidates: Iterable[str]) -> tuple[str, _Survey]:
    tried = []
    for encoding in candidates:
        try:
            return encoding, _survey(path, skip, encoding)
        except UnicodeDecodeError:  # the first letter that is not ASCII mostly tells, so this costs no second pass
            tried.append(encoding)
    raise NotCsv(f"{path.name} is no text in {' or '.join(tried)}", hint=f"{SAVE_AS_CSV}, or declare its encoding")


def _survey(path: Path, skip: int, encoding: str) -> _Survey:
    """Read the whole text. UnicodeDecodeError: it is in another encoding. NotCsv: no table, or it would not survive."""
    decoder, encoder = codecs.getincrementaldecoder(encoding)(), codecs.getincrementalencoder(encoding)()
    check_back = encoding not in _EXACT
    before, after = hashlib.sha256(), hashlib.sha256()
    head, ascii_only, last, lines = "", True, False, _Lines()
    with path.open("rb") as file:
        file.seek(skip)
        while not last:
            block = file.read(BLOCK)
            last = not block
            text = decoder.decode(block, final=last)
            if "\0" in text:
                raise NotCsv(f"{path.name} holds NUL bytes", hint=SAVE_AS_CSV)
            lines.take(text)
            if lines.length > LONGEST_LINE:
                told = f"{path.name} has more than {LONGEST_LINE} characters in line {lines.number}"
                raise NotCsv(told, hint="Shorten its cells, or close the quote in front of it")
            head = head or text
            ascii_only = ascii_only and text.isascii()
            if check_back:
                before.update(block)
                after.update(encoder.encode(text, final=last))
    if before.digest() != after.digest():
        raise NotCsv(f"{path.name} cannot be written back exactly in {encoding}", hint=SAVE_AS_CSV)
    return _Survey(head, ascii_only)


class _Lines:
    """Where the text taken so far ends: the number of its line, and the characters of that line until there."""

    number, length = 1, 0

    def take(self, text: str) -> None:
        ends = max(text.rfind("\n"), text.rfind("\r")) + 1
        self.number += text.count("\n") or text.count("\r")
        self.length = len(text) - ends if ends else self.length + len(text)


def _delimiter(head: str, declared: str | None, known: Set[str]) -> tuple[str, Row]:
    """The delimiter, and the header as it divides it: the one with most known names, then with most cells."""
    names = {clean_name(name) for name in known}
    headers = [(each, _first_row(head, each)) for each in ((declared,) if declared else DELIMITERS)]
    return max(headers, key=lambda pair: (len(names & set(map(clean_name, pair[1].values))), len(pair[1].raw)))


def _first_row(head: str, delimiter: str) -> Row:
    for row in rows_of(io.StringIO(head, newline=""), delimiter):
        if not row.blank:
            return row
    return Row(1, (), (), "")
