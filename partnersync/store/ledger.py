"""The ledger: lines that never change, hash-chained (chain.py), and the facts that may change beside them.

Lines of the run that is deciding are staged, seen by reads as if they were booked, and sealed in order at its end.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, delete, func, insert, select

from partnersync.domain.line import NO_FACTS, Line, LineFacts, LineStatus
from partnersync.domain.value import Money
from partnersync.store import changes, lines
from partnersync.store.chain import Chain, Finding
from partnersync.store.codec import moment_text
from partnersync.store.ledger_tables import ledger, line_facts, staged_lines
from partnersync.store.rows import chunks, stream, upsert_all, write

_CHAIN = Chain("ledger", ledger, lines.COLUMNS, "line_id")
_ORDER = ("event_time", "event_id", "rule", "payee_id", "kind", "part")


class Booked(NamedTuple):
    """A line of the ledger with its place in the chain."""

    seq: int
    line: Line
    facts: LineFacts
    prev_hash: str
    hash: str


def by_deals(tx: Connection, deal_refs: Sequence[str]) -> list[tuple[Line, LineFacts]]:
    """The booked, then the staged lines of these deals, each in their order."""
    found: dict[str, Line] = {}
    for table in (ledger, staged_lines):
        for chunk in chunks(deal_refs):
            query = select(*_columns(table)).where(table.c.deal_id.in_(chunk)).order_by(*_order(table))
            found.update((row["line_id"], lines.line(row)) for row in tx.execute(query).mappings())
    known = _facts(tx, list(found))
    return [(line, known.get(line_id, NO_FACTS)) for line_id, line in found.items()]


def by_events(tx: Connection, event_ids: Sequence[str]) -> list[Line]:
    """The booked, then the staged lines of these events, each in their order."""
    found: list[Line] = []
    for table in (ledger, staged_lines):
        for chunk in chunks(event_ids):
            query = select(*_columns(table)).where(table.c.event_id.in_(chunk)).order_by(*_order(table))
            found += [lines.line(row) for row in tx.execute(query).mappings()]
    return found


def stage(tx: Connection, new: Sequence[Line]) -> None:
    """Put lines up for booking."""
    write(tx, insert(staged_lines), [lines.values(line) for line in new])


def clear_stage(tx: Connection) -> None:
    """Forget staged lines."""
    tx.execute(delete(staged_lines))


def seal(tx: Connection) -> int:
    """Book the staged lines in the order of event time, event, rule, payee, kind and part; how many they were."""
    query = select(*_columns(staged_lines)).order_by(*_order(staged_lines))
    number = _CHAIN.append(tx, (row._asdict() for row in stream(tx, query)))
    clear_stage(tx)
    return number


def deals_converted_before(tx: Connection, day: date) -> list[str]:
    """Deals with an event of this day or later that was converted at a rate of an earlier one, by ref."""
    since = moment_text(datetime.combine(day, time(), UTC) - timedelta(days=1))  # no zone is further ahead
    older = (ledger.c.fx_date != "") & (ledger.c.fx_date < day.isoformat())
    query = select(ledger.c.deal_id).where(older, ledger.c.event_time >= since).distinct()
    return sorted(tx.execute(query).scalars())


def set_hold(tx: Connection, reasons: Mapping[str, str]) -> None:
    """Put the lines of deals (ref → reason) on hold, or off it by an empty reason; stated and paid ones stay."""
    deals: dict[str, str] = {}  # line id → deal
    for table in (ledger, staged_lines):
        for chunk in chunks(sorted(reasons)):
            deals.update(tx.execute(select(table.c.line_id, table.c.deal_id).where(table.c.deal_id.in_(chunk))).all())
    known = _facts(tx, list(deals))
    changed = []
    for line_id, deal_ref in deals.items():
        before = known.get(line_id, NO_FACTS)
        if not before.statement_id and not before.payout_id and before.hold_reason != reasons[deal_ref]:
            changed.append({"line_id": line_id, "hold_reason": reasons[deal_ref]})
    _set_facts(tx, changed)


def having(tx: Connection, line_ids: Sequence[str], statuses: Collection[LineStatus]) -> dict[str, LineStatus]:
    """Those of the lines that have come as far as one of these."""
    found: dict[str, LineStatus] = {}
    wanted = line_facts.c.status.in_(sorted(status.value for status in statuses))
    for chunk in chunks(line_ids):
        query = select(line_facts.c.line_id, line_facts.c.status).where(line_facts.c.line_id.in_(chunk), wanted)
        found.update((line_id, LineStatus(status)) for line_id, status in tx.execute(query))
    return found


def deals_having(tx: Connection, deal_refs: Sequence[str], statuses: Collection[LineStatus]) -> set[str]:
    """Those of the deals with a line that has come as far as one of these."""
    found: set[str] = set()
    wanted = line_facts.c.status.in_(sorted(status.value for status in statuses))
    joined = ledger.join(line_facts, ledger.c.line_id == line_facts.c.line_id)
    for chunk in chunks(deal_refs):
        query = select(ledger.c.deal_id).select_from(joined).where(ledger.c.deal_id.in_(chunk), wanted)
        found.update(tx.execute(query.distinct()).scalars())
    return found


def set_status(tx: Connection, line_ids: Sequence[str], status: LineStatus) -> None:
    """Record how far lines have come."""
    known = _facts(tx, line_ids)
    changed = [line_id for line_id in line_ids if known.get(line_id, NO_FACTS).status is not status]
    _set_facts(tx, [{"line_id": line_id, "status": status.value} for line_id in changed])


def set_statements(tx: Connection, statement_ids: Mapping[str, str]) -> None:
    """Take lines (id → statement) into statements."""
    status = LineStatus.IN_STATEMENT.value
    rows = [{"line_id": line, "statement_id": name, "status": status} for line, name in statement_ids.items()]
    _set_facts(tx, rows)


def set_payout(tx: Connection, line_ids: Sequence[str], payout_id: str, status: LineStatus) -> None:
    """Put lines into a payout, or take them out of it by an empty id."""
    taken = {"payout_id": payout_id, "status": status.value}
    _set_facts(tx, [{"line_id": line_id, **taken} for line_id in line_ids])


def _facts(tx: Connection, line_ids: Sequence[str]) -> dict[str, LineFacts]:
    """The facts beside those of these lines that have any."""
    found: dict[str, LineFacts] = {}
    for chunk in chunks(line_ids):
        query = select(line_facts).where(line_facts.c.line_id.in_(chunk))
        found.update((row["line_id"], lines.facts(row)) for row in tx.execute(query).mappings())
    return found


def _set_facts(tx: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    upsert_all(tx, line_facts, rows)
    if rows:
        changes.count(tx, "facts")


def rows(
    tx: Connection,
    *,
    deal_ref: str | None = None,
    partner_id: str | None = None,
    line_id: str | None = None,
    period: str | None = None,
    statement_id: str | None = None,
    payout_id: str | None = None,
    until: datetime | None = None,
    after: int = 0,
) -> Iterator[Booked]:
    """Booked lines in the order of the chain, streamed: all, or those that agree with every filter.

    `until`: their events are not later than this moment.
    """
    columns = (*ledger.c, *(line_facts.c[name] for name in ("status", "statement_id", "payout_id", "hold_reason")))
    query = select(*columns).outerjoin_from(ledger, line_facts, ledger.c.line_id == line_facts.c.line_id)
    wanted = {"deal_id": deal_ref, "partner_id": partner_id, "line_id": line_id, "period": period}
    for name, value in wanted.items():
        if value is not None:
            query = query.where(ledger.c[name] == value)
    if statement_id is not None:
        query = query.where(line_facts.c.statement_id == statement_id)
    if payout_id is not None:
        query = query.where(line_facts.c.payout_id == payout_id)
    if until:
        query = query.where(ledger.c.event_time <= moment_text(until))
    if after:
        query = query.where(ledger.c.seq > after)
    for found in stream(tx, query.order_by(ledger.c.seq)):
        row = found._mapping
        yield Booked(row["seq"], lines.line(row), lines.facts(row), row["prev_hash"], row["hash"])


def head(tx: Connection) -> int:
    """The number of the last line; 0 of an empty ledger."""
    return _CHAIN.head(tx).seq


def state(tx: Connection, as_of: datetime) -> str:
    """A short text that is another one whenever the ledger shows something else as of a moment."""
    ended = ledger.c.hold_until <= moment_text(as_of)
    last_ended = select(ledger.c.hold_until).where(ended).order_by(ledger.c.hold_until.desc()).limit(1)
    seq, last_hash = _CHAIN.head(tx)
    return f"{seq} {last_hash[:16]} {changes.number(tx, 'facts')} {tx.execute(last_ended).scalar() or '-'}"


def balances(tx: Connection, partner_ids: Sequence[str]) -> dict[str, list[Money]]:
    """What the booked and staged lines of each partner sum to, by currency; partners without lines are left out."""
    totals: dict[tuple[str, str], int] = {}
    for table in (ledger, staged_lines):
        for chunk in chunks(partner_ids):
            for partner_id, amount in _sums(tx, table, chunk):
                key = (partner_id, amount.currency)
                totals[key] = totals.get(key, 0) + amount.minor
    found: dict[str, list[Money]] = {}
    for (partner_id, currency), minor in sorted(totals.items()):
        found.setdefault(partner_id, []).append(Money(minor, currency))
    return found


def sums(tx: Connection) -> list[tuple[str, Money]]:
    """What the booked lines of every partner sum to, one row for each currency."""
    return sorted(_sums(tx, ledger), key=lambda row: (row[0], row[1].currency))


def staged_sums(tx: Connection) -> list[Money]:
    """What the staged lines sum to, by currency."""
    totals: dict[str, int] = {}
    for _, amount in _sums(tx, staged_lines):
        totals[amount.currency] = totals.get(amount.currency, 0) + amount.minor
    return [Money(minor, currency) for currency, minor in sorted(totals.items())]


def verify(tx: Connection) -> list[Finding]:
    """What does not agree in the ledger: a changed, added or missing line, or a cut end."""
    return _CHAIN.verify(tx)


def _sums(tx: Connection, table: Table, partner_ids: Sequence[str] | None = None) -> Iterable[tuple[str, Money]]:
    columns = (table.c.partner_id, table.c.currency)
    query = select(*columns, func.sum(table.c.amount_minor)).group_by(*columns)
    if partner_ids is not None:
        query = query.where(table.c.partner_id.in_(partner_ids))
    return [(partner_id, Money(int(minor), currency)) for partner_id, currency, minor in tx.execute(query)]


def _columns(table: Table) -> list[Any]:
    return [table.c[name] for name in lines.COLUMNS]


def _order(table: Table) -> list[Any]:
    return [table.c.seq] if table is ledger else [table.c[name] for name in _ORDER]
