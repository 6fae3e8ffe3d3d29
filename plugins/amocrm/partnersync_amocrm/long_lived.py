"""A token from the integration's Keys tab, which lives for years."""

from partnersync.contract.secret import Secret
from partnersync.errors import SignInRequired
from partnersync.transport.clock import Clock
from partnersync_amocrm.claims import ends_at


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
