"""The token server: a code or a refresh token becomes a new pair, and it tells where the portal is."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from partnersync.contract.secret import Secret
from partnersync.errors import ConfigError, PartnersyncError, TryLater
from partnersync.transport.clock import Clock
from partnersync.transport.line import Answer, Line, NoAnswer, NotSent
from partnersync.transport.sign_in import Dead, Lost
from partnersync.transport.token_file import Pair
from partnersync_bitrix24.addresses import gives_tokens, may_follow, origin_in, token_server
from partnersync_bitrix24.faults import Problem
from partnersync_bitrix24.limiter import Limiter
from partnersync_bitrix24.settings import BitrixSettings

_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
_LIVES_S = 3600.0


@dataclass(frozen=True, slots=True)
class TokenServer:
    """Speaks for one application; its calls take turns with all others."""

    settings: BitrixSettings
    line: Line
    limiter: Limiter
    clock: Clock
    kind: str = "bitrix24"
    early: float = 0.0  # the vendor asks not to replace what still works

    @property
    def url(self) -> str:
        """The portal's address in the settings."""
        return self.settings.origin

    def authorise_url(self, state: str) -> str:
        """Where an administrator of the portal agrees."""
        return f"{self.url}/oauth/authorize/?{urlencode({'client_id': self.settings.client_id, 'state': state})}"

    def exchange(self, code: Secret, server: str = "") -> tuple[Pair, str]:
        """The first pair, for a code of the last thirty seconds, and where the portal is. `server`: as it was told."""
        grant = {"grant_type": "authorization_code", "code": code.reveal()}
        return self._pair(token_server(self.url, server), self.url, grant)

    def replace(self, origin: str, pair: Pair) -> tuple[Pair, str]:
        """The next pair, and where the portal is now. The old refresh token is dead from then on."""
        grant = {"grant_type": "refresh_token", "refresh_token": pair.refresh.reveal()}
        return self._pair(pair.server or token_server(origin), origin, grant)

    def _pair(self, server: str, portal: str, grant: dict[str, str]) -> tuple[Pair, str]:
        own = self.settings
        secret = own.client_secret.reveal() if own.client_secret else ""
        form = {"client_id": own.client_id or "", "client_secret": secret, **grant}
        answer = self._send(f"{server}/oauth/token/", urlencode(form).encode())
        told = answer.problem
        if answer.status != 200 or "error" in told:
            raise _refusal(Problem.of(answer.status, told))
        try:
            access, refresh = str(told["access_token"]), str(told["refresh_token"])
            lives = float(told.get("expires_in", _LIVES_S))
        except (KeyError, TypeError, ValueError):
            raise Lost("the answer of the token server cannot be read") from None
        next_server = _kept(told, "server_endpoint", server, lambda found: gives_tokens(found, portal))
        found = _kept(told, "client_endpoint", portal, lambda found: may_follow(portal, found))
        return Pair(Secret(access), Secret(refresh), self.clock.unix() + lives, lives, next_server), found

    def _send(self, url: str, form: bytes) -> Answer:
        self.limiter.wait()
        try:
            return self.line.send("POST", url, _FORM, body=form)
        except NotSent as error:
            raise TryLater(f"signing in: {error}") from None
        except NoAnswer as error:
            raise Lost(f"signing in: {error}") from None


def _kept(told: Any, name: str, before: str, trusted: Any) -> str:
    endpoint = str(told.get(name, ""))
    return origin_in(endpoint) if endpoint and trusted(endpoint) else before


def _refusal(problem: Problem) -> PartnersyncError:
    match problem.code:
        case "INVALID_GRANT" | "EXPIRED_TOKEN":
            return Dead("the token server refuses the code or the refresh token")
        case "INVALID_CLIENT" | "WRONG_CLIENT" | "ERROR_OAUTH":
            hint = "Copy client_id and client_secret from the application's page once more"
            return ConfigError("the token server does not know this client_id with this client_secret", hint=hint)
        case "NOT_INSTALLED":
            hint = "Install the application in the portal"
            return ConfigError("the application is not installed in this portal", hint=hint)
        case "PAYMENT_REQUIRED":
            return ConfigError("the portal's plan does not admit applications", hint="Choose a plan that does")
        case "QUERY_LIMIT_EXCEEDED":
            return TryLater("signing in: too many requests", after_s=1)
    if 400 <= problem.status < 500:
        return ConfigError(f"signing in: refused ({problem.code or problem.status})", hint="Check client_id and url")
    return Lost(f"signing in: the token server answers {problem.status}")
