"""A TOML file as read: its values, and sentences about what is wrong with them: file, line, key, value and mend."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from partnersync.errors import ConfigError
from partnersync.problems import KeyPath, Problem, dotted
from partnersync.toml_lines import TomlLines

_SECRETIVE = re.compile(r"token|secret|passw|credential|key$", re.IGNORECASE)
_USER_IN_URL = re.compile(r"://[^/\s]*@")
_LONGEST_VALUE = 80
_LAST_COLUMN = re.compile(r"^(.*) \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True)
class TomlFile:
    """`content` as tomllib gives it, decimals as Decimal; `path` as the user named it."""

    path: Path
    text: str
    content: dict[str, Any]

    @cached_property
    def lines(self) -> TomlLines:
        """The lines of the keys."""
        return TomlLines(self.text)

    def sentence(self, problem: Problem) -> str:
        """file:line: key = value: what is wrong. The mend."""
        value = _written(problem.path, self.content) if problem.show else ""
        mend = problem.mend if problem.mend.endswith("?") else f"{problem.mend}."
        key = f"{dotted(problem.path)}{value}: " if problem.path else ""
        return f"{self.path}:{self.lines.of(problem.path)}: {key}{problem.text}. {mend}"

    def error(self, problems: Iterable[Problem]) -> ConfigError:
        """All problems of the file in one error, a line each, in the order of the file."""
        ordered = sorted(problems, key=lambda problem: self.lines.of(problem.path))
        return ConfigError("\n".join(self.sentence(problem) for problem in ordered))


def read_toml(path: Path, *, hint: str) -> TomlFile:
    """The file's content; ConfigError where it is missing (then with `hint`), unreadable, not UTF-8 or not TOML."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file", hint=hint) from None
    except OSError as error:
        reason = (error.strerror or "unreadable").lower()
        raise ConfigError(f"{path}: cannot be read: {reason}", hint="Give a file that this user may read") from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: is not UTF-8 text", hint="Save the file as UTF-8") from error
    try:
        return TomlFile(path, text, tomllib.loads(text, parse_float=Decimal))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_syntax(path, text, str(error)), hint="Correct it there; texts stand in quotes") from error


def _syntax(path: Path, text: str, message: str) -> str:
    found = _LAST_COLUMN.match(message)
    if found is None:
        return f"{path}: is not TOML: {message}"
    line = found[2] or str(text.rstrip().count("\n") + 1)
    return f"{path}:{line}: is not TOML: {found[1].lower()}{f' at column {found[3]}' if found[3] else ''}"


def _written(path: KeyPath, content: Any) -> str:
    """The value at a path as ` = value`; empty for one that is missing, a table, a list or perhaps secret."""
    for step in path:
        try:
            content = content[step]
        except (KeyError, IndexError, TypeError):
            return ""
    if any(isinstance(step, str) and _SECRETIVE.search(step) for step in path):
        return ""
    match content:
        case bool():
            return f" = {str(content).lower()}"
        case str():
            text = _USER_IN_URL.sub("://***@", content)
            return f' = "{text[:_LONGEST_VALUE]}{"…" if len(text) > _LONGEST_VALUE else ""}"'
        case int() | Decimal() | date() | time():
            return f" = {content}"
        case _:
            return ""
