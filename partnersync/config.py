"""The settings and the programme as files: the only reader of TOML and of the environment."""

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError, ValidationInfo

from partnersync.contract.secret import SECRET_READER, Secret, secret_of
from partnersync.domain.registration import INTAKE
from partnersync.errors import ConfigError
from partnersync.fields import Count, Percent, Table, Word
from partnersync.problems import Problem, Refused, nearest, problems_of, refusal
from partnersync.rules.program import Program, Programme, clashes, read_program
from partnersync.toml_file import TomlFile, read_toml

M = TypeVar("M", bound=BaseModel)
Mode = Literal["observe", "warn", "enforce"]
Language = Literal["ru", "en"]
OWN_CONNECTIONS = frozenset({INTAKE})
_CONNECTION_NAME = re.compile(r"[A-Za-z0-9_-]+")
_RELATIVE_SQLITE = re.compile(r"(sqlite(?:\+\w+)?:///)(?!/|:memory:|file:)(.+)")
_STORE_URL = re.compile(r"(sqlite|postgresql)(\+\w+)?://.*")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]{0,63}")
_PASSWORD_IN_URL = re.compile(r"://[^/@]*:([^/@]+)@|[?&](?:ssl)?password=([^&]+)")


class Limits(Table):
    """The safety limit: a plan that replaces or clears values of more records than both allow stops at once."""

    max_changed_share: Percent = Fraction(5, 100)
    max_changed_records: Count = 200


def _store_url(value: object, info: ValidationInfo) -> str:
    plain = isinstance(value, str)
    url = value if isinstance(value, str) else secret_of(value, info).reveal() if isinstance(value, Mapping) else ""
    for password in filter(None, chain.from_iterable(_PASSWORD_IN_URL.findall(url))):
        Secret(unquote(password))  # known from here on, and redacted, also where it stands alone
    if not _STORE_URL.fullmatch(url):
        mend = 'Write "sqlite:///FILE" or "postgresql://HOST/DATABASE"'
        raise refusal("is no store", mend, show=not isinstance(value, Mapping))
    if plain and _PASSWORD_IN_URL.search(url):
        mend = 'Write url = { env = "NAME" } and set NAME to the whole address'
        raise refusal("holds a password in plain text", mend, show=False)
    return url


class Log(Table):
    """Where log lines go and how they look; sizes in MiB. Without a level: `info` in a file, else progress and up."""

    level: Literal["debug", "info", "warning", "error"] | None = None
    file: Word | None = None
    format: Literal["text", "json"] = "text"
    max_mib: Annotated[int, Field(ge=1)] = 10
    keep: Annotated[int, Field(ge=1)] = 5


class _Store(Table):
    url: Annotated[str, PlainValidator(_store_url)] = "sqlite:///partnersync.db"


class _Connection(Table):
    model_config = ConfigDict(extra="allow")  # the plugin's own keys, checked by its own model later

    kind: Word
    mode: Mode = "observe"
    history_from: date | None = None
    ledger: bool | None = None
    activities: bool | None = None


class _File(Table):
    store: _Store = _Store()
    connections: dict[str, _Connection] = Field(default={})
    limits: Limits = Limits()
    log: Log = Log()
    partners: str | None = None
    language: Language = "ru"


@dataclass(frozen=True)
class ConnectionSettings:
    """One connection: the core's keys, and under `options` the plugin's own, for `plugin_options`."""

    name: str
    kind: str
    mode: Mode
    history_from: date | None
    ledger: bool | None
    activities: bool | None
    options: Mapping[str, object]
    file: TomlFile = field(repr=False)


@dataclass(frozen=True)
class Settings:
    """config/partnersync.toml, checked. Relative paths start at `root`, the folder that holds config/."""

    root: Path
    store_url: str = field(repr=False)  # it may hold a password
    connections: Mapping[str, ConnectionSettings]
    limits: Limits
    partners: str | None = None
    language: Language = "ru"
    log: Log = field(default_factory=Log)

    def relative(self, path: str) -> Path:
        """A path of the settings, as it is meant."""
        return self.root / path

    def holds_ledger(self, name: str) -> bool:
        """Whether the programme's tables are written into a connection: if it says so, or is the only one."""
        told = self.connections[name].ledger
        return len(self.connections) == 1 if told is None else told


