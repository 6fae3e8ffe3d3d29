"""What the adapter reads: pages, cursors, and files that are missing or cannot be read."""

import gzip
import json
import shutil
import tomllib
from importlib.resources import as_file, files
from typing import Any

import pytest

from partnersync.contract.adapter import Gives
from partnersync.domain.value import RecordKind
from partnersync.errors import ConfigError, TryLater, Unsupported
from partnersync_csv.detect import LONGEST_LINE

DEALS = "deal_id,state,created_at\n1,won,2026-01-01\n2,open,2026-02-01\n"


@pytest.fixture
def demo(folder: Any) -> Any:
    """The sample company."""
    with as_file(files("partnersync.demo")) as sample:
        shutil.copytree(sample / "data", folder.root / "data")
        settings = tomllib.loads((sample / "config" / "partnersync.toml").read_text())["connections"]["registry"]
    folder.settings = {name: value for name, value in settings.items() if name not in ("kind", "activities")}
    return folder


def test_the_sample_company(demo: Any) -> None:
    partners, deals = demo.pull("partners"), demo.pull("deals")
    assert (len(partners), len(deals), len(demo.pull("registrations"))) == (35, 8800, 7)
    cells = [raw.cells for raw in deals]
    assert sum(each["state"] == "won" for each in cells) == 4238
    assert sum(int(each["amount"]) for each in cells if each["state"] == "won") == 10_005_534
    assert sum(each["products"] == "GTX Pro" for each in cells) == 1480
    assert sum(not each["client_id"] for each in cells) == 1425
    assert {each["client_domain"] for each in cells} == {"", "cancity.example", "codehow.example", "isdom.example"}
    assert not any(raw.problem or raw.warnings for raw in [*partners, *deals])
    assert list(demo.run().check()) == []


def test_a_russian_file_with_decimal_commas(folder: Any) -> None:
    folder.settings = {"files": {"payments": {"columns": {"payment_id": "№", "amount": "Сумма"}}}}
    text = "№;deal_id;paid_at;Сумма\r\n7;1;2026-01-31;1234,50\r\n8;1;2026-02-01;«5»\r\n"
    folder.put("data/payments.csv", text.encode("cp1251"))
    assert [(raw.record_id, raw.cells["amount"]) for raw in folder.pull("payments")] == [("7", "1234,50"), ("8", "«5»")]


def test_streams_tell_what_they_give(folder: Any, in_place: Any) -> None:
    for key in ("partners", "deals", "registrations"):
        folder.put(f"data/{key}.csv", "")
    apart = {stream.name: stream.gives for stream in folder.run().streams()}
    assert apart == dict.fromkeys(
        "partners users deals payments registrations activities documents rates".split(), Gives.FACTS
    ) | dict.fromkeys(("partners.out", "deals.out", "registrations.out"), Gives.MANAGED)
    together = {stream.name: stream.gives for stream in in_place.run().streams()}
    assert {name for name, gives in together.items() if gives is Gives.BOTH} == {"partners", "deals", "registrations"}
    assert all(stream.whole for stream in folder.run().streams())


def test_capabilities_tell_which_files_are_there(folder: Any) -> None:
    folder.put("data/deals.csv", DEALS)
    assert list(folder.run().capabilities.managed) == [RecordKind.DEAL]
    assert not folder.run().capabilities.supplies_activities
    folder.put("data/activities.csv", "activity_id,at\n")
    assert folder.run().capabilities.supplies_activities
    with pytest.raises(Unsupported):
        folder.run().read(RecordKind.DEAL, ["1"])


