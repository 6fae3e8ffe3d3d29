"""Whose turn it is, by the vendor's count: at most seven requests in any second, or it blocks who goes on."""

from pathlib import Path

from partnersync.errors import PartnersyncError
from partnersync.transport.clock import Clock
from partnersync.transport.turns import Turns
from partnersync_amocrm.faults import BLOCK_S, AccountBlocked, SlowDown

ALLOWED = 7  # requests in any second, by the vendor
SHORTEST_PAUSE_S = 1.0


class Limiter(Turns):
    """Even turns of one account: never more in a second than are allowed, whoever wakes up late."""

    def __init__(self, path: Path, rate: float, clock: Clock) -> None:
        spacing = max(1 / rate, 1.02 / ALLOWED)
        late = min(spacing / 2, (ALLOWED * spacing - 1) / 2)  # the other half is the network's
        blocked = lambda left: AccountBlocked(min(left, BLOCK_S))  # noqa: E731
        super().__init__(path, clock, blocked, spacing=spacing, late_s=late)

    def heed(self, error: PartnersyncError) -> None:
        """Stop everybody for what an answer asks for: a pause after a 429, a long one where the account is blocked."""
        if isinstance(error, AccountBlocked):
            self.block(BLOCK_S)
        elif isinstance(error, SlowDown):
            self.pause(error.after_s or SHORTEST_PAUSE_S)
