"""Whose turn it is, by the vendor's count: a bucket for each portal and source address that leaks `rate` a second."""

from pathlib import Path

from partnersync.errors import PartnersyncError
from partnersync.transport.clock import Clock
from partnersync.transport.turns import Turns
from partnersync_bitrix24.faults import OVERLOAD_S, Call, Overloaded, Problem, SlowDown, error_of

BURST = 15  # times the rate; the vendor's bucket holds 25 times as many, the rest is for others on this address


class Limiter(Turns):
    """Turns of one portal, shared by all processes of this machine."""

    def __init__(self, path: Path, rate: float, clock: Clock) -> None:
        super().__init__(path, clock, _blocked, spacing=1 / rate, burst=round(BURST * rate), late_s=float("inf"))

    def heed(self, error: PartnersyncError) -> None:
        """Stop everybody for what an answer asks for: a moment where the bucket is full, for long at a block."""
        if isinstance(error, Overloaded):
            self.block(OVERLOAD_S)
        elif isinstance(error, SlowDown):
            self.pause(error.after_s or 1)


def _blocked(left: float) -> PartnersyncError:
    return error_of(Problem(503, "OVERLOAD_LIMIT"), Call.READ, "the portal")
