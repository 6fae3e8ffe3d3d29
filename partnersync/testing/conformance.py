"""The conformance kit: subclass it, give it a `harness` fixture, and run pytest (docs/plugins/contract.md).

    class TestMyCrm(AdapterConformance):
        @pytest.fixture
        def harness(self, tmp_path: Path) -> Harness:
            return MyHarness(tmp_path)

No check is skipped: where the adapter declares that it cannot do something, the check holds it to that. A table of what
is kept and what is broken stands at the end of pytest's output.
"""

from collections.abc import Callable

import pytest

from partnersync.testing import report
from partnersync.testing.checks.cursors import CursorChecks
from partnersync.testing.checks.definitions import SchemaChecks
from partnersync.testing.checks.disturbed import FaultChecks
from partnersync.testing.checks.drift import DriftChecks
from partnersync.testing.checks.entries import EntryChecks
from partnersync.testing.checks.fates import FateChecks
from partnersync.testing.checks.honesty import HonestyChecks
from partnersync.testing.checks.limits import LimitChecks
from partnersync.testing.checks.outcomes import OutcomeChecks
from partnersync.testing.checks.publishing import PublishChecks
from partnersync.testing.checks.reading import ReadingChecks
from partnersync.testing.checks.writing import WritingChecks
from partnersync.testing.checks.zones import ZoneChecks
from partnersync.testing.harness import Harness

_FAMILIES = (
    ReadingChecks,
    ZoneChecks,
    CursorChecks,
    DriftChecks,
    WritingChecks,
    OutcomeChecks,
    EntryChecks,
    FaultChecks,
    LimitChecks,
    FateChecks,
    HonestyChecks,
    SchemaChecks,
    PublishChecks,
)


class AdapterConformance(  # pytest collects the last base first
    PublishChecks,
    SchemaChecks,
    HonestyChecks,
    FateChecks,
    LimitChecks,
    FaultChecks,
    EntryChecks,
    OutcomeChecks,
    WritingChecks,
    DriftChecks,
    CursorChecks,
    ZoneChecks,
    ReadingChecks,
):
    """Every check. The subclass has a fixture `harness`: a fresh system, new for each check."""

    @pytest.fixture(autouse=True)
    def _reported(self, request: pytest.FixtureRequest) -> None:
        check = request.node.originalname
        family = next((each.family for each in _FAMILIES if check in vars(each)), "more")
        promise = (getattr(type(self), check).__doc__ or "").partition("\n")[0]
        report.enrol(request.config)
        request.node.user_properties.append((report.PROPERTY, (type(self).__name__, family, promise)))


def checks() -> dict[str, Callable[[Harness], None]]:
    """Every check by its name, to be called without pytest; AssertionError: the adapter breaks it."""
    return {
        name: getattr(AdapterConformance(), name)
        for family in _FAMILIES
        for name in vars(family)
        if name.startswith("test_")
    }
