"""Keys that many clients may share: who has them, since when, and whose claims are to be looked at again."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, Executable, bindparam, case, delete, distinct, func, select
from sqlalchemy.dialects import postgresql, sqlite

from partnersync.store.case_tables import registrations
from partnersync.store.case_tables import traits as table
from partnersync.store.codec import moment, moment_text
from partnersync.store.rows import chunks, write


@dataclass(frozen=True, slots=True)
class Trait:
    """That a client has a key; `claim_id` is empty where a deal tells it."""

    key: str
    claim_id: str
    owner: str
    inn: str
    name: str
    since: datetime
    first_seen: int

    @property
    def place(self) -> tuple[str, str, str]:
        """What it is kept by."""
        return self.key, self.claim_id, self.owner


def put(tx: Connection, traits: Iterable[Trait]) -> None:
    """Keep what records tell; of several records of one client the earliest counts."""
    earliest: dict[tuple[str, str, str], Trait] = {}
    for one in traits:
        known = earliest.get(one.place)
        if known is None or one.since < known.since:
            earliest[one.place] = one
    rows = [
        {
            "key": one.key,
            "claim_id": one.claim_id,
            "owner": one.owner,
            "inn": one.inn,
            "name": one.name,
            "since": moment_text(one.since),
            "first_seen": one.first_seen,
        }
        for _, one in sorted(earliest.items())
    ]
    if rows:
        write(tx, _upsert(tx.dialect.name), rows)


def forget(tx: Connection, places: Iterable[tuple[str, str, str]]) -> None:
    """Drop what corrected records no longer tell, by key, claim and owner."""
    here = (
        (table.c.key == bindparam("at_key"))
        & (table.c.claim_id == bindparam("at_claim"))
        & (table.c.owner == bindparam("at_owner"))
    )
    names = ("at_key", "at_claim", "at_owner")
    write(tx, delete(table).where(here), [dict(zip(names, place, strict=True)) for place in sorted(places)])


def having(tx: Connection, keys: Sequence[str]) -> dict[str, list[Trait]]:
    """Who has these keys, by key."""
    found: dict[str, list[Trait]] = defaultdict(list)
    for chunk in chunks(keys):
        for row in tx.execute(select(table).where(table.c.key.in_(chunk))):
            trait = Trait(row.key, row.claim_id, row.owner, row.inn, row.name, moment(row.since), row.first_seen)
            found[row.key].append(trait)
    return found


def crowded(tx: Connection, keys: Sequence[str], limit: int) -> set[str]:
    """Those of these keys that more than `limit` companies have."""
    company = case((table.c.inn != "", table.c.inn), (table.c.name != "", table.c.name), else_=table.c.owner)
    found: set[str] = set()
    for chunk in chunks(keys):
        query = select(table.c.key).where(table.c.key.in_(chunk)).group_by(table.c.key)
        found.update(tx.execute(query.having(func.count(distinct(company)) > limit)).scalars())
    return found


def cases_asking(tx: Connection, keys: Sequence[str]) -> set[str]:
    """The cases of decided registrations that have one of these keys."""
    found: set[str] = set()
    if tx.execute(select(registrations.c.registration_id).limit(1)).first() is None:
        return found
    of_claim = registrations.c.registration_id == table.c.claim_id
    for chunk in chunks(keys):
        query = (
            select(registrations.c.case_id).join(table, of_claim).where(table.c.key.in_(chunk), table.c.claim_id != "")
        )
        found.update(tx.execute(query.distinct()).scalars())
    return found


@cache
def _upsert(dialect: str) -> Executable:
    statement = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table)
    new = statement.excluded
    earlier = new.since < table.c.since
    replaced = {
        "inn": new.inn,
        "name": new.name,
        "since": case((earlier, new.since), else_=table.c.since),
        "first_seen": case((earlier, new.first_seen), else_=table.c.first_seen),
    }
    return statement.on_conflict_do_update(index_elements=["key", "claim_id", "owner"], set_=replaced)
