"""One run at a time: leases in the store, held by a process.

A lease holds until its end, and every writing transaction of its holder moves that end, so a run at work keeps it. The
same transaction refuses to write for a run whose lease went to another. Taking a lease is a writing transaction too: it
cannot come in the middle of one. Of processes of this machine it is known whether they live: what a dead one held is
free at once, and a living one keeps it, however long it has nothing to write.
"""

import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, delete, select, update

from partnersync.errors import LockHeld, PartnersyncError
from partnersync.store.codec import moment, moment_text
from partnersync.store.database import Store
from partnersync.store.rows import upsert_all
from partnersync.store.run_tables import leases

_POLL_S = 0.25


@dataclass(frozen=True, slots=True)
class Lease:
    """A lease that is held; `ttl_s` is how long it lasts without a sign of life."""

    store: Store
    name: str
    owner: str
    now: Callable[[], datetime]
    ttl_s: int

    def guard(self, tx: Connection) -> None:
        """Part of each writing transaction: the lease is still ours, and lasts on."""
        mine = (leases.c.name == self.name) & (leases.c.owner == self.owner)
        expires_at = tx.execute(select(leases.c.expires_at).where(mine)).scalar()
        if expires_at is None:
            raise LockHeld(
                f"{_shown(self.name)} was taken over by another run",
                hint="This run was silent for too long and stopped; start again when the other has ended",
            )
        now = self.now()
        if moment(expires_at) - now < timedelta(seconds=self.ttl_s) * 2 / 3:
            tx.execute(update(leases).where(mine).values(expires_at=self.end(now)))

    def end(self, now: datetime) -> str:
        """When it ends if nothing is heard of its holder after `now`, as the store keeps it."""
        return moment_text(now + timedelta(seconds=self.ttl_s))


@contextmanager
def lease(
    store: Store,
    name: str,
    owner: str,
    now: Callable[[], datetime],
    ttl_s: int = 120,
    wait_s: float = 0,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Lease]:
    """Hold `name` ("connection:<name>" or "programme") for `owner` (see `this_process`).

    LockHeld, which names the holder, where another holds it for longer than `wait_s`.
    """
    held = Lease(store, name, owner, now, ttl_s)
    until = now() + timedelta(seconds=wait_s)
    while holder := _take(held):
        if now() >= until:
            raise LockHeld(
                f"{_shown(name)} is held by another run, {_process(holder.owner)}",
                hint=f"Start again when it has ended; if its machine is gone, after {holder.expires_at}",
            )
        sleep(_POLL_S)
    store.guards.append(held.guard)
    try:
        yield held
    except BaseException:
        with suppress(PartnersyncError):  # what went wrong first is what has to be told
            _release(held)
        raise
    _release(held)


def held(tx: Connection, now: datetime) -> list[str]:
    """The names of the leases that somebody alive holds."""
    query = select(leases.c.name, leases.c.owner, leases.c.expires_at).order_by(leases.c.name)
    return [name for name, owner, expires_at in tx.execute(query) if _is_held(owner, moment(expires_at), now)]


def this_process() -> str:
    """An owner that other processes can tell to be alive: machine, pid, when it began."""
    return f"{_machine()}:{os.getpid()}:{_started(os.getpid())}"


class _Holder(NamedTuple):
    owner: str
    expires_at: str


def _take(held: Lease) -> _Holder | None:
    """Take the lease, or say who holds it."""
    with held.store.read() as tx:
        if holder := _holder(tx, held):
            return holder  # told at once, where a write would wait for the other's transaction
    with held.store.write() as tx:
        if holder := _holder(tx, held):
            return holder
        row = {"name": held.name, "owner": held.owner, "expires_at": held.end(held.now())}
        upsert_all(tx, leases, [row])
    return None


def _holder(tx: Connection, wanted: Lease) -> _Holder | None:
    query = select(leases.c.owner, leases.c.expires_at).where(leases.c.name == wanted.name)
    row = tx.execute(query).one_or_none()
    if row is None or not _is_held(row.owner, moment(row.expires_at), wanted.now()):
        return None
    return _Holder(row.owner, row.expires_at)


def _release(held: Lease) -> None:
    held.store.guards.remove(held.guard)
    with held.store.write() as tx:
        tx.execute(delete(leases).where(leases.c.name == held.name, leases.c.owner == held.owner))


def _shown(name: str) -> str:
    kind, _, connection = name.partition(":")
    return f"the lock of {kind} {connection}" if connection else f"the lock of the {kind}"


def _process(owner: str) -> str:
    """An owner as people know it."""
    machine, pid, _ = (["", "", *owner.rsplit(":", 2)])[-3:]
    return f"process {pid} on {machine.partition('/')[0]}" if pid.isdigit() else owner


def _is_held(owner: str, ends: datetime, now: datetime) -> bool:
    alive = _is_alive(owner)
    return now < ends if alive is None else alive


def _is_alive(owner: str) -> bool | None:
    """Whether the owner is a process of this machine that lives; None where that cannot be known."""
    machine, pid, started = (["", "", *owner.rsplit(":", 2)])[-3:]
    if machine != _machine() or not pid.isdigit() or os.name != "posix":
        return None
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return None
    return started == _started(int(pid))  # else it ended and is not yet collected, or its number was given to another


def _machine() -> str:
    """This host, this boot, and this process namespace: where pids mean the same."""
    boot = _text("/proc/sys/kernel/random/boot_id")
    with suppress(OSError):
        boot += "/" + os.readlink("/proc/self/ns/pid").strip("pid:[]")
    return f"{platform.node()}/{boot}"


def _started(pid: int) -> str:
    """When a living process began, in clock ticks since boot; empty where the system does not tell."""
    fields = _text(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return fields[19] if fields and fields[0] not in "ZX" else ""


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError:
        return ""
