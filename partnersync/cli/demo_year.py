"""The demo's second act: a year of a small company, played by the commands that people would type."""

import shlex
from collections.abc import Iterator
from contextlib import chdir, redirect_stdout
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import click

from partnersync.cli.assemble import opened_store, read_company
from partnersync.cli.demo_files import arrive, same_again
from partnersync.cli.in_words import LABELS
from partnersync.cli.legend import legend
from partnersync.cli.main import cli
from partnersync.domain.line import LineKind, LineStatus
from partnersync.domain.payout import PayoutState
from partnersync.domain.say import Say, msgid
from partnersync.domain.statement import StatementState
from partnersync.errors import PartnersyncError
from partnersync.store import ledger
from partnersync.translate import translator

_LINES: tuple[type[StrEnum], ...] = (LineKind, LineStatus)
LAST = "2025-07-17"  # the day of the last command
_LOGS = frozenset({"sync", "register"})  # the commands that take --log-level


class Files(NamedTuple):
    """What people had entered by a day: files that come into the folder."""

    day: str


@dataclass(frozen=True, slots=True)
class Run:
    """A command; `{accrual}` and `{clawback}` are the first lines of that kind, `{reason}` is told by people.

    Of a long answer the part from the label `since` on, or up to the label `until`, is shown. Below a table stands what
    its columns and codes mean, and the stored words of `legend`: each at its first time.
    """

    words: str
    since: str = ""
    until: str = ""
    reason: str = ""
    legend: tuple[type[StrEnum], ...] = ()


class Act(NamedTuple):
    """A heading, and what happens below it."""

    title: str
    steps: tuple[Files | Run, ...]


ACTS = (
    Act(
        msgid("Two partners register one client: the first is approved, the second is refused"),
        (
            Files("2025-01-31"),
            Run("sync --as-of 2025-01-31"),
            Run("explain registration R-1", until="considered"),
            Files("2025-02-03"),
            Run("register requests/from-P-2.csv --as-of 2025-02-03"),
            Run("explain registration R-3"),
        ),
    ),
    Act(
        msgid("Two protections come to their end: work on the deal extends one by itself, a person extends the other"),
        (
            Files("2025-04-05"),
            Run("sync --as-of 2025-04-05"),
            Run("explain registration R-1", until="considered"),
            Run(
                "extend R-2 --by head --reason {reason} --as-of 2025-04-10",
                reason=msgid("The client has written that its budget is settled in May."),
            ),
            Run("sync --as-of 2025-04-10"),
            Run("explain registration R-2", until="considered"),
        ),
    ),
    Act(
        msgid("Both deals are won and paid: what that earns"),
        (
            Files("2025-04-30"),
            Run("sync --as-of 2025-04-30"),
            Run("ledger --as-of 2025-04-30", legend=_LINES),
            Run("explain line {accrual} --as-of 2025-04-30", until="of_the_deal"),
        ),
    ),
    Act(
        msgid("The month's statements: closed by the calendar, accepted by silence, approved by a person"),
        (
            Run("sync --as-of 2025-05-13"),
            Run("statements show P-1-2025-04-RUB --as-of 2025-05-13", legend=(StatementState, *_LINES)),
            Run("sync --as-of 2025-05-21"),
            Run("statements approve P-1-2025-04-RUB --by head --as-of 2025-05-21"),
            Run("statements approve P-2-2025-04-RUB --by head --as-of 2025-05-21"),
        ),
    ),
    Act(
        msgid("A payout is made, approved by a second person, and paid; what is below the minimum is carried forward"),
        (
            Run("payouts make --by finance --as-of 2025-05-22", legend=(PayoutState,)),
            Run("payouts approve PO-1 --by head --as-of 2025-05-22"),
            Run("payouts paid PO-1 --on 2025-05-23 --by finance --as-of 2025-05-23"),
            Run("sync --as-of 2025-05-23"),
            Run("payouts --as-of 2025-05-23", legend=(PayoutState,)),
        ),
    ),
    Act(
        msgid("After the payout the client gets a part of his money back"),
        (
            Files("2025-06-11"),
            Run("sync --as-of 2025-06-11"),
            Run("explain deal D-1 --as-of 2025-06-11", since="refunds_after_a_payout"),
        ),
    ),
    Act(
        msgid("The next payout gives its part of that; what was carried forward is paid"),
        (
            Run("sync --as-of 2025-07-07"),
            Run("sync --as-of 2025-07-15"),
            Run("statements approve P-1-2025-06-RUB --by head --as-of 2025-07-15"),
            Run("statements approve P-2-2025-06-RUB --by head --as-of 2025-07-15"),
            Run("payouts make --by finance --as-of 2025-07-16"),
            Run("payouts approve PO-2 --by head --as-of 2025-07-16"),
            Run("payouts approve PO-3 --by head --as-of 2025-07-16"),
            Run("payouts paid PO-2 --on 2025-07-17 --by finance --as-of 2025-07-17"),
            Run("payouts paid PO-3 --on 2025-07-17 --by finance --as-of 2025-07-17"),
            Run(f"sync --as-of {LAST}"),
            Run(f"explain line {{clawback}} --as-of {LAST}", until="of_the_deal"),
            Run(f"explain deal D-1 --as-of {LAST}", since="refunds_after_a_payout"),
            Run("statements", legend=(StatementState,)),
            Run(f"payouts --as-of {LAST}", legend=(PayoutState,)),
        ),
    ),
)


