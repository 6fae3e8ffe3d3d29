"""Every real file that lies beside the repository: how it is read, or why it is refused.

The files are not part of the repository; where they are missing these tests are skipped.
"""

import json
import re
from pathlib import Path

import pytest

from partnersync_csv.detect import detect
from partnersync_csv.dialect import NotCsv
from partnersync_csv.place import table

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real files do not lie beside the repository")

SPECTRUM, CSVKIT = "csv_suites/csv-spectrum/csvs/", "csv_suites/csvkit/"
WORKBOOK = "xlsx"

# File → encoding, delimiter, rows, columns.
READ = {
    SPECTRUM + "comma_in_quotes.csv": ("utf-8", ",", 1, 5),
    SPECTRUM + "empty.csv": ("utf-8", ",", 2, 3),
    SPECTRUM + "empty_crlf.csv": ("utf-8", ",", 2, 3),
    SPECTRUM + "escaped_quotes.csv": ("utf-8", ",", 2, 2),
    SPECTRUM + "json.csv": ("utf-8", ",", 1, 2),
    SPECTRUM + "location_coordinates.csv": ("utf-8", ",", 1, 4),
    SPECTRUM + "newlines.csv": ("utf-8", ",", 3, 3),
    SPECTRUM + "newlines_crlf.csv": ("utf-8", ",", 3, 3),
    SPECTRUM + "quotes_and_newlines.csv": ("utf-8", ",", 2, 2),
    SPECTRUM + "simple.csv": ("utf-8", ",", 1, 3),
    SPECTRUM + "simple_crlf.csv": ("utf-8", ",", 1, 3),
    SPECTRUM + "utf8.csv": ("utf-8", ",", 2, 3),
    CSVKIT + "bad.csv": ("utf-8", ",", 3, 3),  # of them one is too long, and set aside by what it says behind its cells
    CSVKIT + "bad_skip_lines.csv": ("utf-8", ",", 3, 3),  # empty lines in front of the header are skipped
    CSVKIT + "blanks.csv": ("utf-8", ",", 1, 6),
    CSVKIT + "dummy.csv": ("utf-8", ",", 1, 3),
    CSVKIT + "dummy.tsv": ("utf-8", "\t", 1, 3),
    CSVKIT + "dummy2.csv": ("utf-8", ",", 1, 3),
    CSVKIT + "dummy_col_shuffled_ragged.csv": ("utf-8", ",", 1, 4),
    CSVKIT + "ks_1033_data.csv": ("utf-8", ",", 1575, 14),
    CSVKIT + "mac_newlines.csv": ("utf-8", ",", 2, 3),  # lines end with CR
    CSVKIT + "ne_1033_data.xlsx": (WORKBOOK, ",", 1036, 14),
    CSVKIT + "no_header_row.csv": ("utf-8", ",", 1, 3),
    CSVKIT + "optional_quote_characters.csv": ("utf-8", ",", 1, 3),
    CSVKIT + "sheets.xlsx": (WORKBOOK, ",", 5, 7),  # the first sheet is empty, the second is read
    CSVKIT + "sniff_limit.csv": ("utf-8", ";", 1, 3),
    CSVKIT + "sort_ints_nulls.csv": ("utf-8", ",", 3, 3),
    CSVKIT + "test.xlsx": (WORKBOOK, ",", 5, 7),
    CSVKIT + "test_date_format.csv": ("utf-8", ",", 2, 1),
    CSVKIT + "test_empty_columns.csv": ("utf-8", ",", 2, 5),
    CSVKIT + "test_empty_columns_long_row.csv": ("utf-8", ",", 0, 3),  # a row without a text is no row
    CSVKIT + "test_empty_columns_short_row.csv": ("utf-8", ",", 0, 3),
    CSVKIT + "test_extra_header.csv": ("utf-8", ",", 1, 4),
    CSVKIT + "test_header_newline.csv": ("utf-8", ",", 1, 3),
    CSVKIT + "test_latin1.csv": ("cp1251", ",", 2, 3),  # one letter tells nothing: where it counts, declare latin-1
    CSVKIT + "test_locale.csv": ("utf-8", ",", 1, 3),
    CSVKIT + "test_no_leading_zeroes.csv": ("utf-8", ",", 1, 3),
    CSVKIT + "test_numeric_date_format.csv": ("utf-8", ",", 2, 1),
    CSVKIT + "test_skip_lines.csv": ("utf-8", ",", 1, 3),
    CSVKIT + "test_skip_lines.xlsx": (WORKBOOK, ",", 5, 7),
    CSVKIT + "test_utf16_big.csv": ("utf-16-be", ",", 2, 3),
    CSVKIT + "test_utf16_little.csv": ("utf-16-le", ",", 2, 3),
    CSVKIT + "test_utf8.csv": ("utf-8", ",", 2, 3),
    CSVKIT + "test_utf8_bom.csv": ("utf-8", ",", 2, 3),
    "ru_registry/city.utf8.csv": ("utf-8", ",", 1117, 24),
    "ru_registry/fns_msp_2019_orgs.excel_cp1251.csv": ("cp1251", ";", 644, 14),
    "ru_registry/fns_msp_2019_orgs.utf8.csv": ("utf-8", ",", 644, 14),
    "ru_registry/fns_revexp_2018_orgs.excel_cp1251.csv": ("cp1251", ";", 795, 5),
    "ru_registry/gov_customers.native_cp1251.tsv": ("cp1251", "\t", 570, 2),  # bare quotes are text
    "ru_registry/ngo_grants.utf8.csv": ("utf-8", ",", 1087, 11),
    "ru_registry/regions.native_cp1251.tsv": ("cp1251", "\t", 73, 2),
    "crm_exports/amocrm_contacts_header_30col.csv": ("utf-8", ";", 0, 30),
    "crm_exports/amocrm_deals_header_76col.csv": ("utf-8", ",", 0, 76),
    "crm_exports/bitrix24_deals_header_all_fields.csv": ("utf-8", ";", 0, 41),  # 40 names and one empty, as exported
}
# File → why it is refused.
REFUSED = {
    CSVKIT + "dummy.csv.bz2": "dummy.csv.bz2 is packed (bz2). Unpack it",
    CSVKIT + "dummy.csv.gz": "dummy.csv.gz is packed (gz). Unpack it",
    CSVKIT + "empty.csv": "is empty",
    CSVKIT + "null_byte.csv": "null_byte.csv holds NUL bytes. Save it as CSV in UTF-8",
    CSVKIT + "test.xls": "test.xls is an old Excel file (.xls). Save it as .xlsx or CSV",
}
WITHOUT_HEADER = {  # nothing in such a file tells: the settings do, with header = false
    CSVKIT + "no_header_row.csv",
    "ru_registry/gov_customers.native_cp1251.tsv",
    "ru_registry/regions.native_cp1251.tsv",
}


