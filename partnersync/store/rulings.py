"""Decisions of people about registrations; all are kept, in the order in which they were made."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from partnersync.domain.ruling import ABOUT_EXTENSIONS, ENDS, Ruling, RulingKind
from partnersync.store.case_tables import rulings as table
from partnersync.store.codec import moment, moment_text
from partnersync.store.rows import chunks


def put(tx: Connection, ruling: Ruling) -> None:
    """Keep a decision."""
    values = {
        "registration_id": ruling.registration_id,
        "kind": ruling.kind.value,
        "actor": ruling.actor,
        "reason": ruling.reason,
        "at": moment_text(ruling.at),
    }
    tx.execute(insert(table).values(values))


def of(tx: Connection, registration_ids: Sequence[str]) -> dict[str, list[Ruling]]:
    """The decisions about these registrations, by id, the first one first."""
    found: dict[str, list[Ruling]] = defaultdict(list)
    for chunk in chunks(registration_ids):
        query = select(table).where(table.c.registration_id.in_(chunk)).order_by(table.c.number)
        for row in tx.execute(query):
            found[row.registration_id].append(_ruling(row))
    return found


def after_verdicts(tx: Connection) -> dict[str, list[Ruling]]:
    """What people decided about extensions and ends of protections, by registration, the first one first."""
    found: dict[str, list[Ruling]] = defaultdict(list)
    for row in tx.execute(
        select(table).where(table.c.kind.in_(sorted(ABOUT_EXTENSIONS | ENDS))).order_by(table.c.number)
    ):
        found[row.registration_id].append(_ruling(row))
    return found


def _ruling(row: Row[Any]) -> Ruling:
    return Ruling(row.registration_id, RulingKind(row.kind), row.actor, row.reason, moment(row.at))
