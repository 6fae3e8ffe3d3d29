"""A deal that an export tells in several rows, one for each of its products."""

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from partnersync.contract.adapter import Cells, Raw
from partnersync_csv.scan import Row
from partnersync_csv.spool import temporary_database

_TABLES = """
CREATE TABLE ids (number INTEGER PRIMARY KEY, id TEXT UNIQUE);
CREATE TABLE lines (number INTEGER, position INTEGER, row TEXT, PRIMARY KEY (number, position)) WITHOUT ROWID;
BEGIN;
"""
_OF_A_PRODUCT = frozenset({"products", "amount", "currency"})
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+|,\d{1,2})?", re.ASCII)
_ROUNDED = Decimal("0.01")  # an exporter's sum is a rounded product

_json = json.JSONEncoder(ensure_ascii=False).encode


class Line(NamedTuple):
    """A row that may be one product of its deal: `raw` with the row's own sum as amount; price and quantity as text."""

    raw: Raw
    price: str = ""
    quantity: str = ""

    @property
    def is_product(self) -> bool:
        """An exporter fills at least one of the three for a product, and none for a deal without products."""
        return bool(self.price or self.quantity or (self.raw.cells or {}).get("products"))


def by_id(rows: Iterable[Row], id_of: Callable[[Row], str]) -> Iterator[list[Row]]:
    """The rows of each id together, wherever they stand, ids and rows in the order of the file.

    A row without id stays alone. All wait in a temporary database, so that memory does not grow with the file; what
    only a rewrite needs of a row is not kept.
    """
    with temporary_database() as database:
        database.executescript(_TABLES)
        last, number = "", 0
        for position, row in enumerate(rows):
            key = id_of(row) or f"\0{position}"
            if key != last:
                last, number = key, _number(database, key)
            kept = _json(row._replace(raw=row.raw if row.errors else (), end=""))
            database.execute("INSERT INTO lines VALUES (?, ?, ?)", (number, position, kept))
        found = database.execute("SELECT number, row FROM lines ORDER BY number, position")
        for _, group in groupby(found, key=itemgetter(0)):
            yield [_row(text) for _, text in group]


def _number(database: sqlite3.Connection, key: str) -> int:
    new = database.execute("INSERT OR IGNORE INTO ids (id) VALUES (?)", (key,))
    if new.rowcount:
        return new.lastrowid or 0
    number: int = database.execute("SELECT number FROM ids WHERE id = ?", (key,)).fetchone()[0]
    return number


def _row(text: str) -> Row:
    line, raw, values, end, problem, errors = json.loads(text)
    return Row(line, tuple(raw), tuple(values), end, problem, tuple(errors))


def deals(lines: Sequence[Line]) -> Iterator[Raw]:
    """The deal that lines of one id tell: its products as a list, and as amount the sum of the lines.

    A line with a problem sets the whole deal aside: the sum of the others would be wrong. So does one without a sum or
    in another currency. Lines that differ in anything but product, price, quantity and money are not of one deal: each
    kind is told as a record, for the core to name as a duplicate. So are lines without any product that differ; equal
    ones are one.
    """
    broken = next((line.raw for line in lines if line.raw.problem), None)
    if broken:
        yield broken
        return
    told = [line.raw.seen for line in lines if line.raw.seen is not None]
    seen = agreed(told) if told else None
    parts: dict[str, list[Line]] = {}
    for line in lines:
        parts.setdefault(_facts(line), []).append(line)
    for number, part in enumerate(parts.values()):
        deal = _sum(part) if part[0].is_product else part[0].raw
        yield replace(deal, seen=seen if not number and not deal.problem else None)


def agreed(rows: Iterable[Cells]) -> Cells:
    """What rows of one record hold in our fields.

    Where they differ it is all of it, as a list, so that no edit is hidden. A field that only some rows hold is left
    out: a row that was added has no value yet, and so all are written anew.
    """
    every = list(rows)
    names = dict.fromkeys(name for cells in every for name in cells)
    held = {name: dict.fromkeys(cells.get(name, "") for cells in every) for name in names}
    told = {name: [text for text in texts if text] for name, texts in held.items()}
    return {name: "|".join(texts) for name, texts in told.items() if len(texts) != 1 or "" not in held[name]}


def _facts(line: Line) -> str:
    """What equal lines of one deal have in common."""
    cells = line.raw.cells or {}
    own = _OF_A_PRODUCT if line.is_product else ()
    facts = [(name, text) for name, text in sorted(cells.items()) if name not in own]
    return _json((line.is_product, line.raw.deleted, facts))


def _sum(lines: Sequence[Line]) -> Raw:
    first = lines[0].raw
    each = [line.raw.cells or {} for line in lines]
    products = dict.fromkeys(cells["products"] for cells in each if cells.get("products"))
    told = {**each[0], "products": "|".join(products)}
    if len(lines) == 1 or "amount" not in told:
        return replace(first, cells=told)
    total = Decimal()
    for line, cells in zip(lines, each, strict=True):
        if not cells["amount"].strip():
            return _aside(line, "is empty in one of the deal's products, so its sum is not known: fill it in")
        if cells.get("currency") != told.get("currency"):
            problem = "is not that of the deal's other products, so it has no sum: give all of them one currency"
            return _aside(line, problem, "currency")
        amount, cost = _decimal(cells["amount"]), _cost(line)
        if amount is None:
            return _aside(line, "cannot be added to the deal's other products: write it like 1234.50")
        if cost is not None and abs(amount - cost) > _ROUNDED:
            return _aside(line, "is not price times quantity, so the deal's sum is not certain: correct one of them")
        total += amount
    return replace(first, cells={**told, "amount": f"{total:f}"})


def _aside(line: Line, problem: str, column: str = "amount") -> Raw:
    return replace(line.raw, seen=None, problem=problem, column=column, value=(line.raw.cells or {}).get(column, ""))


def _decimal(text: str) -> Decimal | None:
    plain = "".join(text.split())
    return Decimal(plain.replace(",", ".")) if _NUMBER.fullmatch(plain) else None


def _cost(line: Line) -> Decimal | None:
    price, quantity = _decimal(line.price), _decimal(line.quantity)
    return None if price is None or quantity is None else price * quantity
