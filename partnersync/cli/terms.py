"""Versions of the program as a command names them: by their first day, or by a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from partnersync.cli.assemble import Company
from partnersync.config import read_version
from partnersync.errors import ConfigError
from partnersync.rules.program import Program, clashes
from partnersync.toml_file import TomlFile


@dataclass(frozen=True, slots=True)
class Named:
    """A version, and the file that it stands in."""

    program: Program
    file: TomlFile


def named(company: Company, config: Path, text: str) -> Named:
    """The version that was named: one of the programme by its first day, or one in a file.

    ConfigError where there is none, where the file is refused, or where it does not fit the programme.
    """
    if company.programme.named(text):
        return next(one for one in versions(config) if one.program.version == text)
    path = Path(text)
    if not path.exists():
        known = ", ".join(program.version for program in company.programme.versions)
        raise ConfigError(f"{text}: no such version or file", hint=f"Versions are: {known}")
    program, file = read_version(path)
    unfit = [problem for _, problem in clashes([company.programme.versions[0], program]) if problem.path != _DAY]
    if unfit:
        raise file.error(unfit)
    return Named(program, file)


_DAY = ("effective_from",)  # a file on trial may begin on the day of a version that it would replace


def versions(config: Path) -> Iterator[Named]:
    """Every version of the programme with its file, in the order of their first days."""
    found = [Named(*read_version(path)) for path in sorted((config.parent / "program").glob("*.toml"))]
    yield from sorted(found, key=lambda one: one.program.effective_from)
