"""What can happen to a call, and which call it happens to: the kit plans it, a harness lets it happen."""

from dataclasses import dataclass
from enum import StrEnum


class Trouble(StrEnum):
    """What happens to one call. In the last four the system does its work all the same."""

    TIMEOUT = "timeout"  # no answer comes in time; nothing was done
    RESET = "reset"  # the connection breaks; nothing was done
    FAILED = "failed"  # the system says that it failed (a 5xx, an error of the disk); nothing was done
    TOO_MANY = "too many"  # the system refuses the call for speed (a 429); nothing was done
    KILLED_BEFORE = "killed before"  # our process ends before the call is made: `Killed` is raised instead
    TRUNCATED = "truncated"  # half of the answer arrives
    LOST = "lost"  # the connection breaks before the answer
    REPLACED = "replaced"  # just before, somebody saved anew what is read, as it was (a file that is replaced)
    KILLED_AFTER = "killed after"  # our process ends before the answer comes: `Killed` is raised in its place


WORKS = frozenset({Trouble.TRUNCATED, Trouble.LOST, Trouble.REPLACED, Trouble.KILLED_AFTER})


class Killed(BaseException):
    """Stands for the end of the process; nothing in an adapter may catch it."""


@dataclass(slots=True)
class Disturbance:
    """A trouble of the `call`-th call, counted from 1, or from it on (`lasting`); `writing`: of calls that write.

    A harness asks `of_call` at each call of the adapter, reading or writing, in the order in which they are made.
    """

    trouble: Trouble
    call: int = 1
    writing: bool = False
    lasting: bool = False
    met: bool = False
    _calls: int = 0

    def of_call(self, *, writes: bool) -> Trouble | None:
        """What happens to this call."""
        if self.writing and not writes:
            return None
        self._calls += 1
        if self._calls != self.call and not (self.lasting and self._calls > self.call):
            return None
        self.met = True
        return self.trouble
