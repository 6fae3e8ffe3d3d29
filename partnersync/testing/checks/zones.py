"""Family "time zones": a day stays that day and a moment that moment, wherever the system is."""

from typing import ClassVar

from partnersync.contract.adapter import Outcome
from partnersync.domain.value import RecordKind
from partnersync.testing.canonical import meaning
from partnersync.testing.checks.world import DEAL, HOUR_S, World, outcomes
from partnersync.testing.harness import Harness

# The first and last of the world, and two that change their clocks.
ZONES = ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin", "America/Sao_Paulo", "Asia/Vladivostok")
# Ends of the year, and days on which clocks change, in some zones at midnight.
DAYS = ("2026-01-01", "2026-12-31", "2026-03-29", "2026-10-25", "2018-11-04")
MOMENTS = (
    "2026-03-01T00:00:00+03:00",
    "2026-03-29T02:59:59+01:00",
    "2026-10-25T00:30:00+00:00",
    "2025-12-31T23:59:59-11:00",
)


class ZoneChecks:
    """A day stays that day and a moment that moment, wherever the system is."""

    family: ClassVar[str] = "time zones"

    def test_a_day_stays_that_day(self, harness: Harness) -> None:
        """A day that is written comes back, and is shown, as that day in every zone"""
        for zone in ZONES:
            world = _moved(harness, zone)
            for day in DAYS:
                writes = [
                    world.set(
                        kind, world.ids(kind)[0], {name: day for name in names if name.endswith(("_on", "_until"))}
                    )
                    for kind, names in world.managed().items()
                ]
                assert outcomes(world.push(*writes)) == {Outcome.DONE}
                world.pull()
                for write in writes:
                    shown = harness.managed(write.kind, write.record_id)
                    seen = world.mirror.seen(write.kind, write.record_id)
                    assert {name: shown[name] for name in write.values} == write.values, zone
                    assert {name: seen[name] for name in write.values} == write.values, zone

    def test_a_moment_stays_that_moment(self, harness: Harness) -> None:
        """A moment that was entered with its offset is told as that moment in every zone"""
        for zone in ZONES:
            world = _moved(harness, zone)
            for kind, column in ((DEAL, "created_at"), (RecordKind.REGISTRATION, "submitted_at")):
                if column not in harness.columns.get(kind, ()):
                    continue
                rows = [{**dict(world.put[kind][0][1]), column: text} for text in MOMENTS]
                told = dict(zip(harness.put(kind, rows), MOMENTS, strict=True))
                world.pull()
                for record_id, text in told.items():
                    cells = world.mirror.records[kind, record_id].cells or {}
                    assert meaning(kind, column, cells[column]) == meaning(kind, column, text), zone


def _moved(harness: Harness, zone: str) -> World:
    """A world in another zone; adapters may keep for an hour what they know of a system."""
    harness.move(zone)
    harness.tick(HOUR_S)
    return World(harness)
