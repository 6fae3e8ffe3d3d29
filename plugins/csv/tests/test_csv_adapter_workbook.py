"""A workbook as an input: what is read of it, and the .csv that is written of it."""

from typing import Any

import pytest
from pydantic import ValidationError

from partnersync.contract.adapter import Outcome
from partnersync_csv.settings import CsvSettings
from workbooks import SHEET, sheet_of, with_part, workbook

DEALS: list[list[object]] = [
    ["deal_id", "state", "amount", "created_at", "client_phone", "partner_id"],
    ["D-1", "won", 1234.5, "2026-03-01", "+7 900 1112233", "P-1"],
    [],
    ["@ivan", "open", 1000.0, "2026-03-02", None, "P-2"],
]
AS_XLSX = {"files": {"deals": {"file": "deals.xlsx"}}}


@pytest.fixture
def deals(new_folder: Any) -> Any:
    """A folder whose deals are a workbook."""
    folder = new_folder(**AS_XLSX)
    folder.put("data/deals.xlsx", workbook({"x": DEALS}))
    return folder


def test_rows_are_read_as_of_a_csv_file(deals: Any) -> None:
    first, second = deals.pull("deals")
    assert (first.record_id, first.origin.file, first.origin.line) == ("D-1", "deals.xlsx", 2)
    assert (first.cells["amount"], first.cells["client_phone"]) == ("1234.5", "+7 900 1112233")
    assert (second.record_id, second.origin.line, second.cells["amount"]) == ("@ivan", 4, "1000")
    assert deals.pull("deals") == []


def test_the_sheet_of_the_settings_is_read(new_folder: Any) -> None:
    folder = new_folder(files={"deals": {"sheet": "März"}})
    folder.put("data/deals.csv", workbook({"x": [["no"]], "März": DEALS}))
    assert [raw.record_id for raw in folder.pull("deals")] == ["D-1", "@ivan"]
    folder.put("data/deals.csv", workbook({"x": DEALS}))
    (page,) = folder.pages("deals")
    assert [code for code, _, _ in page.notices] == ["NOT_CSV"]
    assert 'has no sheet "März"; it has x' in page.notices[0][2]


def test_what_is_written_of_it_is_a_csv_file(deals: Any) -> None:
    assert deals.set_deals({"D-1": {"ps_source": "typed"}, "@ivan": {"ps_source": "promo"}}) == [Outcome.DONE] * 2
    header, first, second = deals.file("out/deals.csv").read_text(encoding="utf-8").splitlines()
    assert header.startswith("\ufeffdeal_id,state,amount,created_at,client_phone,partner_id,ps_partner_id,ps_source,")
    assert first.startswith("D-1,won,1234.5,2026-03-01,'+7 900 1112233,P-1,,typed,")
    assert second.startswith("'@ivan,open,1000,2026-03-02,,P-2,,promo,")
    assert not deals.file("out/deals.xlsx").exists()
    assert {key: cells["ps_source"] for key, cells in deals.seen().items()} == {"D-1": "typed", "@ivan": "promo"}
    assert deals.set_deals({"D-1": {"ps_source": "note"}}) == [Outcome.DONE]
    assert {key: cells["ps_source"] for key, cells in deals.seen().items()} == {"D-1": "note", "@ivan": "promo"}


def test_a_file_without_a_header_gets_one(new_folder: Any) -> None:
    columns = {"deal_id": "1", "state": "2", "created_at": "4"}
    folder = new_folder(files={"deals": {"file": "deals.xlsx", "header": False, "columns": columns}})
    folder.put("data/deals.xlsx", workbook({"x": DEALS[1:]}))
    assert folder.set_deals({"D-1": {"ps_source": "typed"}}) == [Outcome.DONE]
    header, first, _ = folder.file("out/deals.csv").read_text(encoding="utf-8-sig").splitlines()
    assert header.startswith("1,2,3,4,5,6,ps_partner_id,")
    assert first.startswith("D-1,won,1234.5,2026-03-01,'+7 900 1112233,P-1,,typed,")


@pytest.mark.parametrize(
    ("cells", "problem", "column", "warned"),
    [
        pytest.param(
            '<c r="A2" t="str"><v>D-1</v></c><c r="B2" t="e"><v>#N/A</v></c>', True, "amount", (), id="of an amount"
        ),
        pytest.param('<c r="A2" t="e"><v>#REF!</v></c><c r="B2"><v>1</v></c>', True, "deal_id", (), id="of an id"),
        pytest.param(
            '<c r="A2" t="str"><v>D-1</v></c><c r="C2" t="e"><v>#N/A</v></c>', False, "", ("title",), id="of another"
        ),
    ],
)
def test_an_error_in_a_cell_is_told(
    new_folder: Any, cells: str, problem: bool, column: str, warned: tuple[str, ...]
) -> None:
    names = ("deal_id", "amount", "title", "state", "created_at")
    header = "".join(f'<c t="str"><v>{name}</v></c>' for name in names)
    rest = '<c r="D2" t="str"><v>won</v></c><c r="E2" t="str"><v>2026-03-01</v></c>'
    part = sheet_of(f'<row r="1">{header}</row><row r="2">{cells}{rest}</row>')
    folder = new_folder()
    folder.put("data/deals.csv", with_part(workbook({"x": []}), SHEET, part))
    (raw,) = folder.pull("deals")
    assert (bool(raw.problem), raw.column) == (problem, column)
    assert tuple(name for _, name, _, _ in raw.warnings if not raw.problem) == warned
    assert raw.cells["title"] == ""


