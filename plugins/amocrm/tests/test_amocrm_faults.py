"""What each answer of the API means: the error, whether it is repeated, and what it says."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from ssl import SSLCertVerificationError
from typing import Any

import pytest
import requests
import responses
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError, SSLError

from amocrm_client import ORIGIN, Office
from partnersync.contract.secret import Secret
from partnersync.errors import (
    ConfigError,
    OutcomeUnknown,
    PartnersyncError,
    SignInRequired,
    TryLater,
    Unsupported,
)
from partnersync.sandbox.faults import RESET_AFTER, RESET_BEFORE, TRUNCATED, Fault
from partnersync.sandbox.messages import Response
from partnersync.transport.line import Answer, Line
from partnersync.transport.repeat import ATTEMPTS
from partnersync_amocrm.faults import (
    AccountBlocked,
    Call,
    Gone,
    NoRight,
    NotPaid,
    Refused,
    SlowDown,
    TooMuch,
    TooMuchSent,
    error_of,
)
from partnersync_amocrm.long_lived import LongLived
from partnersync_amocrm.transport import Client
from partnersync_amocrm_sandbox.troubles import TROUBLES

READ, CHANGE, CREATE = Call.READ, Call.CHANGE, Call.CREATE
HTML = b"<html><head><title>x</title></head></html>"


def problem(status: int, detail: str = "", **more: Any) -> bytes:
    return json.dumps({"title": "x", "status": status, "detail": detail} | more).encode()


def validation(code: str, path: str) -> bytes:
    items = [{"request_id": "1", "errors": [{"code": code, "path": path, "detail": "not a valid choice"}]}]
    return problem(400, "Request validation failed", **{"validation-errors": items})


SYSTEM = problem(400, "Возникла системная ошибка. Пожалуйста, повторите попытку.")
NO_RIGHTS = problem(400, "Код ошибки 244. В случае повторного возникновения ошибки, обращайтесь в поддержку")

# status, body, then the error and how many calls are made, for a read, a change, a creation
ROWS = [
    pytest.param(
        400, validation("NotSupportedChoice", "status_id"), (Refused, 1), (Refused, 1), (Refused, 1), id="bad"
    ),
    pytest.param(
        400, problem(400, "Request data can not be empty"), (Refused, 1), (Refused, 1), (Refused, 1), id="empty"
    ),
    pytest.param(400, validation("226", "id"), (Gone, 1), (Gone, 1), (Gone, 1), id="deleted, told by 400"),
    pytest.param(400, NO_RIGHTS, (NoRight, 1), (NoRight, 1), (NoRight, 1), id="no rights, told by 400"),
    pytest.param(400, SYSTEM, (TryLater, 6), (TryLater, 6), (OutcomeUnknown, 1), id="a passing fault, told by 400"),
    pytest.param(401, problem(401), (SignInRequired, 2), (SignInRequired, 2), (SignInRequired, 2), id="no token"),
    pytest.param(402, problem(402), (NotPaid, 1), (NotPaid, 1), (NotPaid, 1), id="not paid, or a flap at night"),
    pytest.param(403, problem(403, "Invalid scope"), (NoRight, 1), (NoRight, 1), (NoRight, 1), id="a scope is missing"),
    pytest.param(403, problem(403, code=113), (ConfigError, 1), (ConfigError, 1), (ConfigError, 1), id="address list"),
    pytest.param(403, HTML, (AccountBlocked, 1), (AccountBlocked, 1), (AccountBlocked, 1), id="blocked, a page"),
    pytest.param(403, b"403 Forbidden", (AccountBlocked, 1), (AccountBlocked, 1), (AccountBlocked, 1), id="a text"),
    pytest.param(404, problem(404, "Cannot GET x"), (Refused, 1), (Refused, 1), (Refused, 1), id="no such thing"),
    pytest.param(404, HTML, (TryLater, 6), (TryLater, 6), (OutcomeUnknown, 1), id="the router's glitch"),
    pytest.param(405, b"", (Refused, 1), (Refused, 1), (Refused, 1), id="another method, no body"),
    pytest.param(
        422, problem(422, "Limit 250 per page"), (Refused, 1), (Refused, 1), (Refused, 1), id="too many items"
    ),
    pytest.param(425, problem(425), (Unsupported, 1), (Unsupported, 1), (Unsupported, 1), id="no such feature"),
    pytest.param(426, problem(426), (Unsupported, 1), (Unsupported, 1), (Unsupported, 1), id="a feature is off"),
    pytest.param(429, HTML, (SlowDown, 6), (SlowDown, 6), (SlowDown, 6), id="too fast, a page"),
    pytest.param(429, problem(429, retry_after=3), (SlowDown, 6), (SlowDown, 6), (SlowDown, 6), id="too fast, JSON"),
    pytest.param(500, problem(500), (TryLater, 6), (OutcomeUnknown, 1), (OutcomeUnknown, 1), id="the server, JSON"),
    pytest.param(502, HTML, (TryLater, 6), (OutcomeUnknown, 1), (OutcomeUnknown, 1), id="the gateway, a page"),
    pytest.param(503, HTML, (TryLater, 6), (OutcomeUnknown, 1), (OutcomeUnknown, 1), id="unavailable"),
    pytest.param(504, HTML, (TooMuch, 6), (TooMuchSent, 1), (TooMuchSent, 1), id="took too long"),
    pytest.param(302, HTML, (ConfigError, 1), (ConfigError, 1), (ConfigError, 1), id="somewhere else"),
    pytest.param(200, HTML, (TryLater, 6), (OutcomeUnknown, 1), (OutcomeUnknown, 1), id="done, but a page"),
    pytest.param(200, b'{"_embe', (TryLater, 6), (OutcomeUnknown, 1), (OutcomeUnknown, 1), id="done, but cut"),
]
SENDERS: dict[Call, tuple[str, Callable[[Client], Any]]] = {
    READ: ("GET", lambda client: client.get("leads")),
    CHANGE: ("PATCH", lambda client: client.change("leads", [{"id": 1}])),
    CREATE: ("POST", lambda client: client.create("leads", [{"name": "x"}])),
}


@pytest.mark.parametrize(("status", "body", "read", "change", "create"), ROWS)
def test_each_answer(tmp_path: Path, status: int, body: bytes, read: Any, change: Any, create: Any) -> None:
    for call, (expected, calls) in zip(SENDERS, (read, change, create), strict=True):
        office = Office(tmp_path / call)
        client = Client(
            Line("amocrm", "main", 1), office.limiter, LongLived(ORIGIN, Secret("a-token"), office.time), office.time, 1
        )
        method, send = SENDERS[call]
        with responses.RequestsMock() as wire:
            wire.add(method, f"{ORIGIN}/api/v4/leads", body, status=status, headers={"Location": "https://b.amocrm.ru"})
            with pytest.raises(PartnersyncError) as raised:
                send(client)
            assert len(wire.calls) == calls
        assert type(raised.value) is expected
        client.close()


def test_who_is_blocked_learns_whom_to_write_to() -> None:
    error = error_of(Answer(403, HTML), READ, "GET leads")
    assert str(error) == (
        "amoCRM has blocked this account or this machine's address for its API (403 with a page). Write to the "
        "vendor's support (support@amocrm.ru, for Kommo support@kommo.com) to have its API unblocked, naming account "
        "and integration; meanwhile stop other programs that call it. partnersync calls it again in 15 min at the "
        "earliest"
    )


def test_bad_items_are_named_by_their_request_id() -> None:
    error = error_of(
        Answer(400, validation("NotSupportedChoice", "custom_fields_values.0.field_id")), CHANGE, "PATCH leads"
    )
    assert isinstance(error, Refused)
    assert [(found.request_id, found.code, found.path) for found in error.findings] == [
        ("1", "NotSupportedChoice", "custom_fields_values.0.field_id")
    ]
    assert error.message == "PATCH leads: refused (400): NotSupportedChoice at custom_fields_values.0.field_id"


def test_one_error_as_an_object_is_read_too() -> None:
    """§3.1: the sources' batch."""
    body = problem(400, errors=[{"request_id": "7", "errors": {"code": "EntityNotFound", "path": "id", "detail": ""}}])
    error = error_of(Answer(400, body), CHANGE, "x")
    assert isinstance(error, Refused)
    assert [(found.request_id, found.code) for found in error.findings] == [("7", "EntityNotFound")]


