"""The command that shows registrations, and how one is shown anywhere."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import click

from partnersync.cli.assemble import config_option, csv_option, force_option, json_option, opened_store, read_company
from partnersync.cli.output import show_table, write_csv
from partnersync.domain.decided import Judged
from partnersync.domain.registration import RegistrationState, VerdictCode
from partnersync.rules import notices
from partnersync.rules.program import Programme
from partnersync.store import decisions
from partnersync.sync.publish import moment_text
from partnersync.sync.want import registration_values

CLAIM_COLUMNS = (
    "registration_id",
    "partner_id",
    "kind",
    "client_name",
    "client_id",
    "products",
    "submitted_at",
    "ps_status",
    "ps_reason",
    "ps_proposed",
    "ps_protected_until",
    "fields",
    "deal_id",
    "decide_by",
    "decided_by",
    "reason",
    "related_id",
    "connection",
)
# Columns that a terminal has room for.
_SHORT = CLAIM_COLUMNS[:12]


def claim_row(connection: str, one: Judged, programme: Programme) -> tuple[str, ...]:
    """One registration in the order of CLAIM_COLUMNS."""
    claim, verdict, zone = one.registration, one.verdict, programme.zone
    values = registration_values(one, zone)
    return (
        claim.registration_id,
        claim.partner_id,
        claim.kind.value,
        claim.client.name or "",
        one.client_id,
        "|".join(claim.products),
        moment_text(claim.submitted_at, zone),
        values["ps_status"],
        values["ps_reason"],
        values["ps_proposed"],
        values["ps_protected_until"],
        "|".join(verdict.fields),
        (one.protection.deal_ref if one.protection else verdict.deal_ref) or "",
        _decide_by(one, programme),
        verdict.actor,
        verdict.reason,
        verdict.related_id or "",
        connection,
    )


def _decide_by(one: Judged, programme: Programme) -> str:
    """When a person has to have decided."""
    program = programme.at(one.verdict.at)
    if one.state not in notices.ASKS or program is None:
        return ""
    return moment_text(notices.decision_due(one, program), programme.zone)


@click.command()
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([state.value for state in RegistrationState]),
    help="Only those in it.",
)
@click.option("--partner", metavar="ID", help="Only those of this partner.")
@click.option(
    "--code",
    "codes",
    multiple=True,
    type=click.Choice([code.value for code in VerdictCode]),
    help="Only those with it.",
)
@csv_option
@force_option
@json_option
@config_option
def registrations(
    states: tuple[str, ...],
    partner: str | None,
    codes: tuple[str, ...],
    csv_file: Path | None,
    force: bool,
    as_json: bool,
    config: Path,
) -> int:
    """Show registrations with their verdicts, in the order of their ids."""
    company = read_company(config)
    with opened_store(company) as store, store.read() as tx:

        def told() -> Generator[tuple[str, ...]]:
            for connection, _, one in decisions.all_claims(tx):
                values = registration_values(one, company.programme.zone)
                if (
                    partner in (None, one.registration.partner_id)
                    and (not states or values["ps_status"] in states)
                    and (not codes or values["ps_reason"] in codes)
                ):
                    yield claim_row(connection, one, company.programme)

        with closing(told()) as rows:  # before the store is, also where nobody reads on
            if csv_file:
                write_csv(csv_file, CLAIM_COLUMNS, rows, force=force)
            elif as_json:
                show_table(CLAIM_COLUMNS, rows, as_json=True)
            else:
                show_table(_SHORT, (row[: len(_SHORT)] for row in rows), as_json=False)
    return 0
