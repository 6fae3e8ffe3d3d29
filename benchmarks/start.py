"""How long `import partnersync` and `partnersync --help` take, as whole processes: the median of seven."""

import json
import statistics
import subprocess
import sys
import time


def median_s(command: list[str], runs: int = 7) -> float:
    """Seconds of wall time."""
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - begun)
    return round(statistics.median(times), 3)


def measure() -> dict[str, float]:
    """Both, and the bare interpreter to compare with."""
    python = sys.executable
    return {
        "python_s": median_s([python, "-c", "pass"]),
        "import_s": median_s([python, "-c", "import partnersync"]),
        "help_s": median_s([python, "-m", "partnersync.cli.main", "--help"]),
    }


if __name__ == "__main__":
    print(json.dumps(measure()))
