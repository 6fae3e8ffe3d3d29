"""Adapters that are broken on purpose when something goes wrong on the way, and schemas; the name says how."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from partnersync.contract.adapter import NoteWrite, Outcome, Page, Receipt, Stream, TaskWrite, Write
from partnersync.contract.schema import SchemaPlan
from partnersync.domain.value import RecordKind
from partnersync.errors import TryLater
from partnersync.testing.memory import MemoryAdapter
from partnersync.testing.memory_schema import MemorySchema
from partnersync.testing.memory_system import LARGEST_BATCH, Card


class LetsErrorsThrough(MemoryAdapter):
    """A call without an answer ends the run with an error of its own."""

    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        try:
            yield from super().pull(stream, cursor)
        except TryLater as error:
            raise RuntimeError("no answer") from error


class TakesARefusalForSpeedForDone(MemoryAdapter):
    def push(self, writes: Iterable[Write]) -> Iterator[Receipt]:
        for write in writes:
            try:
                yield from super().push([write])
            except TryLater:
                yield Receipt(write.write_id, Outcome.DONE)


class TakesNoAnswerForDone(MemoryAdapter):
    def push(self, writes: Iterable[Write]) -> Iterator[Receipt]:
        for receipt in super().push(writes):
            yield replace(receipt, outcome=Outcome.DONE) if receipt.outcome is Outcome.UNKNOWN else receipt


class TakesAPageThatFailedForTheLast(MemoryAdapter):
    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        with suppress(TryLater):
            yield from super().pull(stream, cursor)
            return
        yield Page([], self._now_text())

    def _now_text(self) -> str:
        return f'{{"since": {self._system.now}}}'


class StopsWhereRecordsMove(MemoryAdapter):
    """Knows no other way than to give up when a record was saved since the pull began."""

    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        cards = self._system.cards[stream.kind].values()
        before = [card.changed_at for card in cards]
        for page in super().pull(stream, cursor):
            if [card.changed_at for card in cards] != before:
                raise RuntimeError("somebody is at work")
            yield page


class NotesThatItWroteBeforeItWrites(MemoryAdapter):
    noted: ClassVar[set[str]] = set()

    def _send_entry(self, write: NoteWrite | TaskWrite) -> Receipt:
        if write.write_id in self.noted:
            return Receipt(write.write_id, Outcome.DONE)
        self.noted.add(write.write_id)
        return super()._send_entry(write)


class GivesNotesNewNames(MemoryAdapter):
    """Each run has its own, by which the next one finds nothing."""

    def _send_entry(self, write: NoteWrite | TaskWrite) -> Receipt:
        return replace(
            super()._send_entry(replace(write, write_id=f"{id(self)}/{write.write_id}")), write_id=write.write_id
        )


class AsksForTooMuch(MemoryAdapter):
    def push(self, writes: Iterable[Write]) -> Iterator[Receipt]:
        every = list(writes)
        for start in range(0, len(every), 2 * LARGEST_BATCH):
            yield from self._send(every[start : start + 2 * LARGEST_BATCH])


class KeepsDaysAsMidnights(MemoryAdapter):
    """Of the system's zone, and reads them as those of another one."""

    def _raw(self, kind: RecordKind, card: Card) -> Any:
        raw = super()._raw(kind, card)
        until = (raw.seen or {}).get("ps_protected_until")
        if not until:
            return raw
        midnight = datetime.combine(date.fromisoformat(until), time(), ZoneInfo(self._system.zone))
        day = midnight.astimezone(ZoneInfo("Europe/Moscow")).date().isoformat()
        return replace(raw, seen={**(raw.seen or {}), "ps_protected_until": day})


class TakesOffsetsForItsOwn(MemoryAdapter):
    def _raw(self, kind: RecordKind, card: Card) -> Any:
        raw = super()._raw(kind, card)
        if raw.cells and (told := raw.cells.get("created_at")):
            local = datetime.fromisoformat(told).replace(tzinfo=ZoneInfo(self._system.zone))
            return replace(raw, cells={**raw.cells, "created_at": local.astimezone(UTC).isoformat()})
        return raw


class PlansWhatIsThere(MemorySchema):
    def plan(self) -> SchemaPlan:
        fields = self._system.fields.items()
        return SchemaPlan(tuple(f"make {name} of {kind}" for kind, names in fields for name in names))


class MakesAllFieldsAnew(MemorySchema):
    """Without their values."""

    def apply(self) -> SchemaPlan:
        for kind, names in self._system.fields.items():
            for name in list(names):
                self._system.remove_field(kind, name)
        plan = self.plan()
        super().apply()
        return plan
