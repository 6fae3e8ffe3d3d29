"""The commands about the terms themselves: program show, lint, diff, simulate."""

from collections.abc import Iterator
from pathlib import Path

import click

from partnersync.cli.assemble import config_option, engine, json_option, language_option, now, read_company
from partnersync.cli.lint import found_in, shown
from partnersync.cli.output import show_json
from partnersync.cli.progress import Progress
from partnersync.cli.simulate import simulate
from partnersync.cli.terms import named
from partnersync.domain.say import Say
from partnersync.errors import ConfigError
from partnersync.rules import example, term_diff
from partnersync.rules.program import Program
from partnersync.rules.telling import Told, rule_clause, tell
from partnersync.translate import translator


@click.group()
def program() -> None:
    """Tell the terms, find what is wrong with them, compare them, and try others over history."""


program.add_command(simulate)


@program.command()
@click.option("--version", "version", metavar="VERSION", help="A version by its first day, or a file; else today's.")
@language_option
@json_option
@config_option
def show(version: str | None, language: str | None, as_json: bool, config: Path) -> int:
    """Tell the terms in at most three sentences, with a worked example."""
    company = read_company(config)
    say = translator(language or company.settings.language)
    terms = named(company, config, version).program if version else company.programme.at(now())
    if terms is None:
        raise ConfigError("no version is in force yet", hint="Name one with --version, like 2026-01-01")
    told, worked = tell(terms, say), example.example(terms)
    if as_json:
        show_json(_told(terms, told, worked, say))
        return 0
    click.echo(say("The terms from {day} on:").format(day=say.day(terms.effective_from)))
    for line in (*told.sentences, *_left_out(told, say)):
        click.echo(f"  {line}")
    if worked:
        click.echo(say("For example, by rule {rule}:").format(rule=worked.rule))
        for line in example.told(worked, say):
            click.echo(f"  {line}")
    return 0


def _left_out(told: Told, say: Say) -> Iterator[str]:
    if told.left_out:
        text = say("To tell all, {number} sentences are needed; these rules are left out: {rules}.")
        yield text.format(number=told.needed, rules=", ".join(told.left_out))


def _told(terms: Program, told: Told, worked: example.Example | None, say: Say) -> dict[str, object]:
    return {
        "version": terms.version,
        "sentences": told.sentences,
        "sentences_needed": told.needed,
        "left_out": told.left_out,
        "example": example.told(worked, say) if worked else [],
        "earned": [
            {
                "rule": one.earning.rule,
                "payee_id": one.earning.payee_id,
                "kind": one.kind,
                "base": one.earning.base.text(),
                "rate": one.rate,
                "amount": one.amount.text(),
                "currency": one.amount.currency,
            }
            for one in (worked.owed if worked else ())
        ],
    }


@program.command()
@click.argument("file", required=False)
@click.option("--strict", is_flag=True, help="End with 1 if anything is found.")
@json_option
@config_option
def lint(file: str | None, strict: bool, as_json: bool, config: Path) -> int:
    """Warn about terms that are valid but hard to tell or to live with: of FILE, or in force and to come.

    Where there is a history, it is asked what the terms would have done to it. With warnings too it ends with 0, but
    with --strict.
    """
    company = read_company(config)
    with engine(company, Progress()) as running:
        found = found_in(company, config, file, running)
    shown(found, as_json=as_json)
    return 1 if found and strict else 0


@program.command()
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@language_option
@json_option
@config_option
def diff(one: str, other: str, language: str | None, as_json: bool, config: Path) -> int:
    """Say in words how the terms A and B (versions or files) differ, and which events go to another rule."""
    company = read_company(config)
    say = translator(language or company.settings.language)
    was, now_ = (named(company, config, text).program for text in (one, other))
    changed, moved = term_diff.differences(was, now_), term_diff.moves(was, now_)
    if as_json:
        show_json(
            {
                "keys": [change._asdict() for change in changed],
                "events": [
                    {
                        "events": term_diff.events_text(move.events, now_, say),
                        "before": move.before,
                        "after": move.after,
                    }
                    for move in moved
                ],
                "rules": {rule.name: rule_clause(rule, now_, say) for rule in now_.commission.rules},
            }
        )
        return 0
    for line in _differences(was, now_, changed, moved, say):
        click.echo(line)
    return 0


def _differences(
    was: Program, now_: Program, changed: list[term_diff.Difference], moved: list[term_diff.Move], say: Say
) -> Iterator[str]:
    if not changed:
        yield say("They say the same.")
        return
    yield from (term_diff.difference_sentence(change, say) for change in changed)
    yield ""
    if not moved:
        yield say("Every event goes to a rule of the same name.")
    yield from (term_diff.move_sentence(move, now_, say) for move in moved)
    yield ""
    for rule in now_.commission.rules:
        yield say("Rule {rule}: {what}.").format(rule=rule.name, what=rule_clause(rule, now_, say))
