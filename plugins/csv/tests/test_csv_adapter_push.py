"""What the adapter writes: our columns, in copies and in place."""

import csv
import io
import os
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.contract.adapter import FieldsWrite, Outcome, Write
from partnersync.contract.managed import MANAGED, NEVER_MADE
from partnersync.domain.value import RecordKind
from partnersync.errors import TryLater
from partnersync_csv.detect import detect
from partnersync_csv.scan import rows

DEALS = 'deal_id,t,state,created_at\n1,"=1+1",won,2026-01-01\n2,"a ""b""",open,2026-02-01\n'
NAMES = tuple(name for name in MANAGED[RecordKind.DEAL] if name not in NEVER_MADE)
BLANK = dict.fromkeys(NAMES, "")
DONE, GONE, REFUSED = Outcome.DONE, Outcome.GONE, Outcome.REFUSED


@pytest.fixture
def deals(folder: Any) -> Any:
    folder.put("data/deals.csv", DEALS)
    return folder


@pytest.fixture
def deals_in_place(in_place: Any) -> Any:
    in_place.put("data/deals.csv", DEALS)
    return in_place


def lines(*rows: str) -> str:
    return "".join(f"{row}\n" for row in rows)


class TestOut:
    def test_it_holds_the_input_and_all_our_columns(self, deals: Any) -> None:
        assert deals.set_deals({"1": {"ps_partner_id": "P1", "ps_source": "=cmd"}}) == [DONE]
        assert deals.text("out/deals.csv") == lines(
            "deal_id,t,state,created_at," + ",".join(NAMES),
            '1,"=1+1",won,2026-01-01,P1,\'=cmd,,,,,,',
            '2,"a ""b""",open,2026-02-01,,,,,,,,',
        )
        assert deals.text("data/deals.csv") == DEALS
        assert deals.seen() == {"1": BLANK | {"ps_partner_id": "P1", "ps_source": "=cmd"}, "2": BLANK}

    def test_what_no_write_sets_stays(self, deals: Any) -> None:
        deals.set_deals({"1": {"ps_partner_id": "P1"}, "2": {"ps_partner_id": "P2"}})
        deals.set_deals({"1": {"ps_source": "typed"}})
        assert deals.seen() == {
            "1": BLANK | {"ps_partner_id": "P1", "ps_source": "typed"},
            "2": BLANK | {"ps_partner_id": "P2"},
        }

    def test_a_persons_cell_stays_too(self, deals: Any) -> None:
        deals.set_deals({"1": {"ps_partner_id": "P1"}})
        deals.put("out/deals.csv", deals.text("out/deals.csv").replace("P1", "P9"))
        deals.set_deals({"2": {"ps_partner_id": "P2"}})
        assert deals.seen()["1"]["ps_partner_id"] == "P9"

    def test_an_empty_text_clears(self, deals: Any) -> None:
        deals.set_deals({"1": {"ps_partner_id": "P1"}})
        deals.set_deals({"1": {"ps_partner_id": ""}})
        assert deals.seen()["1"] == BLANK

    @pytest.mark.parametrize("runs", [1, 2])
    def test_a_file_of_ones_own_is_not_replaced(self, deals: Any, runs: int) -> None:
        deals.put("out/deals.csv", "deal_id,моё\n1,x\n")
        for _ in range(runs):
            (page,) = deals.pages("deals.out")
            assert [(code, file) for code, file, _ in page.notices] == [("NOT_CSV", "out/deals.csv")]
            assert deals.set_deals({"1": {"ps_source": "promo"}}) == [REFUSED]
        assert deals.text("out/deals.csv") == "deal_id,моё\n1,x\n"
        deals.file("out/deals.csv").rename(deals.file("out/mine.csv"))
        assert deals.set_deals({"1": {"ps_source": "promo"}}) == [DONE]

    def test_nor_is_one_that_a_changed_out_leads_to(self, deals: Any) -> None:
        deals.set_deals({"1": {"ps_source": "promo"}})
        deals.settings = {"out": "other"}
        deals.put("other/deals.csv", "deal_id,моё\n1,x\n")
        assert deals.set_deals({"1": {"ps_source": "promo"}}) == [REFUSED]

    @pytest.mark.parametrize("known", [True, False])
    def test_a_copy_of_ours_is_taken_over(self, deals: Any, known: bool) -> None:
        deals.set_deals({"1": {"ps_source": "promo"}})
        if known:
            deals.put("out/deals.csv", "deal_id,моё\n1,x\n")  # somebody took our columns out of what we wrote
        else:
            deals.cursors.clear()  # the store was lost
        assert deals.set_deals({"2": {"ps_source": "typed"}}) == [DONE]
        assert deals.seen()["2"]["ps_source"] == "typed"

    def test_the_other_cells_come_from_the_input_at_every_write(self, deals: Any) -> None:
        deals.set_deals({"1": {"ps_partner_id": "P1"}})
        deals.put("data/deals.csv", "state,deal_id,created_at\nlost,1,2026-01-01\nopen,3,2026-03-01\n")
        deals.set_deals({"1": {"ps_source": "typed"}})
        assert deals.text("out/deals.csv") == lines(
            "state,deal_id,created_at," + ",".join(NAMES),
            "lost,1,2026-01-01,P1,typed,,,,,,",
            "open,3,2026-03-01,,,,,,,,",
        )

    def test_columns_of_ours_in_the_input_are_not_believed(self, folder: Any) -> None:
        folder.put("data/deals.csv", "deal_id,state,created_at,ps_source\n1,won,2026-01-01,x\n2,won,2026-01-01,y\n")
        folder.set_deals({"1": {"ps_partner_id": "P1"}})
        assert [each["ps_source"] for each in folder.seen().values()] == ["", ""]

    def test_rows_with_one_id_get_the_same(self, deals: Any) -> None:
        deals.put("data/deals.csv", DEALS + "1,again,won,2026-01-01\n")
        deals.set_deals({"1": {"ps_partner_id": "P1"}})
        assert deals.text("out/deals.csv").count(",P1,") == 2

    def test_ids_are_those_that_were_read(self, folder: Any) -> None:
        folder.settings = {"files": {"deals": {"columns": {"deal_id": "No"}, "values": {"deal_id": {"one": "1"}}}}}
        folder.put("data/deals.csv", "No,state,created_at\none,won,2026-01-01\n")
        assert folder.set_deals({"1": {"ps_partner_id": "P1"}}) == [DONE]
        assert folder.seen()["1"]["ps_partner_id"] == "P1"

    def test_a_file_without_a_header_gets_one(self, folder: Any) -> None:
        columns = {"deal_id": "2", "state": "1", "created_at": "3"}
        folder.settings = {"files": {"deals": {"header": False, "columns": columns}}}
        folder.put("data/deals.csv", "won;7;2026-01-01\r\n")
        folder.set_deals({"7": {"ps_partner_id": "P1"}})
        assert folder.text("out/deals.csv").startswith("1;2;3;ps_partner_id;")
        assert folder.seen()["7"]["ps_partner_id"] == "P1"

    @pytest.mark.parametrize("name", ["sales.csv", "2026/sales.csv"])
    def test_it_is_called_like_the_input(self, folder: Any, name: str) -> None:
        folder.settings = {"files": {"deals": {"file": name}}}
        folder.put(f"data/{name}", DEALS)
        folder.set_deals({"1": {"ps_partner_id": "P1"}})
        assert "P1" in folder.text(f"out/{name}")


