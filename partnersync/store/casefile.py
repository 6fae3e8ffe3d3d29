"""The cases: connected components of records over identity keys, and which of them have to be decided.

Every key belongs to one case. A record that brings keys of several cases joins them; a case whose records lost a key is
marked `recut` and may be cut again. A key that nobody has any more may keep a case too large, which does no harm: who
is the same client inside a case is decided from its records.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, delete, func, select, update

from partnersync.store.case_tables import case_keys, cases, deal_states, earnings, registrations
from partnersync.store.codec import moment_text, moment_text_or_none
from partnersync.store.forest import Forest
from partnersync.store.record_tables import issues
from partnersync.store.record_tables import records as record_rows
from partnersync.store.rows import chunks, insert_new, upsert_all, write
from partnersync.store.tables import Str

RecordKey = tuple[str, str, str]  # connection, kind, record_id
Item = tuple[RecordKey, str, tuple[str, ...]]  # the record, its own id where it has no key, its identity keys

_JOINED_AT_ONCE = 1000
_PAGE = 500
_SCOPE = "case:"
_CASE = "\x00"  # before the id of a case among keys
_BY_CASE = (case_keys, record_rows, registrations, deal_states, earnings)


def join(tx: Connection, items: Sequence[Item]) -> dict[RecordKey, str]:
    """The case of each record, after cases that share a record's keys became one.

    A new case is named after its smallest key, or the record's own id; of several cases the smallest id survives, is to
    be decided anew, and gets the records and decisions of the others. The records' own rows are the caller's to write.
    """
    found: dict[RecordKey, str] = {}
    merged: dict[str, str] = {}
    for chunk in chunks(items, _JOINED_AT_ONCE):
        joined, lost = _join(tx, chunk)
        found |= joined
        merged |= lost
    return {key: _survivor(case_id, merged) for key, case_id in found.items()} if merged else found


def _join(tx: Connection, items: Sequence[Item]) -> tuple[dict[RecordKey, str], dict[str, str]]:
    owners = _owners(tx, sorted({key for _, _, keys in items for key in keys}))
    forest = Forest()
    for _, _, keys in items:
        for key in keys:
            forest.link(keys[0], key)
    for key, case_id in owners.items():
        forest.link(key, _CASE + case_id)
    names: dict[str, str] = {}  # root → case
    merged: dict[str, str] = {}
    for root, nodes in forest.trees().items():
        old = sorted(case_id for case_id in map(_case_of, nodes) if case_id)
        names[root] = old[0] if old else min(nodes)
        merged.update(dict.fromkeys(old[1:], names[root]))
    new = {key: names[forest.root(key)] for _, _, keys in items for key in keys if key not in owners}
    insert_new(tx, case_keys, [{"key": key, "case_id": case_id} for key, case_id in new.items()])
    _merge(tx, merged)
    return {item: names[forest.root(keys[0])] if keys else own for item, own, keys in items}, merged


def _case_of(node: str) -> str:
    return node[1:] if node.startswith(_CASE) else ""


def _owners(tx: Connection, keys: Sequence[str]) -> dict[str, str]:
    """The cases of the keys that have one."""
    found: dict[str, str] = {}
    for chunk in chunks(keys):
        query = select(case_keys.c.key, case_keys.c.case_id).where(case_keys.c.key.in_(chunk))
        found.update((key, case_id) for key, case_id in tx.execute(query))
    return found


def _merge(tx: Connection, merged: Mapping[str, str]) -> None:
    """Everything of the merged cases goes to the survivors (old id → survivor)."""
    if not merged:
        return
    moves = [{"from_case": old, "to_case": new} for old, new in merged.items()]
    for table in _BY_CASE:
        move = update(table).where(table.c.case_id == bindparam("from_case")).values(case_id=bindparam("to_case"))
        write(tx, move, moves)
    rescope = update(issues).where(issues.c.scope == bindparam("from_scope")).values(scope=bindparam("to_scope"))
    write(tx, rescope, [{"from_scope": scope(old), "to_scope": scope(new)} for old, new in merged.items()])
    recut = needs_recut(tx, list(merged))
    for chunk in chunks(list(merged)):
        tx.execute(delete(cases).where(cases.c.case_id.in_(chunk)))
    survivors = dict.fromkeys(merged.values(), False)
    survivors.update((merged[old], True) for old in recut)
    touch(tx, [case_id for case_id, cut in survivors.items() if not cut])
    touch(tx, [case_id for case_id, cut in survivors.items() if cut], recut=True)


def _survivor(case_id: str, merged: Mapping[str, str]) -> str:
    while case_id in merged:
        case_id = merged[case_id]
    return case_id


def scope(case_id: str) -> str:
    """The scope of issues that are judged with a case."""
    return _SCOPE + case_id


def case_of(issue_scope: str) -> str | None:
    """The case that a scope names; None for one that is judged by every run."""
    return issue_scope.removeprefix(_SCOPE) if issue_scope.startswith(_SCOPE) else None


def touch(tx: Connection, case_ids: Sequence[str], *, recut: bool = False) -> None:
    """These cases have to be decided, new ones are noted; `recut`: they may have fallen apart."""
    rows = [{"case_id": case_id, "dirty": True, "recut": recut} for case_id in case_ids]
    upsert_all(tx, cases, rows, keep=() if recut else ("recut",))


def touch_partner(tx: Connection, partner_ids: Sequence[str], promo_codes: Sequence[str]) -> None:
    """Cases have to be decided that name one of these partners or codes, belong to one, or miss one in an issue.

    `promo_codes` are casefolded.
    """
    named = (
        (record_rows.c.case_id, record_rows.c.partner_id, partner_ids),
        (record_rows.c.case_id, record_rows.c.promo_code, promo_codes),
        (record_rows.c.case_id, record_rows.c.utm_source, [*promo_codes, *(name.casefold() for name in partner_ids)]),
        (deal_states.c.case_id, deal_states.c.partner_id, partner_ids),
    )
    for case_id, column, values in named:
        for chunk in chunks(values):
            these = select(case_id).where(column.in_(chunk), case_id.is_not(None))
            tx.execute(update(cases).where(cases.c.case_id.in_(these)).values(dirty=True))
    if partner_ids:
        touch_issues(tx, "PARTNER_UNKNOWN", partner_ids)


def touch_issues(tx: Connection, code: str, values: Sequence[str] = ()) -> None:
    """Cases have to be decided with an open issue of this code, and of one of these values if any are given."""
    open_ = issues.c.closed_run.is_(None) & (issues.c.code == code)
    found: set[str | None] = set()
    for wanted in [open_ & issues.c.value.in_(chunk) for chunk in chunks(values)] if values else [open_]:
        found.update(map(case_of, tx.execute(select(issues.c.scope).where(wanted)).scalars()))
    for ids in chunks(sorted(case_id for case_id in found if case_id)):
        tx.execute(update(cases).where(cases.c.case_id.in_(ids)).values(dirty=True))


def touch_all(tx: Connection) -> None:
    """Every case has to be decided: the program changed."""
    tx.execute(update(cases).values(dirty=True))


def mark_due(tx: Connection, as_of: datetime) -> None:
    """Cases whose time has come by a moment have to be decided, as those in which a record moved."""
    fallen_due = (cases.c.next_look_at <= moment_text(as_of)) & ~cases.c.dirty
    tx.execute(update(cases).where(fallen_due).values(dirty=True))


def due(tx: Connection, as_of: datetime) -> Iterator[list[str]]:
    """Ids of the cases that have to be decided as of a moment, in pages of up to 500, by id.

    Cases may be settled and cut while this goes on; one that becomes due behind the page waits for the next call.
    """
    mark_due(tx, as_of)
    after = ""
    while True:
        query = select(cases.c.case_id).where(cases.c.dirty, cases.c.case_id > after)
        page = list(tx.execute(query.order_by(cases.c.case_id).limit(_PAGE)).scalars())
        if not page:
            return
        yield page
        after = page[-1]


def every(tx: Connection) -> Iterator[list[str]]:
    """Ids of all cases, in pages of up to 500, by id."""
    page: list[str] = [""]
    while page:
        query = select(cases.c.case_id).where(cases.c.case_id > page[-1]).order_by(cases.c.case_id).limit(_PAGE)
        if page := list(tx.execute(query).scalars()):
            yield page


def count_due(tx: Connection, as_of: datetime) -> int:
    """How many cases are to be decided: a record moved, or their time has come."""
    dirty = tx.execute(select(func.count()).where(cases.c.dirty)).scalar_one()
    past = (cases.c.next_look_at <= moment_text(as_of)) & ~cases.c.dirty
    return dirty + tx.execute(select(func.count()).where(past)).scalar_one()


def next_look_at(tx: Connection) -> str | None:
    """When time alone changes something next."""
    return tx.execute(select(func.min(cases.c.next_look_at))).scalar()


def settle(tx: Connection, items: Sequence[tuple[str, datetime | None]]) -> None:
    """These cases are decided until their next look, if there is one."""
    statement = (
        update(cases)
        .where(cases.c.case_id == bindparam("of_case"))
        .values(dirty=False, recut=False, next_look_at=bindparam("look"))
    )
    write(tx, statement, [{"of_case": case_id, "look": moment_text_or_none(look)} for case_id, look in items])


def look_sooner(tx: Connection, items: Sequence[tuple[str, datetime]]) -> None:
    """Look at cases at a moment, if not sooner anyway."""
    look = bindparam("look", type_=Str)
    later = cases.c.next_look_at.is_(None) | (cases.c.next_look_at > look)
    statement = (
        update(cases)
        .where(cases.c.case_id == bindparam("of_case"))
        .values(next_look_at=case((later, look), else_=cases.c.next_look_at))
    )
    write(tx, statement, [{"of_case": case_id, "look": moment_text(at)} for case_id, at in items])


def needs_recut(tx: Connection, case_ids: Sequence[str]) -> set[str]:
    """Those of these cases that may have fallen apart."""
    found: set[str] = set()
    for chunk in chunks(case_ids):
        found.update(tx.execute(select(cases.c.case_id).where(cases.c.recut, cases.c.case_id.in_(chunk))).scalars())
    return found
