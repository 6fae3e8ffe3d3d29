"""The leaky bucket and the operating time (reference §2.1, §2.2, §2.5)."""

import pytest

from bitrix24_caller import Bitrix, command
from partnersync_bitrix24_sandbox.limits import ENTERPRISE, SELF_HOSTED, Limits

SLOW = Limits(operating_s=1.0, command_ms=400)


@pytest.mark.parametrize(
    ("limits", "burst", "after_a_second"),
    [
        pytest.param(Limits(), 50, 2, id="regular"),
        pytest.param(ENTERPRISE, 250, 5, id="Enterprise"),
    ],
)
def test_the_bucket(limits: Limits, burst: int, after_a_second: int) -> None:
    b24 = Bitrix(limits=limits)
    b24.pause_s = 0
    statuses = [b24.call("profile").status for _ in range(burst + 3)]
    assert statuses == [200] * burst + [503] * 3
    assert b24.error("profile")[1:] == ("QUERY_LIMIT_EXCEEDED", "Too many requests")
    b24.clock.advance(1)
    assert [b24.call("profile").status for _ in range(after_a_second + 1)] == [200] * after_a_second + [503]
    assert b24.portal.bucket.refused == 5


def test_each_address_has_its_own_bucket_and_a_batch_is_one_request() -> None:
    b24 = Bitrix(limits=Limits(burst=2))
    b24.pause_s = 0
    many = {f"c{number}": "profile" for number in range(50)}
    assert [b24.call("batch", cmd=many).status for _ in range(3)] == [200, 200, 503]
    assert b24.call("profile", headers={"X-Forwarded-For": "10.0.0.9"}).status == 200


def test_a_method_is_blocked_alone_until_its_minutes_have_passed() -> None:
    b24 = Bitrix(limits=SLOW)
    told = [b24.body("user.get")["time"]["operating"] for _ in range(3)]
    assert [float(one) for one in told] == [0.4, 0.8, 1.2]
    assert b24.error("user.get")[:2] == (429, "OPERATION_TIME_LIMIT")
    reset = b24.body("profile")["time"]["operating_reset_at"]
    assert reset == int(b24.clock.now()) + 600
    b24.clock.advance(600)
    assert float(b24.body("user.get")["time"]["operating"]) == 0.4


def test_the_ends_of_the_limit() -> None:
    b24 = Bitrix(limits=Limits(operating_s=1.0, command_ms=500))
    b24.pause_s = 0
    assert [b24.call("user.get").status for _ in range(4)] == [200, 200, 200, 429]
    b24.clock.advance(599)
    assert b24.call("user.get").status == 429
    b24.clock.advance(1)
    assert b24.call("user.get").status == 200


def test_callers_are_billed_apart() -> None:
    b24 = Bitrix(limits=SLOW)
    for _ in range(3):
        b24.result("user.get")
    assert b24.call("user.get").status == 429
    assert b24.call(f"{b24.webhook_of(1)}user.get").status == 200


@pytest.mark.parametrize(
    ("batch_billing", "command_s", "outer_s", "refused_inside"),
    [("commands", 0.4, 0.0, True), ("batch", 0.0, 0.4, True), ("both", 0.4, 0.4, True)],
)
def test_how_a_batch_is_billed(batch_billing: str, command_s: float, outer_s: float, refused_inside: bool) -> None:
    b24 = Bitrix(limits=SLOW, batch_billing=batch_billing)
    told = b24.body("batch", cmd={"a": command("user.get")})
    assert float(told["result"]["result_time"]["a"]["operating"]) == command_s
    assert float(told["time"]["operating"]) == outer_s
    told = b24.batch({f"c{number}": "user.get" for number in range(5)})
    assert {one["error"] for one in told["result_error"].values()} == {"OPERATION_TIME_LIMIT"}
    assert (b24.call("user.get").status == 429) is (batch_billing != "batch")


def test_short_calls_may_be_free() -> None:
    b24 = Bitrix(short_calls_are_free=True, limits=Limits(method_ms={"user.get": 100}))
    assert float(b24.body("profile")["time"]["operating"]) == 0
    assert float(b24.body("user.get")["time"]["operating"]) == 0.1


def test_a_self_hosted_portal_has_no_limits() -> None:
    b24 = Bitrix(limits=SELF_HOSTED)
    b24.pause_s = 0
    assert {b24.call("profile").status for _ in range(100)} == {200}


def test_shapes_of_time() -> None:
    time = Bitrix(whole_seconds=True, operating_told=False).body("profile")["time"]
    assert isinstance(time["start"], int)
    assert "operating" not in time
    assert set(Bitrix().body("profile")["time"]) == {
        *("start", "finish", "duration", "processing", "date_start", "date_finish", "operating", "operating_reset_at")
    }
