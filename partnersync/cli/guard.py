"""The commands about what was violated and what people decided: incidents, override."""

from pathlib import Path

import click

from partnersync.cli.assemble import called_alone, config_option, json_option, now, opened_store, read_company
from partnersync.cli.deciding import by_option, deciding, reason_option, refuse_silence, refuse_stranger
from partnersync.cli.output import show_table
from partnersync.cli.references import deal_ref
from partnersync.contract.tables import INCIDENT_COLUMNS
from partnersync.domain.attribution import Override
from partnersync.domain.incident import Incident, IncidentStatus
from partnersync.errors import ConfigError
from partnersync.store import decisions, incidentbook, records
from partnersync.sync import approvals, publish
from partnersync.sync.watch import dismiss


@click.group(invoke_without_command=True)
@click.option("--all", "closed", is_flag=True, help="Also those that are resolved or dismissed.")
@json_option
@config_option
@click.pass_context
def incidents(ctx: click.Context, closed: bool, as_json: bool, config: Path) -> int:
    """Show what was violated: open incidents, or all."""
    if not called_alone(ctx):
        return 0
    company = read_company(config)
    with opened_store(company) as store, store.read() as tx:
        rows = [publish.incident_row(one, company.programme.zone) for one in incidentbook.rows(tx, closed=closed)]
    show_table(INCIDENT_COLUMNS, rows, as_json=as_json)
    return 0


@incidents.command()
@click.argument("incident_id", metavar="ID")
@by_option
@reason_option
@config_option
def close(incident_id: str, actor: str, reason: str, config: Path) -> int:
    """Dismiss an incident: its lines are no longer held, its value is left as it is.

    After a revert_fight is closed, the field is written and guarded again.
    """
    refuse_silence(reason)
    with deciding(read_company(config)) as tx:
        found = incidentbook.by_ids(tx, [incident_id]).get(incident_id)
        if found is None:
            raise ConfigError(f"no incident is known as {incident_id}", hint="`partnersync incidents` lists them")
        _refuse_closed(found)
        dismiss(tx, found, actor, reason, now())
    click.echo(f"closed {incident_id}; the next sync acts on it")
    return 0


@click.command()
@click.argument("deal", metavar="DEAL")
@click.option("--partner", "partner_id", required=True, metavar="P", help='The partner_id; "" makes the deal direct.')
@by_option
@reason_option
@config_option
def override(deal: str, partner_id: str, actor: str, reason: str, config: Path) -> int:
    """Decide whom a deal belongs to, whatever its evidence says; the next sync acts on it."""
    company = read_company(config)
    refuse_silence(reason)
    refuse_stranger(company, actor)
    with deciding(company) as tx:
        ref = deal_ref(tx, deal)
        before = decisions.by_ref(tx, [ref])[ref].partner_id
        if partner_id and partner_id not in records.accepted(tx):
            hint = "Add the partner, run `partnersync sync`, then decide again"
            raise ConfigError(f"no partner is known as {partner_id}", hint=hint)
        approvals.keep(tx, ref, Override(partner_id, actor, reason, now()), now(), None)
    after = f"partner {partner_id}" if partner_id else "nobody: it is direct"
    click.echo(f"deal {ref} belonged to {before or 'nobody'}; from the next sync on it belongs to {after}")
    return 0


def _refuse_closed(found: Incident) -> None:
    if found.status is not IncidentStatus.OPEN:
        told = f" by {found.closed_by}" if found.closed_by else ""
        raise ConfigError(f"incident {found.incident_id} is {found.status.value} already{told}")
