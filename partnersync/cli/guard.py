"""The commands about what was violated and what people decided: incidents, override."""

from pathlib import Path

import click
from sqlalchemy import Connection as Tx

from partnersync.cli.assemble import (
    as_of_option,
    called_alone,
    config_option,
    json_option,
    now,
    opened_store,
    read_company,
)
from partnersync.cli.deciding import by_option, deciding, reason_option, refuse_past, refuse_silence, refuse_stranger
from partnersync.cli.output import show_table
from partnersync.cli.references import deal_ref
from partnersync.contract.tables import INCIDENT_COLUMNS
from partnersync.domain.attribution import Override, RuleOverride
from partnersync.domain.incident import Incident, IncidentStatus
from partnersync.errors import ConfigError
from partnersync.problems import nearest
from partnersync.rules.program import Programme
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
@click.option("--partner", "partner_id", metavar="P", help='The partner_id; "" makes the deal direct.')
@click.option("--rule", metavar="NAME", help='The commission rule that prices it; "" leaves it to the program.')
@by_option
@reason_option
@as_of_option
@config_option
def override(
    deal: str, partner_id: str | None, rule: str | None, actor: str, reason: str, as_of: str | None, config: Path
) -> int:
    """Decide whom a deal belongs to, or which rule prices it, whatever is said elsewhere; the next sync acts on it."""
    company = read_company(config)
    refuse_silence(reason)
    refuse_stranger(company, actor)
    if partner_id is None and rule is None:
        raise ConfigError("nothing is decided", hint="Give --partner, --rule or both")
    if rule:
        _refuse_unknown_rule(rule, company.programme)
    told = []
    asked = company.moment(as_of)
    moment = asked or now()
    with deciding(company) as tx:
        if asked:
            refuse_past(tx, asked, company)
        ref = deal_ref(tx, deal)
        if partner_id is not None:
            told.append(_give(tx, ref, Override(partner_id, actor, reason, moment)))
        if rule is not None:
            before = approvals.keep_rule(tx, ref, RuleOverride(rule, actor, reason, moment), now())
            was, then = (f"rule {name}" if name else "the program's own choice" for name in (before, rule))
            told.append(f"deal {ref} was priced by {was}; from the next sync on it is priced by {then}")
    for line in told:
        click.echo(line)
    return 0


def _give(tx: Tx, ref: str, decision: Override) -> str:
    """Keep whom the deal belongs to; what to say about it."""
    before = decisions.by_ref(tx, [ref])[ref].partner_id
    if decision.partner_id and decision.partner_id not in records.accepted(tx):
        hint = "Add the partner, run `partnersync sync`, then decide again"
        raise ConfigError(f"no partner is known as {decision.partner_id}", hint=hint)
    approvals.keep(tx, ref, decision, now(), None)
    after = f"partner {decision.partner_id}" if decision.partner_id else "nobody: it is direct"
    return f"deal {ref} belonged to {before or 'nobody'}; from the next sync on it belongs to {after}"


def _refuse_unknown_rule(name: str, programme: Programme) -> None:
    known = list(dict.fromkeys(rule.name for version in programme.versions for rule in version.commission.rules))
    if name not in known:
        near = nearest(name, known)
        raise ConfigError(
            f"no version of the program has a rule {name}",
            hint=f'Did you mean "{near}"?' if near else f"Name one of: {', '.join(known)}",
        )


def _refuse_closed(found: Incident) -> None:
    if found.status is not IncidentStatus.OPEN:
        told = f" by {found.closed_by}" if found.closed_by else ""
        raise ConfigError(f"incident {found.incident_id} is {found.status.value} already{told}")
