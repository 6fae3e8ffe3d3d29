"""Disks that get full, at a step of the test's choice."""

import errno
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event


class _Cut(io.FileIO):
    """A new file that takes half of what is written to it."""

    def write(self, data: Any) -> int:
        super().write(bytes(data)[: len(data) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@contextmanager
def full_at(number: int, effect: str, *, for_good: bool) -> Iterator[list[int]]:
    """The effect of that number (from 0) finds the disk full, with `for_good` every later one too.

    `effect` is `write` (a new file is filled), `fsync` or `mkdir`. Gives the numbers of those that did.
    """
    numbers, refused = count(), list[int]()
    fsync, mkdir, path_open = os.fsync, os.mkdir, Path.open

    def full() -> bool:
        now = next(numbers)
        if now == number or (for_good and now > number):
            refused.append(now)
        return bool(refused) and refused[-1] == now

    def opened(self: Path, mode: str = "r", *args: Any, **options: Any) -> Any:
        if "x" in mode and full():
            return io.BufferedWriter(_Cut(str(self), "xb"))
        return path_open(self, mode, *args, **options)

    def made_durable(descriptor: int) -> None:
        if stat.S_ISREG(os.fstat(descriptor).st_mode) and full():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(descriptor)

    def made(path: Any, *args: Any, **options: Any) -> None:
        if full():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        mkdir(path, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        seam = {"write": (Path, "open", opened), "fsync": (os, "fsync", made_durable), "mkdir": (os, "mkdir", made)}
        patch.setattr(*seam[effect])
        yield refused


@contextmanager
def store_of(pages: int) -> Iterator[None]:
    """Stores on SQLite may have so many pages and no more."""

    def limited(connection: Any, record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(Engine, "connect", limited)
    try:
        yield
    finally:
        event.remove(Engine, "connect", limited)
