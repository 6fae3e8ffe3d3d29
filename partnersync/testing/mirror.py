"""What the core would know of a system from an adapter's pages and receipts alone."""

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field

from partnersync.contract.adapter import NO_CELLS, Adapter, Cells, Gives, Outcome, Page, Raw, Receipt, Stream, Write
from partnersync.domain.value import RecordKind

Key = tuple[RecordKind, str]


@dataclass(slots=True)
class Known:
    """One record as pulled so far; `seen` None: nothing was told of its managed fields."""

    cells: Cells | None = None
    seen: Cells | None = None
    authors: Cells = field(default_factory=dict)
    merged_into: str | None = None
    gone: bool = False


@dataclass(slots=True)
class Mirror:
    """Keeps cursors and records as the core does: the cursor of a page only after its records."""

    cursors: dict[str, str] = field(default_factory=dict)
    records: dict[Key, Known] = field(default_factory=dict)

    def pull(self, adapter: Adapter) -> list[Raw]:
        """Pull every stream to its end; the rows that came."""
        return [raw for stream in adapter.streams() for page in self.pages(adapter, stream) for raw in page.raws]

    def pages(self, adapter: Adapter, stream: Stream) -> Generator[Page, None, None]:
        """Pull one stream, and hand out each page when it is kept."""
        listed: set[str] = set()
        for page in adapter.pull(stream, self.cursors.get(stream.name)):
            for raw in page.raws:
                if stream.whole and raw.record_id in listed:
                    continue
                listed.add(raw.record_id)
                self.take(stream.kind, raw)
            if page.complete:
                self._forget(stream, listed)
            if page.cursor is not None:
                self.cursors[stream.name] = page.cursor
            yield page

    def take(self, kind: RecordKind, raw: Raw) -> None:
        """Keep one row; that a record is gone, or lives on in another one, is no news where it never was known."""
        tells_nothing_else = raw.deleted or (raw.merged_into and raw.cells is None)
        if tells_nothing_else and (kind, raw.record_id) not in self.records:
            return
        known = self.records.setdefault((kind, raw.record_id), Known())
        if raw.cells is not None:
            known.cells = raw.cells
        if raw.seen is not None:
            known.seen, known.authors = raw.seen, raw.authors
        known.merged_into = raw.merged_into or known.merged_into
        known.gone = raw.deleted

    def push(self, adapter: Adapter, writes: Iterable[Write]) -> dict[str, Receipt]:
        """Make writes; the last receipt of each, by write id."""
        receipts: dict[str, Receipt] = {}
        for receipt in adapter.push(writes):
            receipts[receipt.write_id] = receipt
            self.cursors.update(receipt.cursors)
        return receipts

    def seen(self, kind: RecordKind, record_id: str) -> Cells:
        """The managed fields of a record that have a place."""
        return self.records.get((kind, record_id), Known()).seen or NO_CELLS

    def live(self, kind: RecordKind) -> set[str]:
        """Ids of the records of a kind that are there."""
        return {
            record_id
            for (of, record_id), known in self.records.items()
            if of is kind and not known.gone and known.merged_into is None and known.cells is not None
        }

    def _forget(self, stream: Stream, listed: set[str]) -> None:
        for (kind, record_id), known in self.records.items():
            if kind is not stream.kind or record_id in listed:
                continue
            if stream.gives is not Gives.FACTS:
                known.seen = NO_CELLS
            if stream.gives is not Gives.MANAGED:
                known.gone = True


def done(receipts: dict[str, Receipt]) -> set[str]:
    """Ids of the writes that were made."""
    return {write_id for write_id, receipt in receipts.items() if receipt.outcome is Outcome.DONE}
