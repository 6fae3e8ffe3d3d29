"""Which token a call bears: a long-lived one, or the current one of a pair that is replaced in time, once for all.

A refresh token can be used once. So a pair is replaced by one process while the others wait, that it is asked for is
noted before, and the new pair is on disk before anybody uses it. It is replaced a quarter of its life before its end:
if the answer is lost, the old access token leaves hours in which a person can sign in again.
"""

import logging
from datetime import UTC, datetime
from threading import Lock
from typing import Protocol

from partnersync.contract.secret import Secret
from partnersync.errors import ConfigError, PartnersyncError, SignInRequired, TryLater
from partnersync_amocrm.claims import ends_at
from partnersync_amocrm.clock import Clock
from partnersync_amocrm.oauth import Dead, Elsewhere, Lost, Pair, TokenEndpoint
from partnersync_amocrm.token_file import Entry, Kept, TokenFile

REST_S = 300.0  # between two tries to replace a pair whose access token still works
_EARLY = 0.25  # of the access token's life
_log = logging.getLogger("partnersync.plugins.amocrm")


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


class LongLived:
    """A token from the integration's Keys tab."""

    def __init__(self, origin: str, token: Secret, clock: Clock) -> None:
        self.origin = origin
        self._token = token
        self._clock = clock

    def bearer(self) -> str:
        """The token."""
        return self._token.reveal()

    def renewed(self, refused: str) -> str:
        """The same once more: single refusals of good tokens were seen at night. Not where it has ended."""
        until = ends_at(refused)
        if until is not None and until <= self._clock.now():
            hint = "Make a new one in the integration's Keys tab"
            raise SignInRequired(f"the token ended on {until:%Y-%m-%d}", hint=hint)
        return refused

    def warning(self) -> str:
        """Two weeks before its end."""
        until = ends_at(self._token.reveal())
        left = (until - self._clock.now()).days if until else 365
        return f"the token ends in {left} days. Make a new one in the integration's Keys tab" if left < 14 else ""


class Rotating:
    """The pair of an integration, in a file that all processes share."""

    def __init__(self, connection: str, endpoint: TokenEndpoint, file: TokenFile, clock: Clock) -> None:
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
        return (self._kept.origin if self._kept else "") or self._endpoint.settings.url

    def bearer(self) -> str:
        """The access token; replaced before, where its end is near."""
        with self._lock:
            pair = self._known()
            now = self._clock.unix()
            if now < pair.expires_at - _EARLY * pair.lives_s:
                return pair.access.reveal()
            if now >= pair.expires_at:
                return self._replaced(pair).access.reveal()
            if now >= self._rest_until and not (self._kept and self._kept.dead):
                try:
                    pair = self._replaced(pair)
                except PartnersyncError as error:
                    self._rest_until = now + REST_S
                    _log.warning("token_not_replaced", {"connection": self._connection, "reason": error.message})
            return pair.access.reveal()

    def renewed(self, refused: str) -> str:
        """The pair that another process has put there meanwhile, or a new one."""
        with self._lock:
            pair = self._known()
            if pair.access.reveal() != refused:
                return pair.access.reveal()
            return self._replaced(pair).access.reveal()

    def warning(self) -> str:
        """A refresh token that is dead while its access token still works; an address that was changed."""
        kept = self._file.read()
        if kept.pair and kept.dead:
            until = datetime.fromtimestamp(kept.pair.expires_at, UTC)
            return f"the sign-in ends at {until:%Y-%m-%d %H:%M} UTC. {self._mend()}"
        if kept.origin and kept.origin != self._endpoint.settings.url:
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
            try:
                pair = self._endpoint.replace(origin, old)
            except (Dead, Elsewhere):
                found = self._endpoint.current_origin(origin, old)
                if found == origin:
                    raise
                _log.warning("account_moved", {"connection": self._connection, "to": found})
                origin = found
                pair = self._endpoint.replace(origin, old)
        except Dead:
            entry.died()
            return self._over(lost_at)
        except Lost as error:
            return error
        except (TryLater, Elsewhere, ConfigError) as error:
            entry.asked(lost_at)
            return error
        entry.keep(pair, origin)
        return None

    def _over(self, lost_at: float | None) -> SignInRequired:
        text = "the account refuses the refresh token"
        if lost_at is not None:
            asked = datetime.fromtimestamp(lost_at, UTC)
            text += f": the answer to a replacement asked for at {asked:%Y-%m-%d %H:%M} UTC was lost"
        return SignInRequired(text, hint=self._mend())

    def _mend(self) -> str:
        return f"Sign in: partnersync connect {self._connection}"
