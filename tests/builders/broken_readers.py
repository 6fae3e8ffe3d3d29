"""Adapters whose pull is broken on purpose; the name says how."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import ClassVar

from partnersync.contract.adapter import Page, Raw, Stream
from partnersync.domain.value import RecordKind
from partnersync.testing.memory import OVERLAP_S, Mark, MemoryAdapter
from partnersync.testing.memory_system import ROBOT, Card


class _Changed(MemoryAdapter):
    """Changes every row that it gives; a row that becomes None is lost."""

    def change(self, raw: Raw) -> Raw | None:
        return raw

    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        for page in super().pull(stream, cursor):
            yield replace(page, raws=[raw for each in page.raws if (raw := self.change(each)) is not None])


def _cells(raw: Raw, **cells: str) -> Raw:
    return replace(raw, cells={**raw.cells, **cells}) if raw.cells and "created_at" in raw.cells else raw


class LosesTheLastPage(MemoryAdapter):
    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        for page in super().pull(stream, cursor):
            yield page if len(page.raws) == 3 else replace(page, raws=[])


class RoundsSums(_Changed):
    def change(self, raw: Raw) -> Raw | None:
        return _cells(raw, amount="1234")


class LeavesOutTheOffset(_Changed):
    def change(self, raw: Raw) -> Raw | None:
        return _cells(raw, created_at=(raw.cells or {}).get("created_at", "")[:19])


class NamesStreamsAnew(MemoryAdapter):
    number = count()

    def streams(self) -> Sequence[Stream]:
        return [replace(stream, name=f"{stream.name}{next(self.number)}") for stream in super().streams()]


class NeverCompletes(MemoryAdapter):
    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        return (replace(page, complete=False) for page in super().pull(stream, cursor))


class MovesTheCursorFirst(MemoryAdapter):
    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        for page in super().pull(stream, cursor):
            yield Page([], page.cursor)
            yield replace(page, cursor=None)


class ReadsAllAgain(MemoryAdapter):
    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        return super().pull(stream, None)


class GivesEachChangeOnce(_Changed):
    given: ClassVar[set[tuple[str, str]]] = set()

    def change(self, raw: Raw) -> Raw | None:
        news = (raw.record_id, raw.version) not in self.given
        self.given.add((raw.record_id, raw.version))
        return raw if news else None


class ReadsOnlyOnce(MemoryAdapter):
    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        return iter(()) if cursor else super().pull(stream, cursor)


class ReadsBehindTheSecond(MemoryAdapter):
    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        mark = Mark.parse(cursor)
        if cursor and not mark.until:
            cursor = replace(mark, since=mark.since + OVERLAP_S + 1).text()
        return super().pull(stream, cursor)


class CountsUntilTheEnd(MemoryAdapter):
    """Its cursor is the moment when the walk ended, and what changed meanwhile was not looked at."""

    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        for page in super().pull(stream, cursor):
            mark = Mark.parse(page.cursor)
            yield page if mark.until else replace(page, cursor=Mark(self._system.now + OVERLAP_S + 1).text())


class PagesByOffset(MemoryAdapter):
    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        since, until = Mark.parse(cursor).since - OVERLAP_S, self._system.now
        for start in count(0, 3):
            cards = self._system.changes(stream.kind, since, until, (0, ""), start + 3)[start:]
            yield Page([self._raw(stream.kind, card) for card in cards], None)
            if len(cards) < 3:
                break
        yield Page([], Mark(until).text())


class HidesTheDeleted(_Changed):
    def change(self, raw: Raw) -> Raw | None:
        return None if raw.deleted else raw


class CallsEveryPullComplete(MemoryAdapter):
    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        for page in super().pull(stream, cursor):
            yield replace(page, complete=not Mark.parse(page.cursor).until)


class TakesMergedForDeleted(_Changed):
    def change(self, raw: Raw) -> Raw | None:
        return Raw(raw.record_id, deleted=True) if raw.merged_into else raw


class NamesTheLastEditor(MemoryAdapter):
    def _raw(self, kind: RecordKind, card: Card) -> Raw:
        raw = super()._raw(kind, card)
        last = [by for by in card.editors.values() if by not in (None, ROBOT)][-1:]
        return replace(raw, authors={name: str(by) for by in last for name in raw.authors})


class NamesItself(MemoryAdapter):
    def _raw(self, kind: RecordKind, card: Card) -> Raw:
        return replace(super()._raw(kind, card), authors={name: by for name, by in card.editors.items() if by})


class ReadsDaysItsOwnWay(_Changed):
    def change(self, raw: Raw) -> Raw | None:
        day = (raw.seen or {}).get("ps_protected_until", "")
        return replace(raw, seen={**(raw.seen or {}), "ps_protected_until": day.replace("-", ".")}) if day else raw


class TakesEmptyForMissing(_Changed):
    def change(self, raw: Raw) -> Raw | None:
        return replace(raw, seen={name: text for name, text in raw.seen.items() if text}) if raw.seen else raw


class SkipsForeignEdits(_Changed):
    def change(self, raw: Raw) -> Raw | None:
        return None if raw.authors else raw


class SuppliesInSecret(MemoryAdapter):
    def streams(self) -> Sequence[Stream]:
        return [*super().streams(), Stream("activity", RecordKind.ACTIVITY)]


class LeavesOutTheGone(MemoryAdapter):
    def read(self, kind: RecordKind, record_ids: Sequence[str]) -> Iterator[Raw]:
        return (raw for raw in super().read(kind, record_ids) if not raw.deleted)


class HoldsOn(MemoryAdapter):
    """A pull that did not come to its end keeps the next one out."""

    walking: ClassVar[set[str]] = set()

    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        assert stream.name not in self.walking
        self.walking.add(stream.name)
        yield from super().pull(stream, cursor)
        self.walking.remove(stream.name)
