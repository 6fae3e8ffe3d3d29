"""The command that shows the main job on sample companies, through the same code as production."""

from collections.abc import Iterator
from pathlib import Path

import click

from partnersync.cli import demo_company, demo_year
from partnersync.cli.assemble import config_unread_option, engine, language_option, log_level_option, read_company
from partnersync.cli.demo_files import YEAR, copy_samples
from partnersync.cli.progress import Progress
from partnersync.domain.say import Say


@click.command()
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-run"),
    show_default=True,
    help="A new folder, or one of an earlier demo, which is replaced.",
)
@language_option
@log_level_option
@config_unread_option
def demo(into: Path, language: str | None, log_level: str | None) -> int:
    """Run the whole flow on a sample company and play a year of another, show what came out; again, nothing changes."""
    copy_samples(into, language)
    company = read_company(into / "config/partnersync.toml", log_level)
    with engine(company, Progress()) as running:
        say, code = running.say, demo_company.play(running, company, into)
    same = demo_year.play(into / YEAR, company.settings.language, log_level)
    for line in _where(into, say):
        click.echo(line)
    return code if same else 1


def _where(into: Path, say: Say) -> Iterator[str]:
    yield say("Where to look")
    places = (
        ("config", say("the settings and the program")),
        ("data", say("what was read")),
        ("out", say("the same files with our columns, and ledger.csv, incidents.csv, issues.csv")),
        (YEAR, say("the same of the year, with statements.csv, payouts.csv and notes.csv")),
    )
    yield from (f"  {into / name!s:{len(str(into)) + 9}} {text}" for name, text in places)
    yield f"  partnersync explain deal ID --config {into / 'config/partnersync.toml'}"
    year = f"--config {into / YEAR / 'config/partnersync.toml'}"
    for words in (
        "program show",
        "statements show P-1-2025-06-RUB",
        "explain partner P-1",
        "explain deal D-1",
        "audit",
    ):
        yield f"  partnersync {words} {year}"
