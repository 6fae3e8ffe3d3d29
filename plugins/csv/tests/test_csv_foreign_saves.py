"""A file that somebody saves while a run is at work is not overwritten; the next run reads what was saved."""

import os
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from partnersync.contract.adapter import FieldsWrite, NoteWrite, Outcome, Table
from partnersync.domain.value import RecordKind
from partnersync.errors import TryLater

DEALS = "deal_id,t,state,created_at\n1,x,won,2026-01-01\n2,y,open,2026-02-01\n"
DONE, REFUSED = Outcome.DONE, Outcome.REFUSED
Save = Callable[[Path, str], None]


def written_over(path: Path, text: str) -> None:
    """As most editors save: the same file, emptied and filled."""
    path.write_text(text)


def renamed_over(path: Path, text: str) -> None:
    """As spreadsheets save: a new file takes the name."""
    other = path.with_name("their.tmp")
    other.write_text(text)
    other.rename(path)


SAVES = [pytest.param(written_over, id="written over"), pytest.param(renamed_over, id="renamed over")]
PLACES = [
    pytest.param({}, "out/deals.csv", "deals.out", id="out"),
    pytest.param({"in_place": True}, "data/deals.csv", "deals", id="in place"),
]


def test_the_file_is_looked_at_last_in_front_of_the_rename(folder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    replace, stat = Path.replace, Path.stat
    folder.settings = {"in_place": True}
    path = folder.put("data/deals.csv", DEALS)

    def noted_stat(self: Path, **options: Any) -> os.stat_result:
        looked.append(self.name)
        return stat(self, **options)

    def noted_replace(self: Path, target: Path) -> Path:
        looked.append("rename")
        return replace(self, target)

    adapter = folder.pull_all()
    monkeypatch.setattr(Path, "stat", noted_stat)
    monkeypatch.setattr(Path, "replace", noted_replace)
    folder.set_deals({"1": {"ps_partner_id": "P1"}}, adapter)
    assert looked[looked.index("rename") - 1] == path.name


@pytest.mark.parametrize("save", SAVES)
@pytest.mark.parametrize(("settings", "name", "stream"), PLACES)
@pytest.mark.parametrize(
    ("moment", "says"),
    [
        pytest.param("read", "was saved after this run read it. The next run reads it", id="after it was read"),
        pytest.param("rewrite", "deals.csv (changed|was saved) while it was", id="before it is rewritten"),
        pytest.param("fsync", "deals.csv was saved while it was being written", id="while it is made durable"),
    ],
)
class TestSaves:
    @pytest.fixture
    def saved(
        self, folder: Any, monkeypatch: pytest.MonkeyPatch, settings: Any, name: str, moment: str, save: Save
    ) -> Any:
        """A folder whose file a person saves at that moment of the next write; the text saved, and the receipts."""
        folder.settings = settings
        folder.put("data/deals.csv", DEALS)
        assert folder.set_deals({"1": {"ps_partner_id": "P1"}}) == [DONE]
        adapter = folder.pull_all()
        text = folder.text(name).replace("P1", "somebody else")
        real: dict[str, Callable[[Any], Any]] = {"rewrite": secrets.token_hex, "fsync": os.fsync}

        def saving(argument: Any) -> Any:
            monkeypatch.undo()
            save(folder.file(name), text)
            return real[moment](argument)

        if moment == "read":
            save(folder.file(name), text)
        elif moment == "fsync":
            monkeypatch.setattr(os, "fsync", saving)
        else:
            monkeypatch.setattr(secrets, "token_hex", saving)
        values = {"1": {"ps_partner_id": "P2"}, "2": {"ps_source": "typed"}}
        writes = [FieldsWrite(f"w/{deal}", RecordKind.DEAL, deal, fields) for deal, fields in values.items()]
        return folder, text, folder.push(writes, adapter)

    def test_nothing_is_overwritten_and_the_next_run_goes_on(
        self, saved: Any, name: str, stream: str, says: str
    ) -> None:
        folder, text, receipts = saved
        assert [receipt.outcome for receipt in receipts] == [REFUSED, REFUSED]
        assert [receipt.cursors for receipt in receipts] == [{}, {}]
        assert all(re.search(says, receipt.reason) for receipt in receipts), receipts
        assert folder.text(name) == text
        assert [path.name for path in folder.file(name).parent.iterdir()] == ["deals.csv"]
        assert {raw.record_id: raw.seen["ps_partner_id"] for raw in folder.pull(stream)} == {
            "1": "somebody else",
            "2": "",
        }
        assert folder.set_deals({"2": {"ps_source": "typed"}}) == [DONE]
        assert "somebody else" in folder.text(name)


def test_a_file_that_was_removed_meanwhile_is_written_anew(folder: Any) -> None:
    folder.put("data/deals.csv", DEALS)
    folder.set_deals({"1": {"ps_partner_id": "P1"}})
    adapter = folder.pull_all()
    folder.file("out/deals.csv").unlink()
    assert folder.set_deals({"1": {"ps_partner_id": "P2"}}, adapter) == [DONE]


def test_an_input_that_was_saved_meanwhile_hinders_no_copy_of_it(folder: Any) -> None:
    folder.put("data/deals.csv", DEALS)
    adapter = folder.pull_all()
    folder.put("data/deals.csv", DEALS.replace("x,won", "newer,won"))
    assert folder.set_deals({"1": {"ps_partner_id": "P1"}}, adapter) == [DONE]
    assert "newer" in folder.text("out/deals.csv")


def test_two_writes_of_one_run_do_not_hinder_each_other(folder: Any) -> None:
    folder.put("data/deals.csv", DEALS)
    folder.set_deals({"1": {"ps_partner_id": "P1"}, "2": {"ps_partner_id": "P1"}})
    folder.put("data/deals.csv", DEALS.replace("2,y", "3,y"))
    adapter = folder.pull_all()
    for value in ("P2", "P3"):
        assert folder.set_deals({"1": {"ps_partner_id": value}}, adapter) == [DONE]


def test_notes_that_somebody_edits_meanwhile_are_sent_by_the_next_run(
    folder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.put("data/deals.csv", DEALS)
    at = datetime(2026, 5, 1, tzinfo=UTC)
    first, second = (NoteWrite(f"n{number}", RecordKind.DEAL, "1", "guard", "Who?", at) for number in (1, 2))
    folder.push([first])
    text = folder.text("out/notes.csv").replace("Who?", "I, said the sparrow")
    fsync = os.fsync

    def saving(descriptor: int) -> None:
        monkeypatch.undo()
        folder.put("out/notes.csv", text)
        fsync(descriptor)

    adapter = folder.pull_all()
    monkeypatch.setattr(os, "fsync", saving)
    assert [receipt.outcome for receipt in folder.push([second], adapter)] == [REFUSED]
    assert folder.text("out/notes.csv") == text
    assert [receipt.outcome for receipt in folder.push([first, second])] == [DONE, DONE]
    assert folder.text("out/notes.csv").startswith(text)
    assert folder.text("out/notes.csv").count("n2") == 1


def test_of_a_file_that_is_saved_while_it_is_read_no_later_row_is_given(
    folder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("partnersync_csv.source.PAGE_ROWS", 1)
    folder.put("data/deals.csv", DEALS)
    pages = folder.pages("deals")
    assert [raw.record_id for raw in next(pages).raws] == ["1"]
    folder.put("data/deals.csv", DEALS.replace("2,y", "3,yy"))
    with pytest.raises(TryLater, match=r"deals\.csv changed while it was read"):
        next(pages)


@pytest.mark.parametrize(("lock", "program"), [(".~lock.deals.csv#", "LibreOffice"), ("~$deals.csv", "Excel")])
@pytest.mark.parametrize(("settings", "name", "stream"), PLACES)
def test_a_written_file_that_is_open_elsewhere_is_told(
    folder: Any, settings: Any, name: str, stream: str, lock: str, program: str
) -> None:
    folder.settings = settings
    folder.put("data/deals.csv", DEALS)
    assert list(folder.run().check()) == []
    folder.put(name.replace("deals.csv", lock), "somebody")
    says = f"{name} is open in {program}. Load it anew there before saving, or older values come back"
    assert list(folder.run().check()) == [says]
    writes = [FieldsWrite("w", RecordKind.DEAL, "1", {"ps_partner_id": "P1"})]
    assert [(receipt.outcome, receipt.reason) for receipt in folder.push(writes)] == [(DONE, says)]


def test_a_table_that_somebody_edited_is_not_held_as_it_was(folder: Any) -> None:
    adapter = folder.run()
    assert adapter.holds("ledger") == ""
    adapter.publish(Table("ledger", ("line_id",), "1", lambda: iter([("L1",)])))
    held = adapter.holds("ledger")
    assert held == folder.run().holds("ledger") != ""
    folder.put("out/ledger.csv", "line_id\nL1, 2\n")
    assert adapter.holds("ledger") != held
