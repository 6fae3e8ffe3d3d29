"""Family "deletions, merges, authors": what becomes of records, and who did it."""

from typing import ClassVar

from partnersync.contract.adapter import Outcome
from partnersync.testing import samples
from partnersync.testing.checks.world import DEAL, HOUR_S, World, outcomes
from partnersync.testing.harness import Harness


class FateChecks:
    """What becomes of records, and who did it."""

    family: ClassVar[str] = "deletions, merges, authors"

    def test_deletions_are_told(self, harness: Harness) -> None:
        """A deleted record is told as gone, and no other; where deletions are not reported, none is ever told"""
        world = World(harness)
        world.pull()
        gone: set[str] = set()
        if world.able().reports_deletions:
            for record_id in (world.ids(DEAL)[1], world.ids(DEAL)[-1]):
                harness.delete(DEAL, record_id)
                gone.add(record_id)
                world.pull()
                assert world.mirror.live(DEAL) == set(world.ids(DEAL)) - gone
        harness.edit(DEAL, world.ids(DEAL)[0], {"title": "Edited"}, None)
        world.pull()
        assert world.mirror.live(DEAL) == set(world.ids(DEAL)) - gone

    def test_a_partial_listing_is_never_complete(self, harness: Harness) -> None:
        """Where deletions are not reported no page is complete and no row deleted; a complete page has all records"""
        world = World(harness)
        for _ in range(3):
            with world.run() as adapter:
                pages = [page for stream in adapter.streams() for page in world.mirror.pages(adapter, stream)]
            if not world.able().reports_deletions:
                assert not any(page.complete for page in pages)
                assert not any(raw.deleted for page in pages for raw in page.raws)
            for kind in world.told():
                assert world.live(kind) == set(world.ids(kind))
            harness.tick(HOUR_S)
            harness.edit(DEAL, world.ids(DEAL)[0], {"title": "Edited"}, None)

    def test_merges_are_told(self, harness: Harness) -> None:
        """A record that was merged names the one it lives on in; where merges are not reported, none is told"""
        world = World(harness)
        world.pull()
        loser, winner = world.ids(DEAL)[:2]
        merges = world.able().reports_merges
        if merges:
            harness.merge(DEAL, loser, winner)
        else:
            harness.edit(DEAL, loser, {"title": "Edited"}, None)
        world.pull()
        merged = {key: known.merged_into for key, known in world.mirror.records.items() if known.merged_into}
        assert merged == ({(DEAL, loser): winner} if merges else {})

    def test_authors_are_named_or_left_out(self, harness: Harness) -> None:
        """Who edited our field is named where that is certain, never by guess, and never we ourselves"""
        world = World(harness)
        names = world.able().names_authors
        fields = world.managed()[DEAL][:2]
        old, new = samples.values(fields, 0), samples.values(fields, 1)
        first, second, third = world.ids(DEAL)[:3]
        world.push(*(world.set(DEAL, record_id, old) for record_id in (first, second, third)))
        world.pull()
        harness.tick(1)  # within one second it would not be certain
        seller, head = harness.people
        harness.edit(DEAL, first, {fields[0]: new[fields[0]]}, seller)
        harness.edit(DEAL, second, {fields[0]: new[fields[0]]}, None)
        harness.edit(DEAL, third, {fields[0]: new[fields[0]]}, seller)
        harness.edit(DEAL, third, {fields[1]: new[fields[1]]}, head)
        world.pull()
        told = [dict(world.mirror.records[DEAL, record_id].authors) for record_id in (first, second, third)]
        assert told[0] == ({fields[0]: seller} if names else {})
        assert told[1] == {}
        assert set(told[2].items()) <= ({(fields[0], seller), (fields[1], head)} if names else set())

    def test_our_own_write_has_no_author(self, harness: Harness) -> None:
        """When we write over a person's edit, nobody is named for our value"""
        world = World(harness)
        fields = world.managed()[DEAL][:1]
        first = world.ids(DEAL)[0]
        assert outcomes(world.push(world.set(DEAL, first, samples.values(fields, 0)))) == {Outcome.DONE}
        harness.edit(DEAL, first, samples.values(fields, 1), harness.people[0])
        world.push(world.set(DEAL, first, samples.values(fields, 0)))
        assert world.reread().records[DEAL, first].authors == {}
