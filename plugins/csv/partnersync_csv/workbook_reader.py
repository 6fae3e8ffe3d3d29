"""The program that unpacks one workbook: `python -P workbook_reader.py FILE SHEET` writes its rows to standard output.

It is a process of its own because a workbook is packed, and a small one may be made to unfold into more than any
machine holds: here memory, time and what is written have limits, whatever the library does.

Each row that says something is one line of JSON: its number in the sheet, its texts without the empty ones at its end,
and the places of its errors. What stands in the way is told on standard error, as a sentence, with exit code 1.
"""

import json
import resource
import sys
import warnings
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

import openpyxl
from openpyxl.workbook import Workbook
from openpyxl.worksheet import _read_only
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 600
WRITTEN_BYTES = 1 << 32
ROWS, COLUMNS, CELL_CHARACTERS = 1_048_576, 16_384, 32_767
"""What Excel itself can hold."""

ERRORS = frozenset("#NULL! #DIV/0! #VALUE! #REF! #NAME? #NUM! #N/A #GETTING_DATA #SPILL! #CALC! #FIELD!".split())
_DIGITS = 15  # that Excel computes with; what stands behind them in the file is noise

Line = tuple[int, list[str], list[int]]


class Unsaved(str):
    """A formula whose value was not saved with it, as programs that do not calculate leave it."""


class Parser(WorkSheetParser):
    """Reads saved values, as the library does, but tells a formula without one from an empty cell."""

    def parse_cell(self, element: Element) -> dict[str, object]:
        cell: dict[str, object] = super().parse_cell(element)
        if cell["value"] is None and element.get("t") != "str":  # of which an empty text is saved as nothing
            formula = element.find(FORMULA_TAG)
            if formula is not None:
                cell["value"] = Unsaved(f"={formula.text or ''}")
        return cell


class Refused(Exception):
    """Why the workbook cannot be read, in words that follow the file's name."""


def main(file: str, sheet: str) -> None:
    """Write the rows of the sheet, of the first visible one that holds anything if `sheet` is empty."""
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, WRITTEN_BYTES),
    ):
        hard = resource.getrlimit(limit)[1]
        resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    _read_only.WorkSheetParser = Parser  # type: ignore[attr-defined] # the one place that names the parser
    warnings.simplefilter("ignore")  # about styles and extensions, which nobody reads here
    try:
        with Path(file).open("rb") as content:  # by its bytes: the library refuses one that is named .csv
            for line in _lines(openpyxl.load_workbook(content, read_only=True, data_only=True), sheet):
                sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    except Refused as refusal:
        sys.exit(str(refusal))
    except MemoryError:
        sys.exit("needs more memory than a table may take")
    except OSError as error:
        sys.exit(f"cannot be unpacked: {(error.strerror or str(error)).lower()}")
    except Exception as error:  # the library raises whatever a broken file makes it stumble over
        no_memory = isinstance(error, ParseError) and error.code == 1
        sys.exit("needs more memory than a table may take" if no_memory else "is a damaged Excel workbook")


def text_of(value: object) -> str:
    """The text of a cell, as exact as Excel shows it: ISO dates and times, numbers without grouping or exponent."""
    match value:
        case None:
            return ""
        case str():
            return value.replace("_x000D_", "")
        case bool():
            return str(value).upper()
        case int() | float():
            return _number(value)
        case datetime():
            moment = _to_the_second(value)
            return moment.date().isoformat() if moment.time() == time() else moment.isoformat()
        case date():
            return value.isoformat()
        case time():
            return _to_the_second(datetime.combine(date.min, value)).time().isoformat()
        case timedelta():
            minutes, seconds = divmod(round(abs(value).total_seconds()), 60)
            sign = "-" if value < timedelta() else ""
            return f"{sign}{minutes // 60:02}:{minutes % 60:02}:{seconds:02}"
        case _:
            raise Refused(f"holds a cell of an unknown kind, {type(value).__name__}")


def _lines(book: Workbook, wanted: str) -> Iterator[Line]:
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if wanted and wanted not in sheets:
        raise Refused(f'has no sheet "{wanted}"; it has {", ".join(sheets)}')
    chosen = [sheets[wanted]] if wanted else [each for each in sheets.values() if each.sheet_state == "visible"]
    for sheet in chosen:
        sheet.reset_dimensions()  # of the file's word for its size nothing may depend
        told = False
        for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            if number > ROWS or len(values) > COLUMNS:
                raise Refused("has more rows or columns than Excel can hold")
            if line := _line(number, values):
                told = True
                yield line
        if told:
            return


def _line(number: int, values: Sequence[object]) -> Line | None:
    texts = [text_of(value) for value in values]
    while texts and not texts[-1].strip():
        texts.pop()
    if all(isinstance(value, Unsaved) or not text.strip() for value, text in zip(values, texts, strict=False)):
        return None  # formulas that wait for a row to be filled in say nothing
    if max(map(len, texts)) > CELL_CHARACTERS:
        raise Refused(f"has a cell of more than {CELL_CHARACTERS} characters in row {number}")
    return (
        number,
        texts,
        [place for place, text in enumerate(texts) if text in ERRORS or isinstance(values[place], Unsaved)],
    )


def _number(value: int | float) -> str:
    if isinstance(value, int) and abs(value) < 10**_DIGITS:
        return str(value)
    text = format(Decimal(format(value, f".{_DIGITS}g")), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _to_the_second(moment: datetime) -> datetime:
    return (moment + timedelta(microseconds=500_000)).replace(microsecond=0)


if __name__ == "__main__":
    main(*sys.argv[1:])
