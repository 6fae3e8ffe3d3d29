"""An Acme account as a connected system."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from pydantic import BaseModel

from partnersync.contract.adapter import (
    Adapter,
    Capabilities,
    Connection,
    FieldsWrite,
    Gives,
    NoteWrite,
    Outcome,
    Page,
    Raw,
    Receipt,
    Stream,
    Table,
    Write,
)
from partnersync.contract.columns import ID_COLUMN
from partnersync.contract.managed import MANAGED
from partnersync.domain.value import RecordKind
from partnersync.errors import OutcomeUnknown, TryLater, Unsupported
from partnersync.transport.clock import Clock
from partnersync.transport.line import Line
from partnersync_acme.client import Client, Gone, Refused
from partnersync_acme.settings import AcmeSettings

KINDS = (RecordKind.PARTNER, RecordKind.DEAL, RecordKind.PAYMENT, RecordKind.REGISTRATION)
OVERLAP_S = 120  # how long a change may take to be seen in a list
PAGE_ROWS = 250


@dataclass(frozen=True, slots=True)
class Mark:
    """A cursor: what changed up to `since` is known. Within a walk also its end and the last record that was read."""

    since: int = 0
    until: int = 0
    at: int = 0
    record_id: int = 0

    @classmethod
    def parse(cls, cursor: str | None) -> Self:
        """None: nothing is known yet."""
        return cls(**json.loads(cursor)) if cursor else cls()

    def text(self) -> str:
        """To be parsed again."""
        return json.dumps(asdict(self))


class AcmeAdapter:
    """One account."""

    capabilities = Capabilities(managed=MANAGED, notes=True, reports_deletions=True, reads_record=True)

    def __init__(self, client: Client, page_rows: int = PAGE_ROWS) -> None:
        self._client = client
        self._page_rows = page_rows

    def streams(self) -> Sequence[Stream]:
        """One for each kind of record, with our fields where it has some."""
        return [Stream(kind.value, kind, Gives.BOTH if kind in MANAGED else Gives.FACTS) for kind in KINDS]

    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        """By time of change and id. A walk ends with what had changed when it began; the overlap repeats some of it."""
        mark = Mark.parse(cursor)
        if not mark.until:
            mark = Mark(mark.since - OVERLAP_S, self._client.get("/api/time")["now"])
        while True:
            rows = self._client.get(f"/api/{stream.kind}", [*_asked(mark), ("limit", str(self._page_rows))])["records"]
            raws = [_raw(stream.kind, row) for row in rows]
            if len(rows) < self._page_rows:
                yield Page(raws, Mark(mark.until).text())
                return
            mark = Mark(mark.since, mark.until, rows[-1]["changed_at"], rows[-1]["id"])
            yield Page(raws, mark.text())

    def push(self, writes: Iterable[Write]) -> Iterator[Receipt]:
        """One by one."""
        for write in writes:
            try:
                yield self._pushed(write)
            except Refused as error:
                yield Receipt(write.write_id, Outcome.REFUSED, error.message)
            except Gone:
                yield Receipt(write.write_id, Outcome.GONE)
            except OutcomeUnknown as error:
                yield Receipt(write.write_id, Outcome.UNKNOWN, error.message)

    def read(self, kind: RecordKind, record_ids: Sequence[str]) -> Iterator[Raw]:
        """As the account holds them now."""
        for record_id in record_ids:
            try:
                yield _raw(kind, self._client.get(f"/api/{kind}/{record_id}"))
            except Gone:
                yield Raw(record_id, deleted=True)

    def publish(self, table: Table) -> bool:
        """Acme holds no tables."""
        raise Unsupported("an Acme account holds no tables")

    def holds(self, name: str) -> str:
        """As for `publish`."""
        raise Unsupported("an Acme account holds no tables")

    def check(self) -> Iterator[str]:
        """Whether the account lets us in."""
        try:
            self._client.get("/api/time")
        except TryLater as error:
            yield str(error)

    def close(self) -> None:
        """Connections are given back."""
        self._client.close()

    def _pushed(self, write: Write) -> Receipt:
        if isinstance(write, FieldsWrite):
            if write.kind not in MANAGED:
                return Receipt(write.write_id, Outcome.REFUSED, f"{write.kind} has no field of ours")
            self._client.write("PATCH", f"/api/{write.kind}/{write.record_id}", {"fields": dict(write.values)})
        elif isinstance(write, NoteWrite):
            self._note(write)
        else:
            raise Unsupported("an Acme account takes no tasks")
        return Receipt(write.write_id, Outcome.DONE)

    def _note(self, write: NoteWrite) -> None:
        """Once: the account keeps our mark with the note, so it is looked for first."""
        path = f"/api/{write.kind}/{write.record_id}/notes"
        if all(note["mark"] != write.write_id for note in self._client.get(path)["notes"]):
            self._client.write("POST", path, {"text": write.text, "mark": write.write_id})


def _asked(mark: Mark) -> list[tuple[str, str]]:
    told = {"since": mark.since, "until": mark.until, "after_at": mark.at, "after_id": mark.record_id}
    return [(name, str(number)) for name, number in told.items()]


def _raw(kind: RecordKind, row: Mapping[str, Any]) -> Raw:
    """Acme's columns are the canonical ones; those of a real system are translated here."""
    record_id = str(row["id"])
    if row["deleted"]:
        return Raw(record_id, deleted=True)
    cells = {ID_COLUMN[kind]: record_id, **row["cells"]}
    return Raw(record_id, cells, row["fields"] if kind in MANAGED else None, version=str(row["changed_at"]))


def make(connection: Connection, settings: BaseModel) -> Adapter:
    """An adapter; nothing is called yet."""
    assert isinstance(settings, AcmeSettings)
    line = Line("acme", connection.name, threads=1)
    return AcmeAdapter(Client(line, settings, Clock(connection.now)))
