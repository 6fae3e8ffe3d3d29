"""Whose turn it is: even turns for an account, shared by threads and processes, and stops for all of them.

The vendor counts requests in any second and blocks the account of who goes on after a refusal. So turns are handed out
ahead, one every 1/rate seconds; who wakes up too late for his turn would come too close to the next ones, and queues
again.
"""

from pathlib import Path

from partnersync.errors import PartnersyncError
from partnersync_amocrm.clock import Clock
from partnersync_amocrm.faults import BLOCK_S, AccountBlocked, SlowDown
from partnersync_amocrm.shared_file import SharedFile

ALLOWED = 7  # requests in any second, by the vendor
LONGEST_PAUSE_S = 900.0
SHORTEST_PAUSE_S = 1.0
_LONGEST_QUEUE_S = 60.0  # a turn further ahead is of before the machine was started
_SCHEMA = """
CREATE TABLE IF NOT EXISTS turns (id INTEGER PRIMARY KEY, turn REAL, paused_until REAL, blocked_until REAL);
INSERT OR IGNORE INTO turns VALUES (1, 0, 0, 0)
"""


class Limiter:
    """Turns of one account. `turn` is in ticks of the clock, the two stops in unix seconds."""

    def __init__(self, path: Path, rate: float, clock: Clock) -> None:
        self._file = SharedFile(path, _SCHEMA, durable=False)
        self._clock = clock
        self._spacing = max(1 / rate, 1.02 / ALLOWED)
        self._late = min(self._spacing / 2, (ALLOWED * self._spacing - 1) / 2)  # the other half is the network's

    def wait(self) -> None:
        """Return when it is this caller's turn. AccountBlocked where the account was blocked a short while ago."""
        while True:
            turn = self._queue()
            if (ahead := turn - self._clock.ticks()) > 0:
                self._clock.sleep(ahead)
            if self._clock.ticks() - turn <= self._late and not self._stopped():
                return

    def heed(self, error: PartnersyncError) -> None:
        """Stop everybody for what an answer asks for: a pause after a 429, a long one where the account is blocked."""
        if isinstance(error, AccountBlocked):
            self._stop("blocked_until", BLOCK_S)
        elif isinstance(error, SlowDown):
            self._stop("paused_until", min(LONGEST_PAUSE_S, error.after_s or SHORTEST_PAUSE_S))

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
            turn = max(first, last + self._spacing)
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
            raise AccountBlocked(min(left, BLOCK_S))

    def _stop(self, column: str, seconds: float) -> None:
        until = self._clock.unix() + seconds
        with self._file.alone() as database:
            database.execute(f"UPDATE turns SET {column} = max({column}, ?)", (until,))  # noqa: S608 - ours
