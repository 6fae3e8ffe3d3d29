"""The loopback server over real sockets."""

import time
from collections.abc import Iterator

import pytest
import requests

from partnersync.sandbox.clock import SystemClock, VirtualClock
from partnersync.sandbox.faults import RESET_AFTER, RESET_BEFORE, TRUNCATED, slow
from partnersync.sandbox.front import Front
from partnersync.sandbox.messages import Request, Response
from partnersync.sandbox.server import Server, serving


class Echo:
    """Says what it got; `/bug` breaks it, `/nothing` has no body."""

    token = "t"
    ticks = 0

    def handle(self, request: Request) -> Response:
        if request.path == "/bug":
            raise KeyError("broken")
        if request.path == "/nothing":
            return Response(204)
        return Response.of_json(200, {"method": request.method, "path": request.path, "body": request.body.decode()})

    def tick(self) -> None:
        self.ticks += 1


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Front(Echo(), SystemClock())) as server:
        yield server


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def test_requests_come_through_and_the_connection_stays_open(server: Server, session: requests.Session) -> None:
    first = session.post(f"{server.url}/a%20b?x=1", data="привет".encode())
    assert first.json() == {"method": "POST", "path": "/a b", "body": "привет"}
    assert session.get(f"{server.url}/nothing").status_code == 204
    assert session.get(f"{server.url}/y").json()["path"] == "/y"
    assert [one.status for one in server.front.journal.exchanges] == [200, 204, 200]


@pytest.mark.parametrize("fault", [RESET_BEFORE, RESET_AFTER, TRUNCATED])
def test_a_broken_connection_is_one(server: Server, session: requests.Session, fault: object) -> None:
    server.front.faults.plan(fault)  # type: ignore[arg-type]
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        session.get(f"{server.url}/x")
    assert session.get(f"{server.url}/x").status_code == 200


def test_latency_and_slow_answers_wait(server: Server, session: requests.Session) -> None:
    server.latency_s = 0.05
    server.front.faults.plan(slow(0.1))
    began = time.monotonic()
    session.get(f"{server.url}/x")
    assert time.monotonic() - began >= 0.15


def test_a_bug_is_told_and_kept(server: Server, session: requests.Session) -> None:
    assert session.get(f"{server.url}/bug").status_code == 500
    assert [type(error) for error in server.failures] == [KeyError]


def test_the_emulator_is_ticked(server: Server) -> None:
    echo = server.front.emulator
    assert isinstance(echo, Echo)
    until = time.monotonic() + 5
    while not echo.ticks and time.monotonic() < until:
        time.sleep(0.02)
    assert echo.ticks


def test_its_time_is_that_of_the_emulated_system(session: requests.Session) -> None:
    with serving(Front(Echo(), VirtualClock(1_770_000_000))) as server:
        assert session.get(f"{server.url}/x").headers["Date"] == "Mon, 02 Feb 2026 02:40:00 GMT"
