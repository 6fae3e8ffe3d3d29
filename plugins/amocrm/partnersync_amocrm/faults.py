"""What an answer of the API means, as an error that says what to do: one table, pure.

Reads may be repeated. A write is repeated only where the vendor says that it was not processed (429), or asks for the
repeat and repeating is harmless (a change, not a creation). What is not in the table is never repeated on a write.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

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
from partnersync.transport.line import Answer

SUPPORT = "Write to the vendor's support (support@amocrm.ru, for Kommo support@kommo.com) to have its API unblocked"
NOT_PAID_S = 600  # the longest flap that was seen at night took nine minutes
DELETED = "226"  # code of what is not there any more
BLOCK_S = 900.0  # one call is tried again after this
_NO_RIGHTS = re.compile(r"(?:ошибки|code) (?:244|288)\b")
_SYSTEM_ERROR = "Возникла системная ошибка"


class Call(StrEnum):
    """What a call does, which is what decides whether it can be repeated."""

    READ = "read"
    CHANGE = "change"  # the same again sets the same values
    CREATE = "create"  # the same again makes another one


@dataclass(frozen=True, slots=True)
class Finding:
    """What the validation found in one item of a request: `request_id` names the item, `path` the value in it."""

    request_id: str
    code: str
    path: str
    detail: str


class Refused(RecordError):
    """The system said no to this call, and will again: it was not processed. `findings` name the bad items."""

    def __init__(self, message: str, *, status: int, findings: tuple[Finding, ...] = (), hint: str = "") -> None:
        super().__init__(message, code="REFUSED", hint=hint)
        self.status = status
        self.findings = findings


class Gone(Refused):
    """The record is not there any more."""


class NoRight(Refused):
    """The user behind the token, or the integration, lacks a right."""


class SlowDown(TryLater):
    """429: too many calls; nobody calls for `after_s`, if the answer tells."""


class TooMuch(TryLater):
    """504 to a read: asking for less at once helps."""


class TooMuchSent(OutcomeUnknown):
    """504 to a write: sending less at once helps, once what was sent is read back."""


class NotPaid(TryLater):
    """402. It flaps at night for accounts that are paid, so one alone means nothing."""

    def __init__(self) -> None:
        hint = "If it stays so for more than ten minutes, pay for the account: writing needs a paid plan"
        super().__init__("the account's subscription has ended (402)", after_s=NOT_PAID_S, hint=hint)


class AccountBlocked(TryLater):
    """The account's API is blocked; every process stops, and only the vendor's support can end it."""

    def __init__(self, after_s: float) -> None:
        text = "amoCRM has blocked this account or this machine's address for its API (403 with a page)"
        hint = (
            f"{SUPPORT}, naming account and integration; meanwhile stop other programs that call it. "
            f"partnersync calls it again in {round(after_s / 60) or 1} min at the earliest"
        )
        super().__init__(text, after_s=round(after_s), hint=hint)


def error_of(answer: Answer, call: Call, what: str) -> PartnersyncError | None:
    """The error that an answer is; None where the call was done. `what` names the call in its message."""
    if answer.status in (200, 201, 202, 204):
        return None
    row = _TABLE.get(answer.status) or (_server if answer.status >= 500 else _refused)
    return row(answer, call, what)


def _moved(answer: Answer, call: Call, what: str) -> PartnersyncError:
    host = urlsplit(answer.headers.get("location", "")).hostname or "another address"
    return ConfigError(f"{what}: the account answers that it is at {host}", hint="Correct the connection's url")


def _bad(answer: Answer, call: Call, what: str) -> PartnersyncError:
    findings = tuple(_findings(answer.problem))
    detail = str(answer.problem.get("detail", ""))
    if not findings and detail.startswith(_SYSTEM_ERROR):
        return _asked_again(answer, call, what)
    if _NO_RIGHTS.search(detail) or any(found.code in ("244", "288") for found in findings):
        return _no_right(answer, call, what)
    if any(found.code == DELETED for found in findings):
        return Gone(f"{what}: the record was deleted", status=400, findings=findings)
    return _refused(answer, call, what)


def _unauthorised(answer: Answer, call: Call, what: str) -> PartnersyncError:
    hint = (
        "Make a new token in the integration's Keys tab, or sign in again; if the account was renamed, correct the url"
    )
    return SignInRequired(f"{what}: the account refuses the token", hint=hint)


def _forbidden(answer: Answer, call: Call, what: str) -> PartnersyncError:
    if not answer.problem:
        return AccountBlocked(BLOCK_S)
    if str(answer.problem.get("code", answer.problem.get("error_code", ""))) == "113":
        hint = "Add this machine's address to the list of allowed ones in the account's settings"
        return ConfigError(f"{what}: the account admits other addresses only", hint=hint)
    return _no_right(answer, call, what)


def _no_right(answer: Answer, call: Call, what: str) -> PartnersyncError:
    hint = "Let an administrator of the account grant the token, with all scopes of the integration"
    return NoRight(f"{what}: no right to do this{_detail(answer)}", status=answer.status, hint=hint)


def _missing(answer: Answer, call: Call, what: str) -> PartnersyncError:
    if not answer.problem:
        return _asked_again(answer, call, what)
    return Refused(f"{what}: there is no such thing{_detail(answer)}", status=404)


def _too_many(answer: Answer, call: Call, what: str) -> PartnersyncError:
    told = str(answer.problem.get("retry_after", "")) or answer.headers.get("retry-after", "")
    after = int(told) if re.fullmatch(r"\d{1,6}", told) else None
    return SlowDown(f"{what}: too many requests", after_s=after, hint="Lower the connection's rate")


def _unavailable(answer: Answer, call: Call, what: str) -> PartnersyncError:
    hint = "Switch it on in the account, or choose a plan that has it"
    return Unsupported(f"{what}: the account does not have this feature ({answer.status}){_detail(answer)}", hint=hint)


def _late(answer: Answer, call: Call, what: str) -> PartnersyncError:
    text = f"{what}: the account took too long (504)"
    return TooMuch(text) if call is Call.READ else TooMuchSent(text)


def _server(answer: Answer, call: Call, what: str) -> PartnersyncError:
    text = f"{what}: the account's server failed ({answer.status})"
    return TryLater(text) if call is Call.READ else OutcomeUnknown(text)


def _asked_again(answer: Answer, call: Call, what: str) -> PartnersyncError:
    text = f"{what}: the account's server failed ({answer.status}, a passing fault)"
    return OutcomeUnknown(text) if call is Call.CREATE else TryLater(text, hint="If it stays so, check the url")


def _refused(answer: Answer, call: Call, what: str) -> PartnersyncError:
    findings = tuple(_findings(answer.problem))
    first = f": {findings[0].code} at {findings[0].path}" if findings else ""
    return Refused(
        f"{what}: refused ({answer.status}){first or _detail(answer)}", status=answer.status, findings=findings
    )


_TABLE: dict[int, Callable[[Answer, Call, str], PartnersyncError]] = {
    301: _moved,
    302: _moved,
    307: _moved,
    308: _moved,
    400: _bad,
    401: _unauthorised,
    402: lambda answer, call, what: NotPaid(),
    403: _forbidden,
    404: _missing,
    425: _unavailable,
    426: _unavailable,
    429: _too_many,
    504: _late,
}


def _detail(answer: Answer) -> str:
    """The vendor's words, without what they may quote."""
    detail = discreet(str(answer.problem.get("detail", ""))).strip()
    return f": {detail[:200]}" if detail else ""


def _findings(problem: Mapping[str, Any]) -> Iterator[Finding]:
    """Of both shapes: a list of errors for each item, and (sources) one error as an object."""
    listed = problem.get("validation-errors") or problem.get("errors") or []
    for item in listed if isinstance(listed, list) else [listed]:
        if not isinstance(item, dict):
            continue
        errors = item.get("errors", item)
        for error in errors if isinstance(errors, list) else [errors]:
            if isinstance(error, dict) and "code" in error:
                told = (str(error.get(name, "")) for name in ("code", "path", "detail"))
                yield Finding(str(item.get("request_id", "")), *told)
