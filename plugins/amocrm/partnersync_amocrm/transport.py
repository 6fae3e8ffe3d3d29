"""Calls of the API: in turn, signed in, repeated where that is safe; an answer or an error that says what to do."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from partnersync.contract.secret import discreet
from partnersync.errors import OutcomeUnknown, PartnersyncError, TryLater
from partnersync.transport.clock import Clock
from partnersync.transport.line import Answer, Line, NoAnswer, NotSent, Query
from partnersync.transport.pool import Pool
from partnersync.transport.repeat import repeated
from partnersync.transport.sign_in import SignIn
from partnersync_amocrm.faults import AccountBlocked, Call, NotPaid, TooMuch, error_of
from partnersync_amocrm.limiter import Limiter

API = "/api/v4"
_METHODS = {Call.READ: "GET", Call.CHANGE: "PATCH", Call.CREATE: "POST"}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Done:
    answer: Answer
    content: Any


class Client:
    """One account. Used by `threads` threads at once; closed at the end, which gives back line and limiter."""

    def __init__(self, line: Line, limiter: Limiter, sign_in: SignIn, clock: Clock, threads: int) -> None:
        self._line = line
        self._limiter = limiter
        self.sign_in = sign_in
        self._clock = clock
        self._pool = Pool("amocrm", threads)

    def get(self, path: str, query: Query = (), *, sized: bool = False) -> Any:
        """What is there, below the API's root; None where there is nothing (204). JSON, fractions as Decimal.

        `sized`: the caller asks for less at once when the account takes too long, so TooMuch is not repeated here.
        Raises TryLater, SignInRequired, ConfigError, Unsupported, Refused.
        """
        return self._repeated(Call.READ, path, query, None, sized=sized).content

    def answer(self, path: str, query: Query = ()) -> Answer:
        """The whole answer to a read, for who looks at its headers."""
        return self._repeated(Call.READ, path, query, None).answer

    def change(self, path: str, body: Any) -> Any:
        """PATCH: set values. OutcomeUnknown where no answer came: it is not sent again, read back first."""
        return self._repeated(Call.CHANGE, path, (), body).content

    def create(self, path: str, body: Any) -> Any:
        """POST: make something. OutcomeUnknown as for changes, and wherever a repeat could make it twice."""
        return self._repeated(Call.CREATE, path, (), body).content

    def together(self, jobs: Iterable[Callable[[], T]]) -> Iterator[T]:
        """Results of jobs in their order, as many at once as there are threads; see Pool."""
        return self._pool.together(jobs)

    def close(self) -> None:
        """Let calls under way end, and give everything back."""
        self._pool.close()
        self._line.close()
        self._limiter.close()

    def _repeated(self, call: Call, path: str, query: Query, body: Any, *, sized: bool = False) -> _Done:
        but = (AccountBlocked, NotPaid, *((TooMuch,) if sized else ()))
        return repeated(lambda: self._once(call, path, query, body), self._clock, but)

    def _once(self, call: Call, path: str, query: Query, body: Any) -> _Done:
        token = self.sign_in.bearer()
        answer = self._send(call, path, query, body, token)
        if answer.status == 401:
            token = self.sign_in.renewed(token)
            answer = self._send(call, path, query, body, token)
        if error := error_of(answer, call, _named(call, path)):
            self._limiter.heed(error)
            raise error
        try:
            return _Done(answer, answer.json() if answer.body.strip() else None)
        except ValueError:
            raise _unanswered(call, f"{_named(call, path)}: the answer cannot be read") from None

    def _send(self, call: Call, path: str, query: Query, body: Any, token: str) -> Answer:
        self._limiter.wait()
        url = f"{self.sign_in.origin}{API}/{path}"
        try:
            return self._line.send(_METHODS[call], url, {"Authorization": f"Bearer {token}"}, query, body)
        except NotSent as error:
            raise TryLater(
                f"{_named(call, path)}: {error}", hint="Check the connection's url and the network"
            ) from None
        except NoAnswer as error:
            raise _unanswered(call, f"{_named(call, path)}: {error}") from None


def _named(call: Call, path: str) -> str:
    return f"{_METHODS[call]} {discreet(path)}"


def _unanswered(call: Call, text: str) -> PartnersyncError:
    return TryLater(text) if call is Call.READ else OutcomeUnknown(text)
