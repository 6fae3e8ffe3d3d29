"""What was decided about registrations and deals, as the next run finds it."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from partnersync.domain.attribution import Attribution, Unattributed
from partnersync.domain.decided import DealStanding, Judged
from partnersync.domain.registration import Protection, Registration, Verdict
from partnersync.store import codec
from partnersync.store.case_tables import cases, registrations
from partnersync.store.case_tables import deal_states as deals
from partnersync.store.codec import moment, moment_text_or_none
from partnersync.store.rows import chunks, stream, upsert_all, write

_PAGE = 500


def claims(tx: Connection, case_ids: Sequence[str]) -> list[tuple[str, str, Judged]]:
    """The decided registrations of these cases, by id: connection, case, decision."""
    found: list[tuple[str, str, Judged]] = []
    for chunk in chunks(case_ids):
        query = (
            select(registrations).where(registrations.c.case_id.in_(chunk)).order_by(registrations.c.registration_id)
        )
        found += [(row["connection"], row["case_id"], _judged(row)) for row in tx.execute(query).mappings()]
    return found


def put_claims(tx: Connection, items: Sequence[tuple[str, str, Judged]]) -> None:
    """Keep decisions (connection, case, decision) on registrations, each replaced whole."""
    rows = [
        {
            "registration_id": one.registration.registration_id,
            "connection": connection,
            "case_id": case_id,
            "client_id": one.client_id,
            "body": codec.dump(one.registration),
            "eligible": one.eligible,
            "judged_run": one.run,
            "verdict": codec.dump(one.verdict),
            "protection": codec.dump(one.protection) if one.protection else None,
            "first_verdict": codec.dump(one.first) if one.first else None,
        }
        for connection, case_id, one in items
    ]
    upsert_all(tx, registrations, rows)


def claims_by_id(tx: Connection, registration_ids: Sequence[str]) -> dict[str, tuple[str, Judged]]:
    """These registrations as they were decided, each with its connection, by id."""
    found: dict[str, tuple[str, Judged]] = {}
    for chunk in chunks(registration_ids):
        query = select(registrations).where(registrations.c.registration_id.in_(chunk))
        found.update(
            (row["registration_id"], (row["connection"], _judged(row))) for row in tx.execute(query).mappings()
        )
    return found


def claim(tx: Connection, registration_id: str) -> tuple[str, str, Judged] | None:
    """One decided registration: connection, case, decision."""
    query = select(registrations).where(registrations.c.registration_id == registration_id)
    row = tx.execute(query).mappings().one_or_none()
    return (row["connection"], row["case_id"], _judged(row)) if row else None


def all_claims(tx: Connection) -> Iterator[tuple[str, str, Judged]]:
    """Every decided registration by id, streamed."""
    for row in stream(tx, select(registrations).order_by(registrations.c.registration_id)):
        yield row.connection, row.case_id, _judged(row._mapping)


def deal_states(tx: Connection, case_ids: Sequence[str]) -> list[DealStanding]:
    """What is remembered of the deals of these cases, by ref."""
    found: list[DealStanding] = []
    for chunk in chunks(case_ids):
        query = select(deals).where(deals.c.case_id.in_(chunk)).order_by(deals.c.deal_ref)
        found += map(_standing, tx.execute(query).mappings())
    return found


def by_ref(tx: Connection, deal_refs: Sequence[str]) -> dict[str, DealStanding]:
    """What is remembered of these deals, by ref."""
    found: dict[str, DealStanding] = {}
    for chunk in chunks(deal_refs):
        query = select(deals).where(deals.c.deal_ref.in_(chunk))
        found.update((row["deal_ref"], _standing(row)) for row in tx.execute(query).mappings())
    return found


def refs_like(tx: Connection, text: str) -> list[str]:
    """Refs of the decided deals that `text` may mean: a ref, or an id without its connection."""
    query = select(deals.c.deal_ref).where((deals.c.deal_ref == text) | (deals.c.record_id == text))
    found = sorted(tx.execute(query).scalars())
    return [text] if text in found else found


def put_deal_states(tx: Connection, states: Sequence[DealStanding]) -> None:
    """Remember what was decided about deals; what is due in their fields has to be looked at."""
    rows = []
    for state in states:
        connection, _, record_id = state.deal_ref.partition("/")
        rows.append(
            {
                "deal_ref": state.deal_ref,
                "connection": connection,
                "record_id": record_id,
                "case_id": state.case_id,
                "client_id": state.client_id,
                "partner_id": state.partner_id or None,
                "attribution": codec.dump(state.attribution) if state.attribution else None,
                "registration_id": state.registration_id or None,
                "protection": state.protection,
                "protected_until": state.protected_until,
                "hold_reason": state.hold_reason,
                "owner": state.owner,
                "due_owner": state.due_owner,
                "stage": state.stage,
                "stage_moved_at": moment_text_or_none(state.stage_moved_at),
                "aside": codec.dump(Unattributed(state.aside)) if state.aside else None,
                "touched": True,
            }
        )
    upsert_all(tx, deals, rows)


def watched(tx: Connection) -> list[tuple[str, str]]:
    """Deals (connection, record id) whose owner is watched, and in whose case a record moved since it was decided."""
    query = (
        select(deals.c.connection, deals.c.record_id)
        .join(cases, cases.c.case_id == deals.c.case_id)
        .where(cases.c.dirty, deals.c.due_owner != "")
        .order_by(deals.c.deal_ref)
    )
    return [(connection, record_id) for connection, record_id in tx.execute(query)]


def put_owner(tx: Connection, deal_ref: str, owner: str) -> None:
    """Note who owns a deal now."""
    tx.execute(update(deals).where(deals.c.deal_ref == deal_ref).values(owner=owner))


def accept_owner(tx: Connection, deal_ref: str) -> None:
    """Take the owner that a deal has now as the one that is due."""
    tx.execute(update(deals).where(deals.c.deal_ref == deal_ref).values(due_owner=deals.c.owner, touched=True))


def touch_deals(tx: Connection, deal_refs: Sequence[str]) -> None:
    """What is due in the fields of these deals has to be looked at again."""
    _touch(tx, deal_refs, touched=True)


def touched(tx: Connection) -> Iterator[list[DealStanding]]:
    """Deals to look at, in pages by ref, which stay right while they are untouched."""
    after = ""
    while True:
        query = select(deals).where(deals.c.touched, deals.c.deal_ref > after).order_by(deals.c.deal_ref).limit(_PAGE)
        page = [_standing(row) for row in tx.execute(query).mappings()]
        if not page:
            return
        yield page
        after = page[-1].deal_ref


def untouch(tx: Connection, deal_refs: Sequence[str]) -> None:
    """These deals have been looked at."""
    _touch(tx, deal_refs, touched=False)


def _touch(tx: Connection, deal_refs: Sequence[str], *, touched: bool) -> None:
    statement = update(deals).where(deals.c.deal_ref == bindparam("of_deal")).values(touched=touched)
    write(tx, statement, [{"of_deal": ref} for ref in deal_refs])


def _judged(row: RowMapping) -> Judged:
    return Judged(
        codec.load(Registration, row["body"]),
        row["client_id"],
        row["eligible"],
        row["judged_run"],
        codec.load(Verdict, row["verdict"]),
        codec.load(Protection, row["protection"]) if row["protection"] else None,
        codec.load(Verdict, row["first_verdict"]) if row["first_verdict"] else None,
    )


def _standing(row: RowMapping) -> DealStanding:
    return DealStanding(
        row["deal_ref"],
        row["case_id"],
        row["client_id"],
        codec.load(Attribution, row["attribution"]) if row["attribution"] else None,
        row["registration_id"] or "",
        row["protection"],
        row["protected_until"],
        row["hold_reason"],
        row["owner"],
        row["due_owner"],
        row["stage"],
        moment(row["stage_moved_at"]) if row["stage_moved_at"] else None,
        codec.load(Unattributed, row["aside"]).aside if row["aside"] else (),
    )
