"""Lists, walked by id: chained in batches, whole whoever works meanwhile; and what is missed in them."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bitrix24_client import Desk as Scripted
from bitrix24_client import ok
from bitrix24_pull import Desk
from partnersync.errors import TryLater
from partnersync_bitrix24.absence import gone_of, listed, mend
from partnersync_bitrix24.id_set import BLOCK, IdSet
from partnersync_bitrix24.lists import Listing, by_ids, every, grouped, walk
from partnersync_bitrix24.sources import REQUISITES

DEALS = Listing(params={"entityTypeId": 2}, select=["id", "updatedTime"])


def ids(parts: Any) -> list[int]:
    return [row["id"] for rows in parts for row in rows]


def delete(desk: Desk, deal: int) -> None:
    desk.client.call("crm.item.delete", {"entityTypeId": 2, "id": deal})


@pytest.mark.parametrize(
    ("deals", "calls"),
    [(0, 1), (49, 1), (50, 1), (51, 1), (2_499, 1), (2_500, 2), (2_501, 2), (6_000, 3)],
)
def test_a_list_comes_whole_2500_rows_a_call(tmp_path: Path, deals: int, calls: int) -> None:
    desk = Desk(tmp_path, deals)
    assert ids(walk(desk.client, DEALS)) == list(range(1, deals + 1))
    assert desk.calls() == calls


def test_a_walk_goes_on_after_an_id(tmp_path: Path) -> None:
    assert ids(walk(Desk(tmp_path, 200).client, DEALS, 130)) == list(range(131, 201))


def test_people_who_delete_during_a_walk_hide_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 6_000)
    found: list[int] = []
    for place, rows in enumerate(walk(desk.client, DEALS)):
        found += [row["id"] for row in rows]
        delete(desk, place + 1)
    assert found == list(range(1, 6_001))


def test_many_lists_by_one_call(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 300)
    some = [*by_ids(DEALS, range(1, 201)), DEALS.where({">id": 280})]
    assert ids(every(desk.client, some)) == [*range(1, 201), *range(281, 301)]
    assert desk.calls() == 1


def test_companies_with_many_requisites_come_with_all_of_them(tmp_path: Path) -> None:
    """Full pages of several lists go on by common calls."""
    desk = Desk(tmp_path, 8)
    for company in (1, 2):
        for place in range(60):
            fields = {"ENTITY_TYPE_ID": 4, "ENTITY_ID": company, "PRESET_ID": 1, "NAME": f"Реквизиты {place}"}
            desk.client.call("crm.requisite.add", {"fields": fields})
    before = desk.calls()
    some = [REQUISITES.where({"@ENTITY_ID": [company]}) for company in (1, 2, 3)]
    assert [len(rows) for rows in grouped(desk.client, some)] == [61, 61, 1]
    assert desk.calls() - before == 2


def test_a_portal_that_passes_over_a_filter_is_noticed(tmp_path: Path) -> None:
    """The older methods drop conditions that they do not know, and answer with everything."""
    listing = replace(DEALS, since=datetime(2030, 1, 1, tzinfo=UTC))
    with pytest.raises(TryLater, match="passes over the filter by updatedTime"):
        list(walk(Desk(tmp_path, 10).client, listing))


def test_a_set_of_ids_is_kept_as_text() -> None:
    some = [1, 2, 4_095, 4_096, 70_000, 10_000_000]
    made = IdSet.load(IdSet.of(some).dump())
    assert made.count() == len(some)
    assert [one for block in made.bits for one in made.missing_in(IdSet(), block)] == some


def test_a_million_ids_take_little_room() -> None:
    """Every twentieth is missing, as in a portal of some years."""
    dense = (1 << BLOCK) - 1
    holes = sum(1 << place for place in range(0, BLOCK, 20))
    assert len(IdSet(dict.fromkeys(range(245), dense & ~holes)).dump()) < 10_000


@pytest.mark.parametrize(
    ("deals", "gone", "calls"),
    [
        pytest.param(300, [7], 4, id="one of few"),
        pytest.param(9_000, [1, 4_096, 9_000], 8, id="some in every block"),
        pytest.param(300, [], 2, id="none"),
    ],
)
def test_what_is_missed_is_asked_for(tmp_path: Path, deals: int, gone: list[int], calls: int) -> None:
    desk = Desk(tmp_path, deals)
    known = listed(desk.client, DEALS)
    for one in gone:
        delete(desk, one)
    before = desk.calls()
    assert list(mend(desk.client, DEALS, known, 2)) == gone
    assert known.count() == deals - len(gone)
    assert desk.calls() - before <= calls


def test_what_left_a_list_is_not_taken_for_deleted(tmp_path: Path) -> None:
    desk = Desk(tmp_path, 100)
    listing = DEALS.where({"@stageId": ["NEW", "PREPARATION", "EXECUTING", "WON"]})
    known = listed(desk.client, listing)
    lost = next(row["id"] for rows in walk(desk.client, listing) for row in rows)
    desk.client.call("crm.item.update", {"entityTypeId": 2, "id": lost, "fields": {"stageId": "LOSE"}})
    assert list(mend(desk.client, listing, known, 2)) == []
    assert lost not in list(known.missing_in(IdSet(), 0))


def test_what_this_user_may_not_see_is_not_taken_for_deleted(tmp_path: Path) -> None:
    errors = {"c0": {"error": "ACCESS_DENIED", "error_description": ""}, "c1": {"error": "NOT_FOUND"}}
    told = {"result": [], "result_error": errors, "result_total": [], "result_next": [], "result_time": []}
    assert list(gone_of(Scripted(tmp_path, ok(told)).client, 2, [7, 8])) == [8]


@pytest.mark.parametrize(
    "rows", [[{"id": 8}, {"id": 7}], [{"id": 3}]], ids=["out of order", "from before the place where it goes on"]
)
def test_a_portal_that_passes_over_the_order_is_noticed(tmp_path: Path, rows: list[dict[str, int]]) -> None:
    told = {"result": {"c0": {"items": rows}}, "result_error": [], "result_time": []}
    with pytest.raises(TryLater, match="passes over the order of the list"):
        list(walk(Scripted(tmp_path, ok(told)).client, DEALS, 5))
