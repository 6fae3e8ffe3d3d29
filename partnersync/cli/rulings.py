"""The commands by which people decide about a registration: approve, reject, extend, release, withdraw, transfer."""

from pathlib import Path

import click

from partnersync.cli.assemble import as_of_option, config_option, now, read_company
from partnersync.cli.deciding import by_option, deciding, reason_option, refuse_past, refuse_silence, refuse_stranger
from partnersync.domain.ruling import Ruling, RulingKind
from partnersync.sync import rulings

claim_argument = click.argument("registration_id", metavar="ID")


def _decide(
    kind: RulingKind,
    registration_id: str,
    actor: str,
    reason: str,
    as_of: str | None,
    config: Path,
    to_partner: str = "",
) -> int:
    company = read_company(config)
    refuse_silence(reason)
    if kind is not RulingKind.REQUEST_EXTENSION:
        refuse_stranger(company, actor)
    asked = company.moment(as_of)
    moment = asked or now()
    program = company.programme.at(moment) or company.programme.versions[-1]
    with deciding(company) as tx:
        if asked:
            refuse_past(tx, asked, company)
        ruling = Ruling(registration_id, kind, actor, reason, moment)
        before = rulings.decide(tx, ruling, program, now(), to_partner)
    told = kind.value.replace("_", " ")
    click.echo(f"registration {registration_id} was {before}; from the next sync on the decision counts: {told}")
    return 0


@click.command()
@claim_argument
@by_option
@reason_option
@as_of_option
@config_option
def approve(registration_id: str, actor: str, reason: str, as_of: str | None, config: Path) -> int:
    """Grant a registration; refused while another live one of the client, with a common product, stands in the way."""
    return _decide(RulingKind.APPROVE, registration_id, actor, reason, as_of, config)


@click.command()
@claim_argument
@by_option
@reason_option
@as_of_option
@config_option
def reject(registration_id: str, actor: str, reason: str, as_of: str | None, config: Path) -> int:
    """Refuse a registration; what it protected is free at once."""
    return _decide(RulingKind.REJECT, registration_id, actor, reason, as_of, config)


@click.command()
@claim_argument
@click.option("--request", "kind", flag_value=RulingKind.REQUEST_EXTENSION.value, help="The partner asks for it only.")
@click.option("--refuse", "kind", flag_value=RulingKind.REFUSE_EXTENSION.value, help="Refuse what the partner asks.")
@by_option
@reason_option
@as_of_option
@config_option
def extend(registration_id: str, kind: str | None, actor: str, reason: str, as_of: str | None, config: Path) -> int:
    """Extend a live registration's protection by the program's days, or keep the request for that, or refuse it."""
    return _decide(RulingKind(kind or RulingKind.EXTEND), registration_id, actor, reason, as_of, config)


@click.command()
@claim_argument
@by_option
@reason_option
@as_of_option
@config_option
def release(registration_id: str, actor: str, reason: str, as_of: str | None, config: Path) -> int:
    """End a live registration's protection: the client is free."""
    return _decide(RulingKind.RELEASE, registration_id, actor, reason, as_of, config)


@click.command()
@claim_argument
@by_option
@reason_option
@as_of_option
@config_option
def withdraw(registration_id: str, actor: str, reason: str, as_of: str | None, config: Path) -> int:
    """End a registration because its partner takes it back."""
    return _decide(RulingKind.WITHDRAW, registration_id, actor, reason, as_of, config)


@click.command()
@claim_argument
@click.option("--to", "to_partner", required=True, metavar="PARTNER", help="The partner_id of who gets the client.")
@by_option
@reason_option
@as_of_option
@config_option
def transfer(registration_id: str, to_partner: str, actor: str, reason: str, as_of: str | None, config: Path) -> int:
    """End a registration, and grant the one that another partner has submitted on the same client."""
    return _decide(RulingKind.TRANSFER, registration_id, actor, reason, as_of, config, to_partner)
