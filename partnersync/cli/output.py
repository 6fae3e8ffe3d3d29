"""Tables and values on standard output: aligned text for people, JSON for scripts."""

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any, TextIO

import click

from partnersync.domain.value import Money
from partnersync.errors import ConfigError


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, as_json: bool) -> None:
    """A table whose JSON is a list of objects with the columns as keys."""
    if as_json:
        show_json([dict(zip(columns, row, strict=True)) for row in rows])
        return
    texts = [[_cell(value) for value in row] for row in rows]
    for line in aligned(columns, texts):
        click.echo(line)


def show_json(value: Any) -> None:
    """JSON with two spaces, in UTF-8."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


@contextmanager
def written(path: Path) -> Iterator[TextIO]:
    """A text file that somebody asked for on the command line; ConfigError where it cannot be written."""
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file
    except OSError as error:
        reason = (error.strerror or "unwritable").lower()
        raise ConfigError(f"{path} cannot be written: {reason}", hint="Name a file in a folder of yours") from None


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
    plain = text.replace(",", "").replace(".", "", 1).removeprefix("-")
    return not text or plain.isdigit()


def _cell(value: object) -> str:
    text = "" if value is None else str(_plain(value)) if not isinstance(value, str | int) else str(value)
    return " ".join(text.split())


def _plain(value: object) -> Any:
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
