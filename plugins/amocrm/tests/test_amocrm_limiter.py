"""Turns: even, for threads and processes together, never more than seven in a second, and stops that hold for all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amocrm_client import START, ticking
from partnersync.errors import ConfigError, TryLater
from partnersync.sandbox.clock import VirtualClock
from partnersync.transport.clock import Clock
from partnersync_amocrm.faults import AccountBlocked, SlowDown
from partnersync_amocrm.limiter import Limiter

BUILDERS = Path(__file__).parents[3] / "tests/builders"


def most_in_a_second(ticks: list[float]) -> int:
    return max(sum(1 for other in ticks if tick <= other < tick + 1) for tick in ticks)


def test_turns_are_even(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    limiter, ticks = Limiter(tmp_path / "turns.db", 5, ticking(clock)), []
    for _ in range(11):
        limiter.wait()
        ticks.append(round(clock.now() - START, 6))
    assert ticks == [round(number * 0.2, 6) for number in range(11)]


def test_who_comes_after_a_rest_goes_at_once(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    limiter = Limiter(tmp_path / "turns.db", 5, ticking(clock))
    limiter.wait()
    clock.advance(10)
    limiter.wait()
    assert clock.now() == START + 10


@settings(max_examples=30, deadline=None)
@given(late=st.lists(st.floats(0, 0.5), min_size=30, max_size=30), rate=st.sampled_from([3.0, 6.5, 7.0]))
def test_whoever_wakes_up_late_there_are_seven_in_a_second(
    tmp_path_factory: pytest.TempPathFactory, late: list[float], rate: float
) -> None:
    clock, delays, ticks = VirtualClock(START), iter(late), []
    time = ticking(clock)
    slow = Clock(time.now, time.ticks, lambda seconds: clock.advance(seconds + next(delays, 0)))
    limiter = Limiter(tmp_path_factory.mktemp("turns") / "turns.db", rate, slow)
    for _ in range(20):
        limiter.wait()
        ticks.append(clock.now())
    assert most_in_a_second(ticks) <= 7
    limiter.close()


def test_a_machine_that_was_started_anew_waits_for_nothing(tmp_path: Path) -> None:
    """Ticks count from its start."""
    Limiter(tmp_path / "turns.db", 6.5, ticking(VirtualClock(START))).wait()
    clock = VirtualClock(5)
    Limiter(tmp_path / "turns.db", 6.5, ticking(clock)).wait()
    assert clock.now() == 5


@pytest.mark.parametrize(("asked", "waits"), [(None, 1), (300, 300), (999_999, 900)])
def test_a_pause_holds_for_every_process(tmp_path: Path, asked: int | None, waits: int) -> None:
    clock = VirtualClock(START)
    first, second = (Limiter(tmp_path / "turns.db", 6.5, ticking(clock)) for _ in range(2))
    first.heed(SlowDown("x", after_s=asked))
    second.wait()
    assert clock.now() == pytest.approx(START + waits, abs=0.2)


def test_a_block_stops_every_process_for_a_quarter_of_an_hour(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    first, second = (Limiter(tmp_path / "turns.db", 6.5, ticking(clock)) for _ in range(2))
    first.heed(AccountBlocked(900))
    with pytest.raises(AccountBlocked, match="blocked this account") as raised:
        second.wait()
    assert raised.value.after_s == 900
    clock.advance(900)
    second.wait()


def test_other_trouble_stops_nobody(tmp_path: Path) -> None:
    clock = VirtualClock(START)
    limiter = Limiter(tmp_path / "turns.db", 6.5, ticking(clock))
    limiter.heed(TryLater("x"))
    limiter.wait()
    assert clock.now() == START


def test_three_processes_of_three_threads_share_the_turns(tmp_path: Path) -> None:
    """On the machine's clock: at most seven in any second, and nobody is left out."""
    command = [sys.executable, "-m", "amocrm_processes", "turns", str(tmp_path), "4", "3"]
    env = {**os.environ, "PYTHONPATH": str(BUILDERS)}
    running = [subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    got = []
    for number, process in enumerate(running):
        told, _ = process.communicate(timeout=60)
        got += [(float(line.split()[0]), (number, line.split()[1])) for line in told.splitlines()]
    assert most_in_a_second([tick for tick, _ in got]) <= 7
    assert len({who for _, who in got}) == 9


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    Limiter(tmp_path / "state" / "turns.db", 6.5, Clock())
    assert (tmp_path / "state").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "state" / "turns.db").stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"turns\.db cannot be used: .*name another folder"):
        Limiter(tmp_path / "state" / "turns.db", 6.5, Clock())
