"""crm.item.list: filters, orders, selects, pages (reference §2.3, §4.4, §4.5)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitrix24_caller import COMPANY, DEAL, Bitrix
from partnersync_bitrix24_sandbox.user_fields import UserField


@pytest.fixture(scope="module")
def b24() -> Bitrix:
    """Six deals: A 100, B 200, C none, D 300 won, E 200 in another pipeline, a company's."""
    made = Bitrix()
    made.portal.user_fields[900] = UserField(900, "CRM_DEAL", "UF_CRM_FLAG", "boolean")
    made.add(DEAL, title="Альфа", opportunity=100, ufCrmPromoCode="P1", ufCrmFlag="Y", ufCrmProducts=[3101, 3102])
    made.add(DEAL, title="бета 100%", opportunity=200, ufCrmPromoCode="P10", ufCrmPaidOn="2025-03-04")
    made.add(DEAL, title="Гамма", observers=[5, 7], ufCrmProducts=[3102])
    made.add(DEAL, title="Дельта", opportunity=300, stageId="WON", companyId=4, ufCrmPaidOn="2025-03-05")
    made.add(DEAL, title="Эпсилон", opportunity=200, categoryId=3, contactIds=[8, 9])
    made.clock.advance(3600)
    made.change(DEAL, 2, title="бета 100%!")
    return made


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ({}, [1, 2, 3, 4, 5]),
        ({"id": 3}, [3]),
        ({"@id": [1, 4, 99]}, [1, 4]),
        ({"id": [2, 3]}, [2, 3]),
        ({"!@id": [1, 4]}, [2, 3, 5]),
        ({"!id": 1}, [2, 3, 4, 5]),
        ({">id": 2, "<=id": 4}, [3, 4]),
        ({">=opportunity": 200}, [2, 4, 5]),
        ({"opportunity": "200.00"}, [2, 5]),
        ({"%title": "АЛЬ"}, [1]),
        ({"!%title": "а"}, [5]),
        ({"=%title": "бета%"}, [2]),
        ({"=%title": "г%а"}, [3]),
        ({"!=%title": "%а"}, [2, 5]),
        ({"title": "гамма"}, [3]),
        ({"stageId": "WON"}, [4]),
        ({"!=stageId": "WON"}, [1, 2, 3, 5]),
        ({"@stageSemanticId": ["S", "F"]}, [4]),
        ({"categoryId": 3}, [5]),
        ({"closed": "Y"}, [4]),
        ({"closed": "N", ">id": 2}, [3, 5]),
        ({"companyId": 4}, [4]),
        ({"!companyId": ""}, [4]),
        ({"companyId": None}, [1, 2, 3, 5]),
        ({"=ufCrmPromoCode": "P1"}, [1]),
        ({"ufCrmPromoCode": ""}, [3, 4, 5]),
        ({"!=ufCrmPromoCode": ""}, [1, 2]),
        ({"ufCrmFlag": 1}, [1]),
        ({"ufCrmFlag": "Y"}, []),
        ({"ufCrmProducts": 3102}, [1, 3]),
        ({"@ufCrmProducts": [3101]}, [1]),
        ({">=ufCrmPaidOn": "2025-03-05"}, [4]),
        ({"observers": 7}, [3]),
        ({"@contactIds": [9]}, [5]),
        ({">updatedTime": "2025-10-09T12:30:00+03:00"}, [2]),
        ({">=updatedTime": "2025-10-09 12:30:00"}, [2]),
        ({">=updatedTime": "never"}, []),
        ({"<createdTime": "2025-10-09T12:00:00+03:00"}, [1, 2, 3, 4, 5]),
        ({"<createdTime": "2025-10-09T11:53:22+03:00"}, [1]),
        ({">createdTime": "2025-10-09T11:53:22+03:00"}, [3, 4, 5]),
        ({">=createdTime": "2025-10-09T11:53:22+03:00", "<id": 4}, [2, 3]),
        ({"<updatedTime": "2025-10-09T09:30:00+00:00", ">id": 3}, [4, 5]),
        ({"0": {"logic": "OR", "0": {"id": 1}, "1": {"stageId": "WON"}}, "<id": 4}, [1]),
        ({"0": {"logic": "OR", "id": 1, "stageId": "WON"}}, [1, 4]),
        ([{"logic": "OR", "0": {"id": 1}, "1": {"id": 5}}], [1, 5]),
    ],
)
def test_filters(b24: Bitrix, where: Any, ids: list[int]) -> None:
    assert b24.ids(DEAL, filter=where) == ids


@pytest.mark.parametrize(
    ("where", "name"),
    [
        ({"bad": 1}, "bad"),
        ({"ID": 1}, "ID"),
        ({"><id": [1, 2]}, "id"),
        ({">id": [1]}, "id"),
        ({"UF_CRM_PARTNER": 1}, "UF_CRM_PARTNER"),
    ],
)
def test_unknown_fields_and_bad_values_are_refused(b24: Bitrix, where: Any, name: str) -> None:
    status, code, text = b24.error("crm.item.list", entityTypeId=DEAL, filter=where)
    assert (status, code) == (400, "INVALID_ARG_VALUE")
    assert f"'{name}'" in text


