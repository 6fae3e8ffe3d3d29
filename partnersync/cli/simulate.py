"""`program simulate`: who wins and who loses, in money, under other terms."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from partnersync.cli.assemble import (
    Company,
    config_option,
    csv_option,
    engine,
    force_option,
    json_option,
    language_option,
    log_level_option,
    now,
    read_company,
)
from partnersync.cli.output import aligned, show_json, write_csv
from partnersync.cli.progress import Progress
from partnersync.cli.terms import Named, named
from partnersync.domain.say import Say, pmsgid
from partnersync.domain.value import Money
from partnersync.rules.what_if import Row, beside, replaced, total
from partnersync.sync.publish import moment_text
from partnersync.sync.simulate import Compared, History, compare
from partnersync.translate import translator

_COLUMNS = ("partner_id", "currency", "now", "then", "difference")


@click.command()
@click.argument("file")
@click.option(
    "--as-if-always",
    is_flag=True,
    help="As if these had been the only terms from the start; else they begin at their effective_from.",
)
@click.option("--from", "from_", metavar="TIME", help="Count events from this moment or day on.")
@click.option("--to", metavar="TIME", help="Count events up to this moment, or to the end of this day.")
@csv_option
@force_option
@language_option
@json_option
@log_level_option
@config_option
def simulate(
    file: str,
    as_if_always: bool,
    from_: str | None,
    to: str | None,
    csv_file: Path | None,
    force: bool,
    language: str | None,
    as_json: bool,
    log_level: str | None,
    config: Path,
) -> int:
    """Run the terms in FILE (or of a version) over the stored history; print who wins and loses, in money.

    FILE's terms take the place of those in force for all events from its effective_from on; earlier ones keep theirs.
    Nothing is written or booked.
    """
    company = read_company(config, log_level)
    trial = named(company, config, file)
    other = replaced(company.programme, trial.program, always=as_if_always)
    since, until = company.moment(from_, "--from", begins=True), company.moment(to, "--to")
    with engine(company, Progress()) as running, running.store.read() as tx:
        history = History(tx, company.settings, running.adapters, running.progress, now())
        found = compare(history, company.programme, other, since, until)
    rows = beside(found.now.bill.by_partner, found.then.bill.by_partner)
    if csv_file:
        write_csv(csv_file, _COLUMNS, (tuple(_object("partner_id", row).values()) for row in rows), force=force)
    if as_json:
        show_json(_told(company, found, rows))
    elif not csv_file:
        for line in _lines(trial, found, rows, translator(language or company.settings.language)):
            click.echo(line)
    return 0


def _object(name: str, row: Row) -> dict[str, str]:
    """A row for files and JSON."""
    sums = {"now": row.now.text(), "then": row.then.text(), "difference": row.difference.text()}
    return ({name: row.name} if name else {}) | {"currency": row.now.currency} | sums


def _rules(found: Compared) -> list[Row]:
    return beside(found.now.bill.by_rule, found.then.bill.by_rule)


def _totals(found: Compared) -> list[Row]:
    return beside(total(found.now.bill.by_partner), total(found.then.bill.by_partner))


def _told(company: Company, found: Compared, partners: Sequence[Row]) -> dict[str, object]:
    return {
        "as_of": moment_text(found.as_of, company.programme.zone),
        "deals": found.now.deals,
        "judged_anew": found.anew,
        "partners": [_object("partner_id", row) for row in partners],
        "rules": [_object("rule", row) for row in _rules(found)],
        "totals": [_object("", row) for row in _totals(found)],
        "left_over": {
            code: {"now": found.now.waiting[code], "then": found.then.waiting[code]}
            for code in sorted({*found.now.waiting, *found.then.waiting})
        },
    }


def _lines(trial: Named, found: Compared, partners: Sequence[Row], say: Say) -> Iterator[str]:
    zone = trial.program.zone
    opening = say("The terms of {file} over {deals} stored deals, as of {day}. Nothing is booked.")
    yield opening.format(
        file=trial.file.path, deals=say.number(found.now.deals), day=say.day(found.as_of.astimezone(zone))
    )
    if found.anew:
        yield say("They judge registrations and deals in another way: both were judged anew, under either terms.")
    yield ""
    yield from _table(say.pgettext("label", "partner"), partners, say)
    yield ""
    yield from _table(say.pgettext("label", "rule"), _rules(found), say)
    yield ""
    winners = sum(row.difference.minor > 0 for row in partners)
    losers = sum(row.difference.minor < 0 for row in partners)
    counted = say("{winners} win, {losers} lose, {same} stay as they are.")
    yield counted.format(winners=winners, losers=losers, same=len(partners) - winners - losers)
    for row in _totals(found):
        summed = say("All together: {now} now, {then} then, a difference of {difference}.")
        yield summed.format(now=say.money(row.now), then=say.money(row.then), difference=_signed(row.difference, say))
    for code in sorted({*found.now.waiting, *found.then.waiting}):
        before, after = found.now.waiting[code], found.then.waiting[code]
        if before != after:
            left = say("Records left over with {code}: {before} now, {after} then.")
            yield left.format(code=code, before=say.number(before), after=say.number(after))


def _table(name: str, rows: Sequence[Row], say: Say) -> list[str]:
    head = [name, *(say.pgettext("label", word) for word in _SUMS), say.pgettext("label", "currency")]
    cells = [
        (
            row.name,
            say.number(row.now.text()),
            say.number(row.then.text()),
            say.number(row.difference.text()),
            row.now.currency,
        )
        for row in rows
    ]
    return aligned(head, cells)


_SUMS = (pmsgid("label", "now"), pmsgid("label", "then"), pmsgid("label", "difference"))


def _signed(money: Money, say: Say) -> str:
    return ("+" if money.minor > 0 else "") + say.money(money)