def test_what_the_account_says_is_told_without_contacts() -> None:
    error = error_of(Answer(404, problem(404, "Cannot GET /x?query=+7 900 555-01-01&mail=a@b.example")), READ, "GET x")
    assert error
    assert "555" not in str(error)
    assert "b.example" not in str(error)


@pytest.mark.parametrize("answer", [Answer(200, b"{}"), Answer(201, b"{}"), Answer(202), Answer(204)])
def test_what_is_no_error(answer: Answer) -> None:
    assert error_of(answer, CREATE, "x") is None


@pytest.mark.parametrize(
    ("fault", "read", "write"),
    [
        pytest.param(RESET_BEFORE, None, OutcomeUnknown, id="broken before"),
        pytest.param(RESET_AFTER, None, OutcomeUnknown, id="broken after"),
        pytest.param(TRUNCATED, None, OutcomeUnknown, id="half of the answer"),
        pytest.param(Fault.html(502, after=True), None, OutcomeUnknown, id="a gateway's page after the work"),
        pytest.param(Fault.answer(Response(400, SYSTEM), after=True), None, OutcomeUnknown, id="asks again after it"),
    ],
)
def test_a_write_without_an_answer_is_sent_once(
    tmp_path: Path, fault: Fault, read: Any, write: type[Exception]
) -> None:
    office = Office(tmp_path, 3)
    office.front.faults.plan(fault, method="GET")
    assert len(office.client.get("leads")["_embedded"]["leads"]) == 3
    assert office.calls("GET") == 2
    office.front.faults.plan(fault, method="POST")
    with pytest.raises(write):
        office.client.create("leads", [{"name": "once"}])
    assert office.calls("POST") == 1


