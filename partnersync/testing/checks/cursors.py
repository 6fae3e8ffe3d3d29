"""Family "cursors": reading on from where an earlier run came to."""

from itertools import islice
from typing import ClassVar

from partnersync.contract.adapter import Stream
from partnersync.testing.checks.world import DEAL, HOUR_S, World
from partnersync.testing.harness import Harness
from partnersync.testing.mirror import Key, Known, Mirror


class CursorChecks:
    """Reading on from where an earlier run came to."""

    family: ClassVar[str] = "cursors"

    def test_a_broken_off_pull_is_resumed(self, harness: Harness) -> None:
        """Broken off after any page and resumed by another run, a pull misses nothing"""
        world = World(harness)
        truth = world.reread().records
        with world.run() as adapter:
            for stream in adapter.streams():
                whole = Mirror()
                pages = len(list(whole.pages(adapter, stream)))
                for number in range(pages + 1):
                    found = _resumed(world, stream, number)
                    assert {key: found.get(key) for key in whole.records} == whole.records, f"{stream.name}, {number}"
                    again = found.keys() - whole.records.keys()  # what a later pull may repeat
                    assert {key: found[key] for key in again} == {key: truth[key] for key in again}, stream.name

    def test_unchanged_gives_no_records(self, harness: Harness) -> None:
        """Once time has passed and nothing has changed, a pull gives no records"""
        world = World(harness)
        world.pull()
        harness.tick(HOUR_S)
        world.pull()  # may still repeat the overlap of the one before
        assert world.pull() == []

    def test_an_old_cursor_stays_good(self, harness: Harness) -> None:
        """Reading twice from one cursor gives the same records"""
        world = World(harness)
        world.pull()
        harness.tick(HOUR_S)
        _edit(world, 0, "Edited")
        records = []
        for _ in range(2):
            again = Mirror(cursors=dict(world.mirror.cursors))
            with world.run() as adapter:
                again.pull(adapter)
            records.append(again.records)
        assert records[0] == records[1]

    def test_a_later_change_is_read(self, harness: Harness) -> None:
        """Records that were entered or edited since come at the next pull, and the others stay known"""
        world = World(harness)
        world.pull()
        harness.tick(HOUR_S)
        world.pull()
        harness.tick(HOUR_S)
        world.enter(DEAL, 1)
        _edit(world, 1, "Edited")
        world.pull()
        assert _title(world, 1) == "Edited"
        assert world.mirror.live(DEAL) == set(world.ids(DEAL))

    def test_a_change_in_the_same_second_is_read(self, harness: Harness) -> None:
        """A change in the very second of the last pull is not missed"""
        world = World(harness)
        for round_ in ("first", "second"):
            world.pull()
            _edit(world, 0, round_)
            _edit(world, -1, round_)
            world.pull()
            assert (_title(world, 0), _title(world, -1)) == (round_, round_)


def _edit(world: World, index: int, title: str) -> None:
    world.harness.edit(DEAL, world.ids(DEAL)[index], {"title": title}, None)


def _title(world: World, index: int) -> str:
    cells = world.mirror.records[DEAL, world.ids(DEAL)[index]].cells or {}
    return cells.get("title", "")


def _resumed(world: World, stream: Stream, number: int) -> dict[Key, Known]:
    """The records of a stream, pulled by two runs; the first ends after so many pages."""
    mirror = Mirror()
    with world.run() as adapter:
        pages = mirror.pages(adapter, stream)
        for _ in islice(pages, number):
            pass
        pages.close()
    with world.run() as adapter:
        for _ in mirror.pages(adapter, stream):
            pass
    return mirror.records
