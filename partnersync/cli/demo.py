"""The command that shows the main job on the sample company, through the same code as production."""

import shutil
from collections import Counter
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

import click

from partnersync.cli.assemble import config_unread_option, engine, language_option, log_level_option, read_company
from partnersync.cli.in_words import in_words
from partnersync.cli.output import aligned
from partnersync.cli.progress import Progress
from partnersync.cli.reports import show_report
from partnersync.cli.telling import Telling
from partnersync.domain.deal import Deal, DealState
from partnersync.domain.say import Say
from partnersync.domain.value import Money, RecordKind
from partnersync.errors import ConfigError
from partnersync.store import codec, decisions, ledger, records
from partnersync.store.database import Store
from partnersync.sync import story
from partnersync.sync.report import Report
from partnersync.sync.run import Engine

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
@language_option
@log_level_option
@config_unread_option
def demo(into: Path, language: str | None, log_level: str | None) -> int:
    """Run the whole flow on the sample company and show what came out; then run again, and nothing changes."""
    _copy_sample(into, language)
    company = read_company(into / "config/partnersync.toml", log_level)
    as_of = company.moment(AS_OF)
    with engine(company, Progress()) as running:
        say = running.say
        opening = say("The sample company: real sales data, a sample program and sample registrations, in {folder}")
        click.echo(f"{opening.format(folder=into)}\n")
        click.echo(say("What `sync` reports to the administrator:"))
        first = running.sync(as_of=as_of)
        show_report(first, company.programme.zone)
        for line in _told(running, first):
            click.echo(line)
        before = _digests(into / "out")
        second = running.sync(as_of=as_of)
        same = _digests(into / "out") == before
        changed = second.written or second.decided.lines or not same
        click.echo("\n" + say("The same again:"))
        show_report(second, company.programme.zone)
        click.echo(f"{_compared(len(before), say, changed=bool(changed))}\n")
        for line in _where(into, say):
            click.echo(line)
    return 1 if changed else _done(first)


def _done(report: Report) -> int:
    """Records of the sample that are set aside are part of the show."""
    return 0 if report.exit_code == 3 else report.exit_code


def _compared(number: int, say: Say, *, changed: bool) -> str:
    if changed:
        text = say.ngettext(
            "Something changed! {files} written file compared",
            "Something changed! {files} written files compared",
            number,
        )
    else:
        text = say.ngettext(
            "Nothing changed: {files} written file compared", "Nothing changed: {files} written files compared", number
        )
    return text.format(files=number)


def _copy_sample(into: Path, language: str | None) -> None:
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
        if language:  # at the top, where it stands before every table
            settings = into / "config/partnersync.toml"
            settings.write_text(f'language = "{language}"\n\n{settings.read_text("utf-8")}', "utf-8")
    except OSError as error:
        reason = (error.strerror or "unwritable").lower()
        raise ConfigError(f"{into} cannot be written: {reason}", hint="Name another folder with --into") from None


def _told(running: Engine, report: Report) -> Iterator[str]:
    say = running.say
    yield ""
    yield say("What was in the files")
    yield from _counted(running.store, say)
    yield ""
    yield say("The partners who are owed most")
    yield from _top_partners(running.store, say)
    yield ""
    yield say("One deal explained (a registration kept it for its partner)")
    yield from _explained(running, report)


def _counted(store: Store, say: Say) -> Iterator[str]:
    """Counts over the records as they were read."""
    states: Counter[DealState] = Counter()
    products: Counter[str] = Counter()
    clientless = won = 0
    with store.read() as tx:
        for row in records.by_kind(tx, RecordKind.DEAL):
            deal = codec.load(Deal, row.body or "")
            states[deal.state] += 1
            products.update(deal.products)
            clientless += deal.client.client_id is None
            if deal.state is DealState.WON and deal.amount:
                won += deal.amount.minor
        partners = sum(1 for _ in records.by_kind(tx, RecordKind.PARTNER))
        earning = len({partner for partner, _ in ledger.sums(tx)})
    deals, gtx = sum(states.values()), products["GTX Pro"]
    of_state = {state.value: say.number(states[state]) for state in DealState}
    found = (
        say.ngettext(
            "{deals} deal: {lost} lost, {open} open, {won} won",
            "{deals} deals: {lost} lost, {open} open, {won} won",
            deals,
        ).format(deals=say.number(deals), **of_state),
        say("won in total: {sum}").format(sum=say.money(Money(won, "USD"))),
        say.ngettext(
            "{deals} deal sells GTX Pro: the pipeline writes GTXPro, the mapping reads GTX Pro",
            "{deals} deals sell GTX Pro: the pipeline writes GTXPro, the mapping reads GTX Pro",
            gtx,
        ).format(deals=say.number(gtx)),
        say.ngettext(
            "{deals} deal names no account: it has no client, so no registration can reach it",
            "{deals} deals name no account: they have no client, so no registration can reach them",
            clientless,
        ).format(deals=say.number(clientless)),
        say.ngettext(
            "{partners} partner, of whom {earning} earn", "{partners} partners, of whom {earning} earn", partners
        ).format(partners=say.number(partners), earning=say.number(earning)),
    )
    yield from (f"  {line}" for line in found)


def _top_partners(store: Store, say: Say, number: int = 10) -> Iterator[str]:
    with store.read() as tx:
        deals: Counter[str] = Counter()
        for _, line, *_ in ledger.rows(tx):
            deals[line.partner_id] += 1
        sums = sorted(ledger.sums(tx), key=lambda row: (-row[1].minor, row[0]))[:number]
    rows = [(partner, say.number(deals[partner]), say.number(money.text()), money.currency) for partner, money in sums]
    head = [
        say.pgettext("label", "partner"),
        say.pgettext("label", "lines"),
        say.pgettext("label", "commission"),
        say.pgettext("label", "currency"),
    ]
    yield from (f"  {line}" for line in aligned(head, rows))


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
        telling = Telling(running.programme, report.as_of, running.say, story.partners(tx))
    yield from in_words(telling.deal(told), running.say, 1)


def _digests(folder: Path) -> dict[str, str]:
    from hashlib import file_digest

    found = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open("rb") as file:
            found[path.name] = file_digest(file, "sha256").hexdigest()
    return found


def _where(into: Path, say: Say) -> Iterator[str]:
    yield say("Where to look")
    places = (
        ("config", say("the settings and the program")),
        ("data", say("what was read")),
        ("out", say("the same files with our columns, and ledger.csv, incidents.csv, issues.csv")),
    )
    yield from (f"  {into / name!s:{len(str(into)) + 9}} {text}" for name, text in places)
    yield f"  partnersync explain deal ID --config {into / 'config/partnersync.toml'}"
