"""doctor: check everything before a run, and after a change of the settings."""

from collections.abc import Iterator
from pathlib import Path

import click

from partnersync.cli.assemble import config_option, json_option, make_adapters, now, opened_store, read_company
from partnersync.cli.output import counted, show_json
from partnersync.contract.secret import discreet
from partnersync.errors import ConfigError, PartnersyncError
from partnersync.fields import said
from partnersync.loader import load_plugins
from partnersync.rules.not_yet import without_effect
from partnersync.store import program_digests
from partnersync.sync.round import digests

_SURVIVED = 3  # the exit code of a run that leaves a connection, or records of it, out


@click.command()
@json_option
@config_option
def doctor(as_json: bool, config: Path) -> int:
    """Check settings, program, plugins, store and connections; every problem comes with its mend.

    A store that is not there yet is made; nothing else is changed.
    """
    found = [(area, discreet(problem), code) for area, problem, code in _problems(config)]
    if as_json:
        show_json([{"area": area, "problem": problem} for area, problem, _ in found])
    else:
        for area, problem, _ in found:
            click.echo(f"{area}: {problem}")
        number = sum(1 for _, _, code in found if code)
        click.echo(counted(number, "problem") if number else "all is well")
    return max((code for _, _, code in found), default=0)


def _problems(config: Path) -> Iterator[tuple[str, str, int]]:
    """Area, problem with its mend, and the exit code that it would give."""
    try:
        company = read_company(config)
    except PartnersyncError as error:
        yield "settings", str(error), error.exit_code
        return
    for program in company.programme.versions:
        for key in without_effect(said(program)):
            yield f"program {program.version}", f"{key} is kept, but has no effect in this version", 0
    plugins = load_plugins()
    for problem in plugins.problems:
        yield "plugins", str(problem), problem.exit_code
    try:
        with opened_store(company) as store, store.read() as tx:
            places = company.programme.places
            for version, text in program_digests.touched(tx, digests(company.programme)):
                place = f"{places[version]}: " if version in places else ""
                edited = ConfigError(f"{place}{text}", hint=program_digests.MEND)
                yield f"program {version}", str(edited), edited.exit_code
    except PartnersyncError as error:
        yield "store", str(error), error.exit_code
    try:
        adapters = make_adapters(company, plugins, now)
    except PartnersyncError as error:
        yield "connections", str(error), error.exit_code
        return
    holding = [adapter for name, adapter in adapters.items() if company.settings.holds_ledger(name)]
    if not any(adapter.capabilities.publishes for adapter in holding):
        yield "connections", "none has ledger = true: ledger.csv and issues.csv are written nowhere", 0
    for name, adapter in adapters.items():
        try:
            for text in adapter.check():
                yield name, text, _SURVIVED
        except ConfigError as error:
            yield name, str(error), error.exit_code
        except PartnersyncError as error:
            yield name, str(error), _SURVIVED
        finally:
            adapter.close()
