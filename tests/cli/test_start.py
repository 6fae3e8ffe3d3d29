"""A command starts with what it needs, and with nothing else."""

import subprocess
import sys

import pytest

HEAVY = ("alembic", "babel", "holidays", "phonenumbers", "pydantic", "requests", "rich", "sqlalchemy")
SCRIPT = """
import sys
from partnersync.cli.main import main
try:
    main({args!r})
except SystemExit as stop:
    assert not stop.code, stop.code
print("loaded:", *sorted({heavy!r} & set(sys.modules)))
"""


@pytest.mark.parametrize("args", [["--help"], ["--version"]], ids=" ".join)
def test_help_loads_no_heavy_library(args: list[str]) -> None:
    script = SCRIPT.format(args=args, heavy=set(HEAVY))
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1].split() == ["loaded:"]


def test_importing_the_package_loads_no_heavy_library() -> None:
    script = f"import sys, partnersync; print('loaded:', *sorted({set(HEAVY)!r} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["loaded:"]
