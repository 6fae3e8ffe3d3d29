"""Adapters that write, or tell what they can do, wrongly on purpose; the name says how."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, ClassVar, cast

from partnersync.contract.adapter import (
    FieldsWrite,
    NoteWrite,
    Outcome,
    Receipt,
    Table,
    TaskWrite,
    Write,
)
from partnersync.domain.value import RecordKind
from partnersync.testing.memory import OVERLAP_S, Mark, MemoryAdapter
from partnersync.testing.memory_system import Entry, MemorySystem

DEAL = RecordKind.DEAL


class _Rewritten(MemoryAdapter):
    """Changes every write of fields before it goes out."""

    def rewrite(self, write: FieldsWrite) -> FieldsWrite:
        return write

    def push(self, writes: Iterable[Write]) -> Iterator[Receipt]:
        return super().push(self.rewrite(write) if isinstance(write, FieldsWrite) else write for write in writes)


class LosesAField(_Rewritten):
    def rewrite(self, write: FieldsWrite) -> FieldsWrite:
        return replace(write, values={name: text for name, text in write.values.items() if name != "ps_incident"})


class WritesTheTitle(_Rewritten):
    def rewrite(self, write: FieldsWrite) -> FieldsWrite:
        if write.kind is DEAL:
            self._system.cards[DEAL][write.record_id].cells["title"] = "Ours"
        return write


class ReplacesAllFields(_Rewritten):
    def rewrite(self, write: FieldsWrite) -> FieldsWrite:
        return replace(write, values=dict.fromkeys(self.capabilities.managed[write.kind], "") | dict(write.values))


class NeverClears(_Rewritten):
    def rewrite(self, write: FieldsWrite) -> FieldsWrite:
        return replace(write, values={name: text for name, text in write.values.items() if text})


class KeepsEveryPlace(_Rewritten):
    def rewrite(self, write: FieldsWrite) -> FieldsWrite:
        return replace(write, drops=frozenset())


class SkipsMoreThanItsEcho(MemoryAdapter):
    def push(self, writes: Iterable[Write]) -> Iterator[Receipt]:
        past = Mark(self._system.now + OVERLAP_S + 1).text()
        return (replace(receipt, cursors={"deal": past}) for receipt in super().push(writes))


class CallsForNothing(MemoryAdapter):
    def push(self, writes: Iterable[Write]) -> Iterator[Receipt]:
        self._system.update(DEAL, [])
        return super().push(writes)


class ForgetsFailures(MemoryAdapter):
    def push(self, writes: Iterable[Write]) -> Iterator[Receipt]:
        return (receipt for receipt in super().push(writes) if not receipt.write_id.endswith("3"))


class SendsOneByOne(MemoryAdapter):
    def _send(self, batch: Sequence[Write]) -> Iterator[Receipt]:
        return (receipt for write in batch for receipt in super(SendsOneByOne, self)._send([write]))


class TakesAllAtOnce(MemoryAdapter):
    def push(self, writes: Iterable[Write]) -> Iterator[Receipt]:
        return super().push(list(writes))


class StopsAtARefusal(MemoryAdapter):
    def push(self, writes: Iterable[Write]) -> Iterator[Receipt]:
        for receipt in super().push(writes):
            yield receipt
            if receipt.outcome is not Outcome.DONE:
                return


class TakesGoneForDone(MemoryAdapter):
    def push(self, writes: Iterable[Write]) -> Iterator[Receipt]:
        for receipt in super().push(writes):
            yield replace(receipt, outcome=Outcome.DONE) if receipt.outcome is Outcome.GONE else receipt


class WritesAnyKind(MemoryAdapter):
    def push(self, writes: Iterable[Write]) -> Iterator[Receipt]:
        for receipt in super().push(writes):
            yield Receipt(receipt.write_id, Outcome.DONE)


class SendsAgain(MemoryAdapter):
    """Answers that get lost are asked for again, with a second write."""

    def __init__(self, system: MemorySystem) -> None:
        super().__init__(system)
        self._system = cast(MemorySystem, _Insisting(system))


class _Insisting:
    """A system that is called again until it answers."""

    def __init__(self, system: MemorySystem) -> None:
        self._system = system

    def __getattr__(self, name: str) -> Any:
        return getattr(self._system, name)

    def update(self, *told: Any) -> list[str]:
        try:
            return self._system.update(*told)
        except TimeoutError:
            return self._system.update(*told)

    def add(self, entries: list[Entry], entry: Entry) -> str:
        try:
            return self._system.add(entries, entry)
        except TimeoutError:
            return self._system.add(entries, entry)


class RemembersWhatItTook(MemoryAdapter):
    """What was once taken is never sent again, whether it went out or not."""

    taken: ClassVar[Counter[str]] = Counter()

    def push(self, writes: Iterable[Write]) -> Iterator[Receipt]:
        every = list(writes)
        self.taken.update(write.record_id for write in every)
        fresh = [write for write in every if self.taken[write.record_id] == 1]
        yield from super().push(fresh)
        yield from (Receipt(write.write_id, Outcome.DONE) for write in every if write not in fresh)


class NeverLooksForEntries(MemoryAdapter):
    def _send_entry(self, write: NoteWrite | TaskWrite) -> Receipt:
        numbered = replace(write, write_id=f"{write.write_id}/{len(self._system.calls)}")
        return replace(super()._send_entry(numbered), write_id=write.write_id)


class DeclaresWhatIsNotOurs(MemoryAdapter):
    def __init__(self, system: MemorySystem) -> None:
        super().__init__(system, managed={DEAL: ("ps_source", "ps_partner_id")})


class Complains(MemoryAdapter):
    def check(self) -> Iterator[str]:
        yield "something is wrong"


class KeepsOldRows(MemoryAdapter):
    def publish(self, table: Table) -> bool:
        old = self._system.tables.get(table.name, ("", []))[1]
        return super().publish(replace(table, rows=lambda: iter([*old[1:], *table.rows()])))


class PublishesAlways(MemoryAdapter):
    def publish(self, table: Table) -> bool:
        self._system.tables.pop(table.name, None)
        return super().publish(table)


class DoesWhatItDenies(MemoryAdapter):
    """Declares itself unable, and does it all the same."""

    def __init__(self, system: MemorySystem) -> None:
        super().__init__(system)
        self.capabilities = _denying(self.capabilities)

    def _need(self, able: bool, what: str) -> None:
        """Able to do everything."""


def _denying(capabilities: Any) -> Any:
    absent = ("notes", "tasks", "publishes", "reads_record", "names_authors", "reports_deletions", "reports_merges")
    return replace(capabilities, **dict.fromkeys(absent, False))
