"""Partners and their registrations over all cases: whose are to be decided, and how many each has."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from partnersync.domain.value import RecordKind
from partnersync.store.case_tables import cases
from partnersync.store.record_tables import records
from partnersync.store.rows import chunks

_IS_CLAIM = (records.c.kind == RecordKind.REGISTRATION.value) & records.c.body.is_not(None)


def due(tx: Connection, more_than: int) -> list[str]:
    """Partners with more registrations than this, of which at least one lies in a case that is to be decided."""
    of_case = cases.c.case_id == records.c.case_id
    query = select(records.c.partner_id).join(cases, of_case).where(cases.c.dirty, _IS_CLAIM).distinct()
    partners = sorted(tx.execute(query).scalars())
    found: list[str] = []
    for chunk in chunks(partners):
        counted = select(records.c.partner_id).where(records.c.partner_id.in_(chunk), _IS_CLAIM)
        many = counted.group_by(records.c.partner_id).having(func.count() > more_than)
        found += tx.execute(many).scalars()
    return sorted(found)


def claims(tx: Connection, partner_id: str) -> list[str]:
    """The ids of a partner's registrations."""
    query = select(records.c.record_id).where(records.c.partner_id == partner_id, _IS_CLAIM)
    return sorted(tx.execute(query).scalars())


def due_cases(tx: Connection, partner_ids: Sequence[str]) -> list[str]:
    """The cases to be decided in which one of these partners has a registration."""
    found: set[str] = set()
    of_case = cases.c.case_id == records.c.case_id
    for chunk in chunks(partner_ids):
        query = select(records.c.case_id).join(cases, of_case).where(cases.c.dirty, _IS_CLAIM)
        found.update(tx.execute(query.where(records.c.partner_id.in_(chunk)).distinct()).scalars())
    return sorted(found)
