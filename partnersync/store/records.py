"""The records as they were pulled: the last good value of each, where it stands, and the case that it belongs to."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from sqlalchemy import Connection, bindparam, delete, exists, func, select, update

from partnersync.domain.value import RecordKind
from partnersync.store.record_tables import accepted_partners
from partnersync.store.record_tables import listed as listed_table
from partnersync.store.record_tables import records as table
from partnersync.store.rows import chunks, insert_new, stream, upsert_all, write


@dataclass(frozen=True, slots=True)
class Row:
    """A record. `state` is present, gone (from its system) or aside; `body` its last good value as JSON, if it had one.

    `cells` is what was pulled of a record set aside, `hash` of what was pulled last; `first_seen` is the first run that
    could book it, `changed` the last that changed it. `deal_ref` is a deal's own, or the deal that a payment or
    activity belongs to; `promo_code` and `utm_source` are casefolded.
    """

    connection: str
    kind: str
    record_id: str
    state: str
    body: str | None
    cells: str | None
    hash: str
    first_seen: int
    changed: int
    deal_ref: str | None = None
    partner_id: str | None = None
    promo_code: str | None = None
    utm_source: str | None = None
    case_id: str | None = None
    file: str = ""  # where it stood when it was listed last
    line: int = 0


_NAMES = tuple(field.name for field in fields(Row))
_COLUMNS = tuple(table.c[name] for name in _NAMES)
_SELECT = select(*_COLUMNS)
_AT = (
    (table.c.connection == bindparam("at_connection"))
    & (table.c.kind == bindparam("at_kind"))
    & (table.c.record_id == bindparam("at_id"))
)
# Payments and activities belong to the case of their deal.
_FOLLOWS = (table.c.kind == RecordKind.PAYMENT.value) | (table.c.kind == RecordKind.ACTIVITY.value)
_SET_CASE = update(table).where(_AT).values(case_id=bindparam("to_case"))


def by_ids(tx: Connection, connection: str, kind: str, record_ids: Sequence[str]) -> dict[str, Row]:
    """The known ones of these records, by record id."""
    found: dict[str, Row] = {}
    for chunk in chunks(record_ids):
        query = _SELECT.where(table.c.connection == connection, table.c.kind == kind, table.c.record_id.in_(chunk))
        found.update((row.record_id, Row(*row)) for row in tx.execute(query))
    return found


def _place(row: Row) -> tuple[str, str, str]:
    return row.connection, row.kind, row.record_id


def upsert(tx: Connection, rows: Sequence[Row]) -> None:
    """Keep records, each replaced whole."""
    upsert_all(tx, table, [_values(row) for row in rows])


def _values(row: Row) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(row, name) for name in _NAMES}
    values["promo_code"] = row.promo_code.casefold() if row.promo_code else None
    values["utm_source"] = row.utm_source.casefold() if row.utm_source else None
    return values


def by_case(tx: Connection, case_ids: Sequence[str]) -> list[Row]:
    """The records of these cases that were good at some time: present, gone and set aside ones, in a stable order."""
    rows: list[Row] = []
    for chunk in chunks(case_ids):
        query = _SELECT.where(table.c.case_id.in_(chunk), table.c.body.is_not(None))
        rows.extend(Row(*row) for row in tx.execute(query))
    rows.sort(key=_place)
    return rows


def payments_of(tx: Connection, deal_refs: Sequence[str], like: str) -> list[Row]:
    """The payments of these deals whose ids are like a pattern of SQL."""
    rows: list[Row] = []
    of_kind = (table.c.kind == RecordKind.PAYMENT.value) & table.c.record_id.like(like) & table.c.body.is_not(None)
    for chunk in chunks(deal_refs):
        rows += (Row(*row) for row in tx.execute(_SELECT.where(table.c.deal_ref.in_(chunk), of_kind)))
    return sorted(rows, key=_place)


def by_kind(tx: Connection, kind: str) -> Iterator[Row]:
    """All records of a kind, streamed."""
    query = _SELECT.where(table.c.kind == kind).order_by(table.c.connection, table.c.record_id)
    for row in stream(tx, query):
        yield Row(*row)


def has_any(tx: Connection, connection: str, kind: str) -> bool:
    """Whether a connection told a usable record of a kind."""
    of_it = (table.c.connection == connection) & (table.c.kind == kind) & table.c.body.is_not(None)
    return tx.execute(select(exists().where(of_it))).scalar_one()


def last_changed(tx: Connection, kinds: Sequence[str]) -> int:
    """The last run that changed a record of these kinds; 0 where there is none."""
    return tx.execute(select(func.max(table.c.changed)).where(table.c.kind.in_(kinds))).scalar() or 0


def forget_hashes(tx: Connection, connection: str, kind: str, record_ids: Sequence[str]) -> None:
    """Take these records for changed when they are read next, whatever they hold."""
    for chunk in chunks(record_ids):
        here = (table.c.connection == connection) & (table.c.kind == kind) & table.c.record_id.in_(chunk)
        tx.execute(update(table).where(here).values(hash=""))


def forgotten(tx: Connection, connection: str, kind: str) -> list[str]:
    """Ids of the records that are taken for changed."""
    query = select(table.c.record_id).where(table.c.connection == connection, table.c.kind == kind, table.c.hash == "")
    return list(tx.execute(query.order_by(table.c.record_id)).scalars())


def cases_of_deals(tx: Connection, deal_refs: Sequence[str]) -> dict[str, str]:
    """The case of each of these deals that has one."""
    ids: dict[str, list[str]] = defaultdict(list)
    for ref in sorted(set(deal_refs)):
        connection, _, record_id = ref.partition("/")
        ids[connection].append(record_id)
    found: dict[str, str] = {}
    for connection, record_ids in ids.items():
        of_deals = (table.c.connection == connection) & (table.c.kind == RecordKind.DEAL.value)
        for chunk in chunks(record_ids):
            query = select(table.c.record_id, table.c.case_id).where(of_deals, table.c.record_id.in_(chunk))
            found.update((f"{connection}/{id_}", case_id) for id_, case_id in tx.execute(query) if case_id is not None)
    return found


def follow_deals(tx: Connection, moved: Mapping[str, str]) -> None:
    """Payments and activities of deals (deal_ref → case_id) come into the deal's case."""
    statement = (
        update(table).where(table.c.deal_ref == bindparam("of_deal"), _FOLLOWS).values(case_id=bindparam("to_case"))
    )
    write(tx, statement, [{"of_deal": ref, "to_case": case_id} for ref, case_id in moved.items()])


