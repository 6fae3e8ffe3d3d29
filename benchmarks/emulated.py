"""An emulated account as a process of its own, as far away as a real one: `python -m benchmarks.emulated KIND`.

It prints its url and token, and on every line that it reads what was called since the line before.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from partnersync.loader import load_plugins
from partnersync.sandbox.clock import SystemClock
from partnersync.sandbox.front import Front
from partnersync.sandbox.journal import Journal
from partnersync.sandbox.server import serving

LATENCY_S = 0.150


class Account:
    """The other end of that process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        told = self._read()
        self.url: str = told["url"]
        self.token: str = told["token"]

    def calls(self) -> dict[str, Any]:
        """Calls since this was asked last: `methods` and `statuses` with their numbers, and `paths` of reads."""
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout
        told: dict[str, Any] = json.loads(self._process.stdout.readline())
        return told


@contextmanager
def account(kind: str, deals: int) -> Iterator[Account]:
    """An emulated account with this many deals, for as long as it is needed."""
    command = [sys.executable, "-m", "benchmarks.emulated", kind, "--deals", str(deals)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Account(process)
    finally:
        process.terminate()
        process.wait()


def serve(kind: str, deals: int) -> None:
    """Until its input ends."""
    clock, journal = SystemClock(), Journal()
    emulator = load_plugins().sandboxes[kind].make(deals, clock)
    with serving(Front(emulator, clock, journal), latency_s=LATENCY_S) as server:
        print(json.dumps({"url": server.url, "token": emulator.token}), flush=True)
        for _ in sys.stdin:
            paths = Counter(one.target.partition("?")[0] for one in journal.exchanges)
            told = {"methods": dict(journal.by_method), "statuses": dict(journal.by_status), "paths": dict(paths)}
            print(json.dumps(told), flush=True)
            journal.by_method.clear()
            journal.by_status.clear()
            journal.exchanges.clear()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind")
    parser.add_argument("--deals", type=int, required=True)
    given = parser.parse_args()
    serve(given.kind, given.deals)
