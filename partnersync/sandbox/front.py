"""The door of an emulator: faults are met and calls written down here, with sockets or without."""

from dataclasses import dataclass
from threading import Lock

from partnersync.sandbox.clock import Clock
from partnersync.sandbox.faults import WORKS, Fault, Faults, Trouble
from partnersync.sandbox.journal import Journal
from partnersync.sandbox.kind import Emulator
from partnersync.sandbox.messages import Request, Response


@dataclass(frozen=True, slots=True)
class Delivery:
    """What goes back: no `response` is a connection that breaks; of a `cut` one only half of the body arrives."""

    response: Response | None
    cut: bool = False
    wait_s: float = 0.0


class Front:
    """Takes calls for an emulator."""

    def __init__(self, emulator: Emulator, clock: Clock, journal: Journal | None = None) -> None:
        self.emulator = emulator
        self.faults = Faults()
        self.journal = journal or Journal()
        self.clock = clock
        self._lock = Lock()

    def exchange(self, request: Request) -> Delivery:
        """Answer a call, with the fault that was planned for it."""
        with self._lock:
            fault = self.faults.meet(request)
        answer = self.emulator.handle(request) if fault is None or fault.trouble in WORKS else None
        delivery = _delivery(answer, fault)
        got = delivery.response
        with self._lock:
            self.journal.note(
                request,
                self.clock.now(),
                got.status if got else 0,
                len(got.body) if got else 0,
                fault.trouble if fault else "",
            )
        return delivery

    def handle(self, request: Request) -> Response:
        """As `exchange`, without sockets: a broken connection is a ConnectionResetError, and nothing waits."""
        delivery = self.exchange(request)
        if delivery.response is None:
            raise ConnectionResetError("the connection was reset, as planned")
        if delivery.cut:
            whole = delivery.response
            return Response(whole.status, whole.body[: len(whole.body) // 2], whole.headers)
        return delivery.response


def _delivery(answer: Response | None, fault: Fault | None) -> Delivery:
    if fault is None:
        return Delivery(answer)
    match fault.trouble:
        case Trouble.RESET_BEFORE | Trouble.RESET_AFTER:
            return Delivery(None)
        case Trouble.TRUNCATED:
            return Delivery(answer, cut=True)
        case Trouble.SLOW:
            return Delivery(answer, wait_s=fault.wait_s)
        case Trouble.ANSWER | Trouble.ANSWER_AFTER:
            return Delivery(fault.response)
