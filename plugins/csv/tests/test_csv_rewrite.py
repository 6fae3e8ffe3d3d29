import csv
import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.errors import TryLater
from partnersync_csv.detect import detect, file_state
from partnersync_csv.dialect import Dialect, NotCsv
from partnersync_csv.headers import Width
from partnersync_csv.rewrite import Managed, empty_columns, rewrite, rewrite_file
from partnersync_csv.scan import rows, rows_of

PS = ("ps_a", "ps_b")
DUE: Mapping[str, Mapping[str, str]] = {
    "1": {"ps_a": "A", "ps_b": "B"},
    "2": {"ps_a": "", "ps_b": "=x"},
    "3": {"ps_b": "b,b"},
}
MANAGED = Managed("id", PS, DUE.get)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deals.csv"


def rewritten(path: Path, text: str, managed: Managed = MANAGED) -> str:
    path.write_bytes(text.encode())
    return b"".join(rewrite(path, detect(path), managed)).decode()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("id,t\n1,x\n", "id,t,ps_a,ps_b\n1,x,A,B\n", id="missing columns come last"),
        pytest.param("ps_b,id\nold,1\n", "ps_b,id,ps_a\nB,1,A\n", id="a column that is there keeps its place"),
        pytest.param("id,ps_a,ps_b\n2,old,old\n", "id,ps_a,ps_b\n2,,'=x\n", id="cleared, and harmless"),
        pytest.param(
            "id,ps_a,ps_b\n3,old,old\n", 'id,ps_a,ps_b\n3,old,"b,b"\n', id="what is not due stays, quotes where due"
        ),
        pytest.param("id;t\n3;x\n", "id;t;ps_a;ps_b\n3;x;;b,b\n", id="a comma needs no quotes between semicolons"),
        pytest.param("id,ps_a,ps_b\n9,old,old\n", "id,ps_a,ps_b\n9,old,old\n", id="an unknown record keeps its cells"),
        pytest.param("id,ps_a\n,old\n", "id,ps_a,ps_b\n,old,\n", id="as does a row without an id"),
        pytest.param('id,ps_a,ps_b\n1,"A","B"\n', 'id,ps_a,ps_b\n1,"A","B"\n', id="equal cells keep their quotes"),
        pytest.param("id,ps_a,ps_a,ps_b\n1,x,,\n", "id,ps_a,ps_a,ps_b\n1,A,A,B\n", id="equal names get equal cells"),
        pytest.param("id,t\n 1 ,x\n1,y\n", "id,t,ps_a,ps_b\n 1 ,x,A,B\n1,y,A,B\n", id="rows with one id get the same"),
        pytest.param("id,t\n1\n", "id,t,ps_a,ps_b\n1,,A,B\n", id="a short row is filled up"),
        pytest.param("id,t\n1,x,y,z\n", "id,t,ps_a,ps_b\n1,x,A,B,y,z\n", id="cells beyond the header stay behind"),
        pytest.param(
            "id,ps_b\n1,x,y\n1,x,\n",
            "id,ps_b,ps_a\n1,x,,y\n1,B,A,\n",
            id="in a row with a cell too many nobody knows which is ours",
        ),
        pytest.param("id,ps_b\n3,x\n3,,x,\n", 'id,ps_b,ps_a\n3,"b,b",\n3,,,x,\n', id="also if it ends empty"),
        pytest.param("id;t;\n1;x;\n", "id;t;;ps_a;ps_b\n1;x;;A;B\n", id="a delimiter behind the last cell"),
        pytest.param("id,t\n\n1,x\n\n", "id,t,ps_a,ps_b\n\n1,x,A,B\n\n", id="empty lines stay"),
        pytest.param("\n,\nid,t\n1,x", "\n,\nid,t,ps_a,ps_b\n1,x,A,B", id="lines before the header, no last line end"),
        pytest.param("id,t\n,\n1,x\n", "id,t,ps_a,ps_b\n,\n1,x,A,B\n", id="a row of empty cells stays"),
        pytest.param('id,t\n1,"x\n2,y\n', "id,t,ps_a,ps_b\n1,\"x\n2,y,,'=x\n", id="a row with a lost quote stays"),
        pytest.param(
            '"id","t"\n"1","=1+1\r\n ""q"""\n',
            '"id","t",ps_a,ps_b\n"1","=1+1\r\n ""q""",A,B\n',
            id="foreign cells stay",
        ),
        pytest.param("id,t\r\n1,x\n2,y\r", "id,t,ps_a,ps_b\r\n1,x,A,B\n2,y,,'=x\r", id="each row keeps its line end"),
        pytest.param("\ufeffid,t\n1,x\n", "\ufeffid,t,ps_a,ps_b\n1,x,A,B\n", id="the byte order mark stays"),
        pytest.param("t\nx\n", "t,ps_a,ps_b\nx,,\n", id="no column of ids"),
        pytest.param("id", "id,ps_a,ps_b", id="a header alone"),
        pytest.param("", "", id="an empty file"),
    ],
)
def test_rewrite(path: Path, text: str, expected: str) -> None:
    assert rewritten(path, text) == expected


