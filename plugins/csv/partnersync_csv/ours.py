"""Whether a table that lies where one of ours goes is ours: what a person put there is never replaced."""

from collections.abc import Sequence
from pathlib import Path

from partnersync_csv.detect import detect
from partnersync_csv.dialect import CANONICAL, NotCsv
from partnersync_csv.headers import Header
from partnersync_csv.scan import rows

_MEND = "Put it back, or move the file"


def lacking(columns: Sequence[str], header: Header | None) -> str:
    """What a person is told of columns that the header has not; empty if it has all."""
    missing = [name for name in columns if header is None or not header.positions(name)]
    return f"has no column {', '.join(missing)}" if missing else ""


def refuse_lacking(path: Path, columns: Sequence[str], header: Header | None) -> None:
    """NotCsv: a table to which rows are added lacks a column."""
    if complaint := lacking(columns, header):
        raise NotCsv(f"{path.name} {complaint}", hint=_MEND)


def refuse_foreign(path: Path, columns: Sequence[str]) -> None:
    """NotCsv: the file holds something else than the table that is to replace it. OSError.

    The table of an older version, or one that lost a column, has columns of ours alone, its id among them.
    """
    if not path.exists():
        return
    usual = CANONICAL.delimiter.join(columns).encode(CANONICAL.encoding)
    with path.open("rb") as file:
        if file.read(len(usual)) == usual:
            return
    try:
        header = header_of(path, columns)
    except NotCsv as exc:
        raise NotCsv(f"{path.name} is in the way: {exc.message}", hint="Move the file") from exc
    if header is None or (columns[0] in header.names and set(columns).issuperset(filter(None, header.names))):
        return
    refuse_lacking(path, columns, header)


def header_of(path: Path, columns: Sequence[str]) -> Header | None:
    """The header of a file that should have these columns; None if it is empty. NotCsv, OSError."""
    dialect = detect(path, known_headers=frozenset(columns))
    first = next((row for row in rows(path, dialect) if not row.blank), None)
    return Header.of(first) if first else None
