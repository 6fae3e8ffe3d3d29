"""Every error of partnersync, grouped by what to do next.

PartnersyncError      root: `hint` is a person's next step, `exit_code` is the command's
├─ ConfigError        correct the settings or the command's words and start again (exit 2)
├─ PluginError        one plugin is broken: name it, the others run (exit 3)
├─ SignInRequired     the system refuses our credentials: ask a person (exit 1)
├─ RecordError        one record is unusable: set it aside, go on (exit 3)
├─ TryLater           not processed, safe to send again: the only class that is retried (exit 1)
├─ OutcomeUnknown     a write went out, no answer came: read back before any resend (exit 1)
├─ SafetyStop         the plan replaces too much: nothing was written (exit 4)
├─ Unsupported        the adapter declared that it cannot do this (exit 1)
├─ LockHeld           another run is at work: nothing was done (exit 75)
├─ StoreFailed        the store cannot go on: mend it and start again (exit 1)
└─ BrokenChain        the ledger or the journal was changed outside partnersync (exit 1)
"""

import re
import sys
from traceback import walk_tb
from typing import ClassVar

_NAME = re.compile(r"'?[a-z_][a-z0-9_.]*'?")
_CALLS_PLUGINS = "partnersync.sync.plugin_calls"


class PartnersyncError(Exception):
    """Something went wrong that a person can mend: `hint` says how, in one sentence without secrets or contacts."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}. {self.hint}" if self.hint else self.message


class ConfigError(PartnersyncError):
    """The settings, the program or the command line cannot be used: correct them and start again."""

    exit_code = 2


class PluginError(PartnersyncError):
    """One plugin is broken; it is left out and the others run."""

    exit_code = 3


class SignInRequired(PartnersyncError):
    """The connected system refuses our credentials and refreshing them failed: a person has to sign in."""


class RecordError(PartnersyncError):
    """One record cannot be used: it is set aside with its place, value and reason, and the rest goes on.

    `code` is a stable word for scripts (issues.csv), `column` the source's own name of the cell.
    """

    exit_code = 3

    def __init__(
        self, message: str, *, code: str = "BAD_VALUE", column: str = "", value: str = "", hint: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.code = code
        self.column = column
        self.value = value


class TryLater(PartnersyncError):
    """The system did not process the call and sending it again is safe; `after_s` is its own wish, in seconds."""

    def __init__(self, message: str, *, after_s: int | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.after_s = after_s


class OutcomeUnknown(PartnersyncError):
    """A write went out and no answer came: read the record back before anything is sent again."""


class SafetyStop(PartnersyncError):
    """The plan would replace or clear more than the limit allows: nothing was written."""

    exit_code = 4


class Unsupported(PartnersyncError):
    """The adapter declared in its capabilities that it cannot do this."""


class LockHeld(PartnersyncError):
    """Another run holds the lock: nothing was done, starting again later is safe."""

    exit_code = 75


class StoreFailed(PartnersyncError):
    """The store is full, read-only, damaged or away: it is as it was, and no run goes on without it."""


class BrokenChain(PartnersyncError):
    """A hash-chained table does not agree with itself: it was changed by other means than partnersync."""


def kind_of(error: BaseException) -> str:
    """An error's class; with its text where that is ours or a name in a program: any other may quote a cell."""
    text = str(error)
    told = isinstance(error, PartnersyncError) or _NAME.fullmatch(text)
    return f"{type(error).__qualname__}: {text}" if told else type(error).__qualname__


def place_of(error: BaseException) -> str:
    """Module and line of the last step that was taken in our code, or where that has none in another one."""
    ours = others = ""
    for frame, line in walk_tb(error.__traceback__):
        name = frame.f_globals.get("__name__", "")
        if name.startswith("partnersync") and name != _CALLS_PLUGINS:
            ours = f"{name}, line {line}"
        elif name.partition(".")[0] not in sys.stdlib_module_names:
            others = f"{name}, line {line}"
    return ours or others
