"""Whatever is changed in a chained table is found, and the row named."""

import hashlib
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, text, update

from partnersync.domain.change import JournalRow
from partnersync.domain.line import Line, LineKind
from partnersync.domain.value import Money
from partnersync.store import journal, ledger
from partnersync.store.chain import GENESIS, Finding, digest
from partnersync.store.database import Store, open_store
from partnersync.store.ledger_tables import ledger as table
from partnersync.store.run_tables import heads
from partnersync.store.write_tables import audit

AT = datetime(2026, 5, 1, 7, tzinfo=UTC)
LINE = Line(
    "P1", "P1", "main/1", "inn:7707083893", "main/p1", AT, AT, "2026-01-01", "licence", 'licence "A" 1000.00|ЛИЦ\t₽',
    Money(100_000, "RUB"), "50%", Money(50_000, "RUB"), LineKind.ACCRUAL, 1, "2026-05",
    hold_until=AT + timedelta(days=14), reason="", trace="rule:licence|rate:50%25",
)  # fmt: skip
LINES = [replace(LINE, event_id=f"main/p{number}", amount=Money(-number, "RUB")) for number in range(1, 6)]
ON_BOTH = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)


def _book(tx: Connection, lines: list[Line] = LINES) -> None:
    ledger.stage(tx, lines)
    ledger.seal(tx)


def test_the_hash_of_a_line_is_this_one_for_ever(store: Store) -> None:
    with store.write() as tx:
        _book(tx, [LINE])
        [booked] = ledger.rows(tx)
    canonical = (
        '["0000000000000000000000000000000000000000000000000000000000000000","L61262feecd896ad7f91e","P1","P1","main/1",'
        '"inn:7707083893","main/p1","2026-05-01T07:00:00+00:00","2026-05-01T07:00:00+00:00","2026-01-01","licence",'
        '"licence \\"A\\" 1000.00|ЛИЦ\\t₽",100000,"50%",50000,"RUB","","","","accrual",1,"",'
        '"2026-05-15T07:00:00+00:00","","2026-05","rule:licence|rate:50%25"]'
    )
    assert booked.prev_hash == GENESIS
    assert booked.hash == hashlib.sha256(canonical.encode()).hexdigest()
    assert booked.hash == "32357985f2d86975acad04a9b5fbacf17be3399b14feddd7000a391ed765caf5"


def test_the_hash_of_a_journal_row_is_this_one_for_ever(store: Store) -> None:
    row = JournalRow(
        AT, "partnersync", "write", "main", "deal", "1", {"ps_source": None}, {"ps_source": "promo"}, "done", ""
    )
    with store.write() as tx:
        journal.append(tx, [row], 7)
        assert (
            tx.execute(select(audit.c.hash)).scalar_one()
            == "e3c1319f6b6ce4c57b8e6875f3da385ddfa4d975c9ad2888ebed0c8f719b8e6d"
        )


def test_an_untouched_chain_has_no_findings(store: Store) -> None:
    with store.write() as tx:
        assert ledger.verify(tx) == []
        _book(tx, LINES[:3])
        _book(tx, LINES[3:])
        assert [(row.seq, row.line) for row in ledger.rows(tx)] == list(enumerate(LINES, 1))
        assert ledger.verify(tx) == []


def _changed(column: str, old: Any, data: st.DataObject) -> Any:
    if isinstance(old, int):
        return old + data.draw(st.sampled_from([-10, -1, 1, 7, 100]))
    words = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=3)
    return data.draw(words | words.map(old.__add__) | st.just(old.swapcase()))


@ON_BOTH
@given(
    seq=st.integers(1, len(LINES)), column=st.sampled_from([column.name for column in table.columns]), data=st.data()
)
def test_any_changed_cell_is_found_and_its_line_named(store: Store, seq: int, column: str, data: st.DataObject) -> None:
    with store.rehearse() as tx:
        _book(tx)
        old = tx.execute(select(table.c[column]).where(table.c.seq == seq)).scalar_one()
        new = _changed(column, old, data)
        assume(new != old and not (column == "seq" and 1 <= new <= len(LINES)))
        tx.execute(update(table).where(table.c.seq == seq).values({column: new}))
        findings = ledger.verify(tx)
        named = [finding for finding in findings if finding.seq == seq or finding.name == LINES[seq - 1].line_id]
        assert named
        assert column == "seq" or findings[0].seq == seq


