"""Family "schema": what the account needs is made once, and nothing else is touched."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from partnersync.contract.adapter import Outcome
from partnersync.contract.schema import Schema
from partnersync.testing import samples
from partnersync.testing.checks.world import DEAL, World, outcomes
from partnersync.testing.harness import Harness


class SchemaChecks:
    """What the account needs is made once, and nothing else is touched. Kinds without a schema have nothing to keep."""

    family: ClassVar[str] = "schema"

    def test_a_schema_is_made_once(self, harness: Harness) -> None:
        """What is missing is planned, then made, and can be written; planned or applied again there is nothing to do"""
        world = World(harness)
        with _schema(harness) as schema:
            if schema is None:
                return
            assert schema.plan().steps == ()
        removed = world.managed()[DEAL][0]
        harness.remove_place(DEAL, removed)
        before, first = world.unmanaged(), world.ids(DEAL)[0]
        with _schema(harness) as schema:
            assert schema is not None
            harness.calls()
            planned = schema.plan().steps
            assert planned
            assert list(harness.calls()) == []
            assert schema.apply().steps == planned
            harness.calls()
        with _schema(harness) as schema:
            assert schema is not None
            assert schema.plan().steps == schema.apply().steps == ()
        assert list(harness.calls()) == []
        assert world.unmanaged() == before
        assert harness.managed(DEAL, first)[removed] == ""
        assert outcomes(world.push(world.set(DEAL, first, samples.values([removed], 0)))) == {Outcome.DONE}

    def test_a_schema_keeps_what_was_written(self, harness: Harness) -> None:
        """Making what is missing leaves the values of all other fields as they are"""
        world = World(harness)
        with _schema(harness) as schema:
            if schema is None:
                return
        fields = world.managed()[DEAL]
        for record_id in world.ids(DEAL)[:2]:
            world.push(world.set(DEAL, record_id, samples.values(fields, 0)))
        harness.remove_place(DEAL, fields[0])
        before = world.shown()
        with _schema(harness) as schema:
            assert schema is not None
            schema.apply()
        shown = world.shown()
        assert {key: {**cells, fields[0]: ""} if key[0] is DEAL else cells for key, cells in before.items()} == shown


@contextmanager
def _schema(harness: Harness) -> Iterator[Schema | None]:
    """The schema, closed at the end, as each command makes one."""
    schema = harness.schema()
    try:
        yield schema
    finally:
        if schema is not None:
            schema.close()
