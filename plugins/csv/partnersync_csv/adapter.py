"""A folder of CSV files as a connected system."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from partnersync.contract.adapter import (
    Adapter,
    Capabilities,
    Connection,
    Gives,
    Outcome,
    Page,
    Raw,
    Receipt,
    Stream,
    Table,
    Write,
)
from partnersync.contract.tables import PUBLISHED
from partnersync.domain.value import RecordKind
from partnersync.errors import TryLater, Unsupported
from partnersync_csv import check, source, target
from partnersync_csv.detect import file_state
from partnersync_csv.leftovers import remove_leftovers
from partnersync_csv.notes import NOTES, TASKS
from partnersync_csv.ours import refuse_foreign
from partnersync_csv.outbox import Outbox
from partnersync_csv.place import Mark, Place, places
from partnersync_csv.settings import OUR_TABLES, CsvSettings
from partnersync_csv.spool import Due
from partnersync_csv.write import render_table, replace_whole

_APART = ".out"  # behind the kind, names the stream of managed fields in a file of their own


class CsvAdapter:
    """Reads files whole when their bytes moved, and replaces files whole.

    Streams: one for each kind of file, and one for each kind with managed fields that are written into `out`.
    """

    def __init__(self, connection: Connection, settings: CsvSettings) -> None:
        root = Path(connection.root)
        self._folder = root / settings.path
        self._tables = root / settings.tables_folder()
        self._zone = ZoneInfo(connection.zone)
        folders = {self._tables, self._folder} if settings.in_place else {self._tables}
        self._exclusive = tuple(sorted(str(folder.resolve()) for folder in folders))
        self._places = {place.kind.key: place for place in places(settings, root)}
        self._cursors: dict[str, str | None] = {}  # of the streams as this run has read them
        self._holds_ledger = connection.ledger
        self._tidy = False

    @cached_property
    def capabilities(self) -> Capabilities:
        """By the files that are there when it is first asked for."""
        there = [place.kind for place in self._places.values() if place.named or place.input.exists()]
        return Capabilities(
            managed={kind.kind: kind.managed for kind in there if kind.managed},
            batch_size=0,
            notes=True,
            tasks=True,
            publishes=True,
            reports_deletions=True,
            reports_merges=True,
            removes_places=True,
            supplies_activities=any(kind.kind is RecordKind.ACTIVITY for kind in there),
            writes_into=self._exclusive,
        )

    def streams(self) -> Sequence[Stream]:
        """Every kind of file, also those that are not there: one that disappeared must be noticed."""
        found: list[Stream] = []
        for place in self._places.values():
            kind = place.kind
            tells_ours = kind.kind in self.capabilities.managed
            gives = Gives.BOTH if tells_ours and place.in_place else Gives.FACTS
            found.append(Stream(kind.key, kind.kind, gives, whole=True))
            if tells_ours and not place.in_place:
                found.append(Stream(kind.key + _APART, kind.kind, Gives.MANAGED, whole=True))
        return found

    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        """The whole file if its bytes, its name or its mapping moved, else nothing; the cursor is on the last page."""
        self._tidy_up()
        place = self._places[stream.name.removesuffix(_APART)]
        read = source.managed if stream.gives is Gives.MANAGED else source.facts
        self._cursors[stream.name] = cursor
        for page in read(place, Mark.parse(cursor)):
            if page.cursor is not None:
                self._cursors[stream.name] = page.cursor
            yield page

    def push(self, writes: Iterable[Write]) -> Iterator[Receipt]:
        """Take all writes, then replace each file once and give the receipts of what it held.

        TryLater: there is no room to keep the writes; nothing of those without a receipt was made.
        """
        with Outbox(self._tables, self._zone) as outbox:
            outbox.take(writes)
            for kind, due in outbox.due.items():
                place = self._writable(kind)
                if place is None:
                    reason = f"this connection has no file of {kind} records"
                    yield from (Receipt(write_id, Outcome.REFUSED, reason) for write_id, _ in due.writes())
                else:
                    yield from self._written(place, due)
            for entries in outbox.entries.values():
                yield from entries.append()

    def read(self, kind: RecordKind, record_ids: Sequence[str]) -> Iterator[Raw]:
        """Unsupported: a record of a file is read with all others."""
        raise Unsupported("a csv connection reads whole files", hint="Run sync")

    def publish(self, table: Table) -> bool:
        """Write the table as `<name>.csv`; False if the file held it already.

        TryLater: it cannot be written. NotCsv: what lies there is not ours.
        """
        path = self._table(table.name)
        try:
            refuse_foreign(path, table.columns)
            return replace_whole(path, render_table(table.columns, table.rows())).changed
        except OSError as exc:
            raise TryLater(target.refused(path.name, exc)) from exc

    def holds(self, name: str) -> str:
        """Size and time of `<name>.csv`."""
        try:
            _, size, changed_ns = file_state(self._table(name))
        except OSError:  # `publish` says what hinders
            return ""
        return f"{size} {changed_ns}" if changed_ns else ""

    def check(self) -> Iterator[str]:
        """What is wrong with the folders and files, each with its mend."""
        yield from check.problems(self._folder, self._tables, tuple(self._places.values()))
        ours = {"notes": NOTES, "tasks": TASKS, **(PUBLISHED if self._holds_ledger else {})}
        yield from check.in_the_way({self._table(name): columns for name, columns in ours.items()})

    def close(self) -> None:
        """Nothing is held between calls."""

    def _tidy_up(self) -> None:
        """Once in a run, before anything is written."""
        if not self._tidy:
            written = [place.target for place in self._places.values() if place.kind.managed]
            remove_leftovers([*written, *map(self._table, OUR_TABLES)])
            self._tidy = True

    def _table(self, name: str) -> Path:
        return self._tables / f"{name}.csv"

    def _writable(self, kind: RecordKind) -> Place | None:
        if kind not in self.capabilities.managed:
            return None
        return next(place for place in self._places.values() if place.kind.kind is kind)

    def _written(self, place: Place, due: Due) -> Iterator[Receipt]:
        stream = place.kind.key if place.in_place else place.kind.key + _APART
        return target.write(place, stream, due, self._cursors)


def make(connection: Connection, settings: BaseModel) -> Adapter:
    """An adapter for one connection; touches no file."""
    assert isinstance(settings, CsvSettings)
    return CsvAdapter(connection, settings)