@pytest.mark.parametrize(
    ("formula", "problem", "warned"),
    [
        pytest.param('<c r="B2"><f>6*7</f><v>42</v></c>', "", [], id="with its value"),
        pytest.param('<c r="B2" t="str"><f>""</f><v></v></c>', "", [], id="whose value is an empty text"),
        pytest.param('<c r="B2"><f>6*7</f><v></v></c>', "=6*7", [], id="without, in an amount"),
        pytest.param('<c r="C2"><f>6*7</f></c>', "", [("title", "=6*7")], id="without, in another column"),
    ],
)
def test_a_formula(new_folder: Any, formula: str, problem: str, warned: list[tuple[str, str]]) -> None:
    names = ("deal_id", "amount", "title", "state", "created_at")
    header = "".join(f'<c t="str"><v>{name}</v></c>' for name in names)
    rest = '<c r="D2" t="str"><v>won</v></c><c r="E2" t="str"><v>2026-03-01</v></c>'
    waiting = '<row r="3"><c r="B3"><f>6*7</f></c></row>'  # for a deal that nobody filled in yet
    rows = f'<row r="1">{header}</row><row r="2"><c r="A2" t="str"><v>D-1</v></c>{formula}{rest}</row>{waiting}'
    folder = new_folder()
    folder.put("data/deals.csv", with_part(workbook({"x": []}), SHEET, sheet_of(rows)))
    (raw,) = folder.pull("deals")
    assert (raw.value, bool(raw.problem)) == (problem, bool(problem))
    assert [(name, text) for _, name, text, _ in raw.warnings if not raw.problem] == warned
    told = [raw.problem, *(said for *_, said in raw.warnings)]
    assert all("formula whose value was not saved: open the workbook" in said for said in told if said)


IN_PLACE = "Save it as CSV, or set in_place = false: then a .csv with our columns is written into out"


class TestInPlace:
    def test_a_workbook_is_refused_by_the_settings(self) -> None:
        with pytest.raises(ValidationError, match=r"files\.deals is a workbook, which gets no columns in place"):
            CsvSettings.model_validate({**AS_XLSX, "in_place": True})

    def test_one_that_is_named_csv_is_refused_at_run_and_by_doctor(self, in_place: Any) -> None:
        in_place.put("data/deals.csv", workbook({"x": DEALS}))
        reason = f"is a workbook, which gets no columns in place. {IN_PLACE}"
        sentence = f"deals.csv {reason}"
        (page,) = in_place.pages("deals")
        assert (page.raws, page.complete, page.notices) == (
            (),
            False,
            (("NOT_CSV", "deals.csv", sentence.removeprefix("deals.csv ")),),
        )
        assert list(in_place.run().check()) == [sentence]
        before = in_place.file("data/deals.csv").read_bytes()
        assert in_place.set_deals({"D-1": {"ps_source": "typed"}}) == [Outcome.REFUSED]
        assert in_place.file("data/deals.csv").read_bytes() == before

    def test_files_without_columns_of_ours_may_be_workbooks(self, in_place: Any) -> None:
        in_place.put("data/users.csv", workbook({"x": [["user_id", "name"], [17, "Anna"]]}))
        assert [raw.record_id for raw in in_place.pull("users")] == ["17"]


def test_a_broken_workbook_is_named_and_the_next_one_read(deals: Any) -> None:
    content = deals.file("data/deals.xlsx").read_bytes()
    deals.put("data/deals.xlsx", with_part(content, SHEET, "<worksheet>"))
    (page,) = deals.pages("deals")
    assert [(code, file) for code, file, _ in page.notices] == [("NOT_CSV", "deals.xlsx")]
    deals.put("data/deals.xlsx", content)
    assert len(deals.pull("deals")) == 2


def test_a_csv_named_file_keeps_its_name_in_out(new_folder: Any) -> None:
    folder = new_folder()
    folder.put("data/deals.csv", workbook({"x": DEALS}))
    assert folder.set_deals({"D-1": {"ps_source": "typed"}}) == [Outcome.DONE]
    assert folder.file("out/deals.csv").read_bytes().startswith(b"\xef\xbb\xbfdeal_id,")


def test_a_workbook_and_a_csv_file_of_one_name_cannot_both_be_written() -> None:
    with pytest.raises(ValidationError, match="are one file"):
        CsvSettings.model_validate(
            {"files": {"deals": {"file": "a.xlsx"}, "partners": {"file": "a.csv"}}},
        )