@pytest.mark.parametrize("kept", range(len(LINES)))
def test_a_cut_tail_is_missed(store: Store, kept: int) -> None:
    with store.write() as tx:
        _book(tx)
        tx.execute(delete(table).where(table.c.seq > kept))
        [finding] = ledger.verify(tx)
        assert (finding.seq, finding.name) == (kept + 1, "")
        assert "cut off" in finding.what


def test_missing_lines_are_named(store: Store) -> None:
    with store.write() as tx:
        _book(tx)
        tx.execute(delete(table).where(table.c.seq.in_([2, 3])))
        assert ledger.verify(tx) == [Finding(2, "", "is missing, as all up to 3")]


def test_a_line_that_was_put_in_is_named(store: Store) -> None:
    with store.write() as tx:
        _book(tx)
        values: dict[str, Any] = dict(tx.execute(select(table).where(table.c.seq == 5)).mappings().one())
        hashed = [column.name for column in table.columns if column.name not in ("seq", "prev_hash", "hash")]
        values |= {"seq": 6, "prev_hash": values["hash"], "event_id": "forged", "line_id": "Lforged"}
        values["hash"] = digest(values["prev_hash"], [values[name] for name in hashed])
        tx.execute(insert(table).values(values))
        [finding] = ledger.verify(tx)
        assert (finding.seq, finding.name) == (6, "Lforged")


def test_a_line_that_was_replaced_with_a_right_hash_does_not_fit_its_neighbours(store: Store) -> None:
    with store.write() as tx:
        _book(tx)
        values = dict(tx.execute(select(table).where(table.c.seq == 3)).mappings().one()) | {"amount_minor": 1_000_000}
        hashed = [column.name for column in table.columns if column.name not in ("seq", "prev_hash", "hash")]
        line_hash = digest(values["prev_hash"], [values[name] for name in hashed])
        tx.execute(update(table).where(table.c.seq == 3).values(amount_minor=1_000_000, hash=line_hash))
        assert ledger.verify(tx) == [Finding(4, LINES[3].line_id, "does not follow the one before it")]


@pytest.mark.parametrize("head", [{"hash": "f" * 64}, {"seq": 4}, None])
def test_a_changed_head_is_found(store: Store, head: dict[str, Any] | None) -> None:
    with store.write() as tx:
        _book(tx)
        tx.execute(update(heads).values(head) if head else delete(heads))
        findings = ledger.verify(tx)
        assert findings[-1].seq == 5
        assert "head" in findings[-1].what


def test_findings_end_when_there_are_enough(store: Store) -> None:
    with store.write() as tx:
        _book(tx, [replace(LINE, event_id=f"e{number:04}") for number in range(2500)])
        tx.execute(update(table).values(reason="x"))
        assert len(ledger.verify(tx)) == 100


def test_the_journal_is_chained_apart(store: Store) -> None:
    row = JournalRow(AT, "partnersync", "write", "main", "deal", "1", {}, {"ps_source": "promo"}, "done", "")
    with store.write() as tx:
        _book(tx)
        journal.append(tx, [row, replace(row, record_id="2")], 1)
        journal.append(tx, [replace(row, record_id="3")], 2)
        assert journal.verify(tx) == []
        tx.execute(update(audit).where(audit.c.seq == 2).values(actor="nobody"))
        assert journal.verify(tx) == [Finding(2, "2", "was changed: its hash no longer fits")]
        assert ledger.verify(tx) == []


@pytest.mark.parametrize("bit", [0x01, 0x80], ids=["still text", "no longer UTF-8"])
def test_a_flipped_byte_in_the_file_is_found_and_its_line_named(
    tmp_path: Path, new_sqlite_store: Path, bit: int
) -> None:
    path, damaged = tmp_path / "whole.db", tmp_path / "damaged.db"
    shutil.copyfile(new_sqlite_store, path)
    store = open_store(f"sqlite:///{path}")
    with store.write() as tx:
        _book(tx, [replace(LINE, event_id=f"main/p{number:03}") for number in range(40)])
    with store.read() as tx:
        line = next(row for row in ledger.rows(tx) if row.seq == 17)
    with store.engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    store.close()
    content = path.read_bytes()
    start = content.index((line.line.line_id + line.line.partner_id).encode())
    end = content.index(line.hash.encode(), start) + len(line.hash)
    for place in range(start, end, 5):
        damaged.write_bytes(content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :])
        store = open_store(f"sqlite:///{damaged}")
        with store.read() as tx:
            assert [finding.seq for finding in ledger.verify(tx)][:1] == [17], place - start
        store.close()
