"""Commands as whole processes: how long they take, and how much memory."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def command(root: Path, *words: str) -> tuple[float, int, Any]:
    """Seconds, MiB at the peak, and the JSON of one command in a company's folder."""
    called = [sys.executable, "-m", "partnersync.cli.main", *words, "--json"]
    begun = time.perf_counter()
    with open(root / "report.json", "w") as out, open(root / "log.txt", "w") as log:
        process = subprocess.Popen(called, cwd=root, stdout=out, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    took = time.perf_counter() - begun
    if process.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}: {(root / 'log.txt').read_text()[-2000:]}")
    return round(took, 1), round(usage.ru_maxrss / 1024), json.loads((root / "report.json").read_text())
