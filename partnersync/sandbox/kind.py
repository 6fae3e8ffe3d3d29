"""What a plugin offers as its sandbox."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from partnersync.sandbox.clock import Clock
from partnersync.sandbox.messages import Request, Response


class Emulator(Protocol):
    """A system in memory. `handle` and `tick` may be called by several threads at once."""

    @property
    def token(self) -> str:
        """What a connection signs in with."""

    def handle(self, request: Request) -> Response:
        """Answer one call; the path `/` is a page for people."""

    def tick(self) -> None:
        """Do what is due by the clock, as sending webhooks; called some times a second while it is served."""


@dataclass(frozen=True, slots=True)
class SandboxKind:
    """A system that a plugin can emulate: its name, as of the adapter's kind, and how one is made.

    `make` takes the number of sample deals and the clock; it does no I/O, and a million deals must not take longer
    than a few.
    """

    name: str
    make: Callable[[int, Clock], Emulator]
