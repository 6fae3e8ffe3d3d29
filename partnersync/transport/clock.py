"""Time as a client takes it: given from outside, so that a test waits for nothing."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MAX_SKEW = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` is the wall clock. `ticks` counts seconds since the machine started, alike in all its processes."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ticks: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def unix(self) -> float:
        """The wall clock in unix seconds."""
        return self.now().timestamp()


def skew(told: datetime, now: datetime) -> str:
    """What is wrong with this machine's clock where the system tells another time; empty where they agree."""
    ahead = now - told
    if abs(ahead) <= MAX_SKEW:
        return ""
    way = "ahead of" if ahead > timedelta() else "behind"
    seconds = round(abs(ahead).total_seconds())
    return f"this machine's clock is {seconds} s {way} the account's. Let the machine set it (NTP)"
