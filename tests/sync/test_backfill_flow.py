"""History on request: a stretch of what a first pull left out, in pages, going on where it was broken off."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from partnersync.contract.adapter import Page, Raw, Stream
from partnersync.domain.value import RecordKind
from partnersync.store import cursors, records
from partnersync.testing.memory import MemoryAdapter
from partnersync.testing.memory_system import MemorySystem

SINCE, UNTIL = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 11, tzinfo=UTC)


class Remembering(MemoryAdapter):
    """Gives work on deals of long ago day by day; the connection breaks at day `breaks_at`."""

    def __init__(self, system: MemorySystem, asked: list[str | None], breaks_at: int) -> None:
        super().__init__(system)
        self._asked, self._breaks_at = asked, breaks_at

    def streams(self) -> list[Stream]:
        return [replace(one, recent=one.kind is RecordKind.ACTIVITY) for one in super().streams()]

    def history(self, stream: Stream, since: datetime, until: datetime, cursor: str | None) -> Iterator[Page]:
        assert (stream.kind, since, until) == (RecordKind.ACTIVITY, SINCE, UNTIL)
        self._asked.append(cursor)
        for day in range(int(cursor or 0), (until - since).days):
            if day == self._breaks_at:
                raise KeyboardInterrupt
            at = (since + timedelta(days=day)).isoformat()
            yield Page([Raw(f"old-{day}", {"activity_id": f"old-{day}", "kind": "call", "at": at})], str(day + 1))


class Firm:
    def __init__(self, company: Any) -> None:
        self.company, self.crm = company, MemorySystem()
        self.asked: list[str | None] = []

    def backfill(self, breaks_at: int = -1) -> Any:
        self.company.systems = {"main": Remembering(self.crm, self.asked, breaks_at)}
        return self.company.engine().backfill("main", SINCE, UNTIL)

    def kept(self) -> int:
        with self.company.store.read() as tx:
            return len(records.by_ids(tx, "main", RecordKind.ACTIVITY, [f"old-{day}" for day in range(10)]))

    def open_stretches(self) -> list[str]:
        with self.company.store.read() as tx:
            return [name for name in cursors.moved(tx) if ".." in name]


@pytest.fixture
def firm(new_company: Callable[..., Any]) -> Firm:
    return Firm(new_company())


def test_a_stretch_is_taken_whole(firm: Firm) -> None:
    report = firm.backfill()
    assert (report.exit_code, firm.kept(), firm.open_stretches()) == (0, 10, [])
    assert report.pulled[-1].changed == {"activity": 10}


def test_one_that_was_broken_off_goes_on_where_it_stood(firm: Firm) -> None:
    for breaks_at in (4, 7):
        with pytest.raises(KeyboardInterrupt):
            firm.backfill(breaks_at)
    assert (firm.kept(), len(firm.open_stretches())) == (7, 1)
    firm.backfill()
    assert (firm.kept(), firm.asked, firm.open_stretches()) == (10, [None, "4", "7"], [])


def test_taken_again_it_changes_nothing(firm: Firm) -> None:
    firm.backfill()
    assert firm.backfill().pulled[-1].changed == {}
