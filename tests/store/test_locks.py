"""One run at a time: who holds a lease, who may take it over, and that no update is lost between processes."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from partnersync.errors import LockHeld
from partnersync.store.database import Store, open_store
from partnersync.store.locks import held, lease, this_process
from partnersync.store.run_tables import changes, leases

START = datetime(2026, 5, 1, 7, tzinfo=UTC)
NAME = "connection:main"


class Clock:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def _owner(store: Store) -> str | None:
    with store.read() as tx:
        return tx.execute(select(leases.c.owner).where(leases.c.name == NAME)).scalar()


def _held_by(store: Store, owner: str, *, seconds: int) -> None:
    expires_at = (START + timedelta(seconds=seconds)).isoformat()
    with store.write() as tx:
        tx.execute(insert(leases).values(name=NAME, owner=owner, expires_at=expires_at))


def _ended_process() -> str:
    """The owner of a process of this machine that is gone."""
    code = "from partnersync.store.locks import this_process; print(this_process())"
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def _another_start() -> str:
    """An owner whose pid now belongs to another process: ours."""
    machine, pid, _ = this_process().rsplit(":", 2)
    return f"{machine}:{pid}:1"


def test_a_lease_is_given_back_at_the_end(store: Store) -> None:
    with lease(store, NAME, "a", Clock().now):
        assert _owner(store) == "a"
    assert _owner(store) is None
    assert store.guards == []


def test_a_lease_is_given_back_after_an_error(store: Store) -> None:
    with pytest.raises(KeyError), lease(store, NAME, "a", Clock().now):
        raise KeyError
    assert _owner(store) is None


def test_two_names_do_not_hinder_each_other(store: Store) -> None:
    clock = Clock()
    with lease(store, NAME, "a", clock.now), lease(store, "programme", "a", clock.now), store.read() as tx:
        names = set(tx.exec_driver_sql("SELECT name FROM leases").scalars())
    assert names == {NAME, "programme"}


@pytest.mark.parametrize(
    ("owner", "seconds", "free"),
    [
        pytest.param(lambda: "elsewhere/boot:1:1", 1, False, id="held by another machine"),
        pytest.param(lambda: "elsewhere/boot:1:1", 0, True, id="expired"),
        pytest.param(this_process, 1, False, id="held by a living process, this one"),
        pytest.param(_ended_process, 100, True, id="its process has ended"),
        pytest.param(_another_start, 100, True, id="its pid was given to another process"),
        pytest.param(lambda: "a name", 1, False, id="an owner that tells nothing"),
    ],
)
def test_who_may_take_a_lease_over(store: Store, owner: Callable[[], str], seconds: int, free: bool) -> None:
    holder = owner()
    _held_by(store, holder, seconds=seconds)
    if free:
        with lease(store, NAME, "me", Clock().now):
            assert _owner(store) == "me"
    else:
        with pytest.raises(LockHeld, match="connection main"), lease(store, NAME, "me", Clock().now):
            pass
        assert _owner(store) == holder


@pytest.mark.parametrize(
    ("owner", "named"),
    [
        pytest.param("shop-1/boot/4:321:77", "process 321 on shop-1", id="a process"),
        pytest.param("a name", "a name", id="an owner that tells nothing"),
    ],
)
def test_who_holds_a_lease_is_named(store: Store, owner: str, named: str) -> None:
    _held_by(store, owner, seconds=60)
    with pytest.raises(LockHeld) as caught, lease(store, NAME, "me", Clock().now):
        pass
    assert str(caught.value) == (
        f"the lock of connection main is held by another run, {named}. "
        "Start again when it has ended; if its machine is gone, after 2026-05-01T07:01:00+00:00"
    )


def test_waiting_ends_when_the_lease_does(store: Store) -> None:
    clock = Clock()
    _held_by(store, "elsewhere:1:1", seconds=5)
    with lease(store, NAME, "me", clock.now, wait_s=60, sleep=clock.sleep):
        assert clock.at - START == timedelta(seconds=5)


def test_waiting_in_vain_ends_in_time(store: Store) -> None:
    clock = Clock()
    _held_by(store, "elsewhere:1:1", seconds=500)
    with pytest.raises(LockHeld), lease(store, NAME, "me", clock.now, wait_s=10, sleep=clock.sleep):
        pass
    assert timedelta(seconds=10) <= clock.at - START < timedelta(seconds=11)


def test_a_run_that_writes_keeps_its_lease(store: Store) -> None:
    clock = Clock()
    with lease(store, NAME, "me", clock.now, ttl_s=120):
        for _ in range(5):
            clock.sleep(100)
            with store.write():
                pass
        clock.sleep(100)
        with pytest.raises(LockHeld), lease(store, NAME, "other", clock.now):
            pass


def test_a_living_process_of_this_machine_keeps_its_lease_however_silent(store: Store) -> None:
    clock = Clock()
    with lease(store, NAME, this_process(), clock.now, ttl_s=120):
        clock.sleep(10_000)
        with pytest.raises(LockHeld), lease(store, NAME, "other", clock.now):
            pass
        with store.read() as tx:
            assert held(tx, clock.now()) == [NAME]


def test_a_long_write_ends_with_a_fresh_lease(store: Store) -> None:
    clock = Clock()
    with lease(store, NAME, "me", clock.now, ttl_s=120):
        with store.write():
            clock.sleep(500)
        with pytest.raises(LockHeld), lease(store, NAME, "other", clock.now):
            pass


def test_a_rehearsal_is_no_renewal_but_the_next_write_is(store: Store) -> None:
    clock = Clock()
    with lease(store, NAME, "me", clock.now, ttl_s=120):
        clock.sleep(100)
        with store.rehearse():
            pass
        with store.write():
            pass
        clock.sleep(100)
        with pytest.raises(LockHeld), lease(store, NAME, "other", clock.now):
            pass


def test_who_lost_the_lease_writes_no_more_and_leaves_the_others_alone(store_url: str) -> None:
    clock = Clock()
    silent, quick = open_store(store_url), open_store(store_url)

    def fall_silent() -> None:
        with lease(silent, NAME, "silent", clock.now):
            clock.sleep(200)
            with lease(quick, NAME, "quick", clock.now):
                with pytest.raises(LockHeld, match="taken over"), silent.write():
                    pass
                raise KeyError

    with pytest.raises(KeyError):
        fall_silent()
    assert _owner(quick) is None
    silent.close()
    quick.close()


_COUNT = """
import sys
from sqlalchemy import select, update
from partnersync.store.database import open_store
from partnersync.store.run_tables import changes