class TestInPlace:
    def test_the_input_gets_our_columns_and_keeps_its_own(self, deals_in_place: Any) -> None:
        deals_in_place.set_deals({"1": {"ps_partner_id": "P1"}})
        assert deals_in_place.text("data/deals.csv") == lines(
            "deal_id,t,state,created_at," + ",".join(NAMES),
            '1,"=1+1",won,2026-01-01,P1,,,,,,,',
            '2,"a ""b""",open,2026-02-01,,,,,,,,',
        )
        assert not deals_in_place.file("out").exists()

    def test_facts_and_fields_come_in_one_stream(self, deals_in_place: Any) -> None:
        assert [(raw.cells["state"], raw.seen) for raw in deals_in_place.pull("deals")] == [("won", {}), ("open", {})]
        deals_in_place.set_deals({"1": {"ps_partner_id": "P1"}})
        assert deals_in_place.seen("deals")["1"] == BLANK | {"ps_partner_id": "P1"}

    def test_a_cell_that_a_person_typed_stays(self, deals_in_place: Any) -> None:
        deals_in_place.set_deals({"1": {"ps_partner_id": "P1"}})
        path = deals_in_place.file("data/deals.csv")
        path.write_text(path.read_text().replace("P1", "P9"))
        deals_in_place.set_deals({"2": {"ps_partner_id": "P2"}})
        assert deals_in_place.seen("deals")["1"]["ps_partner_id"] == "P9"

    def test_a_row_with_a_cell_too_many_is_left_alone(self, deals_in_place: Any) -> None:
        deals_in_place.set_deals({"1": {"ps_partner_id": "P1"}})
        path = deals_in_place.file("data/deals.csv")
        shifted = path.read_text().replace('1,"=1+1"', "1,Smith, John")
        path.write_text(shifted)
        assert deals_in_place.set_deals({"1": {"ps_partner_id": "P2"}}) == [GONE]
        assert path.read_text() == shifted