class TestPages:
    def test_only_the_last_moves_the_cursor_and_completes_the_listing(self, folder: Any) -> None:
        folder.put("data/users.csv", "user_id,name\n" + "".join(f"{number},x\n" for number in range(2500)))
        pages = list(folder.pages("users"))
        assert [len(page.raws) for page in pages] == [1000, 1000, 500]
        assert [page.complete for page in pages] == [False, False, True]
        assert [page.cursor is not None for page in pages] == [False, False, True]

    def test_a_file_with_a_header_alone_lists_nothing(self, folder: Any) -> None:
        folder.put("data/users.csv", "user_id,name\n")
        ((page,),) = [list(folder.pages("users"))]
        assert (page.raws, page.complete) == ([], True)

    def test_blank_lines_are_no_rows_and_lines_are_counted(self, folder: Any) -> None:
        folder.put("data/users.csv", '\nuser_id,name\n1,"a\nb"\n,\n\n2,c\n')
        assert [(raw.record_id, raw.origin.line) for raw in folder.pull("users")] == [("1", 3), ("2", 7)]

    def test_a_row_whose_id_is_lost_keeps_all_others_from_vanishing(self, folder: Any) -> None:
        folder.put("data/users.csv", 'name,user_id\n"a,1\nb,2\n')
        (page,) = folder.pages("users")
        assert [raw.record_id for raw in page.raws] == ["line:2", "2"]
        assert not page.complete
        assert page.cursor

    def test_a_file_without_a_header(self, folder: Any) -> None:
        folder.settings = {"files": {"users": {"header": False, "columns": {"user_id": "2", "name": "1"}}}}
        folder.put("data/users.csv", "Anna,7\nBoris,8\n")
        assert [(raw.record_id, raw.cells["name"], raw.origin.line) for raw in folder.pull("users")] == [
            ("7", "Anna", 1),
            ("8", "Boris", 2),
        ]


class TestCursor:
    def test_equal_bytes_are_not_read_again(self, folder: Any) -> None:
        folder.put("data/deals.csv", DEALS)
        assert len(folder.pull("deals")) == 2
        folder.put("data/deals.csv", DEALS)
        assert list(folder.pages("deals")) == []

    @pytest.mark.parametrize(
        "settings",
        [
            pytest.param({"files": {"deals": {"defaults": {"currency": "USD"}}}}, id="a default"),
            pytest.param({"files": {"deals": {"delimiter": ","}}}, id="the form"),
            pytest.param({"in_place": True}, id="where our columns are"),
        ],
    )
    def test_another_mapping_reads_the_same_bytes_anew(self, folder: Any, settings: Any) -> None:
        folder.put("data/deals.csv", DEALS)
        folder.pull("deals")
        folder.settings = settings
        assert len(folder.pull("deals")) == 2

    @pytest.mark.parametrize("cursor", ["", "x", "[]", "{}", '{"file": "deals.csv"}'])
    def test_one_that_cannot_be_read_is_none(self, folder: Any, cursor: str) -> None:
        folder.put("data/deals.csv", DEALS)
        folder.cursors["deals"] = cursor
        assert len(folder.pull("deals")) == 2

    def test_it_names_no_value_of_the_file(self, folder: Any) -> None:
        folder.put("data/deals.csv", DEALS)
        folder.pull("deals")
        assert set(json.loads(folder.cursors["deals"])) == {"file", "sha256", "reading"}

    def test_a_file_that_changes_while_it_is_read_is_read_again(self, folder: Any) -> None:
        path = folder.put("data/users.csv", "user_id,name\n" + "".join(f"{number},x\n" for number in range(1500)))
        pages = folder.pages("users")
        next(pages)
        path.write_text("user_id,name\n1,y\n")
        with pytest.raises(TryLater, match=r"users\.csv changed while it was read"):
            list(pages)
        assert [raw.cells["name"] for raw in folder.pull("users")] == ["y"]


