"""Write files whole, with cells that no spreadsheet takes for a formula."""

import hashlib
import os
import secrets
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from partnersync.domain.spreadsheet import harmless
from partnersync.errors import TryLater
from partnersync_csv.detect import ABSENT, FileState, file_hash, file_state
from partnersync_csv.dialect import CANONICAL, Dialect
from partnersync_csv.scan import quote

_CHUNK = 1 << 16  # characters


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that stands whole on the disk: its SHA-256 in hexadecimal (as `file_hash` gives it) and size in bytes.

    `changed` is False if it held these bytes already; then it was left as it is, its time included.
    """

    path: Path
    hash: str
    size: int
    changed: bool = True


def replace_whole(path: Path, chunks: Iterable[bytes], *, since: FileState | None = None) -> WrittenFile:
    """Put `chunks` in place of the file: at every moment it is the old one or the new one, whole.

    Its folder is made if need be; its mode bits and a symbolic link that leads to it stay. When anything fails, an
    error of `chunks` included, the old file is untouched and nothing is left beside it; the error goes on.
    TryLater: the file is not as it was in the state `since`. It is looked at just in front of the rename, which is as
    late as the system allows; what is saved between these two calls is lost.
    """
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:
            if target.exists():
                os.fchmod(file.fileno(), stat.S_IMODE(target.stat().st_mode))
            written = _poured(path, chunks, file)
            if written.changed:
                file.flush()
                os.fsync(file.fileno())
        if written.changed:
            _refuse_saved(target, since)
            temporary.replace(target)
            _sync_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)
    return written


def remove(path: Path, *, since: FileState) -> None:
    """Take a file away for good, if it is there. TryLater: it is not as it was in the state `since`."""
    target = Path(os.path.realpath(path))
    if since != ABSENT:
        _refuse_saved(target, since)
        target.unlink()
        _sync_folder(target.parent)


def _refuse_saved(path: Path, since: FileState | None) -> None:
    if since is not None and file_state(path) != since:
        raise TryLater(f"{path.name} was saved while it was being written", hint="The next run reads it")


def _poured(path: Path, chunks: Iterable[bytes], into: BinaryIO) -> WrittenFile:
    """Write `chunks` out, and compare them with what the file at `path` holds."""
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        into.write(chunk)
        digest.update(chunk)
        size += len(chunk)
    same = path.exists() and path.stat().st_size == size and file_hash(path) == digest.hexdigest()
    return WrittenFile(path, digest.hexdigest(), size, changed=not same)


def render_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """A file that is ours alone, in the form CANONICAL, its cells harmless and quoted only where they must be."""
    delimiter, line_end = CANONICAL.delimiter, CANONICAL.line_end
    lines = (delimiter.join(quote(harmless(cell), delimiter) for cell in row) + line_end for row in rows)
    return encoded(chain([delimiter.join(columns) + line_end], lines), CANONICAL)


def encoded(lines: Iterable[str], dialect: Dialect) -> Iterator[bytes]:
    """The bytes of a text, its byte order mark included, gathered into chunks.

    UnicodeEncodeError: the encoding cannot hold it.
    """
    yield dialect.bom
    gathered: list[str] = []
    size = 0
    for line in lines:
        gathered.append(line)
        size += len(line)
        if size > _CHUNK:
            yield "".join(gathered).encode(dialect.encoding)
            gathered, size = [], 0
    yield "".join(gathered).encode(dialect.encoding)


def _sync_folder(folder: Path) -> None:
    """Make a rename in the folder outlive a power cut, where the system can: the rename itself is made."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
