"""What each deal adds to its partner's base by month, while the program names tiers."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, func, select

from partnersync.store.case_tables import tier_bases as table
from partnersync.store.rows import chunks, upsert_all, write

_Key = tuple[str, str, str]  # deal ref, partner, month


def replace(tx: Connection, deal_refs: Sequence[str], bases: Mapping[_Key, int]) -> set[str]:
    """Make these all that the deals add, in minor units by (deal, partner, month); the partners whose base moved."""
    before: dict[_Key, int] = {}
    for chunk in chunks(deal_refs):
        known = tx.execute(select(table).where(table.c.deal_ref.in_(chunk)))
        before.update(((ref, partner_id, month), minor) for ref, partner_id, month, minor in known)
    gone = [key for key in before if key not in bases]
    come = [key for key, minor in bases.items() if before.get(key) != minor]
    write(tx, _DELETE, [{"at_deal": ref, "at_partner": who, "at_month": month} for ref, who, month in gone])
    rows = [dict(zip(("deal_ref", "partner_id", "month"), key, strict=True), base_minor=bases[key]) for key in come]
    upsert_all(tx, table, rows)
    return {who for _, who, _ in (*gone, *come)}


def sums(tx: Connection) -> dict[str, dict[str, int]]:
    """The base of every partner by month, in minor units."""
    found: dict[str, dict[str, int]] = {}
    columns = (table.c.partner_id, table.c.month)
    for partner_id, month, minor in tx.execute(select(*columns, func.sum(table.c.base_minor)).group_by(*columns)):
        found.setdefault(partner_id, {})[month] = int(minor)
    return found


_DELETE = delete(table).where(
    (table.c.deal_ref == bindparam("at_deal"))
    & (table.c.partner_id == bindparam("at_partner"))
    & (table.c.month == bindparam("at_month"))
)