class TestUnusable:
    def test_a_cell_of_megabytes_costs_its_row_alone(self, folder: Any) -> None:
        folder.put("data/users.csv", f"user_id,name\n1,a\n2,{'x' * 4_000_000}\n3,c\n")
        told = [(raw.record_id, raw.origin.line, raw.problem) for raw in folder.pull("users")]
        assert told == [("1", 2, ""), ("2", 3, "has an over-long line: shorten its longest cell"), ("3", 4, "")]

    @pytest.mark.parametrize(
        ("content", "code", "says"),
        [
            pytest.param(gzip.compress(DEALS.encode()), "NOT_CSV", "is packed (gz). Unpack it", id="packed"),
            pytest.param(
                b"deal_id\n" + b"x" * LONGEST_LINE + b"x", "NOT_CSV", "in line 2. Shorten", id="an endless line"
            ),
            pytest.param(b"", "NOT_CSV", "is empty", id="empty, as one that is just being saved"),
            pytest.param(b'deal_id,"state\n1,won\n', "NOT_CSV", "unclosed quote", id="a lost quote in the header"),
            pytest.param(b"id,state,created_at\n1,won,2026-01-01\n", "MISSING", '"deal_id" for deal_id', id="no ids"),
            pytest.param(b"deal_id,created_at\n1,2026-01-01\n", "MISSING", '"state"', id="a column all rows need"),
        ],
    )
    def test_it_is_named_once_and_nothing_vanishes(self, folder: Any, content: bytes, code: str, says: str) -> None:
        folder.put("data/deals.csv", DEALS)
        folder.pull("deals")
        folder.put("data/deals.csv", content)
        (page,) = folder.pages("deals")
        ((found, file, reason),) = page.notices
        assert (found, file, page.raws, page.complete) == (code, "deals.csv", (), False)
        assert says in reason
        assert file not in reason
        assert list(folder.pages("deals")) == []
        folder.put("data/deals.csv", DEALS)
        (page,) = folder.pages("deals")
        assert (len(page.raws), page.complete) == (2, True)

    def test_a_mapped_column_that_is_gone_takes_its_default_and_is_named(self, folder: Any) -> None:
        folder.settings = {"files": {"deals": {"columns": {"currency": "cur"}, "defaults": {"currency": "USD"}}}}
        folder.put("data/deals.csv", DEALS)
        (page,) = folder.pages("deals")
        assert [raw.cells["currency"] for raw in page.raws] == ["USD", "USD"]
        assert 'no column "cur" for currency' in page.notices[0][2]

    def test_it_may_not_be_read(self, folder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        folder.put("data/deals.csv", DEALS)

        def forbidden(*_: Any, **__: Any) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("pathlib.Path.open", forbidden)
        with pytest.raises(TryLater, match=r"deals\.csv cannot be read: Permission denied"):
            folder.pull("deals")


class TestMissing:
    def test_a_kind_that_nobody_named_is_not_missed(self, folder: Any) -> None:
        folder.put("data/deals.csv", DEALS)
        assert list(folder.pages("payments")) == []
        assert "partners.out" not in {stream.name for stream in folder.run().streams()}

    def test_one_that_the_settings_name_is(self, folder: Any) -> None:
        folder.settings = {"files": {"payments": {"file": "paid.csv"}}}
        folder.put("data/deals.csv", DEALS)
        with pytest.raises(ConfigError, match=r"paid\.csv is missing.*files\.payments"):
            folder.pull("payments")

    def test_so_is_the_folder(self, folder: Any) -> None:
        with pytest.raises(ConfigError, match=r"folder .*data is missing"):
            folder.pull("partners")

    @pytest.mark.parametrize("settings", [{}, {"files": {"deals": {"file": "deals.csv"}}}])
    def test_one_that_was_read_before_is_waited_for(self, folder: Any, settings: Any) -> None:
        folder.settings = settings
        path = folder.put("data/deals.csv", DEALS)
        folder.pull("deals")
        path.unlink()
        for _ in range(2):
            with pytest.raises(TryLater, match=r"deals\.csv was read before and is missing now"):
                folder.pull("deals")
        folder.put("data/deals.csv", DEALS)
        assert list(folder.pages("deals")) == []

    def test_what_the_settings_gave_up_is_taken_out_once(self, folder: Any) -> None:
        folder.settings = {"files": {"deals": {"file": "pipeline.csv"}}}
        path = folder.put("data/pipeline.csv", DEALS)
        folder.pull("deals")
        path.unlink()
        folder.settings = {}
        (page,) = folder.pages("deals")
        assert (page.raws, page.complete) == ((), True)
        assert list(folder.pages("deals")) == []

    def test_a_renamed_file_is_read_under_its_new_name(self, folder: Any) -> None:
        path = folder.put("data/deals.csv", DEALS)
        folder.pull("deals")
        path.rename(path.with_name("pipeline.csv"))
        folder.settings = {"files": {"deals": {"file": "pipeline.csv"}}}
        (page,) = folder.pages("deals")
        assert ([raw.origin.file for raw in page.raws], page.complete) == (["pipeline.csv"] * 2, True)
