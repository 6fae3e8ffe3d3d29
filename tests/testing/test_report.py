"""The table at the end of pytest's output."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = """
import pytest
from partnersync.testing.conformance import AdapterConformance
from partnersync.testing.memory import MemoryAdapter
from partnersync.testing.memory_harness import MemoryHarness

class Complains(MemoryAdapter):
    def check(self):
        yield "something is wrong"

class TestComplainer(AdapterConformance):
    @pytest.fixture
    def harness(self):
        return MemoryHarness(Complains)

    def test_closing_time(self, harness):
        '''What the author promises beside it'''

class TestHarnessless(AdapterConformance):
    @pytest.fixture
    def harness(self):
        raise RuntimeError("the system does not start")
"""


@pytest.mark.parametrize(
    "options",
    [
        pytest.param((), id="in one process"),
        pytest.param(("-n", "2", "-p", "partnersync.testing.report"), id="in several processes"),
    ],
)
def test_the_table_names_what_is_kept_and_broken(tmp_path: Path, options: tuple[str, ...]) -> None:
    (tmp_path / "test_mine.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-q", "-k", "healthy or closing", "-p", "no:cacheprovider", *options]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    lines = [line.split(None, 2) for line in run.stdout.splitlines() if "capabilities" in line]
    assert run.returncode == 1
    assert "conformance of TestComplainer: keeps 2 of 3" in run.stdout
    assert "conformance of TestHarnessless: keeps 0 of 2" in run.stdout
    assert sorted(line[0] for line in lines) == ["BREAKS", "BREAKS", "BREAKS", "keeps"]
    assert re.search(r"^keeps +more +What the author promises beside it$", run.stdout, re.MULTILINE)
    assert ["BREAKS", "capabilities", "`check` finds nothing wrong with a system that works"] in lines
