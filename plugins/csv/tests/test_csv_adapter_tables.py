"""What the adapter keeps beside the inputs: notes, tasks, tables; and what it says is wrong with the folders."""

import os
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from partnersync.contract.adapter import NoteWrite, Outcome, Table, TaskWrite
from partnersync.domain.value import RecordKind
from partnersync_csv.dialect import NotCsv

DEALS = "deal_id,state,created_at\n1,won,2026-01-01\n"
DONE, REFUSED = Outcome.DONE, Outcome.REFUSED


@pytest.fixture
def deals(folder: Any) -> Any:
    folder.put("data/deals.csv", DEALS)
    return folder


def lines(*rows: str) -> str:
    return "".join(f"{row}\n" for row in rows)


AT = datetime(2026, 5, 1, 9, tzinfo=UTC)
NOTE = NoteWrite("n1", RecordKind.DEAL, "1", "guard", "=who, me?", AT)
TASK = TaskWrite("t1", RecordKind.PARTNER, "P1", "mentor", "Call", AT, AT.replace(day=3), "Anna")


class TestNotes:
    def test_each_is_left_once(self, deals: Any) -> None:
        for _ in range(2):
            assert [receipt.outcome for receipt in deals.push([NOTE, TASK, NOTE])] == [DONE, DONE, DONE]
        assert deals.text("out/notes.csv") == lines(
            "note_id,kind,record,record_id,text,at",
            'n1,guard,deal,1,"\'=who, me?",2026-05-01T12:00:00+03:00',
        )
        assert deals.text("out/tasks.csv") == lines(
            "task_id,kind,record,record_id,assignee,text,due_at,at",
            "t1,mentor,partner,P1,Anna,Call,2026-05-03T12:00:00+03:00,2026-05-01T12:00:00+03:00",
        )

    def test_they_go_behind_what_people_did_to_the_file(self, deals: Any) -> None:
        old = 'text;at;note_id;kind;record;record_id;mine\r\n"a;b";;n0;x;deal;1;yes'
        deals.put("out/notes.csv", old.encode("cp1251"))
        deals.push([NOTE])
        assert deals.text("out/notes.csv") == old + "\r\n'=who, me?;2026-05-01T12:00:00+03:00;n1;guard;deal;1;\r\n"

    def test_text_that_the_encoding_cannot_hold(self, deals: Any) -> None:
        deals.put("out/notes.csv", "note_id,kind,record,record_id,text,at\nn0,x,deal,1,Ёж,\n".encode("cp1251"))
        deals.push([NoteWrite("n1", RecordKind.DEAL, "1", "guard", "Łódź", AT)])
        assert "Ёж" in deals.text("out/notes.csv")
        assert "Łódź" in deals.text("out/notes.csv")

    def test_a_file_that_lost_a_column_is_left_alone(self, deals: Any) -> None:
        deals.put("out/notes.csv", "note_id,text\nn0,x\n")
        (receipt,) = deals.push([NOTE])
        assert receipt.outcome is REFUSED
        assert receipt.reason.startswith("notes.csv has no column kind, record, record_id, at")
        assert deals.text("out/notes.csv") == "note_id,text\nn0,x\n"

    def test_in_place_they_are_beside_the_input(self, in_place: Any) -> None:
        in_place.put("data/deals.csv", DEALS)
        in_place.push([NOTE])
        assert in_place.file("data/notes.csv").exists()


