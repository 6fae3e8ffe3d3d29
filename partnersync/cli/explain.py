"""The command that says why."""

from pathlib import Path

import click

from partnersync.cli.assemble import (
    as_of_option,
    config_option,
    json_option,
    language_option,
    now,
    opened_store,
    read_company,
)
from partnersync.cli.in_words import in_words
from partnersync.cli.output import show_json
from partnersync.cli.references import deal_ref
from partnersync.cli.telling import Telling
from partnersync.store import records
from partnersync.sync import knowing, story
from partnersync.translate import translator

KINDS = ("deal", "registration", "line", "partner")


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("record_id", metavar="ID")
@as_of_option
@language_option
@json_option
@config_option
def explain(kind: str, record_id: str, as_of: str | None, language: str | None, as_json: bool, config: Path) -> int:
    """Say why a deal, registration, line or partner stands as it does."""
    company = read_company(config)
    say = translator(language or company.settings.language)
    until = company.moment(as_of)
    with opened_store(company) as store, store.read() as tx:
        reached = knowing.tiers(tx, company.programme, records.accepted(tx))
        partners, by_people = story.partners(tx), story.after_verdicts(tx, until)
        telling = Telling(company.programme, until or now(), say, partners, reached, by_people)
        if kind == "deal":
            found = story.deal_story(tx, deal_ref(tx, record_id), until)
            telling.misses(tx, found.lines, company.settings.partners)
            told = telling.deal(found)
        elif kind == "registration":
            told = telling.registration(story.registration_story(tx, record_id, until))
        elif kind == "line":
            stated, of_deal = story.line_story(tx, record_id, until)
            telling.misses(tx, [stated, *(of_deal.lines if of_deal else ())], company.settings.partners)
            told = telling.line_of(stated, of_deal, story.line_sources(tx, stated[0], of_deal))
        else:
            told = telling.partner(story.partner_story(tx, record_id, until))
    if as_json:
        show_json(told)
    else:
        for line in in_words(told, say):
            click.echo(line)
    return 0