def load_settings(path: Path) -> Settings:
    """The settings in a file; ConfigError names every problem with file, line, key, value and mend."""
    file = read_toml(path, hint="Make one with `partnersync init`, or name another with --config")
    root = path.resolve().parent.parent
    try:
        read = _File.model_validate(file.content, context={SECRET_READER: _secret_reader(root)})
    except ValidationError as error:
        raise file.error(problems_of(error, _File)) from None
    if problems := tuple(_problems(read)):
        raise file.error(problems)
    connections = {
        name: ConnectionSettings(
            name,
            given.kind,
            given.mode,
            given.history_from,
            given.ledger,
            given.activities,
            given.__pydantic_extra__ or {},
            file,
        )
        for name, given in read.connections.items()
    }
    url = _absolute(read.store.url, root)
    return Settings(root, url, connections, read.limits, read.partners, read.language, read.log)


def _problems(read: _File) -> Iterator[Problem]:
    for name in read.connections:
        if not _CONNECTION_NAME.fullmatch(name) or name in OWN_CONNECTIONS:
            text = "is taken by partnersync itself" if name in OWN_CONNECTIONS else "is not a name of a connection"
            yield Problem(("connections", name), text, "Use letters, digits, - and _", show=False)
    if not read.connections:
        yield Problem((), "names no connection", "Add a table like [connections.registry] with its kind")
    if read.partners is not None and read.partners not in read.connections:
        near = nearest(read.partners, read.connections)
        mend = f'Did you mean "{near}"?' if near else f"Name one of: {', '.join(sorted(read.connections))}"
        yield Problem(("partners",), "is not the name of a connection", mend)


def _absolute(url: str, root: Path) -> str:
    return _RELATIVE_SQLITE.sub(lambda found: f"{found[1]}{root / found[2]}", url)


def _secret_reader(root: Path) -> Callable[[str, str], str]:
    def fetch(where: str, name: str) -> str:
        text = _environment(name) if where == "env" else _secret_file(root / name)
        if not text:
            raise refusal(f"names {name}, which is empty", f"Put the secret into {name}", show=False)
        return text

    return fetch


def _environment(name: str) -> str:
    text = os.environ.get(name)
    if text is None and not _VARIABLE.fullmatch(name):  # it may be the secret itself
        raise refusal(
            "names an environment variable that is not set", "Write its name there, not the secret", show=False
        )
    if text is None:
        raise refusal(f"names the environment variable {name}, which is not set", f"Set {name}", show=False)
    return text


def _secret_file(path: Path) -> str:
    try:
        if path.stat().st_mode & _forbidden_mode(path):
            raise refusal(f"names {path}, which others may read", f"Run: chmod 600 {path}", show=False)
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise refusal(
            f"names {path}, which cannot be read", "Give a text file that this user may read", show=False
        ) from None


def _forbidden_mode(path: Path) -> int:
    """Who may not read a secret: anybody but its owner. A service's credentials show their access list as a group."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    lent = folder is not None and path.resolve().is_relative_to(Path(folder).resolve())
    return stat.S_IRWXO if lent else stat.S_IRWXG | stat.S_IRWXO


def plugin_options(settings: Settings, connection: ConnectionSettings, model: type[M]) -> M:
    """The plugin's own keys of a connection, checked by its model; its problems are told like the core's."""
    try:
        return model.model_validate(dict(connection.options), context={SECRET_READER: _secret_reader(settings.root)})
    except ValidationError as error:
        own = list(_Connection.model_fields)
        problems = problems_of(error, model, under=("connections", connection.name), more_keys=own)
        raise connection.file.error(problems) from None


def load_programme(folder: Path) -> Programme:
    """The programme in a folder of TOML files, one for each version; ConfigError names every problem."""
    hint = f"Make one with `partnersync init`, or add a version like {folder / '2026-01-01.toml'}"
    paths = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    if not paths:
        raise ConfigError(f"{folder}: holds no version of the program", hint=hint)
    files: list[TomlFile] = []
    versions: list[Program] = []
    refused: list[str] = []
    for path in paths:
        try:
            program, file = read_version(path, hint)
            versions.append(program)
            files.append(file)
        except ConfigError as error:
            refused.append(str(error))
    refused += [files[number].sentence(problem) for number, problem in clashes(versions)]
    if refused:
        raise ConfigError("\n".join(refused))
    places = {
        program.version: f"{file.path}:{file.lines.of(('effective_from',))}"
        for program, file in zip(versions, files, strict=True)
    }
    return Programme(tuple(versions), places)


def read_version(path: Path, hint: str = "Name a file that holds a version of the program") -> tuple[Program, TomlFile]:
    """One version by its file, and the file; ConfigError names every problem of it."""
    file = read_toml(path, hint=hint)
    try:
        return read_program(file.content), file
    except Refused as error:
        raise file.error(error.problems) from None
