"""The commands that run the flow: sync, plan, apply."""

from pathlib import Path

import click

from partnersync.cli.assemble import (
    as_of_option,
    config_option,
    engine,
    force_option,
    json_option,
    log_level_option,
    read_company,
)
from partnersync.cli.output import keep_others, show_json, written
from partnersync.cli.progress import Progress
from partnersync.cli.reports import plan_object, report_object, show_plan, show_report
from partnersync.errors import ConfigError
from partnersync.sync import planfile

beyond_option = click.option("--beyond-limit", is_flag=True, help="Let this one run pass the safety limit.")


@click.command()
@click.argument("name", required=False)
@as_of_option
@click.option("--dry-run", is_flag=True, help="Pull and decide, but write and book nothing.")
@beyond_option
@json_option
@log_level_option
@config_option
def sync(
    name: str | None,
    as_of: str | None,
    dry_run: bool,
    beyond_limit: bool,
    as_json: bool,
    log_level: str | None,
    config: Path,
) -> int:
    """Pull all connections (or NAME), decide once, write what is due.

    Killed at any point, the next run reaches the same end; a second run right after the first writes nothing.
    """
    company = read_company(config, log_level)
    with engine(company, Progress()) as running:
        report = running.sync(
            (name,) if name else (), as_of=company.moment(as_of), dry_run=dry_run, beyond_limit=beyond_limit
        )
        if as_json:
            show_json(report_object(report, company.programme.zone))
        else:
            show_report(report, company.programme.zone, dry_run=dry_run)
    return report.exit_code


@click.command()
@as_of_option
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Keep the plan in this file.")
@force_option
@json_option
@log_level_option
@config_option
def plan(
    as_of: str | None, output: Path | None, force: bool, as_json: bool, log_level: str | None, config: Path
) -> int:
    """Show the writes and lines that are due now; nothing is written or booked.

    The plan that -o keeps can be reviewed and then done exactly by `partnersync apply FILE`.
    """
    company = read_company(config, log_level)
    if output:
        keep_others(output, force=force, earlier=lambda file: planfile.is_plan(file.read()))
    with engine(company, Progress()) as running:
        made, report = running.plan(as_of=company.moment(as_of))
        if output:
            with written(output) as file:
                file.write(made.text())
        if as_json:
            show_json(plan_object(made, report, company.programme.zone))
        else:
            show_plan(made, report, company.settings.limits, company.programme.zone)
    limits = company.settings.limits
    stops = (tally.stops(limits.max_changed_share, limits.max_changed_records) for tally in report.planned.values())
    return 4 if any(stops) else report.exit_code


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@beyond_option
@json_option
@log_level_option
@config_option
def apply(file: Path, beyond_limit: bool, as_json: bool, log_level: str | None, config: Path) -> int:
    """Make exactly the writes of the plan in FILE, as of its moment; refused where records moved since."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"{file} cannot be read", hint="Make a plan with `partnersync plan -o FILE`") from None
    reviewed = planfile.read(text, str(file))
    company = read_company(config, log_level)
    with engine(company, Progress()) as running:
        report = running.apply(reviewed, beyond_limit=beyond_limit)
        if as_json:
            show_json(report_object(report, company.programme.zone))
        else:
            show_report(report, company.programme.zone)
    return report.exit_code
