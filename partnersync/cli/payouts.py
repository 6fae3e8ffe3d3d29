"""The commands about payouts: what is made of approved lines, who approves it, what goes to the bank and comes back."""

from datetime import date, datetime
from pathlib import Path

import click
from sqlalchemy import Connection as Tx

from partnersync.cli.assemble import (
    Company,
    as_of_option,
    called_alone,
    config_option,
    csv_option,
    force_option,
    json_option,
    now,
    opened_store,
    read_company,
)
from partnersync.cli.deciding import by_option, deciding, logged_in, refuse_silence, refuse_stranger
from partnersync.cli.output import counted, show_table, write_csv
from partnersync.cli.register_file import REGISTER_COLUMNS, register_rows, write_register
from partnersync.contract.tables import PAYOUT_COLUMNS
from partnersync.domain.payout import BANK_RETURN, Payout
from partnersync.domain.value import Money
from partnersync.errors import ConfigError
from partnersync.rules import ageing
from partnersync.sync import payout_list
from partnersync.sync.payouts import Payouts, find
from partnersync.sync.publish import payout_row

payout_argument = click.argument("payout_id", metavar="ID")
_AGED_COLUMNS = ("partner_id", "payee_id", "currency", *ageing.BUCKETS)


@click.group(invoke_without_command=True)
@click.option("--ageing", "aged", is_flag=True, help="What is approved and not paid, by how many days it is overdue.")
@csv_option
@force_option
@as_of_option
@json_option
@config_option
@click.pass_context
def payouts(
    context: click.Context,
    aged: bool,
    csv_file: Path | None,
    force: bool,
    as_of: str | None,
    as_json: bool,
    config: Path,
) -> int:
    """Show payouts in the order of making, then what waits for one; with what each still misses."""
    if not called_alone(context):
        return 0
    company = read_company(config)
    moment = company.moment(as_of) or now()
    with opened_store(company) as store, store.read() as tx:
        columns = _AGED_COLUMNS if aged else PAYOUT_COLUMNS
        rows = (_aged if aged else _rows)(tx, company, moment)
    if csv_file:
        write_csv(csv_file, columns, rows, force=force)
    else:
        show_table(columns, rows, as_json=as_json)
    return 0


def _rows(tx: Tx, company: Company, moment: datetime) -> list[tuple[str, ...]]:
    return list(map(payout_row, payout_list.rows(tx, company.programme, moment, company.settings.partners)))


def _aged(tx: Tx, company: Company, moment: datetime) -> list[tuple[str, ...]]:
    return [
        (*one.owner, *(Money(one.buckets[name], one.owner[2]).text() for name in ageing.BUCKETS))
        for one in payout_list.aged(tx, company.programme, moment)
    ]


def _desk(tx: Tx, company: Company, as_of: str | None) -> Payouts:
    return Payouts(tx, company.programme, company.moment(as_of) or now(), now(), company.settings.partners)


@payouts.command()
@click.option("--by", "actor", metavar="USER", help="Who makes them, and may not approve them: else who is logged in.")
@as_of_option
@config_option
def make(actor: str | None, as_of: str | None, config: Path) -> int:
    """Make a payout of every approved sum whose gates hold; the others wait, and nothing of them is lost."""
    company = read_company(config)
    maker = actor or logged_in("makes them")
    with deciding(company) as tx:
        made, waiting = _desk(tx, company, as_of).make(maker)
    click.echo(f"{maker} made {counted(len(made), 'payout')}")
    for one in made:
        click.echo(f"  {_told(one)}")
    for pile, missing in waiting:
        click.echo(f"waits: {pile.amount.text()} {pile.currency} to {pile.payee_id}: {', '.join(missing)}")
    return 0


@payouts.command()
@payout_argument
@by_option
@as_of_option
@config_option
def approve(payout_id: str, actor: str, as_of: str | None, config: Path) -> int:
    """Approve a payout that another person made."""
    company = read_company(config)
    refuse_stranger(company, actor)
    with deciding(company) as tx:
        one = find(tx, payout_id)
        _desk(tx, company, as_of).approve(one, actor)
    click.echo(f"payout {_told(one)} is approved by {actor}")
    return 0


@payouts.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@force_option
@as_of_option
@config_option
def export(file: Path, force: bool, as_of: str | None, config: Path) -> int:
    """Write the register of approved payouts to FILE (.csv or .xlsx), with a total for each currency."""
    company = read_company(config)
    if file.suffix.lower() not in (".csv", ".xlsx"):
        raise ConfigError(f"{file.name} is neither .csv nor .xlsx", hint="Name the register like register.xlsx")
    with opened_store(company) as store, store.read() as tx:
        desk = _desk(tx, company, as_of)
        ready, kept = desk.register()
        rows = register_rows(ready, desk.judge.payees.partners)
    write_register(file, REGISTER_COLUMNS, rows, force=force)
    click.echo(f"{file}: {counted(len(ready), 'payout')}, {_total(ready)}")
    for one, missing in kept:
        click.echo(f"left out: {_told(one)}: {', '.join(missing)}")
    return 0


def _total(ready: list[Payout]) -> str:
    sums: dict[str, int] = {}
    for one in ready:
        sums[one.amount.currency] = sums.get(one.amount.currency, 0) + one.amount.minor
    return ", ".join(f"{Money(minor, currency).text()} {currency}" for currency, minor in sorted(sums.items())) or "0"


@payouts.command()
@payout_argument
@click.option("--on", "day", required=True, metavar="DATE", help="The day on which the bank paid it.")
@click.option("--by", "actor", metavar="USER", help="Who says so; else who is logged in.")
@as_of_option
@config_option
def paid(payout_id: str, day: str, actor: str | None, as_of: str | None, config: Path) -> int:
    """Book that the bank has paid a payout; said again, nothing is new."""
    company = read_company(config)
    try:
        on = date.fromisoformat(day)
    except ValueError:
        raise ConfigError(f"--on {day!r} is no day", hint="Write it like 2026-01-31") from None
    teller = actor or logged_in("says so")
    with deciding(company) as tx:
        one = find(tx, payout_id)
        news = _desk(tx, company, as_of).paid(one, on, teller)
    click.echo(f"payout {_told(one)} {'was paid' if news else 'was known to be paid'} on {on}")
    return 0


@payouts.command(name="return")
@payout_argument
@by_option
@click.option("--reason", default=BANK_RETURN, show_default=True, metavar="TEXT", help="Why; it is kept for ever.")
@as_of_option
@config_option
def give_back(payout_id: str, actor: str, reason: str, as_of: str | None, config: Path) -> int:
    """Say that a payout came back, or is not to be paid: its lines go into the next one."""
    company = read_company(config)
    refuse_silence(reason)
    with deciding(company) as tx:
        one = find(tx, payout_id)
        _desk(tx, company, as_of).give_back(one, actor, reason)
    click.echo(f"payout {_told(one)} is returned; its lines go into the next payout")
    return 0


def _told(one: Payout) -> str:
    return f"{one.payout_id}: {one.amount.text()} {one.amount.currency} to {one.payee_id}"
