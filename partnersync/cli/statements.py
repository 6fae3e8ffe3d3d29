"""The commands about statements: what was closed for whom, its lines, and the decisions of people about it."""

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import click

from partnersync.cli.assemble import (
    Company,
    as_of_option,
    called_alone,
    config_option,
    csv_option,
    force_option,
    json_option,
    month_option,
    now,
    opened_store,
    read_company,
)
from partnersync.cli.deciding import by_option, deciding, logged_in, refuse_stranger
from partnersync.cli.output import counted, show_json, show_table, write_csv
from partnersync.contract.tables import LEDGER_COLUMNS, STATEMENT_COLUMNS
from partnersync.domain.statement import StatementState
from partnersync.rules import statements as rules
from partnersync.store import ledger as lines
from partnersync.store import statements as kept
from partnersync.sync import missing
from partnersync.sync.publish import ledger_row, statement_row
from partnersync.sync.statements import Statements, find
from partnersync.translate import translator

# A line as its partner may see it: the trace may name others, and a chain is the ledger's own.
_LINE_COLUMNS = (*(name for name in LEDGER_COLUMNS if name not in ("trace", "prev_hash", "hash")), "missing")
_SHORT = ("line_id", "deal_id", "event_id", "event_time", "rule", "base", "rate", "amount", "kind", "status", "missing")

statement_argument = click.argument("statement_id", metavar="ID")
said_option = click.option("--reason", default="", metavar="TEXT", help="Why; it is kept for ever.")


@click.group(invoke_without_command=True)
@json_option
@config_option
@click.pass_context
def statements(context: click.Context, as_json: bool, config: Path) -> int:
    """Show statements in the order of month, partner and currency."""
    if not called_alone(context):
        return 0
    company = read_company(config)
    with opened_store(company) as store, store.read() as tx:
        rows = (statement_row(one, company.programme.zone) for one in kept.rows(tx))
        with closing(rows):
            show_table(STATEMENT_COLUMNS, rows, as_json=as_json)
    return 0


@statements.command()
@statement_argument
@csv_option
@force_option
@as_of_option
@json_option
@config_option
def show(statement_id: str, csv_file: Path | None, force: bool, as_of: str | None, as_json: bool, config: Path) -> int:
    """Show one statement with its lines: each with its deal, event and rule, and with what it still misses."""
    company = read_company(config)
    zone, moment = company.programme.zone, company.moment(as_of) or now()
    with opened_store(company) as store, store.read() as tx:
        one = find(tx, statement_id)
        stated = [(line, facts) for _, line, facts, *_ in lines.rows(tx, statement_id=statement_id)]
        misses = missing.of_lines(tx, stated, company.programme, moment, company.settings.partners)

        def told() -> Generator[tuple[str, ...]]:
            for line, facts in stated:
                row = dict(zip(LEDGER_COLUMNS, ledger_row(line, facts, ("", ""), zone, moment), strict=True))
                yield (*(row[name] for name in _LINE_COLUMNS[:-1]), "|".join(misses[line.line_id]))

        head = dict(zip(STATEMENT_COLUMNS, statement_row(one, zone), strict=True))
        head["pay_by"] = rules.pay_by(one.approved_at, company.programme).isoformat() if one.approved_at else ""
        with closing(told()) as rows:
            if csv_file:
                write_csv(csv_file, _LINE_COLUMNS, rows, force=force)
            elif as_json:
                show_json(head | {"lines": [dict(zip(_LINE_COLUMNS, row, strict=True)) for row in rows]})
            else:
                show_table(tuple(head), [tuple(head.values())], as_json=False)
                click.echo("")
                places = [_LINE_COLUMNS.index(name) for name in _SHORT]
                show_table(_SHORT, ([row[place] for place in places] for row in rows), as_json=False)
    return 0


@statements.command()
@month_option(required=True, text="The month to close; earlier ones that are open are closed with it.")
@click.option("--by", "actor", metavar="USER", help="Who closes it, and may not approve it: else who is logged in.")
@as_of_option
@config_option
def close(period: str, actor: str | None, as_of: str | None, config: Path) -> int:
    """Close a month before its day, or for partners whose connection failed; its statements are drafts, to be sent."""
    company = read_company(config)
    closer = actor or logged_in("closes it")
    moment = company.moment(as_of) or now()
    with _at_work(company, moment) as work:
        made = work.close(period, closer).closed
    click.echo(f"{closer} closed {period}: {counted(len(made), 'statement')}")
    for name in made:
        click.echo(f"  {name}")
    return 0


@contextmanager
def _at_work(company: Company, moment: datetime) -> Iterator[Statements]:
    """The statements as people decide about them, beside no run."""
    with deciding(company) as tx:
        say = translator(company.settings.language)
        yield Statements(tx, company.programme, 0, moment, now(), say, company.settings.partners)


def _move(statement_id: str, state: StatementState, actor: str, reason: str, as_of: str | None, config: Path) -> int:
    company = read_company(config)
    if state is StatementState.APPROVED:
        refuse_stranger(company, actor)
    moment = company.moment(as_of) or now()
    with _at_work(company, moment) as work:
        one = find(work.tx, statement_id)
        work.move(one, state, actor, reason)
    due = f"; to be paid by {rules.pay_by(moment, company.programme)}" if state is StatementState.APPROVED else ""
    click.echo(f"statement {statement_id} was {one.state.value} and is {state.value}{due}")
    return 0


@statements.command()
@statement_argument
@by_option
@said_option
@as_of_option
@config_option
def send(statement_id: str, actor: str, reason: str, as_of: str | None, config: Path) -> int:
    """Send a draft: the next sync leaves a note on the partner's record, and his silence begins to count."""
    return _move(statement_id, StatementState.SENT, actor, reason, as_of, config)


@statements.command()
@statement_argument
@by_option
@said_option
@as_of_option
@config_option
def accept(statement_id: str, actor: str, reason: str, as_of: str | None, config: Path) -> int:
    """Accept a statement for its partner; this also ends a dispute."""
    return _move(statement_id, StatementState.ACCEPTED, actor, reason, as_of, config)


@statements.command()
@statement_argument
@by_option
@said_option
@as_of_option
@config_option
def dispute(statement_id: str, actor: str, reason: str, as_of: str | None, config: Path) -> int:
    """Dispute a statement that was sent: silence no longer accepts it, and its lines wait."""
    return _move(statement_id, StatementState.DISPUTED, actor, reason, as_of, config)


@statements.command()
@statement_argument
@by_option
@said_option
@as_of_option
@config_option
def approve(statement_id: str, actor: str, reason: str, as_of: str | None, config: Path) -> int:
    """Approve a statement that was accepted: from then on its lines stay; not by whoever closed it."""
    return _move(statement_id, StatementState.APPROVED, actor, reason, as_of, config)
