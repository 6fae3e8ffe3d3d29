"""What an answer of the API means, as an error that says what to do: by its code, else by its status; pure.

Most errors of the older methods have an empty code, and codes come with statuses that differ by method and build. So a
known code decides, whatever the status; where it is unknown or empty the status does. Only what was certainly not
processed is repeated on a write. Texts are in the portal's language and decide nothing, but for two fixed English ones.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from html import unescape
from typing import Any

from partnersync.contract.secret import discreet
from partnersync.errors import (
    ConfigError,
    OutcomeUnknown,
    PartnersyncError,
    RecordError,
    SignInRequired,
    TryLater,
    Unsupported,
)

OVERLOAD_S = 900.0  # one call is tried again after this
NOT_FOUND, NOT_ALLOWED = "NOT FOUND", "ACCESS DENIED."  # texts of the older methods, whose code is empty
_TAGS = re.compile(r"<[^>]*>")
_READS = re.compile(
    r"(?:.*\.)?(?:list|get|fields|gettypes|getfields|types|search|current|items|findbycomm|getbyentitytypeid)"
    r"|profile|scope|methods|server\.time|app\.info|crm\.enum\..*"
)


class Call(StrEnum):
    """What a call does, which is what decides whether it can be repeated."""

    READ = "read"
    WRITE = "write"


def call_of(method: str) -> Call:
    """By the method's name; what is not known to read is taken for a write."""
    return Call.READ if _READS.fullmatch(method.lower()) else Call.WRITE


@dataclass(frozen=True, slots=True)
class Problem:
    """An error as the portal tells it: `status` 0 within a batch. `code` is in capitals, `text` without its markup."""

    status: int
    code: str = ""
    text: str = ""

    @classmethod
    def of(cls, status: int, told: Mapping[str, Any]) -> "Problem":
        """From the body of an answer or a row of result_error, whose `error` may be a text, a number or a mapping."""
        code, text = told.get("error", ""), told.get("error_description", "")
        if isinstance(code, Mapping):
            code, text = code.get("code", ""), code.get("message", text)
        plain = unescape(_TAGS.sub(" ", str(text or "")))
        return cls(status, str(code).strip().upper(), " ".join(plain.split()))


class Refused(RecordError):
    """The portal said no to this call, and will again: it was not processed. `vendor_code` may be empty."""

    def __init__(self, message: str, *, vendor_code: str = "", hint: str = "") -> None:
        super().__init__(message, code="REFUSED", hint=hint)
        self.vendor_code = vendor_code


class Gone(Refused):
    """There is no such record, or none that this user may see."""


class NoRight(Refused):
    """The user behind the sign-in, or its scopes, lack a right."""


