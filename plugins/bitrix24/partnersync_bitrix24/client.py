"""Calls of the API: in turn, signed in, within the methods' execution times, repeated where that is safe."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from partnersync.contract.secret import Secret
from partnersync.errors import ConfigError, PartnersyncError, TryLater
from partnersync.transport.clock import Clock
from partnersync.transport.line import Answer, Line, NoAnswer, NotSent
from partnersync.transport.pool import Pool
from partnersync.transport.repeat import repeated
from partnersync.transport.sign_in import SignIn
from partnersync_bitrix24.addresses import may_follow, origin_in
from partnersync_bitrix24.commands import LONGEST_BATCH, Command, Params
from partnersync_bitrix24.faults import (
    Call,
    MethodRests,
    NotAdmitted,
    Overloaded,
    Problem,
    Refused,
    call_of,
    error_of,
    unanswered,
)
from partnersync_bitrix24.limiter import Limiter
from partnersync_bitrix24.operating import Operating

BATCH = "batch"
_MOVES = 3  # addresses that are followed for one call
_HEADERS = {"Accept": "application/json"}

T = TypeVar("T")


class Movable(SignIn, Protocol):
    """A sign-in that keeps where the portal answered from."""

    def moved(self, origin: str) -> None:
        """The portal is there from now on."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a call gave. `following` is where a list with offsets goes on, `total` how many rows it has where they were
    counted; `time` may be empty.
    """

    result: Any
    following: int | None = None
    total: int | None = None
    time: Mapping[str, Any] = field(default_factory=dict)


class NotReached(TryLater):
    """A linked command that the portal left out, since one before it failed."""


class Client:
    """One portal. Used by `threads` threads at once; closed at the end, which gives back line, turns and files.

    `root` is the path that methods are called below, which of a webhook holds its secret.
    """

    def __init__(
        self,
        line: Line,
        limiter: Limiter,
        operating: Operating,
        sign_in: Movable,
        root: Secret,
        clock: Clock,
        threads: int,
    ) -> None:
        self._line = line
        self._limiter = limiter
        self._operating = operating
        self.sign_in = sign_in
        self._root = root
        self._clock = clock
        self._pool = Pool("bitrix24", threads)

    def call(self, method: str, params: Params | None = None) -> Any:
        """The result of one method; fractions as Decimal. Raises as `reply` does."""
        return self.reply(method, params).result

    def reply(self, method: str, params: Params | None = None) -> Reply:
        """The same with what stands beside the result.

        Raises TryLater (not processed), OutcomeUnknown (a write without an answer: read back before it is sent again),
        Gone, NoRight, Refused, Unsupported, SignInRequired, ConfigError.
        """
        call = call_of(method)
        return repeated(lambda: self._within({method: 1}, call, method, params or {}), self._clock, (Overloaded,))

    def batch(self, commands: Sequence[Command], *, linked: bool = False) -> list[Reply | PartnersyncError]:
        """What each of up to fifty commands gave, or its error, in their order, by one request.

        `linked`: a command may refer to those before it, and none is run after one that failed (NotReached).
        An error of the whole call is raised; OutcomeUnknown then concerns all of its commands that write. A command
        whose values look like references goes out by itself, linked ones may have none.
        """
        assert len(commands) <= LONGEST_BATCH
        settled: dict[int, Reply | PartnersyncError] = {}
        quoting = [number for number, command in enumerate(commands) if command.quotes_reference()]
        if linked and quoting:
            raise Refused(f"{commands[quoting[0]].method}: a text looks like a reference to another command")
        for number in quoting:
            try:
                settled[number] = self.reply(commands[number].method, commands[number].params)
            except PartnersyncError as error:
                settled[number] = error

        def send() -> None:
            left = {n: command for n, command in enumerate(commands) if _open(settled.get(n))}
            settled.update(self._batched(left, linked=linked) if left else {})
            again = next((error for error in settled.values() if _open(error)), None)
            if isinstance(again, TryLater) and not linked:  # what a linked one refers to is no more
                raise _Left(again.message, after_s=again.after_s)

        with suppress(_Left):
            repeated(send, self._clock, (Overloaded,))
        return [settled[number] for number in range(len(commands))]

    def together(self, jobs: Iterable[Callable[[], T]]) -> Iterator[T]:
        """Results of jobs in their order, as many at once as there are threads; see Pool."""
        return self._pool.together(jobs)

    def close(self) -> None:
        """Let calls under way end, and give everything back."""
        self._pool.close()
        self._line.close()
        self._limiter.close()
        self._operating.close()

    def _batched(self, commands: Mapping[int, Command], *, linked: bool) -> dict[int, Reply | PartnersyncError]:
        calls = {call_of(command.method) for command in commands.values()}
        call = Call.WRITE if Call.WRITE in calls else Call.READ
        methods = Counter(command.method for command in commands.values())
        texts = {f"c{number}": command.text() for number, command in commands.items()}
        reply = self._within({**methods, BATCH: 1}, call, BATCH, {"halt": int(linked), "cmd": texts})
        told = reply.result if isinstance(reply.result, Mapping) else {}
        answers = _Answers(told)
        for method in methods:
            own = [f"c{number}" for number, command in commands.items() if command.method == method]
            self._note(method, [answers.time(key) for key in own])
        settled: dict[int, Reply | PartnersyncError] = {}
        failed = False
        for number, command in commands.items():
            settled[number] = answers.of(f"c{number}", command, halted=linked and failed)
            failed = failed or not isinstance(settled[number], Reply)
            if isinstance(settled[number], MethodRests):
                self._operating.blocked(command.method, BATCH)
        return settled

    def _within(self, methods: Mapping[str, int], call: Call, method: str, params: Params) -> Reply:
        with self._operating.within(methods):
            answer = self._admitted(call, method, params)
            told = answer.problem
            if answer.status != 200 or "error" in told:
                error = error_of(Problem.of(answer.status, told), call, method)
                self._limiter.heed(error)
                if isinstance(error, MethodRests):
                    self._operating.blocked(method)
                raise error
            if "result" not in told:
                raise unanswered(call, f"{method}: the answer cannot be read")
            time = _mapping(told.get("time"))
            self._note(method, [time])
        return Reply(told["result"], told.get("next"), told.get("total"), time)

    def _admitted(self, call: Call, method: str, params: Params) -> Answer:
        """The answer; with a new token once where the portal refuses the one that was sent."""
        token = self.sign_in.bearer()
        answer = self._sent(call, method, params, token)
        if answer.status != 401 or not token:
            return answer
        error = error_of(Problem.of(401, answer.problem), call, method)
        if not (isinstance(error, NotAdmitted) and error.ended):
            return answer
        return self._sent(call, method, params, self.sign_in.renewed(token))

    def _sent(self, call: Call, method: str, params: Params, token: str) -> Answer:
        """The answer of wherever the portal is: what was sent is sent there as it was."""
        body = {**params, "auth": token} if token else dict(params)
        for _ in range(_MOVES):
            origin = self.sign_in.origin
            answer = self._posted(call, method, f"{origin}{self._root.reveal()}{method}", body)
            if answer.status not in (301, 302, 307, 308):
                return answer
            found = answer.headers.get("location", "")
            if not may_follow(origin, found) or not urlsplit(found).path.startswith(self._root.reveal()):
                host = urlsplit(found).hostname or "another address"
                hint = "Correct the connection's address"
                raise ConfigError(f"{method}: the portal answers that it is at {host}", hint=hint)
            self.sign_in.moved(origin_in(found))
        raise ConfigError(
            f"{method}: the portal's addresses point to each other", hint="Correct the connection's address"
        )

    def _posted(self, call: Call, method: str, url: str, body: Any) -> Answer:
        self._limiter.wait()
        try:
            return self._line.send("POST", url, _HEADERS, body=body)
        except NotSent as error:
            hint = "Check the connection's address and the network"
            raise TryLater(f"{method}: {error}", hint=hint) from None
        except NoAnswer as error:
            raise unanswered(call, f"{method}: {error}") from None

    def _note(self, method: str, times: Sequence[Mapping[str, Any]]) -> None:
        """Of several the latest, which tells the largest sum."""
        known = [time for time in times if time]
        if known:
            latest = max(known, key=lambda time: float(time.get("operating") or 0))
            self._operating.note(method, latest, len(known))


class _Left(TryLater):
    """Some commands of a batch were not processed."""


@dataclass(frozen=True, slots=True)
class _Answers:
    """A batch's answer by command: maps of it that are empty come as lists."""

    told: Mapping[str, Any]

    def time(self, key: str) -> Mapping[str, Any]:
        return _mapping(self._part("result_time").get(key))

    def of(self, key: str, command: Command, *, halted: bool) -> Reply | PartnersyncError:
        problem = self._part("result_error").get(key)
        call = call_of(command.method)
        if problem is not None:
            told = problem if isinstance(problem, Mapping) else {"error": "", "error_description": str(problem)}
            return error_of(Problem.of(0, told), call, command.method)
        results = self._part("result")
        if key in results:
            next_, total = self._part("result_next").get(key), self._part("result_total").get(key)
            return Reply(results[key], next_, total, self.time(key))
        if halted:
            return NotReached(f"{command.method}: a command before it failed")
        return unanswered(call, f"{command.method}: the batch tells nothing of it")

    def _part(self, name: str) -> Mapping[str, Any]:
        return _mapping(self.told.get(name))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _open(settled: Reply | PartnersyncError | None) -> bool:
    """Whether a command has still to be sent: not yet, or it was certainly not processed."""
    return settled is None or (isinstance(settled, TryLater) and not isinstance(settled, NotReached | Overloaded))
