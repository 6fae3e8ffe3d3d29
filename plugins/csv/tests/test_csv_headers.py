import pytest

from partnersync_csv.dialect import NotCsv
from partnersync_csv.headers import Header, pick
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
