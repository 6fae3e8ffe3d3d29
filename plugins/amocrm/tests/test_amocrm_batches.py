"""Changes of many records: one outcome each, whatever happens to the batch that an item travels in."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from amocrm_client import Office
from partnersync.contract.adapter import Outcome
from partnersync.sandbox.faults import RESET_AFTER, RESET_BEFORE, Fault
from partnersync.sandbox.messages import Response
from partnersync_amocrm.batches import Batches, Item
from partnersync_amocrm.faults import NotPaid
from partnersync_amocrm_sandbox.behaviour import Batch
from partnersync_amocrm_sandbox.sample import ADMIN
from partnersync_amocrm_sandbox.troubles import TROUBLES

FIRST = 10_000_001
DONE, REFUSED, UNKNOWN = Outcome.DONE, Outcome.REFUSED, Outcome.UNKNOWN


def sender(office: Office, size: int = 50) -> Batches:
    """Items are read back by their price."""

    def still_due(items: Sequence[Item]) -> Sequence[Item]:
        prices = {item["id"]: office.client.get(f"leads/{item['id']}")["price"] for item in items}
        return [item for item in items if prices[item["id"]] != item["price"]]

    return Batches(office.client, "leads", still_due, size)


def items_of(count: int) -> list[dict[str, Any]]:
    return [{"id": FIRST + number, "price": 777_000 + number} for number in range(count)]


def prices(office: Office, count: int) -> list[int]:
    return [office.client.get(f"leads/{FIRST + number}")["price"] for number in range(count)]


def test_batches_of_fifty(tmp_path: Path) -> None:
    office = Office(tmp_path, 120)
    settled = list(sender(office).change(items_of(120)))
    assert Counter(one.outcome for one in settled) == {DONE: 120}
    assert all(one.answer["id"] == one.item["id"] and one.answer["updated_at"] for one in settled)
    assert office.calls("PATCH") == 3


def test_items_are_taken_as_they_are_sent(tmp_path: Path) -> None:
    office, taken = Office(tmp_path, 30), []

    def items() -> Any:
        for item in items_of(30):
            taken.append(item)
            yield item

    settled = sender(office, 10).change(items())
    next(settled)
    assert len(taken) <= 20


@pytest.mark.parametrize("mixed", Batch)
def test_a_bad_item_does_not_lose_the_others(tmp_path: Path, mixed: Batch) -> None:
    """Whether or not the account stores what stands beside it."""
    office = Office(tmp_path, 20, mixed_batch=mixed)
    items = items_of(20)
    items[3]["status_id"] = items[17]["status_id"] = 5
    settled = {one.item["id"]: one for one in sender(office).change(items)}
    bad = {FIRST + 3, FIRST + 17}
    assert {key for key, one in settled.items() if one.outcome is REFUSED} == bad
    assert settled[FIRST + 3].reason == "NotSupportedChoice at status_id"
    assert all(one.outcome is DONE for key, one in settled.items() if key not in bad)
    assert office.calls("PATCH") == 2


@pytest.mark.parametrize("named", ["", "77", "no number"])
def test_who_is_bad_is_found_where_the_account_does_not_say(tmp_path: Path, named: str) -> None:
    office = Office(tmp_path, 4)
    items = items_of(4)
    items[2]["status_id"] = 5
    found = (
        [{"request_id": named, "errors": [{"code": "NotSupportedChoice", "path": "x", "detail": ""}]}] if named else []
    )
    mute = {"title": "Bad Request", "status": 400, "validation-errors": found}
    office.front.faults.plan(Fault.answer(Response.of_json(400, mute)), method="PATCH")
    outcomes = {one.item["id"]: one.outcome for one in sender(office).change(items)}
    assert outcomes == {FIRST: DONE, FIRST + 1: DONE, FIRST + 2: REFUSED, FIRST + 3: DONE}


@pytest.mark.parametrize(
    ("after", "patched"),
    [
        pytest.param(False, 3, id="nothing was done: both halves are sent"),
        pytest.param(True, 1, id="all was done: nothing is sent again"),
    ],
)
def test_a_batch_that_takes_too_long_is_read_back_and_sent_in_halves(tmp_path: Path, after: bool, patched: int) -> None:
    office = Office(tmp_path, 8)
    office.front.faults.plan(Fault.html(504, after=after), method="PATCH")
    batches = sender(office)
    assert {one.outcome for one in batches.change(items_of(8))} == {DONE}
    assert prices(office, 8) == [777_000 + number for number in range(8)]
    assert office.calls("PATCH") == patched
    assert batches.size == 4


def test_one_item_that_takes_too_long_is_unknown(tmp_path: Path) -> None:
    office = Office(tmp_path, 1)
    office.front.faults.plan(Fault.html(504), method="PATCH", times=9)
    assert [one.outcome for one in sender(office).change(items_of(1))] == [UNKNOWN]
    assert office.calls("PATCH") == 1


@pytest.mark.parametrize("fault", [RESET_BEFORE, RESET_AFTER, Fault.html(502)], ids=["before", "after", "a page"])
def test_without_an_answer_a_batch_is_unknown_and_not_sent_again(tmp_path: Path, fault: Fault) -> None:
    office = Office(tmp_path, 6)
    office.front.faults.plan(fault, method="PATCH", call=2)
    settled = [one.outcome for one in sender(office, 2).change(items_of(6))]
    assert settled == [DONE, DONE, UNKNOWN, UNKNOWN, DONE, DONE]
    assert office.calls("PATCH") == 3


def test_a_deleted_record_is_gone(tmp_path: Path) -> None:
    """§3.3: told by 400 and code 226."""
    office = Office(tmp_path, 3)
    office.sandbox.ui.delete(ADMIN, FIRST + 1)
    outcomes = {one.item["id"]: one.outcome for one in sender(office).change(items_of(3))}
    assert outcomes == {FIRST: DONE, FIRST + 1: Outcome.GONE, FIRST + 2: DONE}


def test_what_stops_every_call_is_raised_once_all_that_was_sent_has_its_outcome(tmp_path: Path) -> None:
    settled: list[tuple[int, Outcome]] = []
    office = Office(tmp_path, 10)
    office.front.faults.plan(TROUBLES["402 flap"], method="PATCH", call=2)
    outcomes = ((one.item["id"] - FIRST, one.outcome) for one in sender(office, 2).change(items_of(10)))
    with pytest.raises(NotPaid):
        settled.extend(outcomes)
    changed = [number for number, price in enumerate(prices(office, 10)) if price == 777_000 + number]
    assert settled == [(number, DONE) for number in changed]
    assert {0, 1} <= {*changed} < {*range(10)}


def test_what_cannot_be_read_back_is_unknown(tmp_path: Path) -> None:
    office = Office(tmp_path, 4)
    office.front.faults.plan(Fault.html(504), method="PATCH")
    office.front.faults.plan(Fault.html(502), method="GET", times=99)
    assert [one.outcome for one in sender(office).change(items_of(4))] == [UNKNOWN] * 4
    assert office.calls("PATCH") == 1
