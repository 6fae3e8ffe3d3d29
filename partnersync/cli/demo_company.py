"""The demo's first act: the sample company of real sales data, run twice, with one deal explained."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click

from partnersync.cli.assemble import Company
from partnersync.cli.demo_files import same_again
from partnersync.cli.in_words import in_words
from partnersync.cli.output import aligned
from partnersync.cli.reports import show_report
from partnersync.cli.telling import Telling
from partnersync.domain.deal import Deal, DealState
from partnersync.domain.say import Say
from partnersync.domain.value import Money, RecordKind
from partnersync.store import codec, decisions, ledger, records
from partnersync.store.database import Store
from partnersync.sync import story
from partnersync.sync.report import Report
from partnersync.sync.run import Engine

AS_OF = "2017-12-31"  # the last day of the sample's history


def play(running: Engine, company: Company, into: Path) -> int:
    """Run it and tell what came out, then again; the exit code, 1 where the second run changed anything."""
    say, zone, as_of = running.say, company.programme.zone, company.moment(AS_OF)
    opening = say("The sample company: real sales data, a sample program and sample registrations, in {folder}")
    click.echo(f"{opening.format(folder=into)}\n")
    click.echo(say("What `sync` reports to the administrator:"))
    first = running.sync(as_of=as_of)
    show_report(first, zone)
    for line in _told(running, first):
        click.echo(line)
    idle = []

    def again() -> None:
        second = running.sync(as_of=as_of)
        show_report(second, zone)
        idle.append(not second.written and not second.decided.lines)

    if not same_again(into / "out", again, say) or not all(idle):
        return 1
    return 0 if first.exit_code == 3 else first.exit_code  # records that are set aside are part of the show


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
