"""Earnings under rules with bands: all events of a partner and period are priced together when one of them changes."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, bindparam, delete, select

from partnersync.domain.earning import Earning
from partnersync.store import codec
from partnersync.store.case_tables import earnings as table
from partnersync.store.codec import moment_text
from partnersync.store.rows import chunks, upsert_all, write

_Key = tuple[str, str, str]  # event_id, rule, payee_id
_Kept = tuple[str, str, str]  # bucket, case_id, body
_COLUMNS = (table.c.event_id, table.c.rule, table.c.payee_id, table.c.bucket, table.c.case_id, table.c.body)


def replace(tx: Connection, case_ids: Sequence[str], earnings: Sequence[tuple[str, Earning]]) -> set[str]:
    """Make these (case, earning) all that the cases earn; the buckets in which something came, changed or went."""
    before = _of_cases(tx, case_ids)
    now: dict[_Key, tuple[_Kept, Earning]] = {}
    for case_id, earning in earnings:
        if earning.bucket is None:
            raise ValueError(f"event {earning.event_id} is priced by itself and needs no bucket")
        now[earning.event_id, earning.rule, earning.payee_id] = (
            (earning.bucket, case_id, codec.dump(earning)),
            earning,
        )
    before |= _of_events(tx, [key[0] for key in now if key not in before])
    decided = set(case_ids)
    gone = [key for key, (_, case_id, _) in before.items() if key not in now and case_id in decided]
    moved = [key for key, (kept, _) in now.items() if before.get(key) != kept]
    write(
        tx,
        _DELETE,
        [{"at_event": event_id, "at_rule": rule, "at_payee": payee_id} for event_id, rule, payee_id in gone],
    )
    upsert_all(tx, table, [_values(key, *now[key]) for key in moved])
    buckets = {before[key][0] for key in gone}
    for key in moved:
        (bucket, _, body), old = now[key][0], before.get(key)
        if old is None or (old[0], old[2]) != (bucket, body):
            buckets.update({bucket} if old is None else {bucket, old[0]})
    return buckets


def by_bucket(tx: Connection, bucket: str) -> list[Earning]:
    """Everything that is priced together, in the order of time and event."""
    query = select(table.c.body).where(table.c.bucket == bucket)
    order = (table.c.event_time, table.c.event_id, table.c.rule, table.c.payee_id)
    return [codec.load(Earning, body) for body in tx.execute(query.order_by(*order)).scalars()]


def together(tx: Connection, bucket: str) -> tuple[set[str], list[Earning]]:
    """All that is priced together with a bucket, and the buckets that it lies in; linked deals join them."""
    names: set[str] = set()
    events: list[Earning] = []
    coming = {bucket}
    while coming:
        name = min(coming)
        names.add(name)
        found = by_bucket(tx, name)
        events += found
        coming.update(*(one.linked for one in found))
        coming -= names
    return names, events


_DELETE = delete(table).where(
    and_(
        table.c.event_id == bindparam("at_event"),
        table.c.rule == bindparam("at_rule"),
        table.c.payee_id == bindparam("at_payee"),
    )
)


def _of_cases(tx: Connection, case_ids: Sequence[str]) -> dict[_Key, _Kept]:
    found: dict[_Key, _Kept] = {}
    for chunk in chunks(case_ids):
        for event_id, rule, payee_id, *kept in tx.execute(select(*_COLUMNS).where(table.c.case_id.in_(chunk))):
            found[event_id, rule, payee_id] = (kept[0], kept[1], kept[2])
    return found


def _of_events(tx: Connection, event_ids: Sequence[str]) -> dict[_Key, _Kept]:
    """Earnings of events that another case had before."""
    found: dict[_Key, _Kept] = {}
    for chunk in chunks(event_ids):
        for event_id, rule, payee_id, *kept in tx.execute(select(*_COLUMNS).where(table.c.event_id.in_(chunk))):
            found[event_id, rule, payee_id] = (kept[0], kept[1], kept[2])
    return found


def _values(key: _Key, kept: _Kept, earning: Earning) -> dict[str, str]:
    bucket, case_id, body = kept
    return {
        "event_id": key[0],
        "rule": key[1],
        "payee_id": key[2],
        "bucket": bucket,
        "case_id": case_id,
        "event_time": moment_text(earning.event_time),
        "body": body,
    }
