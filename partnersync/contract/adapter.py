"""What an adapter is and does; a plugin imports from here what passes through its two verbs, too.

Two verbs touch the system: `pull` and `push` (and, where the system holds files of the programme, `publish`). All else
is data: `pulled.py` has what an adapter gives to the core, `written.py` what it takes from it. The core reads
`capabilities` instead of asking what kind of system it talks to; what is declared absent must raise `Unsupported`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol, runtime_checkable

from pydantic import BaseModel

from partnersync.contract.pulled import NO_CELLS, Cells, Gives, Origin, Page, PaidTotal, Raw, Stream
from partnersync.contract.schema import Schema
from partnersync.contract.written import FieldsWrite, NoteWrite, Outcome, Receipt, Table, TaskWrite, Write
from partnersync.domain.value import RecordKind

__all__ = [
    "NO_CELLS",
    "Adapter",
    "AdapterKind",
    "Capabilities",
    "Cells",
    "Connection",
    "FieldsWrite",
    "Gives",
    "HistoryReader",
    "NoteWrite",
    "Origin",
    "Outcome",
    "Page",
    "PaidTotal",
    "Person",
    "Raw",
    "Receipt",
    "Stream",
    "Surveyed",
    "Table",
    "TaskWrite",
    "Write",
]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the connected system can do. The engine and the conformance kit read the same values."""

    managed: Mapping[RecordKind, tuple[str, ...]]  # fields that have a place, or that a write gives one; lazily known
    batch_size: int = 1  # writes that `push` sends in one call; 0: all writes of a kind at once
    calls_at_once: int = 1  # calls of `push` that are on their way at the same time
    notes: bool = False
    tasks: bool = False
    publishes: bool = False  # takes whole tables (`publish`)
    names_authors: bool = False  # `Raw.authors` is told, as far as it is certain
    reports_deletions: bool = False  # by tombstones (`Raw.deleted`) or by complete listings
    reports_merges: bool = False
    supplies_activities: bool = False
    reads_record: bool = False  # `read` can fetch one record afresh
    awaits_verdicts: bool = False  # people enter registrations there: each has its verdict told in a note
    removes_places: bool = False  # what a write gave a place can lose it again (`FieldsWrite`)
    writes_into: tuple[str, ...] = ()  # places, as a folder, that no other connection may write into


class Adapter(Protocol):
    """One connected account. Made by its `AdapterKind`, used by one run at a time, closed at its end."""

    @property
    def capabilities(self) -> Capabilities:
        """What the connected system can do."""

    def streams(self) -> Sequence[Stream]:
        """The streams to pull, in the order in which to pull them. No I/O."""

    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        """Records that changed since `cursor` (None: all), oldest change first, in pages of bounded size.

        May give a record twice, must never miss one: the adapter itself reads with an overlap where its system's clock
        is coarse. Nothing changed: no page, or pages without records. Raises TryLater, SignInRequired, ConfigError.
        """

    def push(self, writes: Iterable[Write]) -> Iterator[Receipt]:
        """Make the writes, one receipt for each, in any order.

        `writes` is consumed lazily: the core makes each intent durable just before it hands it out, so an adapter takes
        only as many as it sends at once. One refused write never loses the others. A write without an answer gives a
        receipt UNKNOWN and is not sent again. A kind of record that `capabilities.managed` does not name is REFUSED; a
        note or task where those are declared absent raises Unsupported. Raises TryLater only for writes that are
        certain not to have been processed; those without a receipt are planned anew by the next run.
        """

    def read(self, kind: RecordKind, record_ids: Sequence[str]) -> Iterator[Raw]:
        """The named records afresh, gone ones as `deleted`; Unsupported unless `reads_record`."""

    def publish(self, table: Table) -> bool:
        """Hold `table` for people to read, replacing it whole; True if it was written, False if it was so already.

        Unsupported unless `publishes`.
        """

    def holds(self, name: str) -> str:
        """What tells without reading it that the published table `name` is as it was: a short text that is another one
        once somebody changed it, empty where it is not there. Unsupported unless `publishes`.
        """

    def check(self) -> Iterator[str]:
        """Problems of this connection, each with its mend, for `doctor`; touches the system, changes nothing."""

    def close(self) -> None:
        """Give connections and files back."""


@runtime_checkable
class HistoryReader(Protocol):
    """What an adapter is besides that has streams which are `recent`."""

    def history(self, stream: Stream, since: datetime, until: datetime, cursor: str | None) -> Iterator[Page]:
        """The records of a stretch of time, oldest first, from a cursor that an earlier page of it gave; as `pull`."""


@dataclass(frozen=True, slots=True)
class Connection:
    """What the core tells an adapter about the connection that it is made for."""

    name: str
    root: str  # folder that relative paths start at
    zone: str  # the program's time zone, for times without an offset
    now: Callable[[], datetime]
    ledger: bool = False  # the programme's tables are published here


@dataclass(frozen=True, slots=True)
class Surveyed:
    """One part of a system that is not connected yet, as a file of a folder, and how it would be read.

    `recognised`: as what, in a few words; empty where it will not be read. `options`: the connection's own keys that
    make it be read so, to be merged with those of the others; empty where it needs none. `remarks`: sentences for the
    person who sets it up, each with what to do. `samples`: the cells of its first records, as they would be pulled.
    """

    name: str
    recognised: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    samples: tuple[Cells, ...] = ()


class Person(Protocol):
    """Whoever signs in, at a terminal or in a test."""

    def tell(self, text: str) -> None:
        """Show a line, as an address to open."""

    def ask(self, question: str) -> str:
        """What the person answers, without spaces around it; never kept and never logged."""


@dataclass(frozen=True, slots=True)
class AdapterKind:
    """A kind of system that a plugin can talk to: `kind = "csv"` in the settings.

    `settings` is the pydantic model of the connection's own keys; `make` builds an adapter without touching the system.
    `survey` looks at a folder before there is a connection, for `init`; None where there is nothing to look at. It
    changes nothing, and raises OSError where the folder cannot be read.
    `read_file` reads one file that a person gives as records of a kind, in canonical columns; None where the kind knows
    no files. What is wrong with the file as a whole is told as a notice. TryLater: it cannot be read.
    `connect` leads a person through the sign-in to the system and keeps what came of it, for `partnersync connect`;
    None where the settings alone let an adapter in. Raises ConfigError, SignInRequired, TryLater.
    `schema` gives the account's definitions as code, for `partnersync schema`; None where there are none to make.
    """

    name: str
    settings: type[BaseModel]
    make: Callable[[Connection, BaseModel], Adapter]
    survey: Callable[[Path], Sequence[Surveyed]] | None = None
    read_file: Callable[[Path, RecordKind], Iterator[Page]] | None = None
    connect: Callable[[Connection, BaseModel, Person], None] | None = None
    schema: Callable[[Connection, BaseModel], Schema] | None = None
