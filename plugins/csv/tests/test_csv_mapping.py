"""Rows of a file → canonical cells: every key of the mapping."""

import io
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.contract.adapter import Raw
from partnersync.domain.spreadsheet import harmless
from partnersync_csv.headers import Header, Width
from partnersync_csv.kinds import BY_KEY, FILE_KINDS
from partnersync_csv.mapping import Reader
from partnersync_csv.scan import quote, rows_of
from partnersync_csv.settings import CsvSettings


def reader(header: str, key: str = "deals", *, gives_seen: bool = True, **settings: Any) -> Reader:
    mapped = CsvSettings.model_validate({"files": {key: settings}}).file(BY_KEY[key])
    names = Header(tuple(header.split(",")))
    return Reader(
        BY_KEY[key], mapped, names, Width(len(names.names), len(names.names)), file=f"{key}.csv", gives_seen=gives_seen
    )


def read(header: str, line: str, key: str = "deals", **settings: Any) -> Raw:
    (row,) = rows_of(io.StringIO(line, newline=""), ",")
    return reader(header, key, **settings).raw(row)


def told(header: str, line: str, key: str = "deals", **settings: Any) -> dict[str, str]:
    cells = read(header, line, key, **settings).cells
    assert cells is not None
    return {name: text for name, text in cells.items() if text}


@pytest.mark.parametrize(
    ("header", "line", "settings", "expected"),
    [
        pytest.param("deal_id,state", "1,won", {}, {"deal_id": "1", "state": "won"}, id="canonical names"),
        pytest.param("deal_id,colour", "1,red", {}, {"deal_id": "1"}, id="a column that is not ours"),
        pytest.param(
            "Id,account",
            "1,Isdom",
            {"columns": {"deal_id": "Id", "client_id": "account", "client_name": "account"}},
            {"deal_id": "1", "client_id": "Isdom", "client_name": "Isdom"},
            id="one header feeds two columns",
        ),
        pytest.param(
            "No,title", "1,x", {"columns": {"deal_id": "No"}}, {"deal_id": "1", "title": "x"}, id="the others"
        ),
        pytest.param(
            "deal_id,title,Name",
            "1,old,new",
            {"columns": {"title": "Name"}},
            {"deal_id": "1", "title": "new"},
            id="a mapped header goes before a canonical one",
        ),
        pytest.param("deal_id,title,title", "1,a,", {}, {"deal_id": "1", "title": "a"}, id="equal headers, last empty"),
        pytest.param(
            "deal_id,title,title", "1,a,b", {}, {"deal_id": "1", "title": "b"}, id="equal headers, last counts"
        ),
        pytest.param("deal_id,title", "1", {}, {"deal_id": "1"}, id="a short row"),
        pytest.param(
            "deal_id,title,", "1,x,", {}, {"deal_id": "1", "title": "x"}, id="a delimiter behind the last cell"
        ),
        pytest.param(
            "deal_id,currency",
            "1, ",
            {"defaults": {"currency": "USD", "kind": "new"}},
            {"deal_id": "1", "currency": "USD", "kind": "new"},
            id="defaults of an empty cell and of a missing column",
        ),
        pytest.param(
            "deal_id,products",
            "1, GTXPro ",
            {"values": {"products": {"GTXPro": "GTX Pro"}}},
            {"deal_id": "1", "products": "GTX Pro"},
            id="a value, white space around it",
        ),
        pytest.param(
            "deal_id,products",
            "1,GTXPro | MG | GTXPro",
            {"values": {"products": {"GTXPro": "GTX Pro"}}},
            {"deal_id": "1", "products": "GTX Pro|MG|GTX Pro"},
            id="values in a list",
        ),
        pytest.param(
            "deal_id,title", "1,a|b", {"values": {"title": {"a": "x"}}}, {"deal_id": "1", "title": "a|b"}, id="no list"
        ),
        pytest.param(
            "deal_id,account",
            "1,Other",
            {
                "columns": {"client_domain": "account"},
                "values": {"client_domain": {"Isdom": "isdom.example", "*": ""}},
                "defaults": {"client_domain": "never.example"},
            },
            {"deal_id": "1"},
            id="any other value, and none is meant",
        ),
        pytest.param(
            "deal_id,kind",
            "1,",
            {"values": {"kind": {"*": "renewal"}}},
            {"deal_id": "1"},
            id="an empty cell is not any other value",
        ),
        pytest.param(
            "deal_id,created_at,title",
            "1,31.01.2026,31.01.2026",
            {"date_format": "%d.%m.%Y"},
            {"deal_id": "1", "created_at": "2026-01-31", "title": "31.01.2026"},
            id="a date in its own form, where dates are",
        ),
        pytest.param(
            "deal_id,created_at",
            "1,31.01.2026 09:05",
            {"date_format": "%d.%m.%Y %H:%M"},
            {"deal_id": "1", "created_at": "2026-01-31T09:05:00"},
            id="a date with its time",
        ),
        pytest.param(
            "deal_id,created_at",
            "1,31.01.2026 00:00 +0500",
            {"date_format": "%d.%m.%Y %H:%M %z"},
            {"deal_id": "1", "created_at": "2026-01-31T00:00:00+05:00"},
            id="a date with its offset",
        ),
        pytest.param(
            "deal_id,created_at",
            "1,31.02.2026",
            {"date_format": "%d.%m.%Y"},
            {"deal_id": "1", "created_at": "31.02.2026"},
            id="a bad date goes on as it is",
        ),
        pytest.param(
            "deal_id,created_at",
            "1,",
            {"date_format": "%d.%m.%Y", "defaults": {"created_at": "2016-10-01"}},
            {"deal_id": "1", "created_at": "2016-10-01"},
            id="a default is canonical",
        ),
        pytest.param("1,2", "17,x", {"columns": {"deal_id": "1"}}, {"deal_id": "17"}, id="a file without a header"),
        pytest.param(
            "deal_id,stage",
            "1,Won",
            {"columns": {"state": "stage"}, "states": {"Won": "won"}},
            {"deal_id": "1", "state": "won", "stage": "Won"},
            id="a state, and the stage it is read from",
        ),
        pytest.param(
            "deal_id,state",
            "1,",
            {"states": {"Won": "won"}, "defaults": {"state": "open"}},
            {"deal_id": "1", "state": "open"},
            id="the default of an empty state",
        ),
        pytest.param("deal_id,state", "1,Won", {}, {"deal_id": "1", "state": "Won"}, id="without states as it is"),
    ],
)
def test_cells(header: str, line: str, settings: Mapping[str, Any], expected: Mapping[str, str]) -> None:
    raw = read(header, line, **settings)
    assert raw.problem == ""
    assert told(header, line, **settings) == expected


