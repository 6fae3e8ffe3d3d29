"""Every moment at which a kill would leave another state of the disk.

A killed process runs no handler, and what it has not given to the system is gone. So what it leaves is the state of the
disk between two effects: a commit, the bytes of a file, a rename, a removal. Copies of the folder at each of them leave
nothing out and cost less than killing; `die_at` kills for good, where a sample will do.
"""

import hashlib
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine.default import DefaultDialect

_FILE_EFFECTS = ("replace", "rename", "unlink", "rmdir", "mkdir")
_SHARED_MEMORY = "-shm"  # SQLite makes it anew when nobody has the database open

Look = Callable[[str, Any], None]


@contextmanager
def seams(look: Look) -> Iterator[None]:
    """Call `look` before and after each effect of this process, with its name and what it is done to."""

    def around(name: str, effect: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any, **options: Any) -> Any:
            look(f"before {name}", args[0])
            result = effect(*args, **options)
            look(f"after {name}", args[0])
            return result

        return watched

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DefaultDialect, "do_commit", around("commit", DefaultDialect.do_commit))
        for name in (*_FILE_EFFECTS, "fsync"):
            patch.setattr(os, name, around(name, getattr(os, name)))
        yield


@dataclass
class CrashPoints:
    """Watches one folder: `moments` are its copies below `into`, `kinds` counts them by what had just been done."""

    folder: Path
    into: Path
    moments: list[Path] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    _last: str = ""

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Copy the folder at every moment of what runs meanwhile; equal moments count once."""
        with seams(self._look):
            yield
        self._look("at the end", None)

    def _look(self, when: str, what: Any) -> None:
        now = _fingerprint(self.folder)
        if now != self._last:
            self._last = now
            self._keep(when)
        if when == "before fsync":
            self._tear(Path(os.readlink(f"/proc/self/fd/{what}")))

    def _keep(self, when: str) -> Path:
        moment = self.into / f"{len(self.moments):03} {when}"
        shutil.copytree(self.folder, moment, ignore=shutil.ignore_patterns(f"*{_SHARED_MEMORY}"))
        self.moments.append(moment)
        self.kinds[when] += 1
        return moment

    def _tear(self, path: Path) -> None:
        """A file that is written but not durable: only half of it had come so far."""
        if path.is_file():
            moment = self._keep("torn")
            os.truncate(moment / path.relative_to(self.folder.resolve()), path.stat().st_size // 2)


def die_at(number: int, args: list[str]) -> None:
    """Run a command of partnersync and kill this process, for good, at the looked-at moment of that number."""
    from partnersync.cli.main import main

    moments = count(1)

    def look(when: str, what: Any) -> None:
        if next(moments) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    with seams(look):
        main(args)


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if not path.name.endswith(_SHARED_MEMORY):
            digest.update(f"{path.relative_to(folder)}\0{path.is_dir()}\0".encode())
            digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


if __name__ == "__main__":
    die_at(int(sys.argv[1]), sys.argv[2:])
