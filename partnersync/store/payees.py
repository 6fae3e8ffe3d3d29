"""What is remembered of those who are paid: since when their bank details are what they are, and whom to look at."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import Connection, delete, select

from partnersync.store.codec import fingerprint
from partnersync.store.money_tables import bank_details, touched_partners
from partnersync.store.rows import insert_new, upsert_all


def see_bank_details(tx: Connection, seen: Mapping[str, str], day: date) -> None:
    """Note on which day the details of partners were seen first, by partner; the first ones ever have no day."""
    known = {row.partner_id: row.mark for row in tx.execute(select(bank_details))}
    rows = []
    for partner_id, details in seen.items():
        mark, before = fingerprint(details), known.get(partner_id)
        if before != mark:
            rows.append({"partner_id": partner_id, "mark": mark, "changed_on": day.isoformat() if before else ""})
    upsert_all(tx, bank_details, rows)


def bank_changes(tx: Connection) -> dict[str, date]:
    """The day on which the present details of a partner were seen first, of those who had others before."""
    query = select(bank_details).where(bank_details.c.changed_on != "")
    return {row.partner_id: date.fromisoformat(row.changed_on) for row in tx.execute(query)}


def touch(tx: Connection, partner_ids: Iterable[str]) -> None:
    """Have the next run look at the fields of these partners."""
    insert_new(tx, touched_partners, [{"partner_id": partner_id} for partner_id in sorted(set(partner_ids))])


def take_touched(tx: Connection) -> set[str]:
    """The partners to look at; they are no longer touched."""
    found = set(tx.execute(select(touched_partners.c.partner_id)).scalars())
    if found:
        tx.execute(delete(touched_partners))
    return found
