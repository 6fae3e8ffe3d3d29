"""For `pytest -p partnersync.testing.kit_alone`: of all tests only those of the conformance kit, with their table."""

import pytest

from partnersync.testing import report
from partnersync.testing.conformance import AdapterConformance


def pytest_configure(config: pytest.Config) -> None:
    """With the table, whatever runs the tests."""
    report.enrol(config)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what belongs to no subclass of the kit."""
    kept = [item for item in items if _is_of_the_kit(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def _is_of_the_kit(item: pytest.Item) -> bool:
    of = getattr(item, "cls", None)
    return isinstance(of, type) and issubclass(of, AdapterConformance)
