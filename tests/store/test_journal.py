"""The journal keeps who did what to which record, and is found by record and run."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from partnersync.domain.change import JournalRow
from partnersync.store import journal
from partnersync.store.database import Store

AT = datetime(2026, 5, 1, 7, tzinfo=UTC)
BEFORE = {"ps_source": None, "ps_partner_id": ""}
ROW = JournalRow(AT, "partnersync", "write", "main", "deal", "1", BEFORE, {"ps_source": "promo"}, "done", "ок")
OTHERS = [replace(ROW, record_id="2"), replace(ROW, kind="partner"), replace(ROW, connection="other")]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param({}, [1, 2, 3, 4], id="all, in order"),
        pytest.param({"connection": "main", "kind": "deal", "record_id": "1"}, [1], id="of a record"),
        pytest.param({"run": 8}, [2, 3, 4], id="of a run"),
        pytest.param({"run": 7, "connection": "other"}, [], id="filters agree"),
    ],
)
def test_rows_are_found(store: Store, wanted: dict[str, str | int], expected: list[int]) -> None:
    with store.write() as tx:
        journal.append(tx, [ROW], 7)
        journal.append(tx, OTHERS, 8)
        journal.append(tx, [], 9)
        kept = list(journal.rows(tx, **wanted))  # type: ignore[arg-type]
        assert [row.seq for row in kept] == expected
        assert [(row.run, row.row) for row in kept] == [
            (7 if seq == 1 else 8, [ROW, *OTHERS][seq - 1]) for seq in expected
        ]  # fmt: skip


def test_what_a_run_did_is_found_page_by_page(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "_PAGE", 2)
    no_use = [replace(ROW, action="note"), replace(ROW, outcome="refused"), replace(ROW, action="undo")]
    with store.write() as tx:
        journal.append(tx, [ROW, *no_use, *OTHERS], 7)
        journal.append(tx, [ROW], 8)
        first = journal.done_page(tx, 7, "write", "main", 0)
        second = journal.done_page(tx, 7, "write", "main", first[-1].seq)
        assert [kept.row for kept in (*first, *second)] == [ROW, *OTHERS[:2]]
        assert journal.done_page(tx, 7, "write", "main", second[-1].seq) == []
        assert journal.connections(tx, 7, "write") == {"main", "other"}
        assert journal.connections(tx, 8, "note") == set()
