"""Calls to an Acme account: what each answer means, and what may be done after it."""

from collections.abc import Mapping
from typing import Any

from partnersync.errors import OutcomeUnknown, PartnersyncError, SignInRequired, TryLater
from partnersync.transport.clock import Clock
from partnersync.transport.line import Answer, Line, NoAnswer, NotSent, Query
from partnersync.transport.repeat import repeated
from partnersync_acme.settings import AcmeSettings


class Refused(PartnersyncError):
    """The account says no to this write."""


class Gone(PartnersyncError):
    """The record is not there."""


class Client:
    """One account. Reads are repeated on their own; a write is sent once."""

    def __init__(self, line: Line, settings: AcmeSettings, clock: Clock) -> None:
        self._line = line
        self._url = settings.url
        self._headers = {"Authorization": f"Bearer {settings.token.reveal()}"}
        self._clock = clock

    def get(self, path: str, query: Query = ()) -> Any:
        """What the account holds there. Raises Gone, TryLater, SignInRequired."""
        return repeated(lambda: self._read(path, query), self._clock)

    def write(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        """What the account answers. Raises Gone, Refused, OutcomeUnknown; TryLater: it was not processed."""
        try:
            answer = self._line.send(method, self._url + path, self._headers, body=body)
        except NotSent as error:
            raise TryLater(str(error)) from None
        except NoAnswer as error:
            raise OutcomeUnknown(str(error)) from None
        if answer.status >= 500:
            raise OutcomeUnknown(f"the account failed ({answer.status})")
        return _said(answer)

    def close(self) -> None:
        """Give the connections back."""
        self._line.close()

    def _read(self, path: str, query: Query) -> Any:
        try:
            answer = self._line.send("GET", self._url + path, self._headers, query)
        except (NotSent, NoAnswer) as error:
            raise TryLater(str(error)) from None
        if answer.status >= 500:
            raise TryLater(f"the account failed ({answer.status})")
        return _said(answer)


def _said(answer: Answer) -> Any:
    match answer.status:
        case 200 | 201:
            return answer.json()
        case 401:
            raise SignInRequired("the account refuses the token", hint="Make a new one")
        case 404:
            raise Gone("the record is not there")
        case 429:
            raise TryLater("the account is asked too often")
        case _:
            raise Refused(str(answer.problem.get("error", f"the account answers {answer.status}")))
