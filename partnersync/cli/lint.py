"""What `program lint` finds, with file, line, rule and mend."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from sqlalchemy import Connection as Tx

from partnersync.cli.assemble import Company, now
from partnersync.cli.output import counted, show_json
from partnersync.cli.terms import Named, named, versions
from partnersync.rules import lint
from partnersync.rules.lint import LintCode, Warned
from partnersync.store import program_digests
from partnersync.sync import past
from partnersync.sync.round import digests
from partnersync.sync.run import Engine
from partnersync.sync.simulate import History


@dataclass(frozen=True, slots=True)
class Found:
    """One warning with its place; `text` is how it is told."""

    code: LintCode
    rule: str
    file: str
    line: int
    warning: str
    mend: str
    text: str


def found_in(company: Company, config: Path, file: str | None, running: Engine) -> list[Found]:
    """Warnings about the terms in a file, or in force and to come, and about partners under them."""
    asked = [named(company, config, file)] if file else _in_force(company, config)
    with running.store.read() as tx:
        history = History(tx, company.settings, running.adapters, running.progress, now())
        lines = past.past_lines(history, company.programme)
        found = [_found(one, warned) for one in asked for warned in _warnings(one, history, company, lines)]
        return [*_touched(tx, company, config, file), *found, *_agents(history)]


def _in_force(company: Company, config: Path) -> Sequence[Named]:
    current = company.programme.at(now())
    every = list(versions(config))
    return [one for one in every if current is None or one.program.effective_from >= current.effective_from]


def _warnings(one: Named, history: History, company: Company, lines: past.Lines) -> Iterator[Warned]:
    yield from lint.warnings(one.program)
    if lines:
        yield from lint.cut_warnings(one.program, past.cuts(history, company.programme, one.program))
        yield from lint.refusals(one.program, lines)


def _found(one: Named, warned: Warned) -> Found:
    problem, file = warned.problem, one.file
    line = file.lines.of(problem.path)
    return Found(
        warned.code, warned.rule, str(file.path), line, problem.text, f"{problem.mend}.", file.sentence(problem)
    )


def _touched(tx: Tx, company: Company, config: Path, named_file: str | None) -> Iterator[Found]:
    """Versions that lines were booked under, and that are no longer what they were: `sync` refuses them."""
    files = {one.program.version: one.file for one in versions(config)}
    mend = f"{program_digests.MEND}."
    for version, text in program_digests.touched(tx, digests(company.programme)):
        if named_file in (None, version):
            file = files.get(version)
            place, line = (str(file.path), file.lines.of(())) if file else ("", 0)
            told = f"{place}:{line}: {text}. {mend}" if place else f"{text}. {mend}"
            yield Found(LintCode.EDITED, "", place, line, text, mend, told)


def _agents(history: History) -> Iterator[Found]:
    for row, partner in past.npd_agents(history):
        kind = partner.contract.kind.value if partner.contract and partner.contract.kind else ""
        text = f"partner {partner.partner_id} pays npd and has a contract of {kind}, which npd does not allow"
        mend = "Conclude a contract for services, or change his tax status."
        place = f"{row.file}:{row.line}: " if row.file else f"{row.connection}: "
        yield Found(LintCode.NPD_AGENCY, "", row.file or "", row.line or 0, text, mend, f"{place}{text}. {mend}")


def shown(found: Sequence[Found], *, as_json: bool) -> None:
    """Print them."""
    if as_json:
        columns = ("file", "line", "rule", "code", "warning", "mend")
        show_json([{column: getattr(one, column) for column in columns} for one in found])
        return
    for one in found:
        click.echo(one.text)
    click.echo(counted(len(found), "warning") if found else "nothing to warn about")
