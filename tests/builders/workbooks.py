"""Excel workbooks for tests: those that Excel would save, and parts that nobody but a test or an attacker writes."""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import openpyxl

SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(
    sheets: Mapping[str, Iterable[Iterable[object]]], tune: Callable[[Any], None] = lambda book: None
) -> bytes:
    """The bytes of a workbook with these sheets; `tune` changes it before it is saved."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(list(line))
    tune(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def with_part(content: bytes, name: str, part: str | bytes) -> bytes:
    """The same workbook, one part of it replaced."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            new.writestr(each, part if each == name else old.read(each))
    return made.getvalue()


def sheet_of(data: str) -> str:
    """The part of a sheet with these rows."""
    return f'<worksheet xmlns="{NAMESPACE}"><sheetData>{data}</sheetData></worksheet>'
