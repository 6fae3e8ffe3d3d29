"""The command `backfill`: history on request, and whom its deals belong to, for people to decide."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from partnersync.cli import proposal_file
from partnersync.cli.assemble import (
    Company,
    config_option,
    engine,
    force_option,
    json_option,
    language_option,
    log_level_option,
    now,
    read_company,
)
from partnersync.cli.deciding import deciding, refuse_stranger
from partnersync.cli.output import counted, show_json, write_csv
from partnersync.cli.progress import Progress
from partnersync.cli.reports import read_lines, report_object, troubles
from partnersync.contract.secret import discreet
from partnersync.errors import ConfigError
from partnersync.sync.old_deals import Proposing, apply
from partnersync.sync.run import Engine
from partnersync.sync.simulate import History
from partnersync.translate import translator

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("name")
@click.option("--from", "from_", metavar="TIME", help="Take history from this moment or day on.")
@click.option("--to", metavar="TIME", help="Up to this moment, or to the end of this day; by default up to now.")
@click.option("--propose", type=_FILE, metavar="FILE", help="Write whom old deals may belong to, for review.")
@click.option("--apply", "applied", type=_FILE, metavar="FILE", help="Keep the rows of it that were accepted.")
@click.option("--by", "actor", metavar="USER", help="With --apply: who decides, his user id.")
@click.option("--reason", default="", metavar="TEXT", help="With --apply: why, for rows that give no reason.")
@force_option
@language_option
@json_option
@log_level_option
@config_option
def backfill(
    name: str,
    from_: str | None,
    to: str | None,
    propose: Path | None,
    applied: Path | None,
    actor: str | None,
    reason: str,
    force: bool,
    language: str | None,
    as_json: bool,
    log_level: str | None,
    config: Path,
) -> int:
    """Take the history of connection NAME; propose whom its old deals belong to, and keep what people accepted.

    Old are deals that ended before the connection's history_from: no run attributes them. What is accepted is a
    decision of the person who applies it, and the next sync acts on it. Killed, the same command goes on from there.
    """
    company = read_company(config, log_level)
    if name not in company.settings.connections:
        known = ", ".join(sorted(company.settings.connections))
        raise ConfigError(f"no connection is named {name}", hint=f"Connections are: {known}")
    if applied:
        if from_ or to or propose:
            raise ConfigError("--apply takes a reviewed file and no history", hint="Leave --from, --to, --propose out")
        return _apply(company, name, applied, actor, reason.strip())
    if actor or reason:
        raise ConfigError("--by and --reason have no effect without --apply", hint="Leave them out")
    since = company.moment(from_, "--from", begins=True)
    if since is None:
        raise ConfigError("it is not said how far back to go", hint="Give --from, as --from 2023-01-01")
    until = company.moment(to, "--to") or now()
    with engine(company, Progress()) as running:
        report = running.backfill(name, since, until)
        found = _propose(company, running, name, (since, until), propose, language, force=force) if propose else 0
    if as_json:
        show_json(report_object(report, company.programme.zone) | ({"proposed": found} if propose else {}))
        return report.exit_code
    for line in (
        *read_lines(report),
        *(_proposed(found, propose) if propose else ()),
        *troubles(report, dry_run=False),
    ):
        click.echo(discreet(line))
    return report.exit_code


def _propose(
    company: Company,
    running: Engine,
    name: str,
    stretch: tuple[datetime, datetime],
    file: Path,
    language: str | None,
    *,
    force: bool,
) -> int:
    say, zone = translator(language or company.settings.language), company.programme.zone
    with running.store.read() as tx:
        history = History(tx, company.settings, running.adapters, running.progress, now())
        proposing = Proposing(history, company.programme, name)
        found = sorted(proposing.proposals(*stretch), key=lambda one: (one.deal.created_at, one.deal.ref))
    rows = [proposal_file.row(one, proposing.partners, zone, say) for one in found]
    write_csv(file, proposal_file.COLUMNS, rows, force=force)
    return len(rows)


def _proposed(found: int, file: Path) -> Iterator[str]:
    yield f"proposed   {counted(found, 'deal')}: {file}"
    if found:
        yield "           fill in its column accept, then `partnersync backfill NAME --apply FILE --by USER`"


def _apply(company: Company, name: str, file: Path, actor: str | None, reason: str) -> int:
    if not actor:
        raise ConfigError("nobody decides", hint="Say who does: --by USER")
    refuse_stranger(company, actor)
    accepted = proposal_file.read(file, reason)
    with deciding(company) as tx:
        new = apply(tx, accepted, name, actor, now())
    again = len(accepted) - new
    before = f", {counted(again, 'row')} had been applied before" if again else ""
    click.echo(f"accepted   {counted(new, 'deal')}{before}; the next sync acts on it")
    return 0
