"""The command that shows the main job on the sample company, through the same code as production."""

import shutil
from collections import Counter
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

import click

from partnersync.cli.assemble import config_unread_option, engine, log_level_option, read_company
from partnersync.cli.explain import Telling, in_words
from partnersync.cli.output import aligned
from partnersync.cli.progress import Progress
from partnersync.cli.reports import show_report
from partnersync.domain.deal import Deal
from partnersync.domain.value import Money, RecordKind
from partnersync.errors import ConfigError
from partnersync.store import codec, decisions, ledger, records
from partnersync.store.database import Store
from partnersync.sync import story
from partnersync.sync.run import Engine, Report

AS_OF = "2017-12-31"  # the last day of the sample's history
_MARKER = ".partnersync-demo"


@click.command()
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-run"),
    show_default=True,
    help="A new folder, or one of an earlier demo, which is replaced.",
)
@log_level_option
@config_unread_option
def demo(into: Path, log_level: str) -> int:
    """Run the whole flow on the sample company and show what came out; then run again, and nothing changes."""
    _copy_sample(into)
    company = read_company(into / "config/partnersync.toml")
    as_of = company.moment(AS_OF)
    with engine(company, Progress(log_level)) as running:
        click.echo(f"The sample company: real sales data, a sample program and sample claims, in {into}\n")
        first = running.sync(as_of=as_of)
        show_report(first, company.programme.zone)
        for line in _told(running, first):
            click.echo(line)
        before = _digests(into / "out")
        second = running.sync(as_of=as_of)
        same = _digests(into / "out") == before
        changed = second.written or second.decided.lines or not same
        click.echo("\nThe same again:")
        show_report(second, company.programme.zone)
        click.echo(f"{'Something changed!' if changed else 'Nothing changed'}: {len(before)} written files compared\n")
        for line in _where(into):
            click.echo(line)
    return 1 if changed else _done(first)


def _done(report: Report) -> int:
    """Records of the sample that are set aside are part of the show."""
    return 0 if report.exit_code == 3 else report.exit_code


def _copy_sample(into: Path) -> None:
    """Into an empty folder, or in place of an earlier demo; the folder itself stays, it may be the current one."""
    try:
        into.mkdir(parents=True, exist_ok=True)
        if any(into.iterdir()) and not (into / _MARKER).exists():
            raise ConfigError(f"{into} is not empty and not of an earlier demo", hint="Name another folder with --into")
        (into / _MARKER).touch()  # first, so that a demo that is stopped at once can be replaced as well
        for left in into.iterdir():
            if left.is_dir() and not left.is_symlink():
                shutil.rmtree(left)
            elif left.name != _MARKER:
                left.unlink()
        with as_file(files("partnersync.demo")) as sample:
            for part in ("config", "data"):
                shutil.copytree(sample / part, into / part)
    except OSError as error:
        reason = (error.strerror or "unwritable").lower()
        raise ConfigError(f"{into} cannot be written: {reason}", hint="Name another folder with --into") from None


def _told(running: Engine, report: Report) -> Iterator[str]:
    yield ""
    yield "What was in the files"
    yield from _counted(running.store)
    yield ""
    yield "The partners who are owed most"
    yield from _top_partners(running.store)
    yield ""
    yield "One deal explained (a registration kept it for its partner)"
    yield from _explained(running, report)


def _counted(store: Store) -> Iterator[str]:
    """Counts over the records as they were read."""
    states: Counter[str] = Counter()
    products: Counter[str] = Counter()
    clientless = won = 0
    with store.read() as tx:
        for row in records.by_kind(tx, RecordKind.DEAL):
            deal = codec.load(Deal, row.body or "")
            states[deal.state.value] += 1
            products.update(deal.products)
            clientless += deal.client.client_id is None
            if deal.state.value == "won" and deal.amount:
                won += deal.amount.minor
        partners = sum(1 for _ in records.by_kind(tx, RecordKind.PARTNER))
        earning = len({partner for partner, _ in ledger.sums(tx)})
    by_state = ", ".join(f"{number:,} {state}" for state, number in sorted(states.items()))
    yield f"  {sum(states.values()):,} deals: {by_state}"
    yield f"  won in total: {Money(won, 'USD').text()} USD"
    yield f"  {products['GTX Pro']:,} deals sell GTX Pro: the pipeline writes GTXPro, the mapping reads GTX Pro"
    yield f"  {clientless:,} deals name no account: they have no client, so no registration can reach them"
    yield f"  {partners} partners, {earning} of whom earn"


def _top_partners(store: Store, number: int = 10) -> Iterator[str]:
    with store.read() as tx:
        deals: Counter[str] = Counter()
        for _, line, *_ in ledger.rows(tx):
            deals[line.partner_id] += 1
        sums = sorted(ledger.sums(tx), key=lambda row: (-row[1].minor, row[0]))[:number]
    rows = [(partner, f"{deals[partner]:,}", money.text(), money.currency) for partner, money in sums]
    yield from (f"  {line}" for line in aligned(("partner", "lines", "commission", "currency"), rows))


def _explained(running: Engine, report: Report) -> Iterator[str]:
    """The deal with the largest commission among those that a registration took from whom the seller had named."""
    with running.store.read() as tx:
        claims = [one for _, _, one in decisions.all_claims(tx) if one.protection]
        cases = {case_id for _, case_id, one in decisions.all_claims(tx) if one.protection}
        moved = [
            one
            for one in decisions.deal_states(tx, sorted(cases))
            if one.registration_id and one.attribution and one.attribution.contradictions
        ]
        if not claims or not moved:
            return
        brought: dict[str, int] = {}
        for line, _ in ledger.by_deals(tx, [one.deal_ref for one in moved]):
            brought[line.deal_ref] = brought.get(line.deal_ref, 0) + line.amount.minor
        chosen = max(moved, key=lambda one: (brought.get(one.deal_ref, 0), one.deal_ref))
        told = story.deal_story(tx, chosen.deal_ref)
    telling = Telling(running.programme.zone, report.as_of, running.say).deal(told)
    yield from in_words(telling, 1)


def _digests(folder: Path) -> dict[str, str]:
    from hashlib import file_digest

    found = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open("rb") as file:
            found[path.name] = file_digest(file, "sha256").hexdigest()
    return found


def _where(into: Path) -> Iterator[str]:
    yield "Where to look"
    yield f"  {into / 'config'}   the settings and the program"
    yield f"  {into / 'data'}     what was read"
    yield f"  {into / 'out'}      the same files with our columns, and ledger.csv, issues.csv"
    yield f"  partnersync explain deal ID --config {into / 'config/partnersync.toml'}"
