"""Family "limits": no call goes beyond what the system allows."""

from typing import ClassVar

from partnersync.testing import samples
from partnersync.testing.checks.world import DEAL, World
from partnersync.testing.harness import Harness


class LimitChecks:
    """No call goes beyond what the system allows."""

    family: ClassVar[str] = "limits"

    def test_limits_are_kept(self, harness: Harness) -> None:
        """Reading all, writing more than two batches, notes and tasks: never too fast, never too much at once"""
        world = World(harness)
        able = world.able()
        missing = 2 * (able.batch_size or 3) + 1 - len(world.ids(DEAL))
        if missing > 0:
            world.enter(DEAL, missing)
        ids = world.ids(DEAL)
        values = samples.values(world.managed()[DEAL], 0)
        world.sync(*(world.set(DEAL, record_id, values) for record_id in ids))
        entries = [world.note(record_id, "A note") for record_id in ids[:12] if able.notes]
        world.push(*entries, *(world.task(record_id, "A task") for record_id in ids[:12] if able.tasks))
        for _ in range(2):
            world.pull()
            world.reread()
        assert list(harness.exceeded()) == []
