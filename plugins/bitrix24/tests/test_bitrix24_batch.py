"""Batches: commands as the portal parses them, an outcome for each, and what is sent again."""

from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitrix24_client import Desk, ok, problem
from partnersync.errors import OutcomeUnknown, TryLater
from partnersync.transport.line import Answer, NoAnswer
from partnersync_bitrix24.client import NotReached, Reply
from partnersync_bitrix24.commands import Command, Reference
from partnersync_bitrix24.faults import Gone, MethodRests, NotSaid, Refused

READ, WRITE = Command("crm.item.get", {"id": 1}), Command("crm.item.update", {"id": 1, "fields": {"a": "b"}})


def answered(result: Any = (), errors: Any = (), times: Any = (), following: Any = ()) -> Answer:
    """As the portal does: what is empty is a list."""
    told = {
        "result": result or [],
        "result_error": errors or [],
        "result_total": [],
        "result_next": following or [],
        "result_time": times or [],
    }
    return ok(told)


@pytest.mark.parametrize(
    ("params", "text"),
    [
        pytest.param({}, "m", id="none"),
        pytest.param({"id": 7, "type": Decimal("1.50")}, "m?id=7&type=1.50", id="numbers"),
        pytest.param(
            {"filter": {">=updatedTime": "2025-10-09T10:00:00+03:00"}},
            "m?filter%5B%3E%3DupdatedTime%5D=2025-10-09T10%3A00%3A00%2B03%3A00",
            id="an offset's plus would be a space",
        ),
        pytest.param({"t": "a&b=c#d%"}, "m?t=a%26b%3Dc%23d%25", id="what separates"),
        pytest.param({"t": "Ромашка"}, "m?t=%D0%A0%D0%BE%D0%BC%D0%B0%D1%88%D0%BA%D0%B0", id="letters"),
        pytest.param({"s": ["id", "title"]}, "m?s%5B0%5D=id&s%5B1%5D=title", id="a list"),
        pytest.param({"b": True, "c": False, "n": None}, "m?b=Y&c=N&n=", id="no JSON words, which would be texts"),
        pytest.param({"fields": {"UF_X": []}}, "m?fields%5BUF_X%5D=", id="an empty list would disappear"),
        pytest.param({"fields": {}}, "m?fields=", id="an empty map too"),
    ],
)
def test_a_command_is_a_query_string(params: Any, text: str) -> None:
    assert Command("m", params).text() == text


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_whatever_the_values_they_arrive(params: dict[str, str]) -> None:
    query = Command("m", params).text().partition("?")[2]
    assert dict(parse_qsl(query, keep_blank_values=True)) == params


def test_each_command_has_its_outcome(tmp_path: Path) -> None:
    desk = Desk(
        tmp_path,
        answered(
            result={"c0": {"item": {"id": 1}}, "c3": None},
            errors={
                "c1": {"error": "", "error_description": "Not found"},
                "c2": {"error": "INVALID_ARG_VALUE", "error_description": "x"},
            },
            following={"c0": 50},
        ),
    )
    first, gone, refused, nothing = desk.client.batch([READ, READ, WRITE, READ])
    assert first == Reply({"item": {"id": 1}}, 50)
    assert isinstance(gone, Gone)
    assert isinstance(refused, Refused)
    assert nothing == Reply(None)
    assert desk.line.sent[0].body == {
        "halt": 0,
        "cmd": {
            "c0": "crm.item.get?id=1",
            "c1": "crm.item.get?id=1",
            "c2": "crm.item.update?id=1&fields%5Ba%5D=b",
            "c3": "crm.item.get?id=1",
        },
    }


def test_commands_of_a_method_that_rests_are_sent_again_alone(tmp_path: Path) -> None:
    """§2.4: the others were processed."""
    rests = {"error": "OPERATION_TIME_LIMIT", "error_description": "Method is blocked due to operation time limit."}
    desk = Desk(tmp_path, answered({"c0": 1}, {"c1": rests}), answered({"c1": 2}))
    began = desk.clock.now()
    assert desk.client.batch([READ, WRITE]) == [Reply(1), Reply(2)]
    assert list(desk.line.sent[1].body["cmd"]) == ["c1"]
    assert desk.clock.now() - began >= 60


def test_what_is_never_processed_is_told_in_its_place(tmp_path: Path) -> None:
    rests = {"error": "OPERATION_TIME_LIMIT", "error_description": ""}
    desk = Desk(tmp_path, answered({"c0": 1}, {"c1": rests}), answered([], {"c1": rests}))
    first, second = desk.client.batch([READ, WRITE])
    assert first == Reply(1)
    assert isinstance(second, MethodRests)


def test_a_write_that_failed_on_the_way_is_unknown_a_read_is_repeated(tmp_path: Path) -> None:
    failed = {"error": "INTERNAL_SERVER_ERROR", "error_description": "x"}
    desk = Desk(tmp_path, answered([], {"c0": failed, "c1": failed}), answered({"c0": 1}))
    read, write = desk.client.batch([READ, WRITE])
    assert read == Reply(1)
    assert isinstance(write, NotSaid)
    assert list(desk.line.sent[1].body["cmd"]) == ["c0"]


@pytest.mark.parametrize("told", [NoAnswer("x"), Answer(504, b"<html>"), problem(500, ""), ok([])])
def test_a_batch_that_writes_goes_out_once_where_no_answer_comes(tmp_path: Path, told: Any) -> None:
    """§3.2: also where the portal tells of no command."""
    desk = Desk(tmp_path, told)
    try:
        settled = desk.client.batch([READ, WRITE])
        assert isinstance(settled[1], OutcomeUnknown)
        assert [list(sent.body["cmd"]) for sent in desk.line.sent][1:] == [["c0"]] * 5
    except OutcomeUnknown:
        assert len(desk.line.sent) == 1


def test_linked_commands_end_at_the_first_that_fails(tmp_path: Path) -> None:
    """§2.4: or a reference that does not resolve would hit record 1."""
    failed = {"error": "", "error_description": "Not found"}
    desk = Desk(tmp_path, answered([], {"c0": failed}))
    pin = Command("crm.timeline.item.pin", {"id": Reference("$result[c0][logMessage][id]"), "ownerId": 5})
    first, second = desk.client.batch([WRITE, pin], linked=True)
    assert isinstance(first, Gone)
    assert isinstance(second, NotReached)
    assert isinstance(second, TryLater)
    assert desk.line.sent[0].body["halt"] == 1
    assert desk.line.sent[0].body["cmd"]["c1"] == (
        "crm.timeline.item.pin?id=%24result%5Bc0%5D%5BlogMessage%5D%5Bid%5D&ownerId=5"
    )
    assert len(desk.line.sent) == 1


def test_a_text_that_looks_like_a_reference_goes_out_alone(tmp_path: Path) -> None:
    """§2.4: the portal would put something else in its place, and there is no escape."""
    planted = Command("crm.item.update", {"id": 1, "fields": {"title": "see $result[c0] for more"}})
    desk = Desk(tmp_path, ok({"item": 1}), answered({"c0": 1}))
    assert desk.client.batch([READ, planted]) == [Reply(1), Reply({"item": 1})]
    assert desk.methods == ["crm.item.update", "batch"]
    assert desk.line.sent[0].body["fields"] == {"title": "see $result[c0] for more"}
    with pytest.raises(Refused, match="looks like a reference"):
        desk.client.batch([READ, planted], linked=True)


def test_no_command_no_call(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert desk.client.batch([]) == []
    assert desk.line.sent == []
