import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from partnersync.errors import ConfigError
from partnersync_csv.detect import BLOCK, LONGEST_LINE, detect, file_hash
from partnersync_csv.dialect import Dialect, NotCsv

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0"


def packed(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, "")
    return content.getvalue()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deals.csv"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"a,b\n1,2\n", ("utf-8", b""), id="ASCII"),
        pytest.param("имя\n".encode(), ("utf-8", b""), id="UTF-8"),
        pytest.param(b"\xef\xbb\xbfa,b\n", ("utf-8", b"\xef\xbb\xbf"), id="UTF-8 with a mark"),
        pytest.param("имя\n".encode("cp1251"), ("cp1251", b""), id="cp1251"),
        pytest.param(b"a,b\n" + b"1,2\n" * BLOCK + b"\xe8", ("cp1251", b""), id="cp1251 that shows in the last byte"),
        pytest.param("\ufeffимя\n".encode("utf-16-le"), ("utf-16-le", b"\xff\xfe"), id="UTF-16, little end first"),
        pytest.param("\ufeffимя\n".encode("utf-16-be"), ("utf-16-be", b"\xfe\xff"), id="UTF-16, big end first"),
        pytest.param(b"\n" + ("я" * (BLOCK // 2)).encode(), ("utf-8", b""), id="a letter cut by a block's end"),
        pytest.param(b"", ("utf-8", b""), id="an empty file"),
    ],
)
def test_encoding(path: Path, content: bytes, expected: tuple[str, bytes]) -> None:
    path.write_bytes(content)
    found = detect(path)
    assert (found.encoding, found.bom) == expected


@pytest.mark.parametrize(
    ("content", "declared", "expected"),
    [
        pytest.param("имя\n".encode("cp866"), "cp866", "cp866", id="in place of cp1251"),
        pytest.param(b"a,b\n", "windows-1251", "cp1251", id="for ASCII, which may get other letters"),
        pytest.param("имя\n".encode(), "cp1251", "utf-8", id="not for valid UTF-8"),
        pytest.param("\ufeffимя\n".encode(), "cp1251", "utf-8", id="not against a byte order mark"),
        pytest.param("имя\n".encode("utf-16-le"), "utf-16", "utf-16-le", id="UTF-16 without a mark"),
        pytest.param("\ufeffимя\n".encode("utf-16-be"), "utf-16", "utf-16-be", id="UTF-16 with a mark"),
        pytest.param("имя\n".encode(), "utf-8-sig", "utf-8", id="UTF-8 without the mark that was declared"),
    ],
)
def test_declared_encoding(path: Path, content: bytes, declared: str, expected: str) -> None:
    path.write_bytes(content)
    assert detect(path, encoding=declared).encoding == expected


@pytest.mark.parametrize(
    ("text", "known", "expected"),
    [
        pytest.param("a,b;c,d\n", (), ",", id="the most frequent"),
        pytest.param("a;b\tc;d\n", (), ";", id="semicolons"),
        pytest.param("a b\tc\n", (), "\t", id="tabs"),
        pytest.param('"a;b;c;d",e\n', (), ",", id="none that stands in quotes"),
        pytest.param('"a;\nb;c",d,e\n1;2;3;4;5;6\n', (), ",", id="a header over two lines"),
        pytest.param("\n\n;;;\na,b\n", (), ",", id="a header behind lines that say nothing"),
        pytest.param("a;b, with, commas\n", ("a",), ";", id="the one that yields a known name"),
        pytest.param("deal_id ;b, with, commas\n", ("deal_id",), ";", id="a known name with a space behind it"),
        pytest.param("name\nIvan; Petr\n", (), ",", id="one column"),
        pytest.param('"ID";"Сделка";\n', (), ";", id="a delimiter behind the last name"),
        pytest.param("", (), ",", id="an empty file"),
    ],
)
def test_delimiter(path: Path, text: str, known: tuple[str, ...], expected: str) -> None:
    path.write_text(text, newline="")
    assert detect(path, known_headers=frozenset(known)).delimiter == expected


def test_a_declared_delimiter_is_taken(path: Path) -> None:
    path.write_text("a,b|c\n")
    assert detect(path, delimiter="|") == Dialect("utf-8", b"", "|", "\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a,b\r\n1,2\n", "\r\n", id="that of the header"),
        pytest.param("a,b\n1,2\r\n", "\n", id="LF"),
        pytest.param("a,b\r1,2\r", "\r", id="an old Mac"),
        pytest.param('"a\nb",c\r\n', "\r\n", id="not one in quotes"),
        pytest.param("a,b", "\n", id="LF where there is none"),
    ],
)
def test_line_end(path: Path, text: str, expected: str) -> None:
    path.write_text(text, newline="")
    assert detect(path).line_end == expected


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("deals.xlsx", b"PK\x03\x04rest", "deals.xlsx is a damaged workbook or archive. Get or save it again"),
        ("deals.zip", packed("deals.csv"), "deals.zip is packed (zip). Unpack it"),
        ("a.xlsb", packed("xl/workbook.bin"), "a.xlsb is a binary Excel workbook (.xlsb). Save it as .xlsx or CSV"),
        ("a.ods", packed("content.xml"), "a.ods is an OpenDocument file (.ods). Save it as .xlsx or CSV"),
        (
            "a.docx",
            packed("word/document.xml"),
            "a.docx is a Word document (.docx). Give the table itself, as .xlsx or CSV",
        ),
        ("deals.xls", OLE, "deals.xls is an old Excel file (.xls). Save it as .xlsx or CSV"),
        (
            "deals.xlsx",
            OLE + b"\0" * 4096 + "EncryptedPackage".encode("utf-16-le"),
            "deals.xlsx is locked with a password. Save it without one",
        ),
        ("deals.pdf", b"%PDF-1.7\n", "deals.pdf is a PDF. Give the table itself, as .xlsx or CSV"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "a.png is a picture (PNG). Give the table itself, as .xlsx or CSV"),
        ("a.csv", b"\xff\xd8\xff\xe0", "a.csv is a picture (JPEG). Give the table itself, as .xlsx or CSV"),
        ("deals.csv.gz", b"\x1f\x8b\x08\0", "deals.csv.gz is packed (gz). Unpack it"),
        ("deals.csv.bz2", b"BZh91AY&SY\0", "deals.csv.bz2 is packed (bz2). Unpack it"),
        ("deals.csv", b"a,b\n\0,2\n", "deals.csv holds NUL bytes. Save it as CSV in UTF-8"),
        ("deals.csv", "a,b\n".encode("utf-16-le"), "deals.csv holds NUL bytes. Save it as CSV in UTF-8"),
        (
            "deals.csv",
            b"a,b\n\x98\n",
            "deals.csv is no text in utf-8 or cp1251. Save it as CSV in UTF-8, or declare its encoding",
        ),
        (
            "deals.csv",
            b"\xff\xfea",
            "deals.csv is no text in utf-16-le. Save it as CSV in UTF-8, or declare its encoding",
        ),
        (
            "deals.xls",
            b' <META charset="utf-8"><table>',
            "deals.xls is a web page (HTML), whatever its name. Open it in Excel. Save it as .xlsx or CSV",
        ),
        (
            "deals.xls",
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "deals.xls is an Excel table in XML. Open it in Excel. Save it as .xlsx or CSV",
        ),
        (
            "deals.csv",
            b'<?xml version="1.0"?><deals/>',
            "deals.csv is an XML file. Give the table itself, as .xlsx or CSV",
        ),
        (
            "deals.csv",
            b"a,b\n1,2\n3," + b"x" * LONGEST_LINE,
            f"deals.csv has more than {LONGEST_LINE} characters in line 3. "
            "Shorten its cells, or close the quote in front of it",
        ),
    ],
)
def test_what_is_no_csv_is_refused_by_name(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(NotCsv) as caught:
        detect(path)
    assert (str(caught.value), caught.value.code) == (message, "NOT_CSV")


@pytest.mark.parametrize("text", ["PK,name\n1,2\n", "BZh1,name\n", "<DATE>,<TIME>\n1,2\n", "%PDF,b\n"])
def test_a_table_that_begins_like_something_else_is_read(path: Path, text: str) -> None:
    path.write_text(text)
    assert detect(path).delimiter == ","


def test_an_encoding_that_would_not_give_the_bytes_back_is_refused(path: Path) -> None:
    path.write_bytes(b"a\n\xfa\x54\n")  # one of two ways in which cp932 writes a "not" sign
    with pytest.raises(NotCsv, match="cannot be written back exactly in cp932"):
        detect(path, encoding="cp932")


@pytest.mark.parametrize("encoding", ["klingon", "rot13", "base64", "utf-32"])
def test_an_unusable_encoding_is_the_settings_fault(path: Path, encoding: str) -> None:
    path.write_text("a\n")
    with pytest.raises(ConfigError, match=encoding):
        detect(path, encoding=encoding)


@pytest.mark.parametrize("delimiter", ["", "||", '"', "\n"])
def test_an_unusable_delimiter_is_the_settings_fault(path: Path, delimiter: str) -> None:
    path.write_text("a\n")
    with pytest.raises(ConfigError, match="delimiter"):
        detect(path, delimiter=delimiter)


def test_file_hash(path: Path) -> None:
    content = b"a,b\n" * 300_000
    path.write_bytes(content)
    assert file_hash(path) == hashlib.sha256(content).hexdigest()
