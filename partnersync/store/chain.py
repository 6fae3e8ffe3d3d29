"""Hash chains: a table whose rows are only ever added, so that any later change of it is found and named.

Forever (what is sealed cannot be hashed again): a row's `hash` is the SHA-256, in lower-case hex, of the UTF-8 bytes of
a JSON array of its `prev_hash` and then its columns in the chain's order; integers as numbers, all else as text;
written without spaces, and with no escapes but those that JSON demands (RFC 8785). The first `prev_hash` is 64 zeros,
every other one the `hash` of the row before. `seq` counts from 1 without gaps and is not hashed. The chain's head (last
seq and hash) stands in another table, so a tail that was cut off is missed.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Table, insert, select
from sqlalchemy.exc import DBAPIError

from partnersync.store.rows import chunks_of, stream, upsert_all, write
from partnersync.store.run_tables import heads

GENESIS = "0" * 64
_AT_ONCE = 1000
_ENOUGH = 100  # findings after which nobody needs another


class Finding(NamedTuple):
    """Something that does not agree: the row's number and name, and what is wrong with it."""

    seq: int
    name: str
    what: str


class Head(NamedTuple):
    """The last row of a chain; 0 and zeros of an empty one."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Chain:
    """One chained table: `columns` are hashed in this order, the column `names` names a row for people."""

    name: str
    table: Table
    columns: tuple[str, ...]
    names: str

    def head(self, tx: Connection) -> Head:
        """Where the chain ends."""
        row = tx.execute(select(heads.c.seq, heads.c.hash).where(heads.c.chain == self.name)).one_or_none()
        return Head(*row) if row else Head(0, GENESIS)

    def append(self, tx: Connection, rows: Iterable[Mapping[str, Any]]) -> int:
        """Seal rows to the end, in the order in which they come; how many they were."""
        start = seq, prev_hash = self.head(tx)
        for chunk in chunks_of(rows, _AT_ONCE):
            sealed = []
            for row in chunk:
                seq += 1
                row_hash = digest(prev_hash, [row[name] for name in self.columns])
                sealed.append({**row, "seq": seq, "prev_hash": prev_hash, "hash": row_hash})
                prev_hash = row_hash
            write(tx, insert(self.table), sealed)
        if seq > start.seq:
            upsert_all(tx, heads, [{"chain": self.name, "seq": seq, "hash": prev_hash}])
        return seq - start.seq

    def verify(self, tx: Connection) -> list[Finding]:
        """What does not agree in the chain, in its order; nothing where all of it is as it was sealed. Streams."""
        findings: list[Finding] = []
        last = Head(0, GENESIS)
        with _damage_shown(tx):
            head = self.head(tx)
            try:
                for row in stream(tx, self._all()):
                    findings += self._compare(row, last, head)
                    last = max(last, Head(row[0], row[-1]))
                    if len(findings) >= _ENOUGH:
                        return findings
            except DBAPIError:
                return [*findings, Finding(last.seq + 1, "", "cannot be read: the database is damaged here")]
        if last.seq < head.seq:
            cut = f"is missing: the chain's head is at {head.seq}, the end was cut off"
            findings.append(Finding(last.seq + 1, "", cut))
        elif last.seq == head.seq and last != head and not (findings and findings[-1].seq == last.seq):
            findings.append(Finding(last.seq, "", "is the last, and the chain's head names another"))
        return findings

    def _all(self) -> Select[*tuple[Any, ...]]:
        columns = (self.table.c[name] for name in ("seq", *self.columns, "prev_hash", "hash"))
        return select(*columns).order_by(self.table.c.seq)

    def _compare(self, row: Sequence[Any], last: Head, head: Head) -> list[Finding]:
        """What is wrong with a row (seq, columns, prev_hash, hash) that comes after the last one."""
        seq, *values, prev_hash, row_hash = row
        name = str(values[self.columns.index(self.names)])
        found: list[Finding] = []
        if seq <= last.seq:
            return [Finding(seq, name, "was changed: no row has this number")]
        if seq != last.seq + 1:
            rest = f", as all up to {seq - 1}" if seq > last.seq + 2 else ""
            found.append(Finding(last.seq + 1, "", f"is missing{rest}"))
        if digest(prev_hash, values) != row_hash:
            found.append(Finding(seq, name, "was changed: its hash no longer fits"))
        elif seq == last.seq + 1 and prev_hash != last.hash:
            found.append(Finding(seq, name, "does not follow the one before it"))
        elif seq > head.seq:
            found.append(Finding(seq, name, "lies beyond the chain's head: it was not added by partnersync"))
        return found


def digest(prev_hash: str, values: Sequence[Any]) -> str:
    """The hash of a row (see above). A value of another type, which only damage can bring, gives some other hash."""
    text = json.dumps([prev_hash, *values], ensure_ascii=False, separators=(",", ":"), default=repr)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@contextmanager
def _damage_shown(tx: Connection) -> Iterator[None]:
    """Let SQLite give text that is not UTF-8 as it is, instead of failing: so the damaged row can be named."""
    driver = tx.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        yield
        return
    driver.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = str
