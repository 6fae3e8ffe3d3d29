import pytest

from partnersync_csv.dialect import NotCsv
from partnersync_csv.headers import Header, Width, pick
from partnersync_csv.scan import Row, rows_of


def first(text: str) -> Row:
    return next(rows_of(text.splitlines(keepends=True), ","))


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        pytest.param("a,b\n", "b", (1,), id="one column"),
        pytest.param("a,b\n", "c", (), id="none"),
        pytest.param("cid,uid,cid\n", "cid", (0, 2), id="equal names"),
        pytest.param("Бюджет ,\ufeffID\n", "Бюджет", (0,), id="white space behind a name"),
        pytest.param("a,\ufeffID\n", "ID", (1,), id="a byte order mark before a name"),
        pytest.param("a\n", " a ", (0,), id="white space in the settings"),
        pytest.param("Deal_ID\n", "deal_id", (), id="case counts"),
        pytest.param('"deal ""id""",b\n', 'deal "id"', (0,), id="a quoted name"),
    ],
)
def test_positions(text: str, name: str, expected: tuple[int, ...]) -> None:
    assert Header.of(first(text)).positions(name) == expected


def test_columns_by_number() -> None:
    header = Header.numbered(first("x,y,z\n"))
    assert (header.names, header.positions("3")) == (("1", "2", "3"), (2,))


def test_a_header_with_a_lost_quote_is_refused() -> None:
    with pytest.raises(NotCsv, match="unclosed quote"):
        Header.of(first('"deal_id,title\n'))


@pytest.mark.parametrize(
    ("values", "positions", "expected"),
    [
        pytest.param(("a", "b"), (0,), "a", id="one column"),
        pytest.param(("a", "b", "c"), (0, 2), "c", id="of equal names the last counts"),
        pytest.param(("a", "b", " "), (0, 2), "a", id="unless it is empty"),
        pytest.param(("a",), (0, 2), "a", id="or missing in a short row"),
        pytest.param(("a",), (), "", id="no column"),
        pytest.param((" a ",), (0,), " a ", id="the text is not touched"),
    ],
)
def test_pick(values: tuple[str, ...], positions: tuple[int, ...], expected: str) -> None:
    assert pick(values, positions) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param("a,b\na\na,b\n", [False, False, False], id="as many as columns, or fewer"),
        pytest.param("a,b\na,b,c\n", [False, True], id="one more that says something"),
        pytest.param("a,b,c\na,b,c\n", [True, True], id="also if all do"),
        pytest.param("a,b,\n\na,b,\na,b\n", [False, False, False], id="an empty one in every row"),
        pytest.param("a,b\na,b,\n", [False, True], id="an empty one in a row alone"),
        pytest.param("a,b,\na,b\n", [True, False], id="even in the first"),
        pytest.param("a,b,\na,b,,\n", [False, True], id="one more than the others"),
        pytest.param("a,b,\n", [False], id="a single row"),
    ],
)
def test_rows_that_may_be_shifted(lines: str, expected: list[bool]) -> None:
    every = list(rows_of(lines.splitlines(keepends=True), ","))
    width = Width.of(2, every)
    assert [width.is_shifted(row.values) for row in every if not row.blank] == expected


@pytest.mark.parametrize(("text", "expected"), [("a,b", False), ("a", False), ("a,b, ,", False), ("a,b,,c", True)])
def test_cells_behind_the_columns(text: str, expected: bool) -> None:
    assert Width(2, 2).says_more(text.split(",")) is expected
