"""Scripted faults: which call meets which trouble, decided before it happens."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from partnersync.sandbox.messages import Request, Response


class Trouble(StrEnum):
    """What happens to a call. Only in the `…after` and `truncated`, `slow` cases does the system do its work."""

    ANSWER = "answer"  # another answer; nothing was done
    ANSWER_AFTER = "answer after"  # the work was done, another answer comes back
    RESET_BEFORE = "reset before"  # the connection breaks before anything was done
    RESET_AFTER = "reset after"  # the work was done, then the connection breaks
    TRUNCATED = "truncated"  # the work was done, half of the answer arrives
    SLOW = "slow"  # the work was done, the answer waits


WORKS = frozenset({Trouble.ANSWER_AFTER, Trouble.RESET_AFTER, Trouble.TRUNCATED, Trouble.SLOW})


@dataclass(frozen=True, slots=True)
class Fault:
    """A trouble with what it needs: the other `response`, or the seconds that the answer waits."""

    trouble: Trouble
    response: Response | None = None
    wait_s: float = 0.0

    @classmethod
    def answer(cls, response: Response, *, after: bool = False) -> "Fault":
        """Another answer, instead of the work or after it."""
        return cls(Trouble.ANSWER_AFTER if after else Trouble.ANSWER, response)

    @classmethod
    def html(cls, status: int, *, after: bool = False) -> "Fault":
        """A gateway's page, which is no JSON."""
        page = f"<html>\r\n<head><title>{status}</title></head>\r\n<body><h1>{status}</h1></body>\r\n</html>\r\n"
        return cls.answer(Response.of_html(status, page), after=after)


RESET_BEFORE = Fault(Trouble.RESET_BEFORE)
RESET_AFTER = Fault(Trouble.RESET_AFTER)
TRUNCATED = Fault(Trouble.TRUNCATED)


def slow(seconds: float) -> Fault:
    """The answer comes late."""
    return Fault(Trouble.SLOW, wait_s=seconds)


@dataclass(slots=True)
class _Planned:
    fault: Fault
    method: str
    path: re.Pattern[str]
    skip: int
    times: int


@dataclass(slots=True)
class Faults:
    """The script. Of several that fit a call, the first planned is met; all of them count the call."""

    _planned: list[_Planned] = field(default_factory=list)

    def plan(self, fault: Fault, *, method: str = "", path: str = "", call: int = 1, times: int = 1) -> None:
        """Meet the `call`-th of the calls from now on, counted from 1, and `times - 1` after it, that have this method
        and in whose path the pattern `path` is found; without both, of all calls."""
        if call < 1 or times < 1:
            raise ValueError("calls are counted from 1")
        self._planned.append(_Planned(fault, method.upper(), re.compile(path), call - 1, times))

    def meet(self, request: Request) -> Fault | None:
        """The fault of this call."""
        met: Fault | None = None
        for planned in list(self._planned):
            if planned.method not in ("", request.method) or not planned.path.search(request.path):
                continue
            if planned.skip:
                planned.skip -= 1
            elif met is None:
                met = planned.fault
                planned.times -= 1
                if not planned.times:
                    self._planned.remove(planned)
        return met

    def clear(self) -> None:
        """Forget what was planned and not met yet."""
        self._planned.clear()
