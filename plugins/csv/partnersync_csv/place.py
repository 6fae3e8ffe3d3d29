"""Where the files of a connection are, and how one is opened."""

import hashlib
import json
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from os.path import normpath
from pathlib import Path
from typing import NamedTuple, Self

from partnersync.errors import ConfigError, TryLater
from partnersync_csv.detect import detect
from partnersync_csv.dialect import Dialect, NotCsv
from partnersync_csv.headers import Header, Width
from partnersync_csv.kinds import FILE_KINDS, FileKind
from partnersync_csv.mapping import Reader
from partnersync_csv.scan import Row, rows
from partnersync_csv.settings import WORKBOOK_IN_PLACE, CsvSettings, FileSettings
from partnersync_csv.workbook import is_workbook

_READING = 3
"""Raise it when files are read differently, so that all are read anew."""
_NOT_OURS = "not ours"


@dataclass(frozen=True, slots=True)
class Mark:
    """A stream's cursor: the file that was read, the SHA-256 of its bytes ("": it was missing), and how it was read."""

    file: str
    sha256: str
    reading: str

    @classmethod
    def parse(cls, cursor: str | None) -> Self | None:
        """None for no cursor, and for one that this version did not write."""
        try:
            return cls(**json.loads(cursor or ""))
        except (ValueError, TypeError):
            return None

    @property
    def is_ours(self) -> bool:
        """Whether there was a file, and one that we may replace."""
        return bool(self.sha256) and self.reading != _NOT_OURS

    def text(self) -> str:
        """As the core keeps it."""
        return json.dumps({"file": self.file, "sha256": self.sha256, "reading": self.reading})


@dataclass(frozen=True)
class Place:
    """One kind of file: where it is read, and where it is written with its managed columns.

    `file` and `written_file` are its names for people: below `path`, and with the folder that it is written into.
    `named`: the settings speak of it, so it has to be there. `in_place`: the input itself gets the columns.
    `handed_in`: a person gives this file alone, and no settings speak of it.
    """

    kind: FileKind
    settings: FileSettings[str]
    named: bool
    file: str
    input: Path
    written_file: str
    target: Path
    in_place: bool
    handed_in: bool = False

    @cached_property
    def reading(self) -> str:
        """Another text whenever the same bytes would be read differently."""
        told = [_READING, self.in_place, self.settings.model_dump(mode="json", exclude={"file"})]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def id_header(self) -> str:
        """What the file calls the only id column."""
        name = self.kind.id_columns[0]
        preset = self.settings.used_preset()
        return self.settings.columns.get(name, preset.columns[name][0] if preset else name)

    def mark(self, sha256: str) -> Mark:
        """The cursor of its facts."""
        return Mark(self.file, sha256, self.reading)

    def written_mark(self, sha256: str) -> Mark:
        """The cursor of its managed fields, where they are in a file of their own."""
        return Mark(self.written_file, sha256, self.reading)

    def has_ours(self, held: "Table") -> bool:
        """Whether a file of this kind has any of our columns."""
        return any(map(held.header.positions, self.kind.managed))

    def is_foreign(self, held: "Table", known: Mark | None) -> bool:
        """Whether the file where ours is to be written is a person's: no mark is known of one there, nor has it our
        columns. One that was ours and lost them is ours.
        """
        was_ours = known is not None and known.file == self.written_file and known.is_ours
        return not was_ours and not self.has_ours(held)

    def foreign_mark(self, sha256: str) -> Mark:
        """The cursor of such a file: no later one is equal to it, so that it is looked at again."""
        return Mark(self.written_file, sha256, _NOT_OURS)

    @property
    def in_the_way(self) -> NotCsv:
        """What is said of such a file."""
        return NotCsv(f"{self.written_file} has none of our columns", hint="Move it away, or name another out")


def places(settings: CsvSettings, root: Path) -> tuple[Place, ...]:
    """All kinds of file, whether they are there or not, in the order in which they are read.

    ConfigError: what is written into `out` would overwrite what is read.
    """
    if not settings.in_place and normpath(root / settings.path) == normpath(root / settings.tables_folder()):
        raise ConfigError("path and out are one folder", hint="Name another out, or set in_place = true")
    named = {kind for kind, _ in settings.files.given()}
    into = settings.path if settings.in_place else settings.tables_folder()
    return tuple(
        Place(
            kind,
            settings.file(kind),
            kind in named,
            settings.file_name(kind),
            root / settings.path / settings.file_name(kind),
            f"{into}/{settings.written_name(kind)}",
            root / into / settings.written_name(kind),
            settings.in_place,
        )
        for kind in FILE_KINDS
    )


def dialect_of(path: Path, place: Place) -> Dialect:
    """The form of a file of this kind; NotCsv, also for a workbook that would get our columns in place; OSError."""
    settings, kind = place.settings, place.kind
    preset = settings.used_preset()
    named = {name for names in preset.columns.values() for name in names} if preset else set[str]()
    known: Set[str] = {*settings.columns.values(), *named, *kind.columns, *kind.managed}
    dialect = detect(
        path, encoding=settings.encoding, delimiter=settings.delimiter, sheet=settings.sheet or "", known_headers=known
    )
    if dialect.sheet is not None and place.in_place and kind.managed:
        raise NotCsv(f"{place.file} is a workbook, which gets no columns in place", hint=WORKBOOK_IN_PLACE)
    return dialect


class Table(NamedTuple):
    """An open file: its header, how wide it is, and the rows below the header that are not blank."""

    header: Header
    width: Width
    rows: Iterator[Row]


def table(path: Path, dialect: Dialect, *, header: bool = True) -> Table | None:
    """Open a file; None if it has no header. NotCsv, TryLater, OSError."""
    every = (row for row in rows(path, dialect) if not row.blank)
    first = next(every, None)
    if first is None:
        return None
    names = Header.of(first) if header else Header.numbered(first)
    ahead = [*islice(every, 2)] if header else [first, *islice(every, 1)]
    return Table(names, Width.of(len(names.names), ahead), chain(ahead, every))


def input_reader(place: Place, held: Table) -> Reader:
    """How rows of the input are read."""
    return Reader(
        place.kind,
        place.settings,
        held.header,
        held.width,
        file=place.file,
        gives_seen=place.in_place,
        handed_in=place.handed_in,
    )


def written_reader(place: Place, held: Table) -> Reader:
    """How rows of the file last written are read."""
    return Reader(
        place.kind,
        place.settings,
        held.header,
        held.width,
        file=place.written_file,
        harmless_ids=is_workbook(place.input),
    )


@contextmanager
def readable(file: str) -> Iterator[None]:
    """What the system says against reading becomes a TryLater that names the file."""
    try:
        yield
    except OSError as exc:
        raise TryLater(
            f"{file} cannot be read: {exc.strerror}", hint="Allow reading it, or close it elsewhere"
        ) from exc
