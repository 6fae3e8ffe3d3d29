"""Lists: when they end, pages that come in smaller parts, and filters that the account passes over silently."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import responses

from amocrm_client import ORIGIN, START, Office, served
from partnersync.contract.secret import Secret
from partnersync.errors import TryLater
from partnersync.sandbox.faults import Fault
from partnersync.transport.clock import Clock
from partnersync.transport.line import Line
from partnersync_amocrm.assemble import client_of
from partnersync_amocrm.faults import TooMuch
from partnersync_amocrm.filters import Between, Filter, OneOf
from partnersync_amocrm.long_lived import LongLived
from partnersync_amocrm.paging import FilterIgnored, Listing, pages
from partnersync_amocrm.settings import AmoSettings
from partnersync_amocrm.transport import Client
from partnersync_amocrm_sandbox.account import Options
from partnersync_amocrm_sandbox.behaviour import Ends

BY_ID = "id asc"


def sizes(office: Office, listing: Listing) -> list[int]:
    return [len(rows) for rows in pages(office.client, listing)]


@pytest.mark.parametrize(
    ("deals", "behaviour", "expected", "calls"),
    [
        pytest.param(0, {}, [], 1, id="nothing is 204"),
        pytest.param(7, {}, [7], 1, id="a short page is the last, whatever its next says"),
        pytest.param(500, {}, [250, 250], 3, id="a full page with a phantom next, then 204"),
        pytest.param(500, {"phantom_next": False}, [250, 250], 3, id="a full page is never the last"),
        pytest.param(501, {}, [250, 250, 1], 3, id="full, full, short"),
    ],
)
def test_when_a_list_ends(
    tmp_path: Path, deals: int, behaviour: dict[str, Any], expected: list[int], calls: int
) -> None:
    office = Office(tmp_path, deals, **behaviour)
    assert sizes(office, Listing("leads", "leads", order=BY_ID)) == expected
    assert office.calls("GET", "leads") == calls


def test_a_route_that_ignores_paging_is_read_once(tmp_path: Path) -> None:
    """§1.4: pipelines, all of them on every page."""
    office = Office(tmp_path)
    count = len(office.sandbox.account.pipelines)
    assert sizes(office, Listing("leads/pipelines", "pipelines", limit=count)) == [count]
    assert office.calls("GET", "pipelines") == 2


def answering(wire: responses.RequestsMock, give: Callable[[int, int], tuple[int, dict[str, Any] | None]]) -> None:
    """Answers by page and limit."""

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        status, body = give(int(request.params["page"]), int(request.params["limit"]))
        return status, {}, json.dumps(body) if body else ""

    wire.add_callback("GET", f"{ORIGIN}/api/v4/things", answer)


def rows_of(first: int, count: int, *, more: bool) -> dict[str, Any]:
    links = {"next": {"href": "x"}} if more else {}
    return {"_links": links, "_embedded": {"things": [{"id": number} for number in range(first, first + count)]}}


def wired(tmp_path: Path) -> Client:
    office = Office(tmp_path)
    return Client(
        Line("amocrm", "main", 1), office.limiter, LongLived(ORIGIN, Secret("a-token"), office.time), office.time, 1
    )


def test_a_smaller_page_than_asked_for_that_names_a_next_may_be_a_clamp(tmp_path: Path) -> None:
    """§1.4, §1.5: largest pages differ by route, and nobody tells."""
    with responses.RequestsMock() as wire:
        left = {1: rows_of(0, 100, more=True), 2: rows_of(100, 100, more=True), 3: rows_of(200, 3, more=True)}
        answering(wire, lambda page, limit: (200, left[page]))
        assert [len(rows) for rows in pages(wired(tmp_path), Listing("things", "things"))] == [100, 100, 3]


def test_a_full_page_without_a_next_is_not_the_end(tmp_path: Path) -> None:
    """§1.4: a report of 100 catalog elements, no next, and more existed."""
    with responses.RequestsMock() as wire:
        left = {1: rows_of(0, 100, more=False), 2: rows_of(100, 5, more=False)}
        answering(wire, lambda page, limit: (200, left[page]))
        assert [len(rows) for rows in pages(wired(tmp_path), Listing("things", "things", limit=100))] == [100, 5]


@pytest.mark.parametrize(
    ("slow_from", "limits"),
    [
        pytest.param(126, [250, 125, 125, 125, 125, 125], id="half is quick enough"),
        pytest.param(100, [250, 125, *[25] * 21], id="a tenth is"),
    ],
)
def test_a_page_that_takes_too_long_comes_in_parts_without_a_gap(
    tmp_path: Path, slow_from: int, limits: list[int]
) -> None:
    asked: list[int] = []

    def give(page: int, limit: int) -> tuple[int, dict[str, Any] | None]:
        asked.append(limit)
        if limit >= slow_from:
            return 504, None
        first = (page - 1) * limit
        count = max(0, min(limit, 510 - first))
        return (200, rows_of(first, count, more=True)) if count else (204, None)

    with responses.RequestsMock() as wire:
        answering(wire, give)
        got = [row["id"] for rows in pages(wired(tmp_path), Listing("things", "things")) for row in rows]
    assert got == list(range(510))
    assert asked == limits


def test_a_later_page_that_takes_too_long_leaves_no_gap(tmp_path: Path) -> None:
    def give(page: int, limit: int) -> tuple[int, dict[str, Any] | None]:
        first = (page - 1) * limit
        if first and limit > 25:
            return 504, None
        left = max(0, min(limit, 510 - first))
        return (200, rows_of(first, left, more=True)) if left else (204, None)

    with responses.RequestsMock() as wire:
        answering(wire, give)
        got = [row["id"] for rows in pages(wired(tmp_path), Listing("things", "things")) for row in rows]
    assert got == list(range(510))


def test_what_takes_too_long_in_the_smallest_part_is_tried_later(tmp_path: Path) -> None:
    office = Office(tmp_path, 1)
    office.front.faults.plan(Fault.html(504), times=99)
    with pytest.raises(TryLater) as raised:
        sizes(office, Listing("leads", "leads"))
    assert not isinstance(raised.value, TooMuch)


@pytest.mark.parametrize("ahead", [1, 2, 4])
def test_pages_on_their_way_at_once_come_in_order_and_within_the_limits(tmp_path: Path, ahead: int) -> None:
    with served(230, latency_s=0.02) as (sandbox, server):
        settings = AmoSettings.model_validate({"url": server.url, "token": Secret(sandbox.token)})
        client = client_of("main", tmp_path, settings, Clock())
        got = [
            row["id"]
            for rows in pages(client, Listing("leads", "leads", order=BY_ID, limit=25, ahead=ahead))
            for row in rows
        ]
        assert got == sorted(got)
        assert len(got) == 230
        assert sandbox.account.limiter.refused == 0
        client.close()


OF_THE_SAMPLE = [
    pytest.param(Between("updated_at", START - 200 * 86_400, START - 100 * 86_400), id="a range"),
    pytest.param(Between("updated_at", None, START - 200 * 86_400), id="a range without a beginning"),
    pytest.param(Between("updated_at", START - 200 * 86_400), id="a range without an end"),
    pytest.param(OneOf("id", (10_000_003, 10_000_005)), id="some ids"),
]


@pytest.mark.parametrize("condition", OF_THE_SAMPLE)
@pytest.mark.parametrize("ends", Ends)
def test_a_filter_finds_what_it_admits(tmp_path: Path, condition: Filter, ends: Ends) -> None:
    """Whatever the ends of a range mean to the account, both ends are found."""
    office = Office(tmp_path, 60, range_ends=ends)
    every = [row for rows in pages(office.client, Listing("leads", "leads")) for row in rows]
    found = {row["id"] for rows in pages(office.client, Listing("leads", "leads", (condition,))) for row in rows}
    low, high = getattr(condition, "since", None), getattr(condition, "until", None)
    inside = [row for row in every if condition.admits(row)]
    if isinstance(condition, Between):
        inside = [row for row in inside if (low or 0) <= row["updated_at"] <= (high or 2**40)]
    assert inside
    assert {row["id"] for row in inside} <= found < {row["id"] for row in every}


@pytest.mark.parametrize("ends", Ends)
def test_both_ends_of_a_range_belong_to_it(tmp_path: Path, ends: Ends) -> None:
    office = Office(tmp_path, 60, range_ends=ends)
    [every] = pages(office.client, Listing("leads", "leads", order="updated_at asc"))
    condition = Between("updated_at", every[10]["updated_at"], every[20]["updated_at"])
    [found] = pages(office.client, Listing("leads", "leads", (condition,), order="updated_at asc"))
    assert {row["id"] for row in every[10:21]} <= {row["id"] for row in found}


@pytest.mark.parametrize("condition", [*OF_THE_SAMPLE[1:], pytest.param(OneOf("pipeline_id", (1,)), id="a pipeline")])
def test_an_account_that_ignores_a_filter_is_found_out(tmp_path: Path, condition: Filter) -> None:
    """§4.5: without the paid option it answers 200 with everything."""
    office = Office(tmp_path, 60)
    office.sandbox.account.options = Options(api_filter=False)
    with pytest.raises(FilterIgnored, match=r"ignores the filter by \w+. Switch on API filtration"):
        sizes(office, Listing("leads", "leads", (condition,)))
