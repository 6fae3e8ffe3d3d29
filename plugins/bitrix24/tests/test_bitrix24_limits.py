"""The bucket of requests and the execution times of methods: slowed before the portal refuses."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from bitrix24_client import ORIGIN, START, Desk, Scripted, ok, problem, settings_of, ticking
from partnersync.contract.secret import Secret
from partnersync.errors import TryLater
from partnersync.sandbox.clock import VirtualClock
from partnersync.transport.line import Answer
from partnersync_bitrix24.assemble import client_of, limiter_of
from partnersync_bitrix24.commands import Command
from partnersync_bitrix24.faults import Overloaded
from partnersync_bitrix24.operating import LIMIT_S, Operating


@pytest.mark.parametrize(("rate", "burst"), [(2.0, 30), (5.0, 75), (1.0, 15)])
def test_a_burst_below_the_bucket_then_the_rate(tmp_path: Path, rate: float, burst: int) -> None:
    """§2.1: 50 at once and 2 a second, on Enterprise 250 and 5; others on this address need some of it."""
    desk = Desk(tmp_path, webhook=Secret(f"{ORIGIN}/rest/1/aaaaaaaa/"), rate=rate)
    for _ in range(burst + 4):
        desk.client.call("profile")
    moments = [round(moment - START, 3) for moment in desk.line.moments]
    assert moments[: burst + 1] == [0] * (burst + 1)
    assert moments[burst + 1 :] == [round(n / rate, 3) for n in (1, 2, 3)]


def test_connections_of_one_portal_share_the_bucket(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    other = Scripted(desk.clock, ok())
    second = client_of("second", tmp_path, settings_of(), ticking(desk.clock), other)
    for client in (desk.client, second):
        for _ in range(20):
            client.call("profile")
    assert desk.line.moments[-1] == START
    assert other.moments[-1] == pytest.approx(START + 4.5)


def test_a_full_bucket_leaves_no_burst(tmp_path: Path) -> None:
    desk = Desk(tmp_path, problem(503, "QUERY_LIMIT_EXCEEDED"), ok())
    for _ in range(4):
        desk.client.call("profile")
    assert [round(moment - START, 3) for moment in desk.line.moments] == [0, 1, 1.5, 2, 2.5]


def test_a_block_by_hand_stops_every_process_until_a_person_says_otherwise(tmp_path: Path) -> None:
    desk = Desk(tmp_path, problem(503, "OVERLOAD_LIMIT"), ok())
    for _ in range(3):
        with pytest.raises(Overloaded, match="vendor's support"):
            desk.client.call("profile")
    assert len(desk.line.sent) == 1
    limiter_of(tmp_path, desk.settings, ticking(desk.clock)).forget()
    assert desk.client.call("profile") is True


class Portal(Scripted):
    """Counts execution times as the vendor does: by method, in ten minutes of one."""

    def __init__(
        self, clock: VirtualClock, command_s: float, *, bills: str = "method", limit_s: float = LIMIT_S
    ) -> None:
        super().__init__(clock, ok())
        self.command_s = command_s
        self.limit_s = limit_s
        self.bills = bills
        self.minutes: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        self.refused = 0
        self.done = 0

    def send(self, method: str, url: str, headers: Any, query: Any = (), body: Any = None) -> Answer:
        super().send(method, url, headers, query, body)
        name = url.rpartition("/")[2]
        if name != "batch":
            return self._single(name)
        results, errors, times, whole = {}, {}, {}, 0.0
        for key, text in body["cmd"].items():
            inner = text.partition("?")[0]
            if self.bills == "method" and self._sum(inner) >= self.limit_s:
                self.refused += 1
                errors[key] = {"error": "OPERATION_TIME_LIMIT", "error_description": "x"}
                continue
            whole += self.command_s
            self.done += 1
            results[key] = True
            times[key] = self._spend(inner, self.command_s) if self.bills == "method" else {"operating": 0}
        outer = self._spend("batch", whole) if self.bills == "batch" else {}
        if self.bills == "batch" and outer["operating"] - whole >= self.limit_s:
            self.refused += 1
            return problem(429, "OPERATION_TIME_LIMIT")
        return ok({"result": results, "result_error": errors, "result_time": times}, time=outer)

    def _single(self, name: str) -> Answer:
        if self._sum(name) >= self.limit_s:
            self.refused += 1
            return problem(429, "OPERATION_TIME_LIMIT")
        self.done += 1
        return ok(time=self._spend(name, self.command_s))

    def _sum(self, name: str) -> float:
        now = int(self.clock.now()) // 60
        return sum(seconds for minute, seconds in self.minutes[name].items() if minute > now - 10)

    def _spend(self, name: str, seconds: float) -> dict[str, float]:
        self.clock.advance(seconds)
        now = int(self.clock.now())
        self.minutes[name][now // 60] += seconds
        oldest = min(minute for minute in self.minutes[name] if minute > now // 60 - 10)
        return {"duration": seconds, "operating": self._sum(name), "operating_reset_at": (oldest + 10) * 60}


def on(portal: Portal, folder: Path) -> Any:
    return client_of("main", folder, settings_of(), ticking(portal.clock), portal)


@pytest.mark.parametrize("bills", ["method", "batch"])
def test_ten_thousand_commands_are_never_refused(tmp_path: Path, bills: str) -> None:
    """§2.2: whichever way the portal counts commands of a batch. At 0.1 s each they take 1,000 s of what it gives."""
    portal = Portal(VirtualClock(START), 0.1, bills=bills)
    client = on(portal, tmp_path)
    batch = [Command("crm.item.update", {"id": 1})] * 50
    for _ in range(200):
        client.batch(batch)
    assert (portal.done, portal.refused) == (10_000, 0)
    floor = (1000 - LIMIT_S) / LIMIT_S * 600 + LIMIT_S
    assert portal.clock.now() - START < 1.15 * floor


def test_a_method_that_is_used_up_leaves_others_alone(tmp_path: Path) -> None:
    portal = Portal(VirtualClock(START), 30.0)
    client = on(portal, tmp_path)
    for _ in range(13):
        client.call("crm.item.list")
    began = portal.clock.now()
    client.call("crm.item.get")
    assert portal.clock.now() - began == 30
    client.call("crm.item.list")
    assert portal.clock.now() - began > 120
    assert portal.refused == 0


def test_the_next_process_goes_on_where_this_one_stopped(tmp_path: Path) -> None:
    portal = Portal(VirtualClock(START), 41.0)
    for _ in range(11):
        client = on(portal, tmp_path)
        client.call("crm.item.list")
        client.close()
    assert portal.refused == 0


def test_a_refusal_that_comes_all_the_same_makes_the_method_rest(tmp_path: Path) -> None:
    """Another program has used the method up: of this sign-in, or of a portal with a lower limit."""
    portal = Portal(VirtualClock(START), 10.0, limit_s=100.0)
    client = on(portal, tmp_path)
    for _ in range(30):
        client.call("crm.item.list")
    assert portal.done == 30
    assert portal.refused <= 6


def test_a_portal_that_tells_no_times_is_not_slowed(tmp_path: Path) -> None:
    """§2.5: builds of one's own server."""
    desk = Desk(tmp_path, ok(time={"start": 1, "finish": 2}))
    operating = Operating(tmp_path / "operating.db", ticking(desk.clock))
    for _ in range(3):
        with operating.within({"crm.item.list": 50}):
            operating.note("crm.item.list", {"duration": 60})
    assert desk.clock.now() == START


def test_an_answer_that_comes_late_hides_nothing_of_what_was_used(tmp_path: Path) -> None:
    """Also where the oldest minute has left the sum meanwhile."""
    clock = VirtualClock(START)
    operating = Operating(tmp_path / "operating.db", ticking(clock))
    for seconds, reset_at in ((395, START + 100), (100, START + 100), (120, START - 60)):
        operating.note("crm.item.list", {"duration": 1, "operating": seconds, "operating_reset_at": reset_at})
    with operating.within({"crm.item.list": 20}):
        assert clock.now() == START + 101
    operating.note("crm.item.list", {"duration": 0.01, "operating": 0, "operating_reset_at": 0})
    for _ in range(3):
        with operating.within({"crm.item.list": 1}), operating.within({"crm.item.list": 1}):
            assert clock.now() == START + 101


def test_what_is_not_repeated_for_ever(tmp_path: Path) -> None:
    desk = Desk(tmp_path, problem(429, "OPERATION_TIME_LIMIT"))
    with pytest.raises(TryLater):
        desk.client.call("crm.item.list")
    assert len(desk.line.sent) == 6