@pytest.mark.parametrize(
    ("header", "line", "settings", "problem"),
    [
        pytest.param(
            "deal_id,state",
            "1,Stalled",
            {"states": {"Won": "won"}},
            ("1", "STATE_UNKNOWN", "state", "Stalled"),
            id="a state that is not named",
        ),
        pytest.param(
            "deal_id,state",
            "1,open",
            {"states": {"Won": "won"}},
            ("1", "STATE_UNKNOWN", "state", "open"),
            id="also if it looks like one of ours",
        ),
        pytest.param("deal_id,title", " ,x", {}, ("line:1", "MISSING", "deal_id", ""), id="no id"),
        pytest.param("deal_id,title", "1,a, ,b", {}, ("1", "BAD_VALUE", "", ""), id="more cells than the header"),
        pytest.param("deal_id,deleted", "1,perhaps", {}, ("1", "BAD_VALUE", "deleted", "perhaps"), id="maybe deleted"),
    ],
)
def test_rows_that_cannot_be_used(
    header: str, line: str, settings: Mapping[str, Any], problem: tuple[str, str, str, str]
) -> None:
    raw = read(header, line, **settings)
    assert raw.problem
    assert (raw.record_id, raw.problem_code, raw.column, raw.value) == problem


@pytest.mark.parametrize(
    ("header", "record_id"),
    [
        pytest.param("deal_id,title", "1", id="the id in front of the lost quote is known"),
        pytest.param("title,deal_id", "line:1", id="one behind it is not"),
    ],
)
def test_a_lost_quote(header: str, record_id: str) -> None:
    first, _ = rows_of(io.StringIO('1,"x\n2,y\n', newline=""), ",")
    raw = reader(header).raw(first)
    assert (raw.record_id, raw.cells, raw.seen) == (record_id, None, None)
    assert "unclosed quote" in raw.problem