def test_dates_of_a_filter_may_have_to_be_plain() -> None:
    b24 = Bitrix(iso_dates_in_filters=False)
    b24.add(DEAL)
    assert b24.ids(DEAL, filter={">updatedTime": "2025-01-01T00:00:00+03:00"}) == []
    assert b24.ids(DEAL, filter={">updatedTime": "2025-01-01 00:00:00"}) == [1]


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ({"id": "DESC"}, [5, 4, 3, 2, 1]),
        ({"updatedTime": "ASC"}, [1, 3, 4, 5, 2]),
        ({"updatedTime": "DESC", "id": "DESC"}, [2, 5, 4, 3, 1]),
        ({"opportunity": "DESC", "id": "ASC"}, [4, 2, 5, 1, 3]),
        ({"title": "asc"}, [1, 3, 4, 5, 2]),
    ],
)
def test_orders(b24: Bitrix, order: dict[str, str], ids: list[int]) -> None:
    assert b24.ids(DEAL, order=order) == ids


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ({"updatedTime": "ASC"}, [1, 2, 3]),
        ({"updatedTime": "ASC", "id": "DESC"}, [3, 2, 1]),
        ({"updatedTime": "DESC", "id": "ASC"}, [1, 2, 3]),
        ({"updatedTime": "DESC", "id": "DESC"}, [3, 2, 1]),
        ({"updatedTime": "ASC", "title": "DESC"}, [2, 3, 1]),
    ],
)
def test_orders_within_a_second(order: dict[str, str], ids: list[int]) -> None:
    b24 = Bitrix()
    b24.pause_s = 0
    for title in ("а", "в", "б"):
        b24.add(DEAL, title=title)
    assert b24.ids(DEAL, order=order) == ids


@pytest.mark.parametrize(
    ("select", "keys"),
    [
        (["id", "title"], {"id", "title"}),
        (["id", "ufCrmPromoCode", "nonsense"], {"id", "ufCrmPromoCode"}),
        (["id", "ufCrm*", "UF_*"], {"id"}),
    ],
)
def test_selects(b24: Bitrix, select: list[str], keys: set[str]) -> None:
    (first, *_) = b24.result("crm.item.list", entityTypeId=DEAL, select=select)["items"]
    assert set(first) == keys


def test_uf_star_may_select() -> None:
    b24 = Bitrix(1, uf_star_selects=True)
    (first,) = b24.result("crm.item.list", entityTypeId=DEAL, select=["id", "UF_*"])["items"]
    assert "ufCrmPartner" in first


def test_phones_are_told_with_a_star_alone() -> None:
    b24 = Bitrix(1)
    assert "fm" in b24.result("crm.item.list", entityTypeId=COMPANY, select=["*"])["items"][0]
    assert "fm" not in b24.result("crm.item.list", entityTypeId=COMPANY, select=["id", "fm"])["items"][0]


def test_pages() -> None:
    b24 = Bitrix(120)
    first = b24.body("crm.item.list", entityTypeId=DEAL)
    assert (len(first["result"]["items"]), first["total"], first["next"]) == (50, 120, 50)
    last = b24.body("crm.item.list", entityTypeId=DEAL, start=149)
    assert (len(last["result"]["items"]), last["total"], "next" in last) == (20, 120, False)


def test_a_sorted_list_is_counted_unless_it_is_asked_not_to() -> None:
    b24 = Bitrix(60)
    first = b24.body("crm.item.list", entityTypeId=DEAL, order={"title": "ASC"}, start=0)
    assert (first["total"], first["next"]) == (60, 50)
    assert "total" not in b24.body("crm.item.list", entityTypeId=DEAL, order={"title": "ASC"}, start=-1)


@pytest.mark.parametrize(("high", "following"), [(100, False), (101, True)])
def test_a_full_page_is_the_last_one(high: int, following: bool) -> None:
    for where in ({"<=id": high}, {"<=id": high, "!title": "x"}):
        body = Bitrix(120).body("crm.item.list", entityTypeId=DEAL, filter=where, start=50)
        assert (len(body["result"]["items"]), "next" in body) == (50, following)


@pytest.mark.parametrize(("told", "keys"), [(False, set()), (True, {"total"})])
def test_without_a_count(told: bool, keys: set[str]) -> None:
    body = Bitrix(60, total_without_count=told).body("crm.item.list", entityTypeId=DEAL, start=-1)
    assert set(body) - {"result", "time"} == keys
    assert len(body["result"]["items"]) == 50


def test_a_scan_by_id_finds_each_card_once() -> None:
    b24 = Bitrix(173)
    seen: list[int] = []
    while page := b24.ids(DEAL, filter={">id": seen[-1] if seen else 0}, order={"id": "ASC"}, start=-1):
        seen += page
    assert seen == list(range(1, 174))


@settings(deadline=None)
@given(
    low=st.integers(0, 40),
    moved=st.sets(st.integers(1, 40), max_size=6),
    by=st.sampled_from(["id", "updatedTime", "createdTime", "title"]),
    direction=st.sampled_from(["ASC", "DESC"]),
    only_moved=st.booleans(),
    start=st.sampled_from([-1, 0]),
)
def test_lists_of_generated_cards_are_those_of_a_plain_list(
    low: int, moved: set[int], by: str, direction: str, only_moved: bool, start: int
) -> None:
    b24 = Bitrix(40)
    for deal in sorted(moved):
        b24.change(DEAL, deal, comments="тронута")
    every = b24.result("crm.item.list", entityTypeId=DEAL)["items"]
    began = b24.portal.moment(1_760_000_000)
    wanted = [one for one in every if one["id"] > low and (not only_moved or one["updatedTime"] >= began)]
    down = direction == "DESC"
    wanted.sort(key=lambda one: one["id"], reverse=down and by != "title")
    wanted.sort(key=lambda one: one[by], reverse=down)
    where: dict[str, Any] = {">id": low} | ({">=updatedTime": began} if only_moved else {})
    assert b24.ids(DEAL, filter=where, order={by: direction}, start=start) == [one["id"] for one in wanted]
