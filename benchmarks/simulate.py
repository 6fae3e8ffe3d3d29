"""`program simulate` on the sample company's 8,800 deals, as a whole process, with its table of partners."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def measure() -> dict[str, float]:
    """Seconds of wall time, how many deals were simulated, and for how many partners."""
    command = [sys.executable, "-m", "partnersync.cli.main"]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "demo"
        subprocess.run([*command, "demo", "--into", str(root)], check=True, stdout=subprocess.DEVNULL)
        terms = root / "config/program/2016-01-01.toml"
        trial = root / "trial.toml"
        trial.write_text(terms.read_text("utf-8").replace('"8%"', '"7%"'), "utf-8")
        config = ["--config", str(root / "config/partnersync.toml")]
        begun = time.perf_counter()
        ended = subprocess.run(
            [*command, "program", "simulate", str(trial), "--json", *config], check=True, capture_output=True
        )
        took = time.perf_counter() - begun
    told = json.loads(ended.stdout)
    return {"s": round(took, 2), "deals": told["deals"], "partners": len(told["partners"])}


if __name__ == "__main__":
    print(json.dumps(measure()))
