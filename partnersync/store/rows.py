"""Many rows at once, in the one way that is quick on both databases: a prepared statement and lists of values."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any, TypeVar, TypeVarTuple

from sqlalchemy import Connection, Executable, Row, Select, Table
from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Values = Mapping[str, Any]

_WRITTEN_AT_ONCE = 1000
_READ_AT_ONCE = 1000
ASKED_AT_ONCE = 900  # values in one IN list


def chunks(items: Sequence[T], size: int = ASKED_AT_ONCE) -> Iterator[Sequence[T]]:
    """The items in order, at most `size` at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def chunks_of(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The same of what is not at hand at once."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def stream(tx: Connection, query: Select[*Ts]) -> Iterator[Row[*Ts]]:
    """The rows of a query, of which only some are at hand at a time."""
    with tx.execute(query.execution_options(yield_per=_READ_AT_ONCE)) as result:
        yield from result


def write(tx: Connection, statement: Executable, rows: Sequence[Values]) -> None:
    """Run a statement once for each row."""
    for chunk in chunks(rows, _WRITTEN_AT_ONCE):
        tx.execute(statement, chunk)


def upsert_all(tx: Connection, table: Table, rows: Sequence[Values], *, keep: Collection[str] = ()) -> None:
    """Insert rows, or replace the columns they name in those that are there, but for the columns to `keep`.

    All rows name the same columns.
    """
    if rows:
        write(tx, _upsert(table, tx.dialect.name, tuple(rows[0]), frozenset(keep)), rows)


def insert_new(tx: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert the rows whose key is not there yet."""
    if rows:
        write(tx, _insert(table, tx.dialect.name).on_conflict_do_nothing(), rows)


def _insert(table: Table, dialect: str) -> "sqlite.Insert | postgresql.Insert":
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def _upsert(table: Table, dialect: str, columns: tuple[str, ...], keep: frozenset[str]) -> Executable:
    statement = _insert(table, dialect)
    key = [column.name for column in table.primary_key]
    replaced = {name: statement.excluded[name] for name in columns if name not in key and name not in keep}
    return statement.on_conflict_do_update(index_elements=key, set_=replaced)
