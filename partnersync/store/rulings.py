"""Decisions of people about registrations; all are kept, in the order in which they were made."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from partnersync.domain.ruling import Ruling, RulingKind
from partnersync.store.codec import moment, moment_text
from partnersync.store.rows import chunks
from partnersync.store.tables import rulings as table


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
            ruling = Ruling(row.registration_id, RulingKind(row.kind), row.actor, row.reason, moment(row.at))
            found[row.registration_id].append(ruling)
    return found
