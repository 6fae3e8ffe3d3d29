import csv
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.errors import TryLater
from partnersync_csv.dialect import Dialect
from partnersync_csv.scan import LONGEST_RECORD, OVERLONG, UNCLOSED, Row, rows, rows_of

DELIMITERS = st.sampled_from([",", ";", "\t", "|", "]", "^"])
PIECES = st.sampled_from(
    ["a", "я", " ", '"', '""', "\n", "\r", "\r\n", "D", 'D"', '"D', '"\n', "\ufeff", "\x0b", "\u2028"]
)


def scan(text: str, delimiter: str = ",") -> list[Row]:
    return list(rows_of(io.StringIO(text, newline=""), delimiter))


def by_the_library(text: str, delimiter: str, *, strict: bool = False) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict) if row]


@st.composite
def files(draw: st.DrawFn) -> tuple[str, str]:
    delimiter = draw(DELIMITERS)
    return "".join(draw(st.lists(PIECES, max_size=30))).replace("D", delimiter), delimiter


@given(files())
def test_the_raw_cells_give_the_text_back(file: tuple[str, str]) -> None:
    text, delimiter = file
    assert "".join(delimiter.join(row.raw) + row.end for row in scan(text, delimiter)) == text


@given(files())
def test_cells_mean_what_the_standard_library_reads(file: tuple[str, str]) -> None:
    text, delimiter = file
    found = scan(text, delimiter)
    lost = {row.line for row in found if row.problem}
    lines = list(io.StringIO(text, newline=""))
    without_lost = "".join(line for number, line in enumerate(lines, 1) if number not in lost)
    expected = by_the_library(without_lost, delimiter)
    assert [list(row.values) for row in found if row.raw and not row.problem] == expected


@given(files())
def test_a_well_formed_file_has_no_problems(file: tuple[str, str]) -> None:
    text, delimiter = file
    try:
        expected = by_the_library(text, delimiter, strict=True)
    except csv.Error:
        return
    assert [list(row.values) for row in scan(text, delimiter) if row.raw] == expected
    assert not any(row.problem for row in scan(text, delimiter))


@given(files())
def test_every_row_begins_where_it_says(file: tuple[str, str]) -> None:
    text, delimiter = file
    lines = list(io.StringIO(text, newline=""))
    for row in scan(text, delimiter):
        whole = delimiter.join(row.raw) + row.end
        assert "".join(lines[row.line - 1 :]).startswith(whole)
        assert not row.problem or whole == lines[row.line - 1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('city\n"Anytown, WW",08123', [("city",), ("Anytown, WW", "08123")], id="a delimiter in quotes"),
        pytest.param('1,"",""\r\n2,3,4', [("1", "", ""), ("2", "3", "4")], id="empty quotes, CR LF, no last line end"),
        pytest.param('1,"ha ""ha"" ha"\n', [("1", 'ha "ha" ha')], id="doubled quotes"),
        pytest.param('"{""a"": [1, 2]}"\n', [('{"a": [1, 2]}',)], id="JSON in a cell"),
        pytest.param('"one \r\ntwo",5\r\n7,8\r\n', [("one \r\ntwo", "5"), ("7", "8")], id="a line end in quotes"),
        pytest.param('a\r"one\rtwo"\rb\r', [("a",), ("one\rtwo",), ("b",)], id="line ends of an old Mac"),
        pytest.param("37°36'37.8\"N,x\n", [("37°36'37.8\"N", "x")], id="a bare quote inside a cell"),
        pytest.param('ООО "Ромашка",1\n', [('ООО "Ромашка"', "1")], id="bare quotes around a word"),
        pytest.param('"ООО ""Ромашка""",1\n', [('ООО "Ромашка"', "1")], id="doubled quotes at the end of a cell"),
        pytest.param('"ab"cd"e,1\n', [('abcd"e', "1")], id="text behind a closing quote"),
        pytest.param("a,b,\n1,2,\n", [("a", "b", ""), ("1", "2", "")], id="a delimiter behind the last cell"),
        pytest.param("a,b\n1\n1,2,3\n", [("a", "b"), ("1",), ("1", "2", "3")], id="ragged rows"),
        pytest.param(
            "a\x85b\u2028c,d\x0c\n", [("a\x85b\u2028c", "d\x0c")], id="other line breaks of Unicode end no row"
        ),
    ],
)
def test_cells(text: str, expected: list[tuple[str, ...]]) -> None:
    assert [row.values for row in scan(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a\n\n1\n", [(1, False), (2, True), (3, False)], id="an empty line"),
        pytest.param("a,b\n , \n", [(1, False), (2, True)], id="cells of white space alone"),
        pytest.param('a\n"x\ny\nz"\n1\n', [(1, False), (2, False), (5, False)], id="a record over three lines"),
    ],
)
def test_lines_and_blanks(text: str, expected: list[tuple[int, bool]]) -> None:
    assert [(row.line, row.blank) for row in scan(text)] == expected


