"""Excel workbooks: what their cells become, which sheet is read, and what is refused instead of filling the memory."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from partnersync_csv.detect import detect
from partnersync_csv.dialect import NotCsv
from partnersync_csv.scan import Row, rows
from partnersync_csv.workbook import is_workbook
from partnersync_csv.workbook_reader import text_of
from workbooks import SHEET, sheet_of, with_part, workbook

MOMENT = datetime(2026, 3, 1, 10, 20, 30)  # noqa: DTZ001 - cells have no offset


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., list[Row]]:
    """The rows of a workbook that is named .csv."""

    def of(content: bytes, sheet: str = "") -> list[Row]:
        path = tmp_path / "deals.csv"
        path.write_bytes(content)
        return list(rows(path, detect(path, sheet=sheet)))

    return of


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param(None, "", id="nothing"),
        pytest.param("Дуб", "Дуб", id="text"),
        pytest.param("007", "007", id="text of digits"),
        pytest.param("a_x000D_\nb", "a\nb", id="a line end as some programs write it"),
        pytest.param(1000, "1000", id="a whole number"),
        pytest.param(1000.0, "1000", id="a whole number that was kept as a fraction"),
        pytest.param(1234.5, "1234.5", id="a fraction"),
        pytest.param(0.1 + 0.2, "0.3", id="without the noise of binary fractions"),
        pytest.param(7707083893, "7707083893", id="an INN"),
        pytest.param(1.0952e12, "1095200000000", id="an OGRN, without exponent"),
        pytest.param(1e-7, "0.0000001", id="a small fraction, without exponent"),
        pytest.param(-0.05, "-0.05", id="a negative one"),
        pytest.param(40702810900000000123, "40702810900000000000", id="the 15 digits that Excel keeps, and no more"),
        pytest.param(True, "TRUE", id="yes"),
        pytest.param(False, "FALSE", id="no"),
        pytest.param(MOMENT.replace(hour=0, minute=0, second=0), "2026-03-01", id="a day"),
        pytest.param(MOMENT, "2026-03-01T10:20:30", id="a moment"),
        pytest.param(MOMENT - timedelta(microseconds=300), "2026-03-01T10:20:30", id="to the second"),
        pytest.param(date(2026, 3, 1), "2026-03-01", id="a date"),
        pytest.param(time(4, 5, 6), "04:05:06", id="a time of day"),
        pytest.param(timedelta(hours=30, minutes=5), "30:05:00", id="hours beyond a day"),
        pytest.param(timedelta(minutes=-90), "-01:30:00", id="hours that are owed"),
    ],
)
def test_a_cell_becomes_text(value: object, text: str) -> None:
    assert text_of(value) == text


def test_cells_of_a_real_file_become_the_same_texts(read: Callable[..., list[Row]]) -> None:
    def formats(book: Any) -> None:
        sheet = book.worksheets[0]
        sheet["C2"].number_format = "0.00"
        sheet["D2"].number_format = "dd.mm.yyyy"
        sheet["E2"].number_format = '[$-419]d mmmm yyyy" г."'

    names = ("id", "sum", "price", "day", "long day", "won")
    cells = ("D-1", 1234.5, 2, 46082, date(2026, 3, 1), True)
    header, row = read(workbook({"x": [names, cells]}, formats))
    assert header.values == names
    assert row.values == ("D-1", "1234.5", "2", "2026-03-01", "2026-03-01", "TRUE")


def test_a_sheet_has_the_line_numbers_that_people_see(read: Callable[..., list[Row]]) -> None:
    lines: list[list[object]] = [[], [], ["id", "note"], [], ["D-1", "two\nlines"], ["D-2", None], [None, " "]]
    found = read(workbook({"x": lines}))
    assert [(row.line, row.values) for row in found] == [
        (3, ("id", "note")),
        (5, ("D-1", "two\nlines")),
        (6, ("D-2",)),
    ]


def test_text_beside_the_table_shifts_nothing(read: Callable[..., list[Row]]) -> None:
    row = read(workbook({"x": [["id", "a"], ["D-1", "1", None, "a remark"]]}))[1]
    assert (row.values, row.raw) == (("D-1", "1"), ("D-1", "1", "", "a remark"))


def test_text_that_would_run_in_a_csv_file_gets_an_apostrophe_there(read: Callable[..., list[Row]]) -> None:
    row = read(workbook({"x": [["id", "phone"], ["@ivan", "+7 900 1112233"]]}))[1]
    assert (row.values, row.raw) == (("@ivan", "+7 900 1112233"), ("'@ivan", "'+7 900 1112233"))


def test_of_merged_cells_the_first_has_the_text(read: Callable[..., list[Row]]) -> None:
    def merge(book: Any) -> None:
        book.worksheets[0].merge_cells("A2:A3")

    found = read(workbook({"x": [["client", "id"], ["Oak", "D-1"], [None, "D-2"]]}, merge))
    assert [row.values for row in found[1:]] == [("Oak", "D-1"), ("", "D-2")]


def test_a_formula_has_the_value_that_was_saved(read: Callable[..., list[Row]]) -> None:
    data = '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>A1</f><v>two</v></c></row>'
    (row,) = read(with_part(workbook({"x": [["a"]]}), SHEET, sheet_of(data)))
    assert row.values == ("2", "two")


def test_an_error_is_an_empty_value_that_is_told(read: Callable[..., list[Row]]) -> None:
    data = '<row r="1"><c r="A1" t="e"><v>#N/A</v></c><c r="B1"><v>1</v></c><c r="C1" t="e"><v>#DIV/0!</v></c></row>'
    (row,) = read(with_part(workbook({"x": [["a"]]}), SHEET, sheet_of(data)))
    assert (row.values, row.errors, row.raw) == (("", "1", ""), (0, 2), ("#N/A", "1", "#DIV/0!"))


def test_a_wrong_word_for_the_size_of_the_sheet_does_not_count(read: Callable[..., list[Row]]) -> None:
    data = sheet_of(
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="2"><c r="A2"><v>3</v></c></row>'
    )
    data = data.replace("<sheetData>", '<dimension ref="A1"/><sheetData>')
    found = read(with_part(workbook({"x": [["a"]]}), SHEET, data))
    assert [row.values for row in found] == [("1", "2"), ("3",)]


class TestSheet:
    def test_the_first_visible_one_that_holds_anything(self, read: Callable[..., list[Row]]) -> None:
        def hide(book: Any) -> None:
            book["hidden"].sheet_state = "hidden"

        content = workbook({"empty": [], "hidden": [["no"]], "data": [["yes"]], "more": [["no"]]}, hide)
        assert [row.values for row in read(content)] == [("yes",)]

    def test_the_one_that_the_settings_name(self, read: Callable[..., list[Row]]) -> None:
        content = workbook({"first": [["no"]], "Сделки": [["yes"]]})
        assert [row.values for row in read(content, "Сделки")] == [("yes",)]

    def test_one_that_is_not_there(self, read: Callable[..., list[Row]]) -> None:
        with pytest.raises(NotCsv, match=r'deals\.csv has no sheet "Deals"; it has first, second'):
            read(workbook({"first": [["a"]], "second": []}), "Deals")

    def test_all_are_empty(self, read: Callable[..., list[Row]]) -> None:
        assert read(workbook({"first": [], "second": []})) == []


def test_a_workbook_is_told_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes(workbook({"x": [["a"]]}))
    assert is_workbook(path)
    assert detect(path, delimiter=";").delimiter == ";"
    path.write_bytes(b"PK,name\n1,2\n")
    assert not is_workbook(path)
    assert detect(path).sheet is None


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
HOSTILE = {
    "cells that unfold into more than the memory": sheet_of("<row>" + "<c/>" * 12_000_000 + "</row>"),
    "a row far below": sheet_of('<row r="99999999999"><c><v>1</v></c></row>'),
    "a column far to the right": sheet_of('<row r="1"><c r="ZZZ1"><v>1</v></c></row>'),
    "a cell longer than Excel's": sheet_of(f'<row><c t="str"><v>{"x" * 40_000}</v></c></row>'),
    "entities of entities": f'<!DOCTYPE w [<!ENTITY l0 "ha">{LAUGHS}]>' + sheet_of("<row><c><v>&l9;</v></c></row>"),
    "broken markup": sheet_of("<row><c><v>1</v>"),
    "no number where one has to be": sheet_of('<row><c t="s"><v>99</v></c></row>'),
}


@pytest.mark.parametrize(
    ("hostile", "says"),
    [
        ("cells that unfold into more than the memory", "more memory than a table may take"),
        ("a row far below", "more rows or columns than Excel can hold"),
        ("a column far to the right", "more rows or columns than Excel can hold"),
        ("a cell longer than Excel's", "a cell of more than 32767 characters in row 1"),
        ("entities of entities", "a damaged Excel workbook"),
        ("broken markup", "a damaged Excel workbook"),
        ("no number where one has to be", "a damaged Excel workbook"),
    ],
)
def test_a_hostile_or_broken_workbook_is_refused_in_a_sentence(
    read: Callable[..., list[Row]], hostile: str, says: str
) -> None:
    with pytest.raises(NotCsv) as caught:
        read(with_part(workbook({"x": [["a"]]}), SHEET, HOSTILE[hostile]))
    assert says in str(caught.value)
    assert str(caught.value).startswith("deals.csv ")
    assert str(caught.value).endswith("Open it in Excel and save it again as .xlsx or CSV")
