"""Execution time by method: the portal allows so much in ten minutes and refuses the method for what is over.

The sum comes with every answer, and when its oldest minute leaves it. A call waits while the sum, what is on its way
and what it will take itself come near to the limit. The file lets the next process begin where this one stopped.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from partnersync.transport.clock import Clock
from partnersync.transport.shared_file import SharedFile

LIMIT_S = 420.0  # in any ten minutes; what the vendor documents least
CEILING_S = 410.0
BLOCKED_S = 60.0  # the sum is counted by minutes
_FIRST_COST_S = 0.1
_ROUNDED_S = 1.0  # the moment at which a sum falls is told in whole seconds
_SCHEMA = "CREATE TABLE IF NOT EXISTS spent (method TEXT PRIMARY KEY, seconds REAL, reset_at REAL)"
_log = logging.getLogger("partnersync.plugins.bitrix24")


@dataclass(slots=True)
class _Spent:
    seconds: float = 0.0
    reset_at: float = 0.0  # unix seconds; the sum is less from then on
    cost: float = _FIRST_COST_S  # of one command, in seconds
    on_the_way: float = 0.0
    calls: int = 0  # that are on their way


class Operating:
    """The execution times of one sign-in. Times are the portal's and compared with this machine's wall clock."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._file = SharedFile(path, _SCHEMA, durable=False)
        self._clock = clock
        self._lock = Lock()
        with self._file.alone() as database:
            rows = database.execute("SELECT method, seconds, reset_at FROM spent").fetchall()
        self._spent = {method: _Spent(seconds, reset_at) for method, seconds, reset_at in rows}

    @contextmanager
    def within(self, methods: Mapping[str, int]) -> Iterator[None]:
        """Make a call of so many commands of each method, once there is time left for all of them."""
        reserved = self._reserved(Counter(methods))
        try:
            yield
        finally:
            with self._lock:
                for method, seconds in reserved.items():
                    spent = self._of(method)
                    spent.calls -= 1
                    spent.on_the_way = spent.on_the_way - seconds if spent.calls else 0.0

    def note(self, method: str, time: Mapping[str, Any], commands: int = 1) -> None:
        """What the `time` of a call of so many commands tells; of a build that tells nothing, nothing is known.

        A command is taken for as costly as it took, or as the sum grew by it, which is more where others ran beside it.
        """
        with self._lock:
            spent, told = self._of(method), time.get("operating")
            seconds = 0.0 if told is None else float(told)
            grown = (seconds - spent.seconds) / commands if spent.reset_at else 0.0
            cost = max(float(time.get("duration") or 0.0), grown)
            spent.cost = max(cost, (spent.cost + cost) / 2)
            if told is not None:
                self._keep(method, seconds, float(time.get("operating_reset_at") or 0.0))

    def blocked(self, *methods: str) -> None:
        """A call was refused: whichever of these has used up the most rests until the oldest minute leaves its sum."""
        with self._lock:
            method = max(methods, key=lambda one: self._of(one).seconds)
            spent, now = self._of(method), self._clock.unix()
            self._keep(method, LIMIT_S, spent.reset_at if spent.reset_at > now else now + BLOCKED_S)

    def close(self) -> None:
        """Give the file back."""
        self._file.close()

    def _reserved(self, methods: Counter[str]) -> dict[str, float]:
        while True:
            with self._lock:
                wanted = {method: count * self._of(method).cost for method, count in methods.items()}
                rest = max((self._rest(method, seconds) for method, seconds in wanted.items()), default=0.0)
                if rest <= 0:
                    for method, seconds in wanted.items():
                        self._of(method).on_the_way += seconds
                        self._of(method).calls += 1
                    return wanted
            _log.info("method_rests", {"methods": ", ".join(sorted(wanted)), "seconds": round(rest)})
            self._clock.sleep(rest)

    def _rest(self, method: str, wanted: float) -> float:
        """Seconds until the method can be called, or until it is worth another look."""
        spent, now = self._of(method), self._clock.unix()
        if spent.seconds + spent.on_the_way + wanted <= CEILING_S or spent.seconds == 0:
            return 0.0
        if (left := spent.reset_at + _ROUNDED_S - now) > 0:
            return left
        # The oldest minute has left, by how much less the sum is only an answer tells: one call asks.
        return 0.5 if spent.calls else 0.0

    def _keep(self, method: str, seconds: float, reset_at: float) -> None:
        spent = self._of(method)
        if (
            reset_at == spent.reset_at
        ):  # answers may come out of order; until the oldest minute leaves the sum only grows
            seconds = max(seconds, spent.seconds)
        elif reset_at < spent.reset_at and (seconds or spent.reset_at > self._clock.unix()):
            return  # of a time that is over
        spent.seconds, spent.reset_at = seconds, reset_at
        with self._file.alone() as database:
            database.execute("INSERT OR REPLACE INTO spent VALUES (?, ?, ?)", (method, seconds, reset_at))

    def _of(self, method: str) -> _Spent:
        return self._spent.setdefault(method, _Spent())
