"""The reference adapter passes the kit, whatever it is able to do."""

from functools import partial

import pytest

from partnersync.testing.conformance import AdapterConformance
from partnersync.testing.harness import Harness
from partnersync.testing.memory import MemoryAdapter
from partnersync.testing.memory_harness import MemoryHarness


class TestMemory(AdapterConformance):
    """Everything that the contract knows."""

    @pytest.fixture
    def harness(self) -> Harness:
        return MemoryHarness()


class TestMemoryWithoutTombstones(AdapterConformance):
    """Deletions are found by listing ids."""

    @pytest.fixture
    def harness(self) -> Harness:
        return MemoryHarness(partial(MemoryAdapter, tombstones=False))


class TestPlainMemory(AdapterConformance):
    """Nothing but reading and writing fields, one by one."""

    @pytest.fixture
    def harness(self) -> Harness:
        harness = MemoryHarness(
            partial(
                MemoryAdapter,
                batch_size=1,
                notes=False,
                tasks=False,
                publishes=False,
                names_authors=False,
                reports_deletions=False,
                reports_merges=False,
                supplies_activities=False,
                reads_record=False,
                removes_places=False,
            ),
            lambda system: None,
        )
        harness.troubles = frozenset()
        return harness