def play(folder: Path, language: str, log_level: str | None = None) -> bool:
    """Play it in its folder, where the settings lie already; whether another run at the end changed nothing.

    PartnersyncError where a command did not end well.
    """
    say = translator(language)
    opening = say(
        "A year of a small company: sample firms in {folder}, and every command as a person would type it there"
    )
    click.echo(opening.format(folder=folder))
    told: set[str] = set()  # what legends have told
    with chdir(folder):
        for number, act in enumerate(ACTS, start=1):
            title = say(act.title)
            click.echo(f"\n{number}. {title}")
            for step in act.steps:
                if isinstance(step, Files):
                    arrive(step.day, Path())
                else:
                    _run(step, say, log_level, told)
        return same_again(Path("out"), lambda: _run(Run(f"sync --as-of {LAST}"), say, log_level, told), say)


def _run(step: Run, say: Say, log_level: str | None, explained: set[str]) -> None:
    reason = shlex.quote(say(step.reason)) if step.reason else ""
    words = shlex.split(step.words.format(reason=reason, **_lines(step.words)))
    click.echo(f"\n$ partnersync {shlex.join(words)}")
    level = ["--log-level", log_level] if log_level and words[0] in _LOGS else []
    with redirect_stdout(StringIO()) as told:
        code = cli.main([*words, *level], prog_name="partnersync", standalone_mode=False)
    shown = list(_shown(told.getvalue().splitlines(), step, say))
    if step.legend and (meanings := list(legend(shown, step.legend, say, explained))):
        shown += ["", *meanings]
    for line in shown:
        click.echo(line)
    if code:
        raise PartnersyncError(f"`partnersync {shlex.join(words)}` ended with {code}")


def _lines(words: str) -> dict[str, str]:
    """The id of the first line of each kind that the words name."""
    kinds = [kind for kind in LineKind if f"{{{kind.value}}}" in words]
    if not kinds:
        return {}
    found: dict[str, str] = {}
    with opened_store(read_company(Path("config/partnersync.toml"))) as store, store.read() as tx:
        for _, line, *_ in ledger.rows(tx):
            found.setdefault(line.kind.value, line.line_id)
    return {kind.value: found[kind.value] for kind in kinds}


def _shown(lines: list[str], step: Run, say: Say) -> Iterator[str]:
    """The part that is shown, with a mark where something is left out."""
    since, until = (
        lines.index(say.pgettext("label", LABELS[name])) if name else None for name in (step.since, step.until)
    )
    if since:
        yield "…"
    yield from lines[since:until]
    if until:
        yield "…"
