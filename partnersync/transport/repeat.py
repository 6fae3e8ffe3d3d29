"""Calls again what was certainly not processed, with growing rests."""

from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from partnersync.errors import TryLater
from partnersync.transport.clock import Clock

ATTEMPTS = 6
LONGEST_REST_S = 30.0

T = TypeVar("T")


def repeated(once: Callable[[], T], clock: Clock, but: tuple[type[TryLater], ...] = ()) -> T:
    """The result of a call that is made up to `ATTEMPTS` times while it raises TryLater, other than those of `but`."""
    retrying = Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, TryLater) and not isinstance(error, but)),
        stop=stop_after_attempt(ATTEMPTS),
        wait=_rest,
        sleep=clock.sleep,
        reraise=True,
    )
    return retrying(once)


def _rest(state: RetryCallState) -> float:
    """Growing, in seconds; what an answer asks for comes on top, as everybody waits for it in turn."""
    return min(LONGEST_REST_S, 2.0 ** (state.attempt_number - 1))