class TestTables:
    def table(self, *rows: tuple[str, ...]) -> Table:
        return Table("ledger", ("line_id", "reason"), "state", lambda: iter(rows))

    def test_it_is_written_only_when_it_differs(self, deals: Any) -> None:
        adapter = deals.run()
        assert not adapter.holds("ledger")
        assert adapter.publish(self.table(("L1", "=x"), ("L2", "a,b")))
        assert deals.text("out/ledger.csv") == 'line_id,reason\nL1,\'=x\nL2,"a,b"\n'
        assert adapter.holds("ledger")
        before = deals.file("out/ledger.csv").stat().st_mtime_ns
        assert not adapter.publish(self.table(("L1", "=x"), ("L2", "a,b")))
        assert deals.file("out/ledger.csv").stat().st_mtime_ns == before
        assert adapter.publish(self.table(("L1", "=x")))

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            pytest.param("моя,таблица\n", "ledger.csv has no column line_id, reason. Put it back, or move", id="own"),
            pytest.param("line_id,мой столбец\n", "ledger.csv has no column reason", id="only the id is like ours"),
            pytest.param('"line_id', "ledger.csv is in the way: The header has an unclosed quote", id="no header"),
            pytest.param("\0", "ledger.csv is in the way: ledger.csv holds NUL bytes", id="no text"),
        ],
    )
    def test_a_file_that_is_not_ours_is_left_alone(self, deals: Any, text: str, says: str) -> None:
        deals.put("out/ledger.csv", text)
        with pytest.raises(NotCsv, match=re.escape(says)):
            deals.run().publish(self.table())
        assert deals.text("out/ledger.csv") == text

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("", id="emptied"),
            pytest.param("line_id\nL0\n", id="of an older version"),
            pytest.param("reason;mine;line_id\r\n;x;L1\r\n", id="saved by a spreadsheet with a column more"),
        ],
    )
    def test_what_became_of_ours_is_put_right(self, deals: Any, text: str) -> None:
        deals.put("out/ledger.csv", text)
        assert deals.run().publish(self.table(("L1", "x")))
        assert deals.text("out/ledger.csv") == "line_id,reason\nL1,x\n"


class TestCheck:
    @pytest.mark.parametrize(
        ("files", "settings", "says"),
        [
            pytest.param({}, {}, "data is no folder. Make it", id="no folder"),
            pytest.param({"data/x.csv": ""}, {}, "none of the files partners.csv, users.csv", id="no known file"),
            pytest.param(
                {"data/deals.csv": DEALS},
                {"files": {"users": {"file": "staff.csv"}}},
                "staff.csv is missing. Put it into the folder, or correct files.users",
                id="a named file",
            ),
            pytest.param({"data/deals.csv": "\x00"}, {}, "deals.csv holds NUL bytes", id="no text"),
            pytest.param({"data/deals.csv": ""}, {}, "deals.csv is empty", id="an empty file"),
            pytest.param(
                {"data/deals.csv": DEALS},
                {"files": {"deals": {"columns": {"amount": "State"}}}},
                'deals.csv has no column "State" for amount (is it "state"?): correct files.deals.columns',
                id="a mapped header",
            ),
            pytest.param({"data/deals.csv": DEALS, "out": ""}, {}, "out is no folder", id="out is a file"),
            pytest.param(
                {"data/deals.csv": DEALS, "out/deals.csv": "deal_id,моё\n1,2\n"},
                {},
                "out/deals.csv has none of our columns. If it is yours, move it away or name another out",
                id="a file of one's own in the place of a copy",
            ),
            pytest.param(
                {"data/deals.csv": DEALS, "out/tasks.csv": "дело\n"},
                {},
                "tasks.csv has no column task_id, kind",
                id="a file of one's own in the place of the tasks",
            ),
        ],
    )
    def test_each_problem_with_its_mend(self, folder: Any, files: Any, settings: Any, says: str) -> None:
        folder.settings = settings
        for name, text in files.items():
            folder.put(name, text)
        (problem,) = folder.run().check()
        assert says in problem

    @pytest.mark.parametrize("name", ["ledger", "incidents", "issues"])
    def test_a_file_of_ones_own_in_the_place_of_a_table(self, deals: Any, name: str) -> None:
        deals.put(f"out/{name}.csv", "моя,важная,таблица\n")
        assert list(deals.run().check()) == []
        assert [each.partition(" has no column ")[0] for each in deals.run(ledger=True).check()] == [f"{name}.csv"]

    def test_a_folder_that_may_not_be_written(self, deals: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "access", lambda *_: False)
        assert [problem for problem in deals.run().check() if "cannot be written. Allow writing" in problem]

    def test_a_link_from_out_to_the_input(self, deals: Any) -> None:
        deals.file("out").mkdir()
        deals.file("out/deals.csv").symlink_to(deals.file("data/deals.csv"))
        assert [problem for problem in deals.run().check() if "leads to deals.csv" in problem]

    def test_it_changes_nothing(self, deals: Any) -> None:
        assert list(deals.run().check()) == []
        assert [path.name for path in deals.root.iterdir()] == ["data"]
