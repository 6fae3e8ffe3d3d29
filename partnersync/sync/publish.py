"""Tables of the programme for people, kept whole in every connection that holds them: ledger, statements, issues …"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from partnersync.contract.adapter import Adapter, Table
from partnersync.contract.tables import (
    INCIDENT_COLUMNS,
    ISSUE_COLUMNS,
    LEDGER_COLUMNS,
    PAYOUT_COLUMNS,
    STATEMENT_COLUMNS,
)
from partnersync.domain.incident import Incident
from partnersync.domain.line import Line, LineFacts, line_status
from partnersync.domain.masking import masked
from partnersync.domain.statement import Statement
from partnersync.errors import PartnersyncError
from partnersync.rules.program import Programme
from partnersync.store import incidentbook, issuebook, ledger, published, statements
from partnersync.store.database import Store
from partnersync.sync import payout_list
from partnersync.sync.payout_list import PayoutRow

log = logging.getLogger(__name__)


def ledger_row(
    line: Line, facts: LineFacts, hashes: tuple[str, str], zone: ZoneInfo, as_of: datetime
) -> tuple[str, ...]:
    """One row of ledger.csv; times carry the program's offset, a hold's reason stands in for the line's own."""
    return (
        line.line_id,
        line.partner_id,
        line.payee_id,
        line.deal_ref,
        line.client_id,
        line.event_id,
        moment_text(line.event_time, zone),
        moment_text(line.booked_at, zone),
        line.program_version,
        line.rule,
        line.base_items,
        line.base.text(),
        line.rate,
        line.amount.text(),
        line.amount.currency,
        line.fx_rate,
        line.fx_source,
        line.fx_date,
        line.kind.value,
        str(line.part),
        line.reverses,
        moment_text(line.hold_until, zone) if line.hold_until else "",
        line_status(line.hold_until, facts, as_of).value,
        facts.hold_reason or line.reason,
        facts.statement_id,
        facts.payout_id,
        line.period,
        line.trace,
        *hashes,
    )


def moment_text(moment: datetime, zone: ZoneInfo) -> str:
    """ISO 8601 with the program's offset."""
    return moment.astimezone(zone).isoformat()


def ledger_table(store: Store, zone: ZoneInfo, as_of: datetime) -> Table:
    """The whole ledger as of a moment."""

    def rows() -> Iterator[Sequence[str]]:
        with store.read() as tx:
            for _, line, facts, prev_hash, line_hash in ledger.rows(tx):
                yield ledger_row(line, facts, (prev_hash, line_hash), zone, as_of)

    with store.read() as tx:
        return Table("ledger", LEDGER_COLUMNS, f"{ledger.state(tx, as_of)} {zone.key}", rows)


def issue_cells(row: Mapping[Any, Any]) -> dict[str, Any]:
    """An issue as it is shown: an id or a header that is a contact is masked; its own id and its place find it."""
    shown = {column: row[column] for column in ISSUE_COLUMNS}
    return shown | {column: masked(shown[column]) for column in ("record_id", "column")}


def issues_table(store: Store) -> Table:
    """The open issues."""

    def rows() -> Iterator[Sequence[str]]:
        with store.read() as tx:
            for issue in issuebook.open_issues(tx):
                yield [str(cell) for cell in issue_cells(issue).values()]

    with store.read() as tx:
        return Table("issues", ISSUE_COLUMNS, issuebook.state(tx), rows)


def incident_row(one: Incident, zone: ZoneInfo) -> tuple[str, ...]:
    """One row of incidents.csv; contacts that someone typed are masked."""
    about = one.about
    return (
        one.incident_id,
        one.kind.value,
        about.deal_ref,
        about.registration_id,
        about.partner_id,
        about.client_id,
        masked(one.expected),
        masked(one.seen),
        moment_text(one.since, zone),
        moment_text(one.found_at, zone),
        one.status.value,
    )


def incidents_table(store: Store, zone: ZoneInfo) -> Table:
    """Every incident, in the order in which they were found."""

    def rows() -> Iterator[Sequence[str]]:
        with store.read() as tx:
            for one in incidentbook.rows(tx, closed=True):
                yield incident_row(one, zone)

    with store.read() as tx:
        return Table("incidents", INCIDENT_COLUMNS, f"{incidentbook.state(tx)} {zone.key}", rows)


def statement_row(one: Statement, zone: ZoneInfo) -> tuple[str, ...]:
    """One row of statements.csv; days are those of the program's zone."""
    return (
        one.statement_id,
        one.partner_id,
        one.period,
        one.currency,
        one.amount.text(),
        one.state.value,
        one.closed_at.astimezone(zone).date().isoformat(),
        one.accepted_at.astimezone(zone).date().isoformat() if one.accepted_at else "",
    )


def statements_table(store: Store, zone: ZoneInfo) -> Table:
    """Every statement, in the order of month, partner and currency."""

    def rows() -> Iterator[Sequence[str]]:
        with store.read() as tx:
            for one in statements.rows(tx):
                yield statement_row(one, zone)

    with store.read() as tx:
        return Table("statements", STATEMENT_COLUMNS, f"{statements.state(tx)} {zone.key}", rows)


def payout_row(one: PayoutRow) -> tuple[str, ...]:
    """One row of payouts.csv."""
    return (
        one.payout_id,
        one.partner_id,
        one.payee_id,
        one.amount.currency,
        one.amount.text(),
        one.state.value,
        "|".join(one.missing),
        one.pay_by.isoformat() if one.pay_by else "",
    )


def payouts_table(store: Store, programme: Programme, as_of: datetime, master: str | None) -> Table:
    """Every payout, and what waits for one."""

    def rows() -> Iterator[Sequence[str]]:
        with store.read() as tx:
            yield from map(payout_row, payout_list.rows(tx, programme, as_of, master))

    with store.read() as tx:
        known = f"{ledger.state(tx, as_of)} {statements.state(tx)} {payout_list.state(tx, programme, as_of)}"
        return Table("payouts", PAYOUT_COLUMNS, known, rows)


def due_tables(store: Store, programme: Programme, as_of: datetime, master: str | None) -> list[Table]:
    """All of them as of a moment; `master` is the connection whose partners count."""
    zone = programme.zone
    return [
        ledger_table(store, zone, as_of),
        statements_table(store, zone),
        payouts_table(store, programme, as_of, master),
        incidents_table(store, zone),
        issues_table(store),
    ]


def publish(store: Store, adapter: Adapter, connection: str, tables: Sequence[Table]) -> list[str]:
    """Bring the tables of one connection up to date, also where people edited them; the names of those written.

    One that cannot be written does not stop the others; its error is raised when they are done.
    """
    written: list[str] = []
    failed: PartnersyncError | None = None
    for table in tables:
        with store.read() as tx:
            known = published.get(tx, connection, table.name)
        held = adapter.holds(table.name)
        if held and known == _as_held(table, held):
            continue
        try:
            if adapter.publish(table):
                written.append(table.name)
                log.info("published", {"connection": connection, "table": table.name})
        except PartnersyncError as error:
            failed = failed or error
            continue
        with store.write() as tx:
            published.put(tx, connection, table.name, _as_held(table, adapter.holds(table.name)))
    if failed:
        raise failed
    return written


def _as_held(table: Table, held: str) -> str:
    return f"{table.state} / {held}"
