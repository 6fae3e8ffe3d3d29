"""Whose turn it is: turns that threads and processes of a machine share, and stops that hold for all of them.

Turns are handed out ahead, one every `spacing` seconds, in a file. A system that counts in a bucket admits a `burst`
of them at once after a rest.
"""

from collections.abc import Callable
from pathlib import Path

from partnersync.errors import PartnersyncError
from partnersync.transport.clock import Clock
from partnersync.transport.shared_file import SharedFile

LONGEST_PAUSE_S = 900.0
_LONGEST_QUEUE_S = 60.0  # a turn further ahead is of before the machine was started
_SCHEMA = """
CREATE TABLE IF NOT EXISTS turns (id INTEGER PRIMARY KEY, turn REAL, paused_until REAL, blocked_until REAL);
INSERT OR IGNORE INTO turns VALUES (1, 0, 0, 0)
"""


class Turns:
    """Turns of one account. `turn` is in ticks of the clock, the two stops in unix seconds.

    `late_s`: who wakes up later than that for his turn would come too close to the next ones, and queues again.
    `blocked` makes the error of who comes while everybody is blocked, of the seconds that are left.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        blocked: Callable[[float], PartnersyncError],
        *,
        spacing: float,
        burst: int = 0,
        late_s: float,
    ) -> None:
        self._file = SharedFile(path, _SCHEMA, durable=False)
        self._clock = clock
        self._blocked = blocked
        self._spacing = spacing
        self._ahead = burst * spacing
        self._late = late_s

    def wait(self) -> None:
        """Return when it is this caller's turn; the error of `blocked` where all were blocked a short while ago."""
        while True:
            turn = self._queue()
            if (ahead := turn - self._clock.ticks()) > 0:
                self._clock.sleep(ahead)
            if self._clock.ticks() - turn <= self._late + self._ahead and not self._stopped():
                return

    def pause(self, seconds: float) -> None:
        """Nobody has a turn for so long, nor a burst of them after it."""
        seconds = min(LONGEST_PAUSE_S, seconds)
        turn = self._clock.ticks() + seconds - self._spacing
        with self._file.alone() as database:
            database.execute(
                "UPDATE turns SET paused_until = max(paused_until, ?), turn = max(turn, ?)",
                (self._clock.unix() + seconds, turn),
            )

    def block(self, seconds: float) -> None:
        """Whoever asks for a turn gets the error for so long."""
        with self._file.alone() as database:
            until = self._clock.unix() + seconds
            database.execute("UPDATE turns SET blocked_until = max(blocked_until, ?)", (until,))

    def forget(self) -> None:
        """The stops are over, as a person says who signs in anew."""
        with self._file.alone() as database:
            database.execute("UPDATE turns SET paused_until = 0, blocked_until = 0")

    def close(self) -> None:
        """Give the file back."""
        self._file.close()

    def _queue(self) -> float:
        with self._file.alone() as database:
            last, paused_until, blocked_until = database.execute(
                "SELECT turn, paused_until, blocked_until FROM turns"
            ).fetchone()
            self._refuse(blocked_until)
            paused = min(LONGEST_PAUSE_S, max(0.0, paused_until - self._clock.unix()))
            first = self._clock.ticks() + paused
            turn = max(first - self._ahead, last + self._spacing)
            if turn > first + _LONGEST_QUEUE_S:
                turn = first
            database.execute("UPDATE turns SET turn = ?", (turn,))
        return float(turn)

    def _stopped(self) -> bool:
        with self._file.alone() as database:
            paused_until, blocked_until = database.execute("SELECT paused_until, blocked_until FROM turns").fetchone()
        self._refuse(blocked_until)
        return bool(paused_until > self._clock.unix())

    def _refuse(self, blocked_until: float) -> None:
        if (left := blocked_until - self._clock.unix()) > 0:
            raise self._blocked(left)