def broken_by(reason: Exception) -> requests.ConnectionError:
    """As requests tells what stopped urllib3."""
    return requests.ConnectionError(MaxRetryError(HTTPConnectionPool("x"), "/", reason))


@pytest.mark.parametrize(
    ("broken", "expected", "calls"),
    [
        pytest.param(requests.ConnectTimeout(), TryLater, ATTEMPTS, id="no connection in time"),
        pytest.param(broken_by(NewConnectionError(HTTPConnection("x"), "")), TryLater, ATTEMPTS, id="nobody there"),
        pytest.param(broken_by(SSLError(SSLCertVerificationError("x"))), TryLater, ATTEMPTS, id="no trust"),
        pytest.param(broken_by(SSLError("bad record")), OutcomeUnknown, 1, id="a secured connection that broke"),
        pytest.param(broken_by(ProtocolError("aborted")), OutcomeUnknown, 1, id="a connection that broke"),
        pytest.param(requests.ReadTimeout(), OutcomeUnknown, 1, id="no answer in time"),
        pytest.param(requests.exceptions.ChunkedEncodingError(), OutcomeUnknown, 1, id="half of an answer"),
    ],
)
def test_what_certainly_never_left_is_repeated_also_if_it_writes(
    tmp_path: Path, broken: Exception, expected: type[PartnersyncError], calls: int
) -> None:
    office = Office(tmp_path)
    client = Client(
        Line("amocrm", "main", 1), office.limiter, LongLived(ORIGIN, Secret("a-token"), office.time), office.time, 1
    )
    with responses.RequestsMock() as wire:
        wire.add("POST", f"{ORIGIN}/api/v4/leads", body=broken)
        with pytest.raises(expected):
            client.create("leads", [{}])
        assert len(wire.calls) == calls
    client.close()


@pytest.mark.parametrize("name", TROUBLES)
def test_whatever_happens_nothing_is_made_twice(tmp_path: Path, name: str) -> None:
    """Every trouble that was seen: a read gets through or says why, a creation is made once, not at all, or unknown."""
    office = Office(tmp_path, 3)
    office.front.faults.plan(TROUBLES[name], method="GET")
    gives_up = name in ("402 flap", "403 block page", "400 code 226")
    with pytest.raises((NotPaid, AccountBlocked, Gone)) if gives_up else nullcontext():
        assert len(office.client.get("leads")["_embedded"]["leads"]) == 3
    office.limiter.forget()
    office.front.faults.plan(TROUBLES[name], method="POST")
    allowed = {1}
    try:
        office.client.create("leads", [{"name": "once"}])
    except OutcomeUnknown:
        allowed = {0, 1}
    except (TryLater, Refused):
        allowed = {0}
    office.limiter.forget()
    assert len(office.client.get("leads")["_embedded"]["leads"]) - 3 in allowed


def test_nothing_is_none(tmp_path: Path) -> None:
    """204 is an empty list or a missing entity."""
    office = Office(tmp_path)
    assert office.client.get("leads") is None
    assert office.client.get("leads/999") is None


def test_429_makes_everybody_wait_as_long_as_it_asks(tmp_path: Path) -> None:
    office = Office(tmp_path, 1)
    office.front.faults.plan(Fault.answer(Response(429, problem(429, retry_after=300))))
    began = office.clock.now()
    office.client.get("leads")
    assert 300 <= office.clock.now() - began < 301
    assert office.calls() == 2


def test_a_blocked_account_stops_other_processes_without_a_call(tmp_path: Path) -> None:
    office, calls = Office(tmp_path), 0
    office.sandbox.account.limiter.blocked = True
    for _ in range(3):
        with pytest.raises(AccountBlocked):
            office.client.get("leads")
    assert office.calls() == 1
    office.clock.advance(900)
    office.sandbox.account.limiter.unblock()
    calls = office.calls()
    office.client.get("leads")
    assert office.calls() == calls + 1
