"""The token endpoint: a code or a refresh token becomes a new pair; where a renamed account is found."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from partnersync.contract.secret import Secret
from partnersync.errors import ConfigError, PartnersyncError, TryLater
from partnersync.transport.address import is_loopback
from partnersync.transport.clock import Clock
from partnersync.transport.line import Answer, Line, NoAnswer, NotSent
from partnersync.transport.sign_in import Dead, Elsewhere, Lost
from partnersync.transport.token_file import Pair
from partnersync_amocrm.claims import told_domain
from partnersync_amocrm.faults import AccountBlocked, Call, error_of
from partnersync_amocrm.limiter import Limiter
from partnersync_amocrm.settings import AmoSettings, is_account


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """Speaks for one integration; its calls take turns with all others."""

    settings: AmoSettings
    line: Line
    limiter: Limiter
    clock: Clock
    kind: str = "amocrm"
    early: float = 0.25

    @property
    def url(self) -> str:
        """The account's address in the settings."""
        return self.settings.url

    def authorise_url(self, state: str) -> str:
        """Where an administrator of the account agrees."""
        url = self.settings.url
        site = url if is_loopback(url) else f"https://www.{url.partition('.')[2]}"
        return f"{site}/oauth?{urlencode({'client_id': self.settings.client_id, 'state': state, 'mode': 'popup'})}"

    def exchange(self, origin: str, code: Secret) -> Pair:
        """The first pair, for a code of the last twenty minutes."""
        return self._pair(origin, {"grant_type": "authorization_code", "code": code.reveal()})

    def replace(self, origin: str, pair: Pair) -> tuple[Pair, str]:
        """The next pair, asked for where the account is. The old refresh token is dead then, its access token lives."""
        grant = {"grant_type": "refresh_token", "refresh_token": pair.refresh.reveal()}
        try:
            return self._pair(origin, grant), origin
        except (Dead, Elsewhere):
            found = self.current_origin(origin, pair)
            if found == origin:
                raise
            return self._pair(found, grant), found

    def current_origin(self, origin: str, pair: Pair) -> str:
        """Where the account is now; `origin` itself where nobody tells. Secrets go to the vendor's hosts alone."""
        domain = told_domain(pair.access.reveal())
        asked = origin if is_loopback(origin) else f"https://{domain}"
        if not is_loopback(asked) and not is_account(asked):
            return origin
        headers = {"X-Refresh-Token": pair.refresh.reveal()}
        try:
            answer = self._send("GET", f"{asked}/oauth2/account/current/subdomain", headers)
        except TryLater:
            return origin
        told = str(answer.problem.get("domain", "")) if answer.status == 200 else ""
        found = f"{'http' if is_loopback(asked) else 'https'}://{told}"
        trusted = is_loopback(found) if is_loopback(asked) else is_account(found)
        return found if told and trusted else origin

    def _pair(self, origin: str, grant: dict[str, str]) -> Pair:
        own = self.settings
        secret = own.client_secret.reveal() if own.client_secret else ""
        body = {"client_id": own.client_id, "client_secret": secret, "redirect_uri": own.redirect_uri, **grant}
        answer = self._send("POST", f"{origin}/oauth2/access_token", {}, body)
        if answer.status != 200:
            error = _refusal(answer)
            self.limiter.heed(error)
            raise error
        told = answer.problem
        try:
            lives = float(told["expires_in"])
            pair = str(told["access_token"]), str(told["refresh_token"])
        except (KeyError, TypeError, ValueError):
            raise Lost("the answer of the token endpoint cannot be read") from None
        return Pair(Secret(pair[0]), Secret(pair[1]), self.clock.unix() + lives, lives)

    def _send(self, method: str, url: str, headers: dict[str, str], body: Any = None) -> Answer:
        self.limiter.wait()
        try:
            return self.line.send(method, url, headers, body=body)
        except NotSent as error:
            raise TryLater(f"signing in: {error}") from None
        except NoAnswer as error:
            raise Lost(f"signing in: {error}") from None


def _refusal(answer: Answer) -> PartnersyncError:
    told = answer.problem
    if str(told.get("type", "")).endswith("OAuthProblemJson"):
        if "hint" not in told:
            hint = "Copy client_id and client_secret from the integration's Keys tab once more"
            return ConfigError("the account does not know this client_id with this client_secret", hint=hint)
        if "redirect_uri" in str(told["hint"]):
            hint = "Write redirect_uri as the integration has it, to the last slash"
            return ConfigError("the account refuses redirect_uri", hint=hint)
        return Dead(f"the account says: {told['hint']}")
    if answer.status in (401, 404):
        return Elsewhere("there is no such account at this address", hint="Correct the connection's url")
    error = error_of(answer, Call.CREATE, "signing in")
    if isinstance(error, AccountBlocked | TryLater):
        return error
    return Lost(f"signing in: the account answers {answer.status}")
