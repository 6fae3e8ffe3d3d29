"""Family "faults": whatever happens to any call of a small sync, the runs that follow come to the same end."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from typing import ClassVar

from partnersync.errors import TryLater
from partnersync.testing.checks.small_sync import SmallSync
from partnersync.testing.checks.world import HOUR_S
from partnersync.testing.harness import Harness
from partnersync.testing.troubles import Disturbance, Killed, Trouble

_RUNS = 3  # after the disturbed one: one reads back and writes the rest, the last finds nothing to do
_PAUSE_S = 300  # between two runs
_MOST_CALLS = 1000  # of a small sync


class FaultChecks:
    """Whatever happens to any call of a small sync, the runs that follow come to the same end."""

    family: ClassVar[str] = "faults"

    def test_a_timeout_at_any_call(self, harness: Harness) -> None:
        """A call that is never answered, whichever it is, changes nothing of the end: nothing lost, nothing twice"""
        _at_any_call(harness, Trouble.TIMEOUT)

    def test_a_broken_connection_at_any_call(self, harness: Harness) -> None:
        """So does a connection that breaks before anything was done"""
        _at_any_call(harness, Trouble.RESET)

    def test_a_failure_at_any_call(self, harness: Harness) -> None:
        """So does a failure that the system tells of"""
        _at_any_call(harness, Trouble.FAILED)

    def test_a_refusal_for_speed_at_any_call(self, harness: Harness) -> None:
        """So does a refusal for speed"""
        _at_any_call(harness, Trouble.TOO_MANY)

    def test_half_an_answer_at_any_call(self, harness: Harness) -> None:
        """So does an answer that breaks off, though the work was done"""
        _at_any_call(harness, Trouble.TRUNCATED)

    def test_a_lost_answer_at_any_call(self, harness: Harness) -> None:
        """So does an answer that is lost, though the work was done"""
        _at_any_call(harness, Trouble.LOST)

    def test_somebody_else_saves_at_any_call(self, harness: Harness) -> None:
        """So does somebody who saves anew what is being read"""
        _at_any_call(harness, Trouble.REPLACED)

    def test_a_run_killed_before_any_call(self, harness: Harness) -> None:
        """So does the end of the process before any call, and the next run begins from the cursors that were kept"""
        _at_any_call(harness, Trouble.KILLED_BEFORE)

    def test_a_run_killed_after_any_call(self, harness: Harness) -> None:
        """So does the end of the process after any call"""
        _at_any_call(harness, Trouble.KILLED_AFTER)

    def test_an_outage_from_any_call_on(self, harness: Harness) -> None:
        """An outage that lasts ends the run with TryLater or with receipts; once it is over the end is the same"""
        for trouble in (Trouble.TIMEOUT, Trouble.FAILED):
            if trouble in harness.troubles:
                _at_any_call(harness, trouble, lasting=True)
                return


def _at_any_call(harness: Harness, trouble: Trouble, *, lasting: bool = False) -> None:
    """A round for each call of a run that knows nothing of the system, then for each of one that reads on."""
    if trouble not in harness.troubles:
        return
    small = SmallSync(harness)
    for from_the_start in (True, False):
        for disturbance in _each_call(trouble, lasting=lasting):
            small.ask_for_more(from_the_start=from_the_start)
            harness.disturb(disturbance)
            with suppress(TryLater, Killed):
                small.run()
            harness.disturb(None)
            assert _ends(harness, small.run), f"after {trouble} at call {disturbance.call} there is always more to do"
            small.check()
            assert list(harness.exceeded()) == []
            if from_the_start:
                harness.tick(HOUR_S)  # after which adapters know nothing of the system any more


def _each_call(trouble: Trouble, *, lasting: bool) -> Iterator[Disturbance]:
    """One for each call, until a run is over before its call comes."""
    for call in count(1):
        disturbance = Disturbance(trouble, call, lasting=lasting)
        yield disturbance
        if not disturbance.met:
            assert call > 1, f"no call met {trouble}, although the harness knows it"
            return
        assert call < _MOST_CALLS, "a small sync takes too many calls"


def _ends(harness: Harness, run: Callable[[], bool]) -> bool:
    for _ in range(_RUNS):
        harness.tick(_PAUSE_S)
        if run():
            return True
    return False
