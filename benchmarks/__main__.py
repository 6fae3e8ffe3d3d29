"""All benchmarks as one table, with what docs/architecture.md asks for and the ratio to it (1.00 and better holds)."""

import argparse

from benchmarks import amocrm, decide_plan, million, simulate, start

DEALS_PER_S = 10_000
PEAK_MIB = 600
UNCHANGED_S = 2.0
CALLS = 5
OF_THE_FLOOR = 1.15
START_S = 0.3
SIMULATE_S = 10.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deals", type=int, default=1_000_000, help="size of the whole-process runs")
    parser.add_argument("--leads", type=int, default=100_000, help="size of the first sync of an emulated CRM")
    given = parser.parse_args()
    print(f"{'measured':58}{'value':>14}{'wanted':>14}{'ratio':>8}")
    begun = start.measure()
    row("python -c pass, s", begun["python_s"])
    row("import partnersync, s", begun["import_s"], START_S, less=True)
    row("partnersync --help, s", begun["help_s"], START_S, less=True)
    speed = decide_plan.measure(50_000)
    row("decide + plan, deals/s", speed["deals_per_s"], DEALS_PER_S, less=False)
    tried = simulate.measure()
    row(f"simulate ({tried['deals']:,} deals, {tried['partners']} partners), s", tried["s"], SIMULATE_S)
    for run in million.measure(given.deals):
        name = f"{run['run']} ({run['deals']:,} deals)"
        row(f"{name}, s", run["s"], UNCHANGED_S if run["run"] == "unchanged" else None, less=True)
        row(f"{name}, peak MiB", run["peak_mib"], PEAK_MIB, less=True)
        row(f"{name}, records written", run["written"])
    of_crm(amocrm.measure(given.leads, given.deals))


def of_crm(runs: list[dict[str, object]]) -> None:
    """The rows of an emulated CRM: of the first run its time over the floor that the CRM's limits set."""
    for run in runs:
        name = f"{run['system']}, {run['run']} ({run['deals']:,} deals)"
        row(f"{name}, s", run["s"], UNCHANGED_S if run["run"] == "unchanged" else None)
        row(f"{name}, records written", run["written"])
        row(f"{name}, calls", run["calls"], CALLS if run["run"] == "unchanged" else None)
        row(f"{name}, calls refused for speed", run["refused"])
        if "floor_s" in run:
            over = float(str(run["s"])) / float(str(run["floor_s"]))
            row(f"{name}, of {run['floor_s']} s", over, OF_THE_FLOOR)


def row(name: str, value: object, wanted: float | None = None, *, less: bool = True) -> None:
    """One line of the table."""
    number = float(str(value))
    ratio = "" if wanted is None else f"{(wanted / number if less else number / wanted) if number else 0:.2f}"
    sign = "≤" if less else "≥"
    print(f"{name:58}{number:>14,.6g}{f'{sign} {wanted:,}' if wanted else '':>14}{ratio:>8}", flush=True)


if __name__ == "__main__":
    main()
