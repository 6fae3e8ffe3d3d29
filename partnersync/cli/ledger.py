"""The commands about the ledger: its lines, and those that people propose and a second person books."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import click

from partnersync.cli.assemble import (
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
from partnersync.cli.deciding import by_option, deciding, reason_option, refuse_silence, refuse_stranger
from partnersync.cli.output import show_table, write_csv
from partnersync.cli.references import deal_ref
from partnersync.contract.tables import LEDGER_COLUMNS
from partnersync.domain.line import LineKind
from partnersync.domain.proposal import Proposal
from partnersync.domain.value import Money
from partnersync.errors import ConfigError
from partnersync.store import ledger as lines
from partnersync.store import proposals as kept
from partnersync.sync.proposals import Proposals, Wish, find
from partnersync.sync.publish import ledger_row, moment_text

# Columns that a terminal has room for; --json and --csv give all of ledger.csv.
_SHORT = (
    "line_id",
    "partner_id",
    "deal_id",
    "event_time",
    "rule",
    "base",
    "rate",
    "amount",
    "currency",
    "kind",
    "status",
)


@click.group(invoke_without_command=True)
@click.option("--deal", metavar="ID", help="Only lines of this deal.")
@click.option("--partner", metavar="ID", help="Only lines of this partner.")
@month_option(required=False, text="Only lines of this month.")
@csv_option
@force_option
@as_of_option
@json_option
@config_option
@click.pass_context
def ledger(
    context: click.Context,
    deal: str | None,
    partner: str | None,
    period: str | None,
    csv_file: Path | None,
    force: bool,
    as_of: str | None,
    as_json: bool,
    config: Path,
) -> int:
    """Show lines of the ledger, oldest first, with their status as of now; with --as-of those of events until then."""
    if not called_alone(context):
        return 0
    company = read_company(config)
    zone, until = company.programme.zone, company.moment(as_of)
    moment = until or now()
    with opened_store(company) as store, store.read() as tx:
        ref = deal_ref(tx, deal) if deal else None

        def told() -> Generator[tuple[str, ...]]:
            found = lines.rows(tx, deal_ref=ref, partner_id=partner, period=period, until=until)
            for _, line, facts, before, own in found:
                yield ledger_row(line, facts, (before, own), zone, moment)

        with closing(told()) as rows:  # before the store is, also where nobody reads on
            if csv_file:
                write_csv(csv_file, LEDGER_COLUMNS, rows, force=force)
            elif as_json:
                show_table(LEDGER_COLUMNS, rows, as_json=True)
            else:
                places = [LEDGER_COLUMNS.index(column) for column in _SHORT]
                show_table(_SHORT, ([row[place] for place in places] for row in rows), as_json=False)
    return 0


_BY_PEOPLE = (LineKind.BONUS, LineKind.ADJUSTMENT)
_PROPOSAL_COLUMNS = tuple(
    "proposal_id kind partner_id payee_id deal_id amount currency reason evidence made_by made_at status"
    " decided_by".split()
)
proposal_argument = click.argument("proposal_id", metavar="ID")


@ledger.command()
@click.option("--kind", type=click.Choice([kind.value for kind in _BY_PEOPLE]), required=True, help="What it is.")
@click.option("--partner", "partner_id", required=True, metavar="P", help="The partner_id of whose line it is.")
@click.option("--payee", "payee_id", default="", metavar="ID", help="Who is paid, if not the partner himself.")
@click.option("--deal", default="", metavar="ID", help="The deal that it belongs to, if to one.")
@click.option("--amount", required=True, metavar="SUM", help='Like "100 RUB"; of an adjustment also "-100 RUB".')
@reason_option
@click.option("--evidence", required=True, metavar="TEXT", help="What proves it: a letter, an act, a ticket.")
@by_option
@as_of_option
@config_option
def add(
    kind: str,
    partner_id: str,
    payee_id: str,
    deal: str,
    amount: str,
    reason: str,
    evidence: str,
    actor: str,
    as_of: str | None,
    config: Path,
) -> int:
    """Propose a bonus or an adjustment; a second person books it."""
    company = read_company(config)
    refuse_silence(reason)
    if not evidence.strip():
        raise ConfigError("--evidence is empty", hint="Name what proves it; whoever approves it has only that")
    try:
        asked = Money.parse(amount)
    except ValueError as error:
        raise ConfigError(f"--amount: {error}", hint='Write it like "100 RUB"') from None
    with deciding(company) as tx:
        ref = deal_ref(tx, deal) if deal else ""
        wish = Wish(LineKind(kind), partner_id, asked, reason, evidence, payee_id, ref)
        made = Proposals(tx, company.programme, company.moment(as_of) or now(), now()).propose(wish, actor)
    click.echo(f"{actor} proposed {_told(made)}")
    click.echo(f"what to do: Let another person book it: `partnersync ledger approve {made.proposal_id} --by USER`")
    return 0


@ledger.command()
@json_option
@config_option
def proposals(as_json: bool, config: Path) -> int:
    """Show what was proposed, in the order of making, and what was decided."""
    company = read_company(config)
    with opened_store(company) as store, store.read() as tx:
        rows = [
            (
                one.proposal_id,
                one.kind.value,
                one.partner_id,
                one.payee_id,
                one.deal_ref,
                one.amount.text(),
                one.amount.currency,
                one.reason,
                one.evidence,
                one.made_by,
                moment_text(one.made_at, company.programme.zone),
                one.state.value,
                one.decided_by,
            )
            for one in kept.rows(tx)
        ]
    show_table(_PROPOSAL_COLUMNS, rows, as_json=as_json)
    return 0


@ledger.command()
@proposal_argument
@by_option
@as_of_option
@config_option
def approve(proposal_id: str, actor: str, as_of: str | None, config: Path) -> int:
    """Book what another person proposed."""
    company = read_company(config)
    refuse_stranger(company, actor)
    with deciding(company) as tx:
        one = find(tx, proposal_id)
        line = Proposals(tx, company.programme, company.moment(as_of) or now(), now()).approve(one, actor)
    click.echo(f"{_told(one)}: booked as line {line.line_id}")
    return 0


@ledger.command()
@proposal_argument
@by_option
@reason_option
@as_of_option
@config_option
def reject(proposal_id: str, actor: str, reason: str, as_of: str | None, config: Path) -> int:
    """Refuse what was proposed."""
    company = read_company(config)
    refuse_silence(reason)
    refuse_stranger(company, actor)
    with deciding(company) as tx:
        one = find(tx, proposal_id)
        Proposals(tx, company.programme, company.moment(as_of) or now(), now()).reject(one, actor, reason)
    click.echo(f"{_told(one)}: rejected")
    return 0


def _told(one: Proposal) -> str:
    return f"{one.proposal_id}: {one.kind.value} of {one.amount.text()} {one.amount.currency} to {one.payee_id}"
