"""Tables and values on standard output: aligned text for people, JSON for scripts."""

import csv
import io
import json
import os
import sys
import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import click

from partnersync.domain.spreadsheet import harmless
from partnersync.domain.value import Money
from partnersync.errors import ConfigError

_ALIGNED_AT_ONCE = 1000


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, as_json: bool) -> None:
    """A table whose JSON is a list of objects with the columns as keys, printed row by row.

    As text a long one is aligned in portions, each with its head: none of them is in memory as a whole.
    """
    if as_json:
        _show_objects(columns, rows)
        return
    texts = ([_cell(value) for value in row] for row in rows)
    portion = list(islice(texts, _ALIGNED_AT_ONCE))
    while True:
        for line in aligned(columns, portion):
            click.echo(line)
        portion = list(islice(texts, _ALIGNED_AT_ONCE))
        if not portion:
            return
        click.echo("")


def show_json(value: Any) -> None:
    """JSON with two spaces."""
    click.echo(_json(value))


def _json(value: Any) -> str:
    unicode = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")
    return json.dumps(value, ensure_ascii=not unicode, indent=2, default=plain)


def _show_objects(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A list of objects in the form of `show_json`, of which only one is in memory at a time."""
    opened = False
    for row in rows:
        click.echo(",\n" if opened else "[\n", nl=False)
        click.echo(textwrap.indent(_json(dict(zip(columns, row, strict=True))), "  "), nl=False)
        opened = True
    click.echo("\n]" if opened else "[]")


def keep_others(path: Path, *, force: bool, earlier: Callable[[TextIO], bool] | None = None) -> None:
    """Refuse to replace what somebody may miss: ConfigError where a file is there that was not asked for with `force`.

    `earlier` tells whether a file is an earlier one of the same kind, which is replaced; so is an empty one. Without
    it no file is. What is no regular file is written as it comes, and keeps nothing.
    """
    if force or not path.exists():
        return
    if earlier is None:
        raise ConfigError(f"{path} exists already", hint="Name another file, or --force to replace it")
    if path.is_file() and not _is_free(path, earlier):
        raise ConfigError(
            f"{path} exists already, and is no earlier file of this command",
            hint="Name another file, or --force to replace it",
        )


def _is_free(path: Path, earlier: Callable[[TextIO], bool]) -> bool:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return path.stat().st_size == 0 or earlier(file)
    except (OSError, UnicodeDecodeError):
        return False


@contextmanager
def written(path: Path) -> Iterator[TextIO]:
    """A text file that somebody asked for on the command line: whole at the end, untouched after an error.

    ConfigError where it cannot be written. What is no regular file (a pipe, a terminal) is written as it comes.
    """
    if path.exists() and not path.is_file():
        with _told(path), path.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    with whole(path) as fresh, fresh.open("w", encoding="utf-8", newline="") as file:
        yield file


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Where to write a file that takes the place of `path` at the end, on the disk and whole, and never after an error.

    ConfigError where it cannot be written.
    """
    with _told(path):
        target = path.resolve()
        fresh = target.with_name(f"{target.name}.{os.getpid()}.tmp")
        try:
            yield fresh
            _to_disk(fresh)
            os.replace(fresh, target)
            _to_disk(target.parent)
        finally:
            fresh.unlink(missing_ok=True)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (error.strerror or "unwritable").lower()
        raise ConfigError(f"{path} cannot be written: {reason}", hint="Name a file in a folder of yours") from None


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]], *, force: bool = False) -> None:
    """A table as a file like those that `sync` writes: what a spreadsheet would run gets an apostrophe in front.

    A file with the same header is replaced, any other by `force` alone: ConfigError.
    """
    header = _csv_line(columns)
    keep_others(path, force=force, earlier=lambda file: file.readline(len(header) + 1) == header)
    with written(path) as file:
        file.write(header)
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([harmless(str(cell)) for cell in row] for row in rows)


def _csv_line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


def aligned(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines with each column as wide as its widest cell; columns of numbers are aligned to the right."""
    if not rows:
        return ["(none)"]
    widths = [max(map(width, cells)) for cells in zip(columns, *rows, strict=True)]
    right = [all(_is_number(row[index]) for row in rows) for index in range(len(columns))]
    return [_line(columns, widths, right), *(_line(row, widths, right) for row in rows)]


def width(text: str) -> int:
    """Columns of a terminal that a text takes."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    parts = [
        " " * (wide - width(cell)) + cell if to_right else cell + " " * (wide - width(cell))
        for cell, wide, to_right in zip(cells, widths, right, strict=True)
    ]
    return "  ".join(parts).rstrip()


def _is_number(text: str) -> bool:
    bare = text.replace("\N{NO-BREAK SPACE}", "").replace(",", "").replace(".", "", 1).removeprefix("-")
    return not text or bare.isdigit()


def _cell(value: object) -> str:
    text = "" if value is None else str(plain(value)) if not isinstance(value, str | int) else str(value)
    return tame(" ".join(text.split()))


def counted(number: int, one: str) -> str:
    """A number with the English word for so many: 1 case, 2 activities."""
    many = f"{one[:-1]}ies" if one.endswith("y") else f"{one}s"
    return f"{number:,} {one if number == 1 else many}"


def tame(text: str) -> str:
    """A text that sends no commands to the terminal."""
    return "".join(
        sign if sign.isprintable() or sign == "\N{NO-BREAK SPACE}" else "\N{REPLACEMENT CHARACTER}" for sign in text
    )


def plain(value: object) -> Any:
    """A value as files and JSON have it."""
    match value:
        case Money():
            return f"{value.text()} {value.currency}"
        case datetime() | date():
            return value.isoformat()
        case Enum():
            return value.value
        case Fraction():
            return str(value)
        case Mapping():
            return dict(value)
        case set() | frozenset() | tuple():
            return list(value)
        case _:
            return str(value)
