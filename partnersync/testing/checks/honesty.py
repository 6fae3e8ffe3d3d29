"""Family "capabilities": what is declared works, what is declared absent is Unsupported."""

from typing import ClassVar

import pytest

from partnersync.contract.managed import COMPARED
from partnersync.domain.value import RecordKind
from partnersync.errors import Unsupported
from partnersync.testing import samples
from partnersync.testing.checks.world import DEAL, World
from partnersync.testing.harness import Harness
from partnersync.testing.mirror import Mirror


class HonestyChecks:
    """What is declared works, what is declared absent is Unsupported."""

    family: ClassVar[str] = "capabilities"

    def test_capabilities_are_plausible(self, harness: Harness) -> None:
        """Managed fields are ours, in our order, of deals at least; each run declares the same"""
        world = World(harness)
        able = world.able()
        assert DEAL in able.managed
        for kind, names in able.managed.items():
            assert names == tuple(name for name in COMPARED[kind] if name in names)
        assert able.batch_size >= 0
        world.push(world.set(DEAL, world.ids(DEAL)[0], samples.values(world.managed()[DEAL], 0)))
        assert world.able() == able

    def test_activities_are_supplied_as_declared(self, harness: Harness) -> None:
        """Activities come if they are declared, else there are none"""
        world = World(harness)
        world.pull()
        supplied = world.able().supplies_activities
        assert bool(world.mirror.live(RecordKind.ACTIVITY)) == supplied
        assert not supplied or RecordKind.ACTIVITY in world.put

    def test_one_record_is_read_afresh(self, harness: Harness) -> None:
        """`read` gives the named records as they are now, gone ones as deleted, no other; else Unsupported"""
        world = World(harness)
        if not world.able().reads_record:
            with world.run() as adapter, pytest.raises(Unsupported):
                list(adapter.read(DEAL, world.ids(DEAL)[:1]))
            return
        first, second = world.ids(DEAL)[:2]
        harness.edit(DEAL, first, {"title": "Edited"}, None)
        afresh = Mirror()
        with world.run() as adapter:
            raws = {raw.record_id: raw for raw in adapter.read(DEAL, [first, second, "987654321"])}
        for raw in raws.values():
            afresh.take(DEAL, raw)
        whole = world.reread().records
        assert raws.keys() == {first, second, "987654321"}
        assert afresh.records[DEAL, first] == whole[DEAL, first]
        assert afresh.records[DEAL, second] == whole[DEAL, second]
        assert raws["987654321"].deleted

    def test_a_healthy_connection_has_no_problems(self, harness: Harness) -> None:
        """`check` finds nothing wrong with a system that works"""
        world = World(harness)
        with world.run() as adapter:
            assert list(adapter.check()) == []

    def test_closing_ends_a_run(self, harness: Harness) -> None:
        """An adapter can be closed twice and in the middle of a pull; the next run works"""
        world = World(harness)
        with world.run() as adapter:
            pages = [adapter.pull(stream, None) for stream in adapter.streams()]
            for each in pages:
                next(each, None)
            adapter.close()
        world.pull()
        assert world.mirror.live(DEAL) == set(world.ids(DEAL))
