"""Bindings of applications to events, and the offline queue: a set of changed objects, not a log."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import md5
from itertools import count
from typing import Any

from partnersync_bitrix24_sandbox.cards import Actor

KEPT_S = 2_952_000


@dataclass(frozen=True, slots=True)
class Binding:
    """A subscription of an application; without `handler` it is an offline one."""

    event: str
    application: str
    handler: str = ""
    auth_type: int = 0
    connector: str = ""
    number: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Row:
    """An object that changed, in the queue of an application's connector; with a `process_id` it is reserved."""

    id: int
    at: int
    event: str
    data: dict[str, Any]
    user_id: int
    application: str
    connector: str
    process_id: str = ""
    error: bool = False

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """Rows with an equal one are one row."""
        return self.event, repr(self.data), self.application, self.connector, self.process_id

    @property
    def message_id(self) -> str:
        """What tells the object apart."""
        return md5(f"{self.event}|{self.data}".encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Fired:
    """An event as it happened."""

    name: str
    data: dict[str, Any]
    user_id: int
    at: int


@dataclass(slots=True)
class Events:
    """All that was fired, the bindings, the queue."""

    fired: list[Fired] = field(default_factory=list)
    bindings: list[Binding] = field(default_factory=list)
    waiting: list[tuple[Binding, Fired]] = field(default_factory=list)  # for their handlers, each sent once
    rows: dict[tuple[str, str, str, str, str], Row] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _processes: Iterator[int] = field(default_factory=lambda: count(1))

    def fire(self, name: str, data: dict[str, Any], actor: Actor, now: int) -> None:
        """Something happened. Offline bindings pass over what their own application did through their connector."""
        event = Fired(name, data, actor.user_id, now)
        self.fired.append(event)
        for one in self.bindings:
            if one.event != name:
                continue
            if one.handler:
                self.waiting.append((one, event))
            elif (one.application, one.connector) != (actor.application, actor.connector):
                self._queue(one, event)

    def of(self, application: str, connector: str, now: int) -> list[Row]:
        """The queue of an application's connector, oldest first; what is too old is dropped."""
        for key in [key for key, row in self.rows.items() if row.at < now - KEPT_S]:
            del self.rows[key]
        mine = (row for row in self.rows.values() if (row.application, row.connector) == (application, connector))
        return sorted(mine, key=lambda row: (row.at, row.id))

    def reserve(self, rows: list[Row]) -> str:
        """Put rows under a new process id; what changes from now on makes fresh rows."""
        process_id = md5(f"process {next(self._processes)}".encode(), usedforsecurity=False).hexdigest()
        for row in rows:
            self.replace(row, process_id=process_id)
        return process_id

    def replace(self, row: Row, **changes: Any) -> None:
        """Change a row of the queue."""
        del self.rows[row.key]
        changed = replace(row, **changes)
        self.rows[changed.key] = changed

    def drop(self, rows: list[Row]) -> None:
        """Take rows out of the queue."""
        for row in rows:
            del self.rows[row.key]

    def _queue(self, binding: Binding, event: Fired) -> None:
        row = Row(0, event.at, event.name, event.data, event.user_id, binding.application, binding.connector)
        known = self.rows.get(row.key)
        self.rows[row.key] = replace(row, id=known.id if known else next(self._numbers))
