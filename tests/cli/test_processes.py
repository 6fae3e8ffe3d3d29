"""Whole processes: several at once, and one that is killed."""

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

import pytest

from partnersync.store.database import open_store
from partnersync.store.locks import lease, this_process
from small_firm import Ended, Firm

Wait = Callable[[subprocess.Popen[str]], Ended]
SYNC = ("sync", "--as-of", "2026-12-31")
NEEDED = "partners deals registrations ledger issues".split()


def fill(firm: Firm, deals: int) -> Firm:
    """Many won deals of two partners, each paid once, every tenth registered by the other partner the day before."""
    head, payments, claims = (firm.text(f"data/{kind}.csv").splitlines()[:1] for kind in KINDS)
    for number in range(deals):
        month, dom = number % 12 + 1, number % 27 + 2
        day, day_before = (f"2026-{month:02}-{one:02}" for one in (dom, dom - 1))
        partner, other = ("P-1", "P-2") if number % 3 else ("P-2", "P-1")
        product = "licence" if number % 2 else "service"
        head.append(f"N-{number},Client {number},n{number}.ru,{partner},{product},won,100,{day},{day},,")
        payments.append(f"M-{number},N-{number},{day},{100 + number % 7}")
        if number % 10 == 0:
            claims.append(f"R-{number},{other},lead,Client {number},n{number}.ru,Buyer,yes,,{day_before}T10:00:00")
    for kind, rows in zip(KINDS, (head, payments, claims), strict=True):
        firm.put(f"data/{kind}.csv", "\n".join(rows) + "\n")
    return firm


KINDS = ("deals", "payments", "registrations")


def now() -> datetime:
    return datetime.now(UTC)


def as_written(firm: Firm) -> dict[str, bytes]:
    """What a run leaves behind for people; nothing temporary is among it."""
    written = firm.written()
    assert {f"{name}.csv" for name in NEEDED} <= written.keys()
    assert [name for name in written if not name.endswith(".csv")] == []
    return written


def test_a_run_that_meets_another_ends_with_75_and_does_nothing(firm: Firm, wait: Wait) -> None:
    store = open_store(f"sqlite:///{firm.root}/partnersync.db")
    with lease(store, "connection:main", this_process(), now):
        ended = wait(firm.spawn(*SYNC))
        assert firm.run("status", "--json").json()["locks"] == ["connection:main"]
    store.close()
    assert ended.code == 75, ended.told
    assert ended.out == ""
    assert f"the lock of connection main is held by another run, process {os.getpid()} on " in ended.err
    assert "Traceback" not in ended.err
    assert firm.written() == {}
    assert wait(firm.spawn(*SYNC)).code == 0


def test_of_four_processes_at_once_one_works(new_firm: Callable[[str], Firm], wait: Wait) -> None:
    alone = fill(new_firm("alone"), 2000)
    assert alone.run(*SYNC).code == 0
    firm = fill(new_firm("firm"), 2000)
    ended = [wait(process) for process in [firm.spawn(*SYNC) for _ in range(4)]]
    codes = sorted(one.code for one in ended)
    assert codes[0] == 0, ended
    assert set(codes) <= {0, 75}, ended
    assert [one for one in ended if "Traceback" in one.told] == []
    assert [one for one in ended if one.code == 75 and "held by another run" not in one.err] == []
    before = as_written(firm)
    assert before == as_written(alone)
    again = firm.run(*SYNC, "--json").json()
    assert (again["lines"], again["written"], again["connections"]["main"]["read"]) == (0, 0, {})
    assert firm.written() == before
    assert firm.run("verify").code == 0
    assert len({row["event_id"] for row in firm.rows("ledger")}) == len(firm.rows("ledger")) == 2000


def test_a_locked_out_process_never_waits_for_the_one_at_work(firm: Firm, wait: Wait) -> None:
    """Four at once while the lock is held: all end, and with 75."""
    store = open_store(f"sqlite:///{firm.root}/partnersync.db")
    with lease(store, "connection:main", this_process(), now):
        codes = [wait(process).code for process in [firm.spawn(*SYNC) for _ in range(4)]]
    store.close()
    assert codes == [75, 75, 75, 75]


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param("read", id="while it reads"),
        pytest.param("booked", id="while it decides or writes"),
        pytest.param("written", id="once it has begun to write files"),
    ],
)
def test_a_killed_run_is_finished_by_the_next(new_firm: Callable[[str], Firm], wait: Wait, seen: str) -> None:
    whole = fill(new_firm("whole"), 3000)
    assert whole.run(*SYNC).code == 0
    firm = fill(new_firm("firm"), 3000)
    process = firm.spawn(*SYNC)
    wait_until(REACHED[seen], firm, process)
    process.send_signal(signal.SIGKILL)
    killed = wait(process)
    assert killed.code == -signal.SIGKILL, killed.told
    ended = wait(firm.spawn(*SYNC))
    assert ended.code == 0, ended.told
    assert as_written(firm) == as_written(whole)
    assert firm.run("verify").code == 0
    again = firm.run(*SYNC, "--json").json()
    assert (again["lines"], again["written"]) == (0, 0)


def _holds(firm: Firm, query: str) -> bool:
    """Whether the store answers with a row; asked without a command, which would take too long."""
    with closing(sqlite3.connect(firm.root / "partnersync.db")) as database:
        return database.execute(query).fetchone() is not None


def _deals_are_read(firm: Firm) -> bool:
    return _holds(firm, "SELECT 1 FROM cursors WHERE stream = 'deals'")


def _lines_are_booked(firm: Firm) -> bool:
    return _holds(firm, "SELECT 1 FROM ledger LIMIT 1")


def _a_file_is_there(firm: Firm) -> bool:
    return (firm.root / "out").exists()


REACHED: dict[str, Callable[[Firm], bool]] = {
    "read": _deals_are_read,
    "booked": _lines_are_booked,
    "written": _a_file_is_there,
}


def wait_until(reached: Callable[[Firm], bool], firm: Firm, process: subprocess.Popen[str]) -> None:
    """Look until the process has come so far."""
    until = time.monotonic() + 60
    while not reached(firm):
        assert process.poll() is None, "the run had ended before it could be killed"
        assert time.monotonic() < until
        time.sleep(0.002)
