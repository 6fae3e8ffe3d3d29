"""What an adapter gives to the core: records as pulled, in the pages of the streams that it reads.

Values travel as text in the canonical columns of docs/files.md, whatever the system's own types are: decimals with a
point, ISO 8601 times with an offset, lists joined by `|`. The core checks them and builds domain values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

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
class PaidTotal:
    """What a deal was paid in all by a moment, less what was given back: text as in cells, an empty total is nothing.

    An empty `at` says that nobody knows since when; it is then taken for the moment of the pull.
    """

    total: str
    at: str = ""


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
    `paid`: of a deal whose system keeps only how much was paid in all. The last total is the one of now; earlier ones,
    oldest first, as far as the system's log tells. The core makes payments and refunds of what the total rose and fell.
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
    paid: tuple[PaidTotal, ...] = ()


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
    `recent`: a first pull leaves out what is long past; `HistoryReader.history` gives it.
    """

    name: str
    kind: RecordKind
    gives: Gives = Gives.FACTS
    whole: bool = False
    recent: bool = False


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
