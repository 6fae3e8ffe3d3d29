"""The emulated system's clock: the machine's, or one that a test moves."""

import time
from typing import Protocol


class Clock(Protocol):
    """Tells unix seconds."""

    def now(self) -> float: ...


class SystemClock:
    """The machine's time."""

    def now(self) -> float:
        return time.time()


class VirtualClock:
    """Stands still until it is moved, so that a day passes in no time and every run is the same."""

    def __init__(self, start: float) -> None:
        self._now = start

    def now(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Let time pass; it never goes back."""
        if seconds < 0:
            raise ValueError(f"a clock does not go back ({seconds} s)")
        self._now += seconds