@pytest.mark.parametrize(
    ("text", "bad", "good"),
    [
        pytest.param('1,"a\n2,b\n3,c', [(1, ("1", "a"))], ["2", "3"], id="never closed"),
        pytest.param('1,a\n2,"b', [(2, ("2", "b"))], ["1"], id="never closed in the last line"),
        pytest.param('1,"a\n2,b\n3,"c"\n', [(1, ("1", "a"))], ["2", "3"], id="met by the next opening quote"),
        pytest.param('1,"a,b\n2,"b,c\n3,d\n', [(1, ("1", "a,b")), (2, ("2", "b,c"))], ["3"], id="twice in a row"),
        pytest.param(
            '1,"x\ny","a\n2,b\n', [(1, ("1", "x")), (2, ('y"', "a"))], ["2"], id="behind a cell over two lines"
        ),
    ],
)
def test_a_lost_quote_costs_one_line(text: str, bad: list[tuple[int, tuple[str, ...]]], good: list[str]) -> None:
    found = scan(text)
    assert [(row.line, row.values) for row in found if row.problem == UNCLOSED] == bad
    assert [row.values[0] for row in found if not row.problem] == good


def test_rows_come_while_the_file_is_read() -> None:
    read = 0

    def endless() -> Iterator[str]:
        nonlocal read
        while True:
            read += 1
            yield f'{read},"one\n' if read % 2 else 'two",x\n'

    assert [row.line for row in islice(rows_of(endless(), ","), 3)] == [1, 3, 5]
    assert read == 6


def test_an_open_quote_does_not_fill_the_memory() -> None:
    line = "x" * 999 + "\n"
    read = 0

    def endless() -> Iterator[str]:
        nonlocal read
        yield '1,"open\n'
        while True:
            read += 1
            yield line

    first, second = islice(rows_of(endless(), ","), 2)
    assert (first.problem, second.values) == (UNCLOSED, (line[:-1],))
    assert read <= LONGEST_RECORD / len(line) + 1


def test_a_file_in_another_encoding_than_it_was_may_come_right_later(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes("имя\n".encode("cp1251"))
    with pytest.raises(TryLater, match=r"deals\.csv"):
        list(rows(path, Dialect("utf-8", b"", ",", "\n")))


@pytest.mark.parametrize(
    ("bom", "encoding"),
    [
        (b"", "utf-8"),
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
        (b"", "cp1251"),
    ],
)
def test_the_byte_order_mark_is_no_text(tmp_path: Path, bom: bytes, encoding: str) -> None:
    path = tmp_path / "deals.csv"
    path.write_bytes(bom + "имя;b\r\n1;2\r\n".encode(encoding))
    found = list(rows(path, Dialect(encoding, bom, ";", "\r\n")))
    assert found == [Row(1, ("имя", "b"), ("имя", "b"), "\r\n"), Row(2, ("1", "2"), ("1", "2"), "\r\n")]


@pytest.mark.parametrize(
    "long",
    [
        pytest.param("x" * LONGEST_RECORD, id="plain"),
        pytest.param('"' + "x," * LONGEST_RECORD + '"', id="quoted"),
        pytest.param('"' + "x" * LONGEST_RECORD, id="a lost quote"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_line_that_is_too_long_costs_itself_alone(long: str, end: str) -> None:
    lines = [f"1,a,b{end}", f"2,ab,{long},c{end}", f"3,a,b{end}"]
    first, bad, last = rows_of(lines, ",")
    assert (first.values, last.values, last.line) == (("1", "a", "b"), ("3", "a", "b"), 3)
    assert (bad.problem, bad.values, ",".join(bad.raw) + bad.end) == (OVERLONG, ("2", "ab", ""), lines[1])
