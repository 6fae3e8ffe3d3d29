"""Time as the client takes it: given from outside, so that a test waits for nothing."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """`now` is the wall clock. `ticks` counts seconds since the machine started, alike in all its processes."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ticks: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def unix(self) -> float:
        """The wall clock in unix seconds."""
        return self.now().timestamp()
