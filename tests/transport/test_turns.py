"""Turns by a bucket: a burst after a rest, then even ones; a stop ends the burst for every process."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnersync.errors import TryLater
from partnersync.sandbox.clock import VirtualClock
from partnersync.transport.clock import Clock
from partnersync.transport.turns import Turns

START = 1_760_000_000


def ticking(clock: VirtualClock) -> Clock:
    return Clock(lambda: datetime.fromtimestamp(clock.now(), UTC), clock.now, clock.advance)


def bucket(folder: Path, clock: VirtualClock, burst: int = 5) -> Turns:
    return Turns(
        folder / "turns.db",
        ticking(clock),
        lambda left: TryLater("blocked", after_s=round(left)),
        spacing=0.5,
        burst=burst,
        late_s=3600,
    )


def taken(turns: Turns, clock: VirtualClock, count: int) -> list[float]:
    moments = []
    for _ in range(count):
        turns.wait()
        moments.append(round(clock.now() - START, 3))
    return moments


def test_a_burst_then_even_turns_and_after_a_rest_a_burst_again(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    turns = bucket(tmp_path, clock)
    assert taken(turns, clock, 9) == [0, 0, 0, 0, 0, 0, 0.5, 1, 1.5]
    clock.advance(2)
    assert taken(turns, clock, 6) == [3.5, 3.5, 3.5, 3.5, 4, 4.5]


def test_processes_share_one_burst(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    first, second = bucket(tmp_path, clock), bucket(tmp_path, clock)
    assert taken(first, clock, 3) == [0, 0, 0]
    assert taken(second, clock, 4) == [0, 0, 0, 0.5]


def test_nothing_is_left_of_a_burst_after_a_pause(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    turns = bucket(tmp_path, clock)
    turns.pause(1)
    assert taken(turns, clock, 4) == [1, 1.5, 2, 2.5]


def test_who_comes_while_all_are_blocked_is_told_for_how_long(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    bucket(tmp_path, clock).block(900)
    clock.advance(300)
    with pytest.raises(TryLater, match="blocked") as raised:
        bucket(tmp_path, clock).wait()
    assert raised.value.after_s == 600


@settings(max_examples=40, deadline=None)
@given(rests=st.lists(st.sampled_from([0.0, 0.1, 0.7, 3.0, 20.0]), min_size=20, max_size=40), burst=st.integers(0, 8))
def test_a_leaky_bucket_never_runs_over(
    tmp_path_factory: pytest.TempPathFactory, rests: list[float], burst: int
) -> None:
    """Of a bucket that loses two a second, as the vendor counts it: whoever comes when."""
    clock, level, before = VirtualClock(START), 0.0, float(START)
    turns = bucket(tmp_path_factory.mktemp("turns"), clock, burst)
    for rest in rests:
        clock.advance(rest)
        turns.wait()
        level = max(0.0, level - (clock.now() - before) * 2) + 1
        before = clock.now()
        assert level <= burst + 1.001
    turns.close()