def waiting(tx: Connection) -> list[Row]:
    """Payments and activities in use whose deal has not come, in a stable order."""
    query = _SELECT.where(
        table.c.case_id.is_(None),
        table.c.deal_ref.is_not(None),
        _FOLLOWS,
        table.c.state == "present",
    )
    return sorted((Row(*row) for row in tx.execute(query)), key=lambda row: (row.connection, row.kind, row.record_id))


def set_cases(tx: Connection, items: Sequence[tuple[Row, str]]) -> None:
    """Put records into cases."""
    write(
        tx,
        _SET_CASE,
        [
            {"at_connection": row.connection, "at_kind": row.kind, "at_id": row.record_id, "to_case": case_id}
            for row, case_id in items
        ],
    )


def listed(tx: Connection, connection: str, stream: str, ids: Sequence[str]) -> dict[str, str]:
    """Which of these ids the listing that is being read has named, with the hash of their row."""
    at = (listed_table.c.connection == connection) & (listed_table.c.stream == stream)
    found: dict[str, str] = {}
    for chunk in chunks(ids):
        query = select(listed_table.c.record_id, listed_table.c.hash).where(at, listed_table.c.record_id.in_(chunk))
        found.update((record_id, hash_) for record_id, hash_ in tx.execute(query))
    return found


def mark_listed(tx: Connection, connection: str, stream: str, items: Sequence[tuple[str, str]]) -> None:
    """Note ids that the listing names, with the hash of their row; of an id that is noted already the first stays."""
    rows = [{"connection": connection, "stream": stream, "record_id": id_, "hash": hash_} for id_, hash_ in items]
    insert_new(tx, listed_table, rows)


def clear_listed(tx: Connection, connection: str, stream: str) -> None:
    """Forget the listing, before the next begins."""
    tx.execute(delete(listed_table).where(listed_table.c.connection == connection, listed_table.c.stream == stream))


def vanished(tx: Connection, connection: str, stream: str, kind: str) -> list[str]:
    """Ids of records of a kind that were there before and that the listing does not name."""
    named = exists().where(
        listed_table.c.connection == connection,
        listed_table.c.stream == stream,
        listed_table.c.record_id == table.c.record_id,
    )
    query = select(table.c.record_id).where(
        table.c.connection == connection, table.c.kind == kind, table.c.state != "gone", ~named
    )
    return list(tx.execute(query.order_by(table.c.record_id)).scalars())


def partner_places(tx: Connection, partner_ids: Sequence[str], master: str | None) -> dict[str, tuple[str, str]]:
    """These partners' records that count, as (connection, record_id): of `master`, or else the one that came first."""
    found: dict[str, tuple[str, str]] = {}
    for chunk in chunks(partner_ids):
        query = (
            select(table.c.partner_id, table.c.connection, table.c.record_id)
            .where(table.c.kind == RecordKind.PARTNER.value, table.c.partner_id.in_(chunk), table.c.body.is_not(None))
            .order_by(table.c.first_seen, table.c.connection, table.c.record_id)
        )
        for partner_id, connection, record_id in tx.execute(query):
            if master in (None, connection):
                found.setdefault(partner_id, (connection, record_id))
    return found


def accepted(tx: Connection) -> dict[str, str | None]:
    """The partners that passed the checks against each other, each with his parent."""
    rows = tx.execute(select(accepted_partners.c.partner_id, accepted_partners.c.parent_id))
    return {row.partner_id: row.parent_id for row in rows}


def set_accepted(tx: Connection, parents: Mapping[str, str | None], run: int) -> None:
    """Make these the accepted partners, each with his parent."""
    before = accepted(tx)
    for chunk in chunks(sorted(before.keys() - parents.keys())):
        tx.execute(delete(accepted_partners).where(accepted_partners.c.partner_id.in_(chunk)))
    moved = [one for one in sorted(parents) if one not in before or before[one] != parents[one]]
    rows = [{"partner_id": one, "run": run, "parent_id": parents[one]} for one in moved]
    upsert_all(tx, accepted_partners, rows, keep=("run",))
