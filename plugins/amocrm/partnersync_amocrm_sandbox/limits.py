"""The limits of speed: 7 requests a second for an integration, 50 for the account, and the block of who keeps on."""

from collections import deque
from dataclasses import dataclass, field

WINDOW_S = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Requests in any second; `block_after` refusals within `block_window_s` the account is blocked, 0: never."""

    per_integration: int = 7
    per_account: int = 50
    block_after: int = 30
    block_window_s: float = 60.0
    on: bool = True


@dataclass(slots=True)
class Limiter:
    """Counts. Requests that were refused do not count against the limit, only towards the block."""

    limits: Limits
    refused: int = 0
    blocked: bool = False
    _taken: dict[str, deque[float]] = field(default_factory=dict)
    _all: deque[float] = field(default_factory=deque)
    _violations: deque[float] = field(default_factory=deque)

    def admits(self, integration: str, now: float) -> bool:
        """Whether this request is in time; it is counted."""
        if not self.limits.on:
            return True
        mine = self._taken.setdefault(integration, deque())
        for window in (mine, self._all):
            while window and window[0] <= now - WINDOW_S:
                window.popleft()
        if len(mine) < self.limits.per_integration and len(self._all) < self.limits.per_account:
            mine.append(now)
            self._all.append(now)
            return True
        self._violate(now)
        return False

    def unblock(self) -> None:
        """What the vendor's support does."""
        self.blocked = False
        self._violations.clear()

    def _violate(self, now: float) -> None:
        self.refused += 1
        self._violations.append(now)
        while self._violations[0] <= now - self.limits.block_window_s:
            self._violations.popleft()
        if 0 < self.limits.block_after <= len(self._violations):
            self.blocked = True
