"""Family "paging drift": people who work while pages are read hide nothing."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import ClassVar

from partnersync.contract.adapter import Gives
from partnersync.errors import TryLater
from partnersync.testing.checks.world import DEAL, HOUR_S, World
from partnersync.testing.harness import Harness
from partnersync.testing.mirror import Mirror

_MOST_EDITS = 4  # of one pull, so that it ends


class DriftChecks:
    """People who work while pages are read hide nothing."""

    family: ClassVar[str] = "paging drift"

    def test_a_change_while_reading_is_read(self, harness: Harness) -> None:
        """A record that is edited while pages are read comes then or at the next pull"""
        world = World(harness)
        for record_id in (world.ids(DEAL)[0], world.ids(DEAL)[-1]):
            world.mirror = Mirror()
            _between_pages(world, partial(harness.edit, DEAL, record_id, {"title": record_id}, None), most=1)
            world.pull()
            assert _titles(world)[record_id] == record_id

    def test_a_record_that_leaves_its_page_hides_no_other(self, harness: Harness) -> None:
        """A record that is deleted or edited while pages are read does not let another one slip through"""
        world = World(harness)
        first = world.ids(DEAL)[0]
        deletes = world.able().reports_deletions
        edit = partial(harness.edit, DEAL, first, {"title": "Edited"}, None)
        _between_pages(world, partial(harness.delete, DEAL, first) if deletes else edit, most=1)
        world.pull()
        assert world.mirror.live(DEAL) == set(world.ids(DEAL)) - ({first} if deletes else set())

    def test_people_at_work_hide_nothing(self, harness: Harness) -> None:
        """Records made, edited and deleted after each page of a first and of a later pull: at the next all is known"""
        world = World(harness)
        work = _Work(world)
        for first in (True, False):
            if not first:
                for record_id in set(world.ids(DEAL)) - work.gone:
                    work.edit(record_id)  # so that a later pull has pages, too
            _between_pages(world, work, most=_MOST_EDITS)
            harness.tick(1)
            world.pull()
            assert world.mirror.live(DEAL) == set(world.ids(DEAL)) - work.gone
            assert _titles(world) == work.titles


class _Work:
    """Each time a record is made, one that is early in the list is edited, and the one before it deleted."""

    def __init__(self, world: World) -> None:
        self.gone: set[str] = set()
        self.titles = {record_id: row["title"] for record_id, row in world.put[DEAL]}
        self._world = world
        self._deletes = world.able().reports_deletions

    def __call__(self) -> None:
        world = self._world
        for record_id, row in zip(world.enter(DEAL, 1), world.put[DEAL][-1:], strict=True):
            self.titles[record_id] = row[1]["title"]
        early, next_one = list(self.titles)[:2]
        self.edit(next_one)
        if self._deletes:
            world.harness.delete(DEAL, early)
            self.gone.add(early)
            del self.titles[early]

    def edit(self, record_id: str) -> None:
        """Its title says how often."""
        self.titles[record_id] = f"Edit {len(self.titles[record_id])} of {record_id} after {len(self.gone)}"
        self._world.harness.edit(DEAL, record_id, {"title": self.titles[record_id]}, None)


def _titles(world: World) -> dict[str, str]:
    """Titles of the deals that are there, as they are known."""
    return {
        record_id: (world.mirror.records[DEAL, record_id].cells or {})["title"] for record_id in world.mirror.live(DEAL)
    }


def _between_pages(world: World, happen: Callable[[], object], *, most: int) -> None:
    """Pull everything; after each page of deals something happens, so often at most. TryLater may end the pull there.

    Before it so much time passes that no overlap makes up for what is missed, and in between enough to tell apart.
    """
    world.harness.tick(HOUR_S)
    left = most
    with world.run() as adapter, suppress(TryLater):
        for stream in adapter.streams():
            for _ in world.mirror.pages(adapter, stream):
                if left and stream.kind is DEAL and stream.gives is not Gives.MANAGED:
                    world.harness.tick(1)
                    happen()
                    left -= 1
