"""Strategies give what they say: good canonical records that name each other, and damaged ones."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnersync.contract.columns import COLUMNS, ID_COLUMN
from partnersync.domain.value import RecordKind
from partnersync.sync.forms import Setting
from partnersync.sync.normalise import BadRecord, normalise
from partnersync.testing.canonical import meaning
from partnersync.testing.strategies import Event, companies, damaged, deals, payments

SETTING = Setting("main", frozenset({"main"}), ZoneInfo("Europe/Moscow"), "RUB")


@given(companies())
def test_companies_are_canonical_and_readable(events: list[Event]) -> None:
    for kind, row in events:
        assert set(row) <= set(COLUMNS[kind])
        for column, text in row.items():
            meaning(kind, column, text)
        _, listed = normalise(kind, row, SETTING)
        assert listed == ()


@given(companies())
def test_records_name_what_came_before_them(events: list[Event]) -> None:
    known: set[tuple[str, str]] = set()
    for kind, row in events:
        assert (kind, row[ID_COLUMN[kind]]) not in known
        named = {"deal_id": RecordKind.DEAL, "refund_of": RecordKind.PAYMENT}
        for column, of in named.items():
            assert column == ID_COLUMN[kind] or column not in row or (of, row[column]) in known
        known.add((kind, row[ID_COLUMN[kind]]))


@given(st.data())
def test_damaged_records_cannot_be_read(data: st.DataObject) -> None:
    good = {RecordKind.DEAL: deals("D1"), RecordKind.PAYMENT: payments("M1", "D1")}
    kind = data.draw(st.sampled_from(list(good)))
    row = data.draw(good[kind])
    bad = data.draw(damaged(kind, row))
    assert bad[ID_COLUMN[kind]] == row[ID_COLUMN[kind]]
    with pytest.raises(BadRecord):
        normalise(kind, bad, SETTING)