@pytest.mark.parametrize(
    "text", ["id,t\n1,x,y\n2\n\n3,z\n", "id;t;\n1;x;\n", 'id,t\n1,"x\n2,y\n', "id,ps_b,ps_b\n2,=x,\n"]
)
def test_the_second_time_changes_nothing(path: Path, text: str) -> None:
    once = rewritten(path, text)
    assert rewritten(path, once) == once


def test_a_file_without_header_gets_one(path: Path) -> None:
    managed = Managed("2", PS, DUE.get, header=False)
    assert rewritten(path, "x;1\r\ny;3\r\n", managed) == "1;2;ps_a;ps_b\r\nx;1;A;B\r\ny;3;;b,b\r\n"


def test_a_header_with_a_lost_quote_is_refused(path: Path) -> None:
    with pytest.raises(NotCsv):
        rewritten(path, 'id,"t\n1,x\n')


CELLS = st.text(alphabet='ab",;\n\r =я', max_size=5)


@st.composite
def tables(draw: st.DrawFn) -> str:
    """What the standard library writes for ragged rows, some with an id that is known."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=draw(st.sampled_from([",", ";"])), quoting=draw(st.sampled_from([0, 1])))
    writer.writerow(["id", "t", *draw(st.sampled_from([[], ["ps_b"], ["ps_b", "u"], [""]]))])
    for cells in draw(st.lists(st.lists(CELLS, max_size=5), max_size=6)):
        writer.writerow([draw(st.sampled_from(["1", "2", "3", "9", ""])), *cells])
    return out.getvalue()


@given(table=tables())
def test_foreign_cells_keep_their_bytes_and_ours_are_found(
    tmp_path_factory: pytest.TempPathFactory, table: str
) -> None:
    path = tmp_path_factory.mktemp("rewrite") / "deals.csv"
    path.write_bytes(table.encode())
    dialect = detect(path, known_headers=frozenset({"id", "t"}))
    header, *before = rows(path, dialect)
    text = b"".join(rewrite(path, dialect, MANAGED)).decode()
    new_header, *after = rows_of(io.StringIO(text, newline=""), dialect.delimiter)
    cells, width, places = (
        Width.of(len(header.raw), before),
        len(header.raw),
        [new_header.values.index(name) for name in PS],
    )
    assert len(before) == len(after)
    for old, new in zip(before, after, strict=True):
        if old.blank:
            assert new.raw == old.raw
            continue
        ours = {*places, *(index for index, name in enumerate(header.values) if name in PS)}
        foreign = [cell for index, cell in enumerate(new.raw) if index not in ours]
        kept = [cell for index, cell in enumerate(old.raw) if index >= width or header.values[index] not in PS]
        assert foreign[: len(kept)] == kept
        assert not any(foreign[len(kept) :])
        assert new.end == old.end
        shifted = "ps_b" in header.values and cells.is_shifted(old.values)
        due = {} if shifted else DUE.get(old.values[0], {})
        assert all(new.values[places[PS.index(name)]].lstrip("'") == value for name, value in due.items())


def test_a_file_that_was_saved_since_it_was_looked_at_is_left_alone(path: Path) -> None:
    path.write_text("id\n1\n")
    dialect, since = detect(path), file_state(path)
    path.write_text("id\n12\n")
    with pytest.raises(TryLater, match=r"deals\.csv changed while it was rewritten"):
        rewrite_file(path, path, dialect, MANAGED, since=since)
    assert path.read_text() == "id\n12\n"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("encoding", ["cp1251", "utf-16-le"])
def test_the_encoding_stays_where_it_can(path: Path, encoding: str) -> None:
    bom = b"\xff\xfe" if encoding == "utf-16-le" else b""
    path.write_bytes(bom + "id;имя\r\n1;Ёж\r\n".encode(encoding))
    written, dialect = rewrite_file(path, path, detect(path), Managed("id", ("ps_a",), {"1": {"ps_a": "Я"}}.get))
    assert path.read_bytes() == bom + "id;имя;ps_a\r\n1;Ёж;Я\r\n".encode(encoding)
    assert (written.size, dialect.encoding) == (path.stat().st_size, encoding)


def test_what_the_encoding_cannot_hold_makes_the_file_utf_8(path: Path, tmp_path: Path) -> None:
    """Also where the text comes after much that was already written."""
    ids = [str(number) for number in range(20_000)]
    path.write_bytes("id;имя\r\n".encode("cp1251") + "".join(f"{each};Ёж\r\n" for each in ids).encode("cp1251"))
    due = {ids[-1]: {"ps_a": "Łódź"}}
    target = tmp_path / "out" / "deals.csv"
    _, dialect = rewrite_file(path, target, detect(path), Managed("id", ("ps_a",), due.get))
    assert dialect == Dialect("utf-8", b"", ";", "\r\n")
    text = target.read_bytes().decode("utf-8")
    assert text.startswith("id;имя;ps_a\r\n0;Ёж;\r\n")
    assert text.endswith("19999;Ёж;Łódź\r\n")
    assert [each.name for each in target.parent.iterdir()] == ["deals.csv"]


def test_a_person_who_saves_meanwhile_loses_nothing(path: Path) -> None:
    path.write_text("id,t\n1,x\n")

    def saves(record_id: str) -> Mapping[str, str] | None:
        path.write_text("id,t\n1,typed meanwhile\n")
        return DUE.get(record_id)

    with pytest.raises(TryLater, match=r"deals\.csv"):
        rewrite_file(path, path, detect(path), Managed("id", PS, saves))
    assert path.read_text() == "id,t\n1,typed meanwhile\n"


def test_a_long_file_comes_in_small_chunks(path: Path) -> None:
    path.write_text("id,t\n" + "1,x\n" * 100_000)
    chunks = [len(chunk) for chunk in rewrite(path, detect(path), MANAGED)]
    assert max(chunks) < 70_000
    assert len(chunks) > 10


@pytest.mark.parametrize(
    ("text", "due", "expected"),
    [
        pytest.param('id,ps_a\n1,"old"\n', {"ps_a": "A"}, 'id,ps_a\n1,"A"\n', id="quotes that are a habit stay"),
        pytest.param('id,ps_a\n1,""\n', {"ps_a": "A"}, 'id,ps_a\n1,"A"\n', id="around nothing too"),
        pytest.param('id,ps_a\n1,"A"\n', {"ps_a": ""}, 'id,ps_a\n1,""\n', id="and when the cell is cleared"),
        pytest.param(
            'id,ps_a\n1,"a,b"\n', {"ps_a": "A"}, "id,ps_a\n1,A\n", id="quotes that were needed go with their reason"
        ),
        pytest.param('id,ps_a\n1,"a"\n', {"ps_a": "b,b"}, 'id,ps_a\n1,"b,b"\n', id="or come with it"),
    ],
)
def test_quotes_of_cells_that_are_replaced(path: Path, text: str, due: Mapping[str, str], expected: str) -> None:
    assert rewritten(path, text, Managed("id", ("ps_a",), {"1": due}.get)) == expected


GOES: Mapping[str, Mapping[str, str | None]] = {"1": {"ps_a": None, "ps_b": None}, "2": {"ps_b": None}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("id,ps_a,ps_b\n1,A,B\n9,,x\n", "id,ps_a,ps_b\n1\n9,,x\n", id="cells at the end of a row go"),
        pytest.param("id,ps_a,ps_b\n2,A,B\n", "id,ps_a,ps_b\n2,A\n", id="only those that are to"),
        pytest.param("ps_a,id,ps_b\nA,1,B\n", "ps_a,id,ps_b\n,1\n", id="others are emptied"),
        pytest.param("id,ps_a,ps_b\n1\n", "id,ps_a,ps_b\n1\n", id="what is not there stays away"),
        pytest.param("id,t\n1,x\n", "id,t\n1,x\n", id="no column is made for that"),
        pytest.param('id,ps_a\r\n1,"A"\r\n', "id,ps_a\r\n1\r\n", id="with their quotes, not with their line end"),
    ],
)
def test_places_that_go(path: Path, text: str, expected: str) -> None:
    assert rewritten(path, text, Managed("id", PS, GOES.get, grows=False)) == expected


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        pytest.param("id,ps_a,ps_b\n1,A,B\n2,,\n", {"ps_a", "ps_b"}, {"ps_a", "ps_b"}, id="they will be empty"),
        pytest.param("id,ps_a,ps_b\n1,A,B\n9,,x\n", {"ps_a", "ps_b"}, {"ps_a"}, id="a cell of another record counts"),
        pytest.param("id,ps_a,ps_b\n1,A,B\n,x,\n", {"ps_a", "ps_b"}, {"ps_b"}, id="also of a row without id"),
        pytest.param("id,ps_a,ps_b\n1,A,B\n", {"ps_b"}, {"ps_b"}, id="only those that are asked for"),
        pytest.param(
            'id,ps_a,ps_b\n1,A,B\n7,"x\n', {"ps_a"}, {"ps_a"}, id="a row with a lost quote holds none of ours"
        ),
    ],
)
def test_columns_that_hold_nothing(path: Path, text: str, names: set[str], expected: set[str]) -> None:
    path.write_bytes(text.encode())
    assert empty_columns(path, detect(path), Managed("id", PS, GOES.get), frozenset(names)) == expected


@given(table=tables(), bom=st.booleans())
def test_columns_that_came_and_go_leave_the_bytes_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, table: str, bom: bool
) -> None:
    """But for rows shorter than the header, which keep their added delimiters."""
    path = tmp_path_factory.mktemp("rewrite") / "deals.csv"
    new = ("ps_x", "ps_y")
    path.write_bytes((b"\xef\xbb\xbf" if bom else b"") + table.encode())
    dialect = detect(path, known_headers=frozenset({"id", "t"}))
    before = list(rows(path, dialect))
    if any(row.raw and not row.problem and len(row.raw) < len(before[0].raw) for row in before):
        return
    was = path.read_bytes()
    rewrite_file(path, path, dialect, Managed("id", new, {"1": {"ps_x": "A"}, "2": {"ps_y": "b,;b"}}.get))
    taken = {record_id: dict.fromkeys(new) for record_id in ("1", "2")}
    rewrite_file(path, path, dialect, Managed("id", new, taken.get, grows=False, drops=frozenset(new)))
    assert path.read_bytes() == was
