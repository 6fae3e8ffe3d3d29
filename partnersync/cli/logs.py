"""The log: a line for each event on standard error or in a file, without contacts and secrets.

An event is logged with one mapping of what it tells: `log.info("read", {"connection": name, "rows": 3})`.
"""

import json
import logging
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from partnersync.config import Log, Settings
from partnersync.contract.secret import discreet, discreet_value
from partnersync.errors import ConfigError, PartnersyncError, kind_of

LEVELS = ("debug", "info", "warning", "error")  # the most talkative first
PROGRESS = logging.INFO + 5  # shown where nothing is said about levels: more than what a run did, less than a warning
log = logging.getLogger("partnersync")

_MIB = 2**20
_handlers: list[logging.Handler] = []


def start(settings: Settings, level: str | None = None) -> None:
    """Log from here on as the settings say, at another `level` where one is given. ConfigError for a bad file."""
    stop()
    handler = _in_file(settings.log, settings.relative(settings.log.file)) if settings.log.file else _Stderr()
    handler.setFormatter(JsonLines() if settings.log.format == "json" else TextLines())
    handler.addFilter(Discretion())
    said = level or settings.log.level
    usual = logging.INFO if settings.log.file else PROGRESS
    log.setLevel(logging.getLevelNamesMapping()[said.upper()] if said else usual)
    logging.getLogger().addHandler(handler)  # what the libraries say is as discreet
    _handlers.append(handler)


def stop() -> None:
    """Log no longer."""
    while _handlers:
        handler = _handlers.pop()
        logging.getLogger().removeHandler(handler)
        with suppress(OSError):  # a full disk, which was said
            handler.close()
    log.setLevel(logging.NOTSET)


def failed(error: BaseException) -> None:
    """Note how a command failed, which it says on standard error itself."""
    if not _handlers:
        return
    told = error.message if isinstance(error, PartnersyncError) else "a bug of partnersync or of a plugin"
    said = {"said": any(isinstance(handler, _Stderr) for handler in _handlers)}
    log.error("failed", {"error": type(error).__name__, "reason": told}, extra=said)
    log.debug("traceback", exc_info=error)


def lines_on_stderr() -> bool:
    """Whether so much is logged there that a progress bar would be torn."""
    return log.isEnabledFor(logging.INFO) and any(isinstance(handler, _Stderr) for handler in _handlers)


class Discretion(logging.Filter):
    """Takes contacts and secrets out of a record, whatever logged it: its event, what it tells, its traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record passes, and tells less."""
        event, told = _event(record)
        record.told = discreet_value(told)
        record.msg, record.args = discreet(event), None
        error = record.exc_info[1] if record.exc_info else None
        record.exc_text = told_traceback(error) if error else None
        record.exc_info = record.stack_info = None
        return True


def _event(record: logging.LogRecord) -> tuple[str, Mapping[str, object]]:
    """The event and what it tells; what a library says in a sentence of its own is an event of one kind."""
    text = str(record.msg)
    if text.isidentifier():
        return text, record.args if isinstance(record.args, Mapping) else {}
    with suppress(Exception):  # a library's mistake stops nothing
        text = record.getMessage()
    return "message", {"by": record.name, "text": text}


def told_traceback(error: BaseException) -> str:
    """A traceback as Python tells it, but for the texts of errors that are not ours: they may quote a cell.

    Of those only the kind is told, and a text that is a name in a program.
    """
    told: list[str] = []
    seen: set[int] = set()
    step: BaseException | None = error
    while step is not None and id(step) not in seen:
        seen.add(id(step))
        cause = step.__cause__ or (None if step.__suppress_context__ else step.__context__)
        trace = ["Traceback (most recent call last):\n", *traceback.format_tb(step.__traceback__)]
        told = [*trace, f"{kind_of(step)}\n", *(["\nAfter it:\n", *told] if told else [])]
        step = cause
    return discreet("".join(told)).rstrip()


class TextLines(logging.Formatter):
    """Time, level, connection (a hyphen: none), event, and name=value of what it tells."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; a traceback follows indented."""
        told = dict(record.told)  # type: ignore[attr-defined]
        head = (_time(record), _level(record), told.pop("connection", None) or "-", record.msg)
        line = " ".join([*map(str, head), *(f"{name}={_value(value)}" for name, value in told.items())])
        return "\n    ".join([line, *(record.exc_text or "").splitlines()])


class JsonLines(logging.Formatter):
    """The same as an object on each line."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, also with a traceback."""
        head = {"time": _time(record), "level": _level(record), "event": record.msg}
        trace = {"traceback": record.exc_text} if record.exc_text else {}
        return json.dumps({**head, **record.told, **trace}, ensure_ascii=False)  # type: ignore[attr-defined]


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")


def _level(record: logging.LogRecord) -> str:
    return "info" if record.levelno == PROGRESS else record.levelname.lower()


def _value(value: object) -> str:
    """Text as it is where it is one word, else as JSON writes it."""
    plain = isinstance(value, str) and value.isprintable() and not set(value) & set(' "=')
    return str(value) if plain and value else json.dumps(value, ensure_ascii=False)


class _Stderr(logging.StreamHandler[Any]):
    """Standard error, but for what the command says there itself."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)

    def emit(self, record: logging.LogRecord) -> None:
        if not getattr(record, "said", False):
            super().emit(record)


def _in_file(settings: Log, path: Path) -> logging.Handler:
    from logging.handlers import RotatingFileHandler  # costs time, and most commands need none

    class File(RotatingFileHandler):
        """A full disk stops no run; it is said once."""

        told = False

        def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
            if not self.told:
                self.told = True
                click.echo(f"warning: {path} cannot be written: the log has gaps", err=True)

    try:
        return File(path, maxBytes=settings.max_mib * _MIB, backupCount=settings.keep, encoding="utf-8")
    except OSError as error:
        reason = (error.strerror or "unwritable").lower()
        hint = "Correct log.file in the settings, or let this user write there"
        raise ConfigError(f"{path} cannot be written: {reason}", hint=hint) from None
