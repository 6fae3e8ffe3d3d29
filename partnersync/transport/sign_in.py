"""Which token a call bears: the current one of a pair that is replaced in time, once for all processes.

A refresh token can be used once. So a pair is replaced by one process while the others wait, that it is asked for is
noted before, and the new pair is on disk before anybody uses it. Where the access token lives for long it is replaced
before its end: if the answer is lost, the old one leaves hours in which a person can sign in again.
"""

import logging
from datetime import UTC, datetime
from threading import Lock
from typing import Protocol

from partnersync.errors import ConfigError, PartnersyncError, SignInRequired, TryLater
from partnersync.transport.clock import Clock
from partnersync.transport.token_file import Entry, Kept, Pair, TokenFile

REST_S = 300.0  # between two tries to replace a pair whose access token still works


class Dead(SignInRequired):
    """The refresh token or the code was used, revoked, or is too old: no other try can help."""


class Elsewhere(SignInRequired):
    """The endpoint does not know the account, as after a change of its address."""


class Lost(TryLater):
    """The call went out without an answer: the account may have replaced the pair all the same."""


class Endpoint(Protocol):
    """What replaces the pairs of one application."""

    @property
    def kind(self) -> str:
        """The connection's kind."""

    @property
    def url(self) -> str:
        """The account's address in the settings."""

    @property
    def early(self) -> float:
        """The part of an access token's life that is left when it is replaced; 0: once it has ended."""

    def replace(self, origin: str, pair: Pair) -> tuple[Pair, str]:
        """The next pair, and where the account is now. Raises Dead, Elsewhere, Lost, TryLater, ConfigError."""


class SignIn(Protocol):
    """Where the account is, and what a call bears; used by several threads at once."""

    @property
    def origin(self) -> str:
        """The account's address as it is now, without a slash at its end."""

    def bearer(self) -> str:
        """The token to send; SignInRequired where a person has to act."""

    def renewed(self, refused: str) -> str:
        """The token for the one repeat of a call that was just refused; SignInRequired where none is left."""

    def warning(self) -> str:
        """What will stop working soon, with its mend; empty where nothing will."""


class Rotating:
    """The pair of an integration, in a file that all processes share."""

    def __init__(self, connection: str, endpoint: Endpoint, file: TokenFile, clock: Clock) -> None:
        self._log = logging.getLogger(f"partnersync.plugins.{endpoint.kind}")
        self._connection = connection
        self._endpoint = endpoint
        self._file = file
        self._clock = clock
        self._lock = Lock()
        self._kept: Kept | None = None
        self._rest_until = 0.0

    @property
    def origin(self) -> str:
        """Where the account was last found."""
        return (self._kept.origin if self._kept else "") or self._endpoint.url

    def bearer(self) -> str:
        """The access token; replaced before, where its end is near."""
        with self._lock:
            pair = self._known()
            now = self._clock.unix()
            if now < pair.expires_at - self._endpoint.early * pair.lives_s:
                return pair.access.reveal()
            if now >= pair.expires_at:
                return self._replaced(pair).access.reveal()
            if now >= self._rest_until and not (self._kept and self._kept.dead):
                try:
                    pair = self._replaced(pair)
                except PartnersyncError as error:
                    self._rest_until = now + REST_S
                    self._log.warning("token_not_replaced", {"connection": self._connection, "reason": error.message})
            return pair.access.reveal()

    def renewed(self, refused: str) -> str:
        """The pair that another process has put there meanwhile, or a new one."""
        with self._lock:
            pair = self._known()
            if pair.access.reveal() != refused:
                return pair.access.reveal()
            return self._replaced(pair).access.reveal()

    def moved(self, origin: str) -> None:
        """The account answered from there; kept for the next process."""
        with self._lock, self._file.alone() as entry:
            entry.moved(origin)
            self._kept = entry.read()

    def warning(self) -> str:
        """A refresh token that is dead while its access token still works; an address that was changed."""
        kept = self._file.read()
        if kept.pair and kept.dead:
            until = datetime.fromtimestamp(kept.pair.expires_at, UTC)
            return f"the sign-in ends at {until:%Y-%m-%d %H:%M} UTC. {self._mend()}"
        if kept.origin and kept.origin != self._endpoint.url:
            return f"the account's address is {kept.origin} now. Write it as the connection's url"
        return ""

    def _known(self) -> Pair:
        """The pair in memory; from the file at first, and once this one is due."""
        pair = self._kept.pair if self._kept else None
        if pair is None:
            self._kept = self._file.read()
            pair = self._kept.pair
        if pair is None:
            raise SignInRequired("nobody has signed in with this integration yet", hint=self._mend())
        return pair

    def _replaced(self, old: Pair) -> Pair:
        """A pair other than the old one: of whichever process comes first."""
        with self._file.alone() as entry:
            self._kept = entry.read()
            if found := self._other(old):
                return found
            lost_at = self._kept.asked_at
            if not self._kept.dead:
                entry.asked(lost_at or self._clock.unix())
        with self._file.alone() as entry:
            self._kept = entry.read()
            if found := self._other(old):
                return found
            refused = self._ask(entry, old, lost_at)
            self._kept = entry.read()
        if refused:
            raise refused
        return self._known()

    def _other(self, old: Pair) -> Pair | None:
        pair = self._kept.pair if self._kept else None
        return pair if pair and pair.access != old.access else None

    def _ask(self, entry: Entry, old: Pair, lost_at: float | None) -> PartnersyncError | None:
        """Ask the account and keep what it says; the error is raised by the caller, once all of it is kept."""
        kept = self._kept or Kept()
        if kept.dead:
            return self._over(lost_at)
        origin = self.origin
        try:
            pair, found = self._endpoint.replace(origin, old)
        except Dead:
            entry.died()
            return self._over(lost_at)
        except Lost as error:
            return error
        except (TryLater, Elsewhere, ConfigError) as error:
            entry.asked(lost_at)
            return error
        entry.keep(pair, found)
        if found != origin:
            self._log.warning("account_moved", {"connection": self._connection, "to": found})
        return None

    def _over(self, lost_at: float | None) -> SignInRequired:
        text = "the account refuses the refresh token"
        if lost_at is not None:
            asked = datetime.fromtimestamp(lost_at, UTC)
            text += f": the answer to a replacement asked for at {asked:%Y-%m-%d %H:%M} UTC was lost"
        return SignInRequired(text, hint=self._mend())

    def _mend(self) -> str:
        return f"Sign in: partnersync connect {self._connection}"
