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