def outcome(name: str) -> tuple[str, str, int, int] | str:
    path = DATA / name
    try:
        dialect = detect(path)
        held = table(path, dialect, header=name not in WITHOUT_HEADER)
    except NotCsv as refusal:
        return str(refusal)
    if held is None:
        return "is empty"
    rows = [row for row in held.rows if not row.problem]
    encoding = dialect.encoding if dialect.sheet is None else WORKBOOK
    return encoding, dialect.delimiter, len(rows), len(held.header.names)


@pytest.mark.parametrize("name", [*READ, *REFUSED])
def test_a_file_is_read_or_refused_as_stated(name: str) -> None:
    assert outcome(name) == {**READ, **REFUSED}[name]


def test_every_file_is_stated() -> None:
    folders = ("csv_suites", "ru_registry", "crm_exports")
    files = (path for folder in folders for path in (DATA / folder).rglob("*") if path.is_file())
    there = {path.relative_to(DATA).as_posix() for path in files if path.parent.name != "json"}
    assert there == {*READ, *REFUSED}


def test_the_sizes_are_those_of_the_list_of_files() -> None:
    listed = re.findall(
        r"^\| `((?:ru_registry|crm_exports)/[^`]+)`[^|]*\| ([\d,]+) x (\d+)", (DATA / "README.md").read_text(), re.M
    )
    assert len(listed) == 6
    for name, rows, columns in listed:
        assert READ[name][2:] == (int(rows.replace(",", "")), int(columns))


@pytest.mark.parametrize("name", [name.removeprefix(SPECTRUM) for name in READ if name.startswith(SPECTRUM)])
def test_csv_spectrum_is_parsed_as_its_authors_say(name: str, tmp_path: Path) -> None:
    folder = (DATA / SPECTRUM).parent
    content, expected = (
        (folder / "csvs" / name).read_bytes(),
        json.loads((folder / f"json/{name[:-4]}.json").read_text()),
    )
    if "_crlf" in name and b"\r" not in content:  # its line ends were lost on the way here
        content = content.replace(b"\n", b"\r\n")
    if isinstance(expected, dict):  # one row, whose authors hid its telephone number in one of the two files
        expected = [{**expected, "Contact Phone Number": "2095257564"}]
    path = tmp_path / name
    path.write_bytes(content)
    held = table(path, detect(path))
    assert held is not None
    assert [dict(zip(held.header.names, row.values, strict=True)) for row in held.rows] == expected


def test_declared_latin_1_gives_the_letter_that_was_meant() -> None:
    path = DATA / CSVKIT / "test_latin1.csv"
    held = table(path, detect(path, encoding="latin-1"))
    assert held is not None
    assert [row.values[2] for row in held.rows] == ["3", "\N{COPYRIGHT SIGN}"]


def test_one_table_is_read_alike_from_two_encodings() -> None:
    folder = DATA / "ru_registry"
    first, second = (
        table(path, detect(path))
        for path in (folder / "fns_msp_2019_orgs.utf8.csv", folder / "fns_msp_2019_orgs.excel_cp1251.csv")
    )
    assert first is not None
    assert second is not None
    assert first.header == second.header
    assert [row.values for row in first.rows] == [row.values for row in second.rows]