store = open_store(sys.argv[1])
for _ in range(250):
    with store.write() as tx:
        number = tx.execute(select(changes.c.number)).scalar_one()
        tx.execute(update(changes).values(number=number + 1))
store.close()
"""


def test_four_processes_lose_no_update(store_url: str, store: Store) -> None:
    with store.write() as tx:
        tx.execute(insert(changes).values(name="count", number=0))
    processes = [subprocess.Popen([sys.executable, "-c", _COUNT, store_url]) for _ in range(4)]
    assert [process.wait() for process in processes] == [0, 0, 0, 0]
    with store.read() as tx:
        assert tx.execute(select(changes.c.number)).scalar_one() == 1000


_ALONE = """
import sys, time
from datetime import UTC, datetime
from partnersync.store.database import open_store
from partnersync.store.locks import lease, this_process

store = open_store(sys.argv[1])
for _ in range(20):
    now = lambda: datetime.now(UTC)
    with lease(store, "programme", this_process(), now, wait_s=60, sleep=lambda s: time.sleep(0.01)):
        with open(sys.argv[2], "a") as log:
            log.write("in\\n")
            log.flush()
            time.sleep(0.002)
            log.write("out\\n")
store.close()
"""


def test_one_of_four_processes_holds_a_lease_at_a_time(store_url: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    processes = [subprocess.Popen([sys.executable, "-c", _ALONE, store_url, str(log)]) for _ in range(4)]
    assert [process.wait() for process in processes] == [0, 0, 0, 0]
    assert log.read_text().split() == ["in", "out"] * 80


def test_four_processes_make_one_new_store(empty_database_url: str) -> None:
    code = "import sys; from partnersync.store.database import open_store; open_store(sys.argv[1]).close()"
    processes = [subprocess.Popen([sys.executable, "-c", code, empty_database_url]) for _ in range(4)]
    assert [process.wait() for process in processes] == [0, 0, 0, 0]