CELLS = st.text(alphabet="ab'=,;\"\r\nЯ ", max_size=4)
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=5)
VALUES = st.dictionaries(st.sampled_from(NAMES), st.text(alphabet="a=-5,\"'\nЯ", max_size=4), max_size=3)


@given(
    foreign=TABLES,
    values=st.lists(VALUES, max_size=3),
    encoding=st.sampled_from(["utf-8", "cp1251"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_in_place_only_our_cells_change(
    new_folder: Callable[..., Any],
    foreign: list[list[str]],
    values: list[dict[str, str]],
    encoding: str,
    quoting: Any,
    end: str,
) -> None:
    folder = new_folder(in_place=True)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", quoting=quoting, lineterminator=end)
    writer.writerow(["deal_id", "a", "b", "state", "created_at", "Ярлык"])
    writer.writerows([str(number), *cells] for number, cells in enumerate(foreign))
    path = folder.put("data/deals.csv", out.getvalue().encode(encoding))
    before = list(rows(path, detect(path)))
    folder.set_deals({str(number): each for number, each in enumerate(values)})
    after = list(rows(path, detect(path)))
    assert [row.raw[: len(old.raw)] for row, old in zip(after, before, strict=True)] == [old.raw for old in before]
    assert [row.end for row in after] == [old.end for old in before]
    seen = folder.seen("deals")
    for number, fields in enumerate(values[: len(foreign)]):
        assert {name: seen[str(number)][name] for name in fields} == fields
    once = path.read_bytes()
    folder.set_deals({str(number): each for number, each in enumerate(values)})
    assert path.read_bytes() == once


class TestCursor:
    @pytest.mark.parametrize("settings", [{}, {"in_place": True}])
    def test_our_own_write_has_no_echo(self, deals: Any, settings: Any) -> None:
        deals.settings = settings
        for value in ("P1", "P2"):
            deals.set_deals({"1": {"ps_partner_id": value}})
            assert not any(list(deals.pages(stream.name)) for stream in deals.run().streams())

    def test_it_is_on_the_last_receipt(self, deals: Any) -> None:
        writes = [FieldsWrite(f"w{deal}", RecordKind.DEAL, deal, {"ps_source": "typed"}) for deal in "12"]
        assert [list(receipt.cursors) for receipt in deals.push(writes)] == [[], ["deals.out"]]

    def test_a_file_that_was_not_read_by_this_run_is_read_by_the_next(self, deals: Any) -> None:
        deals.set_deals({"1": {"ps_partner_id": "P1"}})
        deals.set_deals({"2": {"ps_partner_id": "P2"}}, adapter=deals.run())
        assert len(deals.pull("deals.out")) == 2

    def test_so_is_one_whose_rows_went_with_their_input(self, deals: Any) -> None:
        deals.set_deals({"1": {"ps_partner_id": "P1"}, "2": {"ps_partner_id": "P2"}})
        deals.put("data/deals.csv", DEALS.replace("1,", "3,", 1))
        assert deals.set_deals({"1": {"ps_source": "typed"}, "2": {"ps_source": "typed"}}) == [GONE, DONE]
        assert [raw.record_id for raw in deals.pull("deals.out")] == ["3", "2"]


class TestMissingPlaces:
    def seen_after(self, deals: Any, spoil: Callable[[str], str | None]) -> Any:
        deals.set_deals({"1": {"ps_partner_id": "P1"}, "2": {"ps_partner_id": "P2"}})
        spoilt = spoil(deals.text("out/deals.csv"))
        deals.file("out/deals.csv").unlink()
        if spoilt is not None:
            deals.put("out/deals.csv", spoilt)
        (page,) = deals.pages("deals.out")
        assert page.complete
        assert list(deals.pages("deals.out")) == []
        return {raw.record_id: raw.seen.get("ps_partner_id") for raw in page.raws}

    @pytest.mark.parametrize(
        ("spoil", "expected"),
        [
            pytest.param(lambda text: None, {}, id="the file was deleted"),
            pytest.param(lambda text: "", {}, id="it was emptied"),
            pytest.param(lambda text: text.replace("deal_id", "id"), {}, id="its ids are gone"),
            pytest.param(lambda text: text.replace("\n1,", "\n,", 1), {"2": "P2"}, id="a row is gone"),
            pytest.param(lambda text: text.replace('"a ""b"""', '"a'), {"1": "P1"}, id="a row is spoilt"),
            pytest.param(
                lambda text: text.replace("ps_partner_id", "x"), {"1": None, "2": None}, id="a column is gone"
            ),
            pytest.param(lambda text: text.replace("P1", ""), {"1": "", "2": "P2"}, id="but an emptied cell is empty"),
        ],
    )
    def test_what_is_seen(self, deals: Any, spoil: Any, expected: Any) -> None:
        assert self.seen_after(deals, spoil) == expected


class TestFailure:
    def test_a_row_that_is_gone(self, deals: Any) -> None:
        assert deals.set_deals({"9": {"ps_source": "x"}, "1": {"ps_source": "typed"}}) == [GONE, DONE]

    def test_a_kind_without_a_file(self, deals: Any) -> None:
        (receipt,) = deals.push([FieldsWrite("w", RecordKind.PARTNER, "P1", {"ps_balance": "1.00"})])
        assert (receipt.outcome, receipt.reason) == (REFUSED, "this connection has no file of partner records")

    @pytest.mark.parametrize(
        ("name", "content", "says"),
        [
            ("out/deals.csv", b"%PDF-1.7", "out/deals.csv is in the way: deals.csv is a PDF"),
            ("data/deals.csv", b"%PDF-1.7", "deals.csv is a PDF"),
            ("data/deals.csv", b"id,state\n1,won\n", 'deals.csv has no column "deal_id"'),
            ("data/deals.csv", b"", 'deals.csv has no column "deal_id"'),
        ],
    )
    def test_a_file_that_cannot_be_read(self, deals: Any, name: str, content: bytes, says: str) -> None:
        deals.put(name, content)
        writes = [FieldsWrite(f"w{deal}", RecordKind.DEAL, deal, {"ps_source": "typed"}) for deal in "12"]
        receipts = deals.push(writes, deals.run())
        assert [(receipt.outcome, receipt.cursors) for receipt in receipts] == [(REFUSED, {}), (REFUSED, {})]
        assert all(says in receipt.reason for receipt in receipts)
        assert deals.file(name).read_bytes() == content

    def test_a_full_disk_refuses_that_file_and_leaves_it(self, deals: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        deals.put("data/partners.csv", "partner_id,name\nP1,First\n")
        deals.set_deals({"1": {"ps_partner_id": "P1"}})
        before = deals.text("out/deals.csv")
        real = os.fsync
        failing = iter([True, False, False])

        def full(descriptor: int) -> None:
            if next(failing):
                raise OSError(28, "No space left on device")
            real(descriptor)

        adapter = deals.pull_all()
        monkeypatch.setattr(os, "fsync", full)
        writes: list[Write] = [
            FieldsWrite("a", RecordKind.DEAL, "1", {"ps_partner_id": "P2"}),
            FieldsWrite("b", RecordKind.PARTNER, "P1", {"ps_balance": "1.00"}),
        ]
        receipts = deals.push(writes, adapter)
        assert [receipt.outcome for receipt in receipts] == [REFUSED, DONE]
        told = "out/deals.csv cannot be written: No space left on device. The old file stands. Free space on its disk"
        assert receipts[0].reason == told
        assert deals.text("out/deals.csv") == before
        assert sorted(path.name for path in deals.file("out").iterdir()) == ["deals.csv", "partners.csv"]

    def test_killed_in_front_of_the_rename_the_old_file_stands(
        self, deals: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deals.set_deals({"1": {"ps_partner_id": "P1"}})
        before, adapter = deals.text("out/deals.csv"), deals.pull_all()

        def killed(*_: Any) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("pathlib.Path.replace", killed)
            with pytest.raises(KeyboardInterrupt):
                deals.set_deals({"1": {"ps_partner_id": "P2"}}, adapter)
        assert deals.text("out/deals.csv") == before
        assert deals.set_deals({"1": {"ps_partner_id": "P2"}}) == [DONE]
        assert deals.seen()["1"]["ps_partner_id"] == "P2"

    def test_what_the_encoding_cannot_hold_makes_it_utf_8_and_is_told(self, folder: Any) -> None:
        folder.put("data/deals.csv", "deal_id;имя;state;created_at\n1;Ёж;won;2026-01-01\n".encode("cp1251"))
        writes = [
            FieldsWrite("a", RecordKind.DEAL, "9", {}),
            FieldsWrite("b", RecordKind.DEAL, "1", {"ps_source": "Łódź"}),
        ]
        reasons = [receipt.reason for receipt in folder.push(writes)]
        assert reasons[1] == "out/deals.csv is in UTF-8 now: cp1251 cannot hold one of its values"
        assert folder.seen()["1"]["ps_source"] == "Łódź"
        assert any("is in UTF-8, deals.csv in cp1251" in problem for problem in folder.run().check())


def test_without_room_for_the_writes_nothing_is_made(deals: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect

    def small(*args: Any, **options: Any) -> sqlite3.Connection:
        database: sqlite3.Connection = connect(*args, **options)
        database.execute("PRAGMA max_page_count = 20")
        return database

    monkeypatch.setattr(sqlite3, "connect", small)
    with pytest.raises(TryLater, match="temporary data cannot be kept: database or disk is full"):
        deals.set_deals({str(number): {"ps_source": "typed"} for number in range(5000)})
    assert not deals.file("out").exists()


def test_writes_are_taken_as_they_come(deals: Any) -> None:
    taken = 0

    def writes() -> Iterator[Write]:
        nonlocal taken
        for number in range(5000):
            taken += 1
            yield FieldsWrite(f"w{number}", RecordKind.DEAL, str(number), {"ps_source": "typed"})

    receipts = deals.pull_all().push(writes())
    assert taken == 0
    first = next(receipts)
    assert (taken, first.write_id) == (5000, "w0")
    assert [receipt.write_id for receipt in receipts] == [f"w{number}" for number in range(1, 5000)]
