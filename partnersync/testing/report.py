"""The table of what an adapter keeps and breaks, at the end of pytest's output.

The kit enrols it by itself. With pytest-xdist, whose tests run in other processes: `-p partnersync.testing.report`.
"""

from typing import cast

import pytest

PROPERTY = "conformance"
_Row = tuple[str, str, str]  # adapter, family, promise
_NAME = "partnersync-conformance"


class ConformanceTable:
    """Collects the results of checks by adapter and family."""

    def __init__(self) -> None:
        self._rows: dict[_Row, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A check is broken if any phase of it failed."""
        for name, value in report.user_properties:
            if name == PROPERTY:
                adapter, family, promise = cast(_Row, value)  # as the kit wrote it
                row = (adapter, family, promise)  # from another process it comes as a list
                kept = report.passed and self._rows.get(row) != "BREAKS"
                self._rows[row] = "keeps" if kept else "BREAKS"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """One line for each check."""
        for adapter in dict.fromkeys(adapter for adapter, _, _ in self._rows):
            rows = [(family, promise, result) for (of, family, promise), result in self._rows.items() if of == adapter]
            width = max(len(family) for family, _, _ in rows)
            kept = sum(result == "keeps" for _, _, result in rows)
            terminalreporter.section(f"conformance of {adapter}: keeps {kept} of {len(rows)}")
            for family, promise, result in rows:
                terminalreporter.line(f"{result:6}  {family:{width}}  {promise}", red=result != "keeps")


def enrol(config: pytest.Config) -> None:
    """Add the table to a pytest run, once."""
    if not config.pluginmanager.has_plugin(_NAME):
        config.pluginmanager.register(ConformanceTable(), _NAME)


def pytest_configure(config: pytest.Config) -> None:
    """For `-p partnersync.testing.report`."""
    enrol(config)
