"""What an adapter gives to the core and takes from it.

Two verbs touch the system: `pull` and `push` (and, where the system holds files of the programme, `publish`). All else
is data. The core reads `capabilities` instead of asking what kind of system it talks to; what is declared absent must
raise `Unsupported`.

Values travel as text in the canonical columns of docs/files.md, whatever the system's own types are: decimals with a
point, ISO 8601 times with an offset, lists joined by `|`. The core checks them and builds domain values.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel

from partnersync.contract.schema import Schema
from partnersync.domain.value import RecordKind

Cells = Mapping[str, str]
NO_CELLS: Cells = {}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record stands in its source, for the person who has to mend it; `line` counts from 1, 0 is unknown."""

    file: str = ""
    line: int = 0
    columns: Cells = field(default_factory=dict)  # canonical column → the source's own name, where they differ


@dataclass(frozen=True, slots=True)
class Raw:
    """One record as pulled. `record_id` is the system's own id, without the connection's name.

    `cells` are the canonical columns as text, without managed fields; None: this row tells only what is in our fields.
    `seen` are our managed fields (`ps_…`) as the system holds them now; None: this row does not tell. A field that is
    missing from `seen` has no place in the system yet (it is written anew), an empty text is a place that is empty.
    A row that tells neither names only that the record exists: a listing of ids, by which a whole stream finds out what
    is gone (see Stream.whole). `deleted`: the system says that the record is gone. `merged_into`: it was merged into
    that record id, and lives on there; such a row need not have cells.
    `problem` and `value`: the adapter could not read the row; the core sets it aside with this reason.
    `warnings` are (code, column, value, reason) of optional cells that were read as empty.
    `authors` says who put a value there, by managed field: the user id of a person or robot other than our own account,
    and only where the system's log names him for this very value. Where only the last editor of the record is known,
    and more than one edit may have fallen between two looks, the field is left out: nobody is named by guess.
    """

    record_id: str
    cells: Cells | None = None
    seen: Cells | None = None
    origin: Origin = Origin()
    version: str = ""  # the system's own version or update time of the record, where it has one
    deleted: bool = False
    merged_into: str | None = None
    authors: Cells = field(default_factory=dict)
    problem: str = ""
    problem_code: str = "BAD_VALUE"
    value: str = ""
    column: str = ""
    warnings: tuple[tuple[str, str, str, str], ...] = ()


class Gives(StrEnum):
    """What the records of a stream tell."""

    FACTS = "facts"  # cells
    MANAGED = "managed"  # seen
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of record that can be read from a cursor of its own. `name` is unique in the connection and stable.

    `whole`: a pull that finds a change lists the whole stream and ends with a complete page; an id that comes twice in
    it is then a duplicate (of different rows the first counts), where otherwise it is a repeat (the last counts). A
    system without tombstones tells deletions by a whole stream of ids beside the one of changes.
    """

    name: str
    kind: RecordKind
    gives: Gives = Gives.FACTS
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some records of a stream, and the cursor that stands behind them.

    `cursor` is opaque to the core, which stores it when the page is safe and gives it back at the next pull; None: this
    page does not move the cursor. `complete` on the last page of a pull promises that the whole stream was listed by
    this pull, so what it did not list is gone. An adapter that reads only what changed never sets it.
    `notices` are troubles of the whole source (a file that is no CSV): (code, file, reason).
    """

    raws: Sequence[Raw]
    cursor: str | None = None
    complete: bool = False
    notices: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FieldsWrite:
    """Set managed fields of one record. `values` holds only the fields to change; an empty text clears.

    Only where `removes_places`: the record loses its place of the fields in `removes` (where a record cannot be without
    a place that others have, it is cleared), and the places of the fields in `drops` go for all records of the kind
    once the writes that go out together are made, unless one of them holds something there.
    """

    write_id: str
    kind: RecordKind
    record_id: str
    values: Cells
    removes: frozenset[str] = frozenset()
    drops: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NoteWrite:
    """Leave a note on a record, once: `write_id` is kept in the system, so that a rerun finds it there."""

    write_id: str
    kind: RecordKind
    record_id: str
    note_kind: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TaskWrite:
    """Give a person a task on a record, once, as for notes. `assignee` None: whoever is responsible for the record."""

    write_id: str
    kind: RecordKind
    record_id: str
    task_kind: str
    text: str
    at: datetime
    due_at: datetime
    assignee: str | None = None


Write = FieldsWrite | NoteWrite | TaskWrite


class Outcome(StrEnum):
    """What became of one write."""

    DONE = "done"
    REFUSED = "refused"  # the system said no to this one; the others stand. It is planned again at the next run
    GONE = "gone"  # the record no longer exists
    UNKNOWN = "unknown"  # sent, no answer: the core reads the record back before anything else


@dataclass(frozen=True, slots=True)
class Receipt:
    """The outcome of one write, in the order in which outcomes became known.

    `reason` is a sentence without secrets. `version` is the record's new version where the system tells. `cursors`
    moves streams past our own write: reading on from there gives no echo of it (only where that is certain).
    """

    write_id: str
    outcome: Outcome
    reason: str = ""
    version: str = ""
    cursors: Cells = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the programme for people: ledger, issues … `state` names its content: equal state, equal rows."""

    name: str
    columns: tuple[str, ...]
    state: str
    rows: Callable[[], Iterator[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the connected system can do. The engine and the conformance kit read the same values."""

    managed: Mapping[RecordKind, tuple[str, ...]]  # managed fields that have a place, or that a write gives one
    batch_size: int = 1  # writes that `push` sends in one call; 0: all writes of a kind at once
    notes: bool = False
    tasks: bool = False
    publishes: bool = False  # takes whole tables (`publish`)
    names_authors: bool = False  # `Raw.authors` is told, as far as it is certain
    reports_deletions: bool = False  # by tombstones (`Raw.deleted`) or by complete listings
    reports_merges: bool = False
    supplies_activities: bool = False
    reads_record: bool = False  # `read` can fetch one record afresh
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
