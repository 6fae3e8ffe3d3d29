"""A small file that all processes of a machine share, one at a time: SQLite, readable by its owner alone."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from weakref import finalize

from partnersync.errors import ConfigError, TryLater


class SharedFile:
    """One transaction after the other, over all threads and processes; what a killed one began is as if it never was.

    `durable`: what was committed outlasts a crash of the machine, which costs milliseconds.
    """

    def __init__(self, path: Path, schema: str, *, durable: bool, wait_s: float = 60.0) -> None:
        self._path = path
        self._lock = RLock()
        with self._told():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._database = sqlite3.connect(path, timeout=wait_s, isolation_level=None, check_same_thread=False)
            finalize(self, self._database.close)  # whoever forgets to close it leaves nothing open
            self._database.execute(f"PRAGMA synchronous = {'EXTRA' if durable else 'OFF'}")
        with self.alone() as database:
            for statement in schema.split(";"):
                database.execute(statement)

    @contextmanager
    def alone(self) -> Iterator[sqlite3.Connection]:
        """A transaction that no other one overlaps, kept at its end unless it raises."""
        with self._lock, self._told():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._database.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise TryLater(f"{self._path.name}: another process holds it for long", after_s=60) from None
            raise self._unusable(str(error)) from None
        except (OSError, sqlite3.DatabaseError) as error:
            raise self._unusable(getattr(error, "strerror", None) or str(error)) from None

    def _unusable(self, reason: str) -> ConfigError:
        hint = f"Let this user write {self._path.parent}, or name another folder as the connection's state"
        return ConfigError(f"{self._path} cannot be used: {reason.lower()}", hint=hint)