@pytest.mark.parametrize(
    ("key", "header", "line", "record_id"),
    [
        ("documents", "partner_id,period,kind,received_on", "P1,2026-05,act,2026-06-01", "P1/2026-05/act"),
        ("rates", "date,currency,rate", "2026-05-01,USD,90.5", "2026-05-01/USD"),
        ("rates", "date,rate", "2026-05-01,90.5", "2026-05-01/EUR"),
        ("documents", "partner_id,period,kind,received_on", ",,,2026-06-01", "line:1"),
    ],
)
def test_ids_of_several_columns(key: str, header: str, line: str, record_id: str) -> None:
    settings = {"defaults": {"currency": "EUR"}} if key == "rates" else {}
    assert read(header, line, key, **settings).record_id == record_id


def test_deleted_and_merged_deals() -> None:
    header = "deal_id,deleted,merged_into"
    assert [(raw.deleted, raw.merged_into) for raw in (read(header, "1,да,"), read(header, "1,no,2"))] == [
        (True, None),
        (False, "2"),
    ]


def test_the_issue_names_the_headers_of_the_file() -> None:
    raw = read("No,title,state", "1,x,won", columns={"deal_id": "No", "title": "title"})
    assert (raw.origin.file, raw.origin.line, raw.origin.columns) == ("deals.csv", 1, {"deal_id": "No"})


class TestSeen:
    def test_missing_and_empty_places_differ(self) -> None:
        assert read("deal_id,ps_source,ps_incident", "1,typed,").seen == {"ps_source": "typed", "ps_incident": ""}

    def test_a_file_of_facts_alone_tells_nothing(self) -> None:
        assert read("deal_id,ps_source", "1,typed", gives_seen=False).seen is None

    def test_kinds_without_managed_fields_tell_nothing(self) -> None:
        assert read("user_id,ps_source", "1,typed", "users").seen is None

    def test_a_row_that_cannot_be_used_tells_nothing(self) -> None:
        assert read("deal_id,ps_source", "1,a,b").seen is None

    @given(text=st.text(alphabet="'=+-@ 1a,\"|я"))
    def test_our_text_comes_back_as_it_was(self, text: str) -> None:
        raw = read("deal_id,ps_source", f"1,{quote(harmless(text), ',')}")
        assert raw.seen == {"ps_source": text}


@pytest.mark.parametrize(
    ("header", "settings", "lacks", "defaulted"),
    [
        pytest.param("deal_id,state,created_at", {}, "", "", id="all that is needed"),
        pytest.param("deal_id,state", {}, '"created_at" for created_at', "", id="a required column"),
        pytest.param("deal_id,state", {"defaults": {"created_at": "2026-01-01"}}, "", "", id="required, by default"),
        pytest.param(
            "deal_id,state,created_at,Amount",
            {"columns": {"amount": "amount,"}},
            '"amount," for amount (is it "Amount"?)',
            "",
            id="a mapped column",
        ),
        pytest.param("deal_id,title,created_at", {}, '"state" for state:', "", id="no header that is near"),
        pytest.param(
            "deal_id,state,created_at",
            {"columns": {"currency": "cur"}, "defaults": {"currency": "USD"}},
            "",
            '"cur" for currency',
            id="mapped, by default",
        ),
    ],
)
def test_columns_that_the_file_should_have(header: str, settings: Any, lacks: str, defaulted: str) -> None:
    held = reader(header, **settings)
    assert (bool(held.lacks), bool(held.defaulted)) == (bool(lacks), bool(defaulted))
    assert lacks in held.lacks
    assert defaulted in held.defaulted
    assert "files.deals.columns" in (held.lacks or held.defaulted or "files.deals.columns")


def test_every_kind_of_record_has_one_kind_of_file() -> None:
    assert len({kind.kind for kind in FILE_KINDS}) == len(FILE_KINDS) == 8
    assert all(set(kind.id_columns) <= set(kind.required) <= set(kind.columns) for kind in FILE_KINDS)
