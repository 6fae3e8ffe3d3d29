"""The command that shows the journal: who wrote what, when and why, before and after."""

from collections.abc import Generator, Iterable
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Connection as Tx

from partnersync.cli.assemble import NUMBER, config_option, json_option, opened_store, read_company
from partnersync.cli.output import show_table
from partnersync.cli.references import deal_ref
from partnersync.contract.secret import discreet
from partnersync.domain.value import RecordKind
from partnersync.errors import ConfigError
from partnersync.store import journal
from partnersync.sync.publish import moment_text

_KINDS = (*RecordKind, "statement", "payout")
COLUMNS = tuple("seq at run actor action connection kind record_id field before after outcome reason".split())


@click.command()
@click.option("--run", type=NUMBER, metavar="N", help="Only what this run wrote.")
@click.option("--connection", metavar="NAME", help="Only what was written there.")
@click.option("--deal", metavar="ID", help="Only what was written to this deal.")
@click.option("--record", metavar="KIND/ID", help="Only what was written to this record.")
@click.option("--actor", metavar="NAME", help="Only what was done by this one.")
@click.option("--action", metavar="WORD", help="Only what was done in this way, as write or note.")
@click.option("--outcome", metavar="WORD", help="Only what ended so, as done or refused.")
@click.option("--since", metavar="TIME", help="Only from this moment, or this date, on.")
@click.option("--until", metavar="TIME", help="Only up to this moment, or the end of this date.")
@click.option("--limit", type=NUMBER, metavar="N", help="Only the last N entries.")
@json_option
@config_option
def audit(
    run: int | None,
    connection: str | None,
    deal: str | None,
    record: str | None,
    actor: str | None,
    action: str | None,
    outcome: str | None,
    since: str | None,
    until: str | None,
    limit: int | None,
    as_json: bool,
    config: Path,
) -> int:
    """Show the journal of writes, the newest last, a row for each field; contacts are masked."""
    company = read_company(config)
    begin, end = company.moment(since, "--since", begins=True), company.moment(until, "--until")
    words = {"run": run, "connection": connection, "actor": actor, "action": action, "outcome": outcome}
    with opened_store(company) as store, store.read() as tx:
        where = words | _record(tx, connection, deal, record)
        zone = company.programme.zone
        with closing(_rows(journal.rows(tx, since=begin, until=end, last=limit, **where), zone)) as rows:
            show_table(COLUMNS, rows, as_json=as_json)
    return 0


def _record(tx: Tx, connection: str | None, deal: str | None, record: str | None) -> dict[str, str]:
    """The columns that name one record."""
    if deal and record:
        raise ConfigError("--deal and --record name two records", hint="Give one of them")
    if deal:
        of, _, record_id = deal_ref(tx, deal).partition("/")
        if connection not in (None, of):
            raise ConfigError(f"deal {deal} is not in {connection}", hint="Leave --connection out")
        return {"connection": of, "kind": RecordKind.DEAL.value, "record_id": record_id}
    if record is None:
        return {}
    kind, slash, record_id = record.partition("/")
    if not slash or not record_id or kind not in _KINDS:
        kinds = ", ".join(_KINDS)
        raise ConfigError(f"--record {record!r} names no record", hint=f"Write KIND/ID, where KIND is one of: {kinds}")
    return {"kind": kind, "record_id": record_id}


def _rows(kept: Iterable[journal.Kept], zone: ZoneInfo) -> Generator[tuple[object, ...]]:
    for seq, run, row in kept:
        head = (seq, moment_text(row.at.replace(microsecond=0), zone), run, row.actor, row.action, row.connection)
        ended = (row.outcome, discreet(row.reason))
        for name in sorted({*row.before, *row.after}) or [""]:
            values = (_shown(row.before.get(name)), _shown(row.after.get(name)))
            yield (*head, row.kind, discreet(row.record_id), name, *values, *ended)


def _shown(value: str | None) -> str | None:
    return None if value is None else discreet(value)