class NotAdmitted(SignInRequired):
    """The token or the webhook is not taken; `ended`: a new token may be."""

    def __init__(self, message: str, *, ended: bool = False, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.ended = ended


class SlowDown(TryLater):
    """Too many requests from this address; nobody calls for a moment."""


class MethodRests(TryLater):
    """The method has used up its execution time; others go on."""


class Overloaded(TryLater):
    """The vendor's support has blocked the portal's API by hand."""


class NotSaid(OutcomeUnknown):
    """The portal's server failed over a write."""


def error_of(problem: Problem, call: Call, what: str) -> PartnersyncError:
    """The error that a problem is. `what` names the call in its message."""
    row = _CODES.get(problem.code) or _by_text(problem) or _STATUSES.get(problem.status)
    return (row or (_server if problem.status >= 500 else _refused))(problem, call, what)


def unanswered(call: Call, text: str) -> PartnersyncError:
    """No whole answer came: a read may be repeated, a write has to be read back."""
    return TryLater(text) if call is Call.READ else NotSaid(text)


def _by_text(problem: Problem) -> "Row | None":
    if problem.code or problem.status not in (0, 200, 400):
        return None
    return {NOT_FOUND: _gone, NOT_ALLOWED: _no_right}.get(problem.text.upper())


def _told(problem: Problem) -> str:
    """The vendor's words, without what they may quote."""
    text = discreet(problem.text)[:200].rstrip(". ")
    return ": ".join(filter(None, (f" ({problem.code or problem.status or 'no code'})", text)))


def _gone(problem: Problem, call: Call, what: str) -> PartnersyncError:
    return Gone(f"{what}: there is no such record{_told(problem)}", vendor_code=problem.code)


def _no_right(problem: Problem, call: Call, what: str) -> PartnersyncError:
    hint = "Let an administrator of the portal make the webhook, or agree for the application"
    if problem.status == 403:
        hint += "; if he did, the portal's plan has no REST API: commercial plans and the demo have it"
    return NoRight(f"{what}: no right to do this{_told(problem)}", vendor_code=problem.code, hint=hint)


def _no_scope(problem: Problem, call: Call, what: str) -> PartnersyncError:
    hint = "Add the scope to the webhook or application; crm, user_basic, task and userfieldconfig are needed"
    return NoRight(f"{what}: a scope is missing{_told(problem)}", vendor_code=problem.code, hint=hint)


def _unconfirmed(problem: Problem, call: Call, what: str) -> PartnersyncError:
    hint = "Let an administrator of the portal confirm it there"
    return NoRight(f"{what}: the portal asks its administrator first{_told(problem)}", hint=hint)


def _not_admitted(problem: Problem, call: Call, what: str) -> PartnersyncError:
    hint = "Make a new inbound webhook, or sign in again; the user who made it may have left or lost access"
    ended = problem.code in ("", "EXPIRED_TOKEN", "INVALID_TOKEN")
    return NotAdmitted(f"{what}: the portal refuses the sign-in{_told(problem)}", ended=ended, hint=hint)


def _too_many(problem: Problem, call: Call, what: str) -> PartnersyncError:
    return SlowDown(f"{what}: too many requests{_told(problem)}", after_s=1, hint="Lower the connection's rate")


def _rests(problem: Problem, call: Call, what: str) -> PartnersyncError:
    return MethodRests(f"{what}: the method has used up its execution time{_told(problem)}", after_s=60)


def _overloaded(problem: Problem, call: Call, what: str) -> PartnersyncError:
    hint = (
        "Write to the vendor's support, naming the portal; meanwhile stop other programs that call it. "
        f"partnersync calls it again in {round(OVERLOAD_S / 60)} min at the earliest"
    )
    return Overloaded(f"{what}: the portal's API is blocked{_told(problem)}", after_s=round(OVERLOAD_S), hint=hint)


def _server(problem: Problem, call: Call, what: str) -> PartnersyncError:
    return unanswered(call, f"{what}: the portal's server failed{_told(problem)}")


def _refused(problem: Problem, call: Call, what: str) -> PartnersyncError:
    return Refused(f"{what}: refused{_told(problem)}", vendor_code=problem.code)


def _unavailable(problem: Problem, call: Call, what: str) -> PartnersyncError:
    hint = "Choose a plan that has it"
    return Unsupported(f"{what}: the portal's plan does not have this{_told(problem)}", hint=hint)


def _no_method(problem: Problem, call: Call, what: str) -> PartnersyncError:
    hint = "Add the scope that it belongs to, or update the portal"
    return Unsupported(f"{what}: the portal has no such method, or hides it{_told(problem)}", hint=hint)


def _application_only(problem: Problem, call: Call, what: str) -> PartnersyncError:
    hint = "Sign in by an application instead of a webhook"
    return Unsupported(f"{what}: applications alone may do this{_told(problem)}", hint=hint)


def _deleted(problem: Problem, call: Call, what: str) -> PartnersyncError:
    return ConfigError(f"{what}: the portal was deleted", hint="Correct the connection's address")


def _nowhere(problem: Problem, call: Call, what: str) -> PartnersyncError:
    if problem.code:
        return _refused(problem, call, what)
    return ConfigError(f"{what}: there is no portal at this address (404)", hint="Correct the connection's address")


Row = Callable[[Problem, Call, str], PartnersyncError]

_CODES: dict[str, Row] = {
    "QUERY_LIMIT_EXCEEDED": _too_many,
    "OPERATION_TIME_LIMIT": _rests,
    "OVERLOAD_LIMIT": _overloaded,
    "NO_AUTH_FOUND": _not_admitted,
    "EXPIRED_TOKEN": _not_admitted,
    "INVALID_TOKEN": _not_admitted,
    "INVALID_CREDENTIALS": _not_admitted,
    "APPLICATION_NOT_FOUND": _not_admitted,
    "AUTHORIZATION_ERROR": _not_admitted,
    "METHOD_CONFIRM_WAITING": _unconfirmed,
    "METHOD_CONFIRM_DENIED": _unconfirmed,
    "ACCESS_DENIED": _no_right,
    "INSUFFICIENT_SCOPE": _no_scope,
    "USER_ACCESS_ERROR": _no_right,
    "ALLOWED_ONLY_INTRANET_USER": _no_right,
    "WRONG_AUTH_TYPE": _application_only,
    "WRONG_LICENSE": _unavailable,
    "PAYMENT_REQUIRED": _unavailable,
    "CREATE_DYNAMIC_TYPE_RESTRICTED": _unavailable,
    "CREATE_DYNAMIC_ITEM_RESTRICTED": _unavailable,
    "UPDATE_DYNAMIC_ITEM_RESTRICTED": _unavailable,
    "ERROR_METHOD_NOT_FOUND": _no_method,
    "NOT_FOUND": _gone,
    "ERROR_NOT_FOUND": _gone,
    "OWNER_NOT_FOUND": _gone,
    "PORTAL_DELETED": _deleted,
    "INTERNAL_SERVER_ERROR": _server,
    "ERROR_UNEXPECTED_ANSWER": _server,
    "INTERNAL_WRONG_TRANSPORT": _server,
    "WRONG_ENCODING": _server,
}
_STATUSES: dict[int, Row] = {401: _not_admitted, 403: _no_right, 404: _nowhere, 429: _too_many}
