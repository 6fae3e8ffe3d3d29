"""Cutting a case whose records no longer hang together: its records and all that was decided follow their parts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, select, update

from partnersync.domain.earning import Earning
from partnersync.domain.value import RecordKind
from partnersync.store import casefile, codec, records
from partnersync.store.case_tables import case_keys, cases, deal_states, earnings, registrations
from partnersync.store.casefile import RecordKey
from partnersync.store.record_tables import records as record_rows
from partnersync.store.records import Row
from partnersync.store.rows import insert_new, write


def cases_of(tx: Connection, rows: Sequence[Row]) -> dict[RecordKey, str]:
    """The cases that these records belong to now."""
    ids: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        ids[row.connection, row.kind].append(row.record_id)
    return {
        (connection, kind, row.record_id): row.case_id
        for (connection, kind), record_ids in ids.items()
        for row in records.by_ids(tx, connection, kind, record_ids).values()
        if row.case_id is not None
    }


def cut(tx: Connection, case_id: str, parts: Sequence[tuple[Sequence[Row], Sequence[str]]]) -> None:
    """Cut a case into parts (deals and registrations, their keys), each a case of its own that has to be decided.

    A part is named after its smallest key. Payments and activities follow their deals, decisions their records; keys
    that no part names are forgotten.
    """
    tx.execute(delete(case_keys).where(case_keys.c.case_id == case_id))
    tx.execute(update(record_rows).where(record_rows.c.case_id == case_id).values(case_id=None))
    tx.execute(delete(cases).where(cases.c.case_id == case_id))
    of_deal: dict[str, str] = {}
    of_registration: dict[str, str] = {}
    keys: list[dict[str, str]] = []
    members: list[tuple[Row, str]] = []
    for rows, part_keys in parts:
        name = min(part_keys) if part_keys else min(_own_id(row) for row in rows)
        keys += [{"key": key, "case_id": name} for key in part_keys]
        members += [(row, name) for row in rows]
        of_deal.update((row.deal_ref, name) for row in rows if row.deal_ref)
        of_registration.update((row.record_id, name) for row in rows if row.kind == RecordKind.REGISTRATION)
    insert_new(tx, case_keys, keys)
    records.set_cases(tx, members)
    records.follow_deals(tx, of_deal)
    _follow(tx, case_id, of_deal, of_registration)
    casefile.touch(tx, sorted({name for _, name in members}))


def _own_id(row: Row) -> str:
    return f"deal:{row.deal_ref}" if row.kind == RecordKind.DEAL else f"registration:{row.record_id}"


def _follow(tx: Connection, case_id: str, of_deal: Mapping[str, str], of_registration: Mapping[str, str]) -> None:
    """Decisions go where their deals and registrations went."""
    for column, moved in ((deal_states.c.deal_ref, of_deal), (registrations.c.registration_id, of_registration)):
        statement = update(column.table).where(column == bindparam("of_id")).values(case_id=bindparam("to_case"))
        write(tx, statement, [{"of_id": one, "to_case": name} for one, name in moved.items()])
    key = (earnings.c.event_id, earnings.c.rule, earnings.c.payee_id)
    events = tx.execute(select(*key, earnings.c.body).where(earnings.c.case_id == case_id)).all()
    statement = update(earnings).values(case_id=bindparam("to_case"))
    for column in key:
        statement = statement.where(column == bindparam(f"of_{column.name}"))
    write(
        tx,
        statement,
        [
            {"of_event_id": event_id, "of_rule": rule, "of_payee_id": payee_id, "to_case": of_deal[earning.deal_ref]}
            for event_id, rule, payee_id, body in events
            if (earning := codec.load(Earning, body)).deal_ref in of_deal
        ],
    )
