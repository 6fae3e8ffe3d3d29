"""What the sandboxes of all systems share, without sockets."""

from decimal import Decimal

import pytest

from partnersync.sandbox.clock import VirtualClock
from partnersync.sandbox.faults import RESET_AFTER, RESET_BEFORE, TRUNCATED, Fault, Faults
from partnersync.sandbox.front import Front
from partnersync.sandbox.journal import Journal
from partnersync.sandbox.messages import Request, Response


class Counter:
    """An emulator that counts what it did."""

    token = "t"

    def __init__(self) -> None:
        self.done = 0

    def handle(self, request: Request) -> Response:
        self.done += 1
        return Response.of_json(200, {"done": self.done})

    def tick(self) -> None:
        pass


def front() -> tuple[Front, Counter]:
    counter = Counter()
    return Front(counter, VirtualClock(0)), counter


def test_a_request_is_taken_apart_as_on_the_wire() -> None:
    request = Request.to("get", "/a%20b?filter[id][]=1&filter[id][]=2&x=", {"Content-Type": "x"})
    assert (request.method, request.path) == ("GET", "/a b")
    assert request.query == (("filter[id][]", "1"), ("filter[id][]", "2"), ("x", ""))
    assert request.headers == {"content-type": "x"}


def test_fractions_stay_exact_both_ways() -> None:
    assert Request.to("POST", "/", body=b'{"a":0.1}').json() == {"a": Decimal("0.1")}
    assert Response.of_json(200, {"a": Decimal("0.1")}).body == b'{"a":0.1}'


@pytest.mark.parametrize(
    ("fault", "status", "done"),
    [
        pytest.param(Fault.html(502), 502, 0, id="a gateway's page: nothing was done"),
        pytest.param(Fault.html(504, after=True), 504, 1, id="a gateway gave up, but the work was done"),
        pytest.param(RESET_BEFORE, 0, 0, id="reset before"),
        pytest.param(RESET_AFTER, 0, 1, id="reset after the commit"),
        pytest.param(TRUNCATED, 200, 1, id="half of the answer"),
    ],
)
def test_a_planned_fault_is_met_once(fault: Fault, status: int, done: int) -> None:
    door, counter = front()
    door.faults.plan(fault)
    request = Request.to("GET", "/x")
    if status:
        response = door.handle(request)
        assert response.status == status
        assert (response.body == b'{"don') == (fault is TRUNCATED)
    else:
        with pytest.raises(ConnectionResetError):
            door.handle(request)
    assert counter.done == done
    assert door.handle(request).json() == {"done": done + 1}
    assert [one.status for one in door.journal.exchanges] == [status, 200]


def test_calls_are_counted_by_method_and_path() -> None:
    faults, odd = Faults(), Fault.html(500)
    faults.plan(odd, method="PATCH", path="/leads$", call=2, times=2)
    calls = ["PATCH /leads", "GET /leads", "PATCH /leads/1", "PATCH /leads", "PATCH /leads", "PATCH /leads"]
    met = [faults.meet(Request.to(method, path)) for method, path in (call.split() for call in calls)]
    assert met == [None, None, None, odd, odd, None]


def test_the_journal_holds_no_secret() -> None:
    journal = Journal()
    request = Request.to("GET", "/x?query=%2B79991234567&page=2", {"Authorization": "Bearer abc"}, b"secret")
    journal.note(request, 5.0, 200, 10)
    assert "999" not in repr(journal.exchanges)
    assert "abc" not in repr(journal.exchanges)
    assert "secret" not in repr(journal.exchanges)
    assert [one.target for one in journal.calls("GET", "^/x")] == ["/x?query=…&page=2"]
    assert journal.by_status == {200: 1}


def test_a_virtual_clock_only_goes_on() -> None:
    clock = VirtualClock(10)
    clock.advance(2.5)
    assert clock.now() == 12.5
    with pytest.raises(ValueError, match="back"):
        clock.advance(-1)
