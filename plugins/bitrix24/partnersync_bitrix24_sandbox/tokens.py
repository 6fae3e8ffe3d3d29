"""Who may call: inbound webhooks, and applications whose refresh tokens can be used once."""

import hashlib
from dataclasses import dataclass, field

ACCESS_S = 3600
REFRESH_S = 180 * 86_400
CODE_S = 30
SCOPES = ("crm", "task", "user", "userfieldconfig", "placement", "bizproc")


@dataclass(frozen=True, slots=True)
class Application:
    """A local or marketplace application."""

    client_id: str
    client_secret: str
    redirect_uri: str = "https://partnersync.example/bitrix24"
    code: str = "local.sandbox"
    scopes: tuple[str, ...] = SCOPES
    number: int = 1


@dataclass(frozen=True, slots=True)
class Access:
    """What a caller may do: `caller` is who operating time is billed to, `application` empty for a webhook."""

    caller: str
    user_id: int
    scopes: tuple[str, ...]
    application: str = ""
    expires_at: float | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """What the token endpoint gives."""

    access: str
    refresh: str
    user_id: int
    expires_at: int
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Grant:
    client_id: str
    user_id: int
    expires_at: int


@dataclass(slots=True)
class Tokens:
    """Webhooks and tokens of the portal. They are made of a counter, so a run gives the same ones each time."""

    member_id: str
    applications: dict[str, Application] = field(default_factory=dict)
    refreshes: int = 0  # how many times a pair was replaced
    _made: int = 0
    _webhooks: dict[tuple[int, str], Access] = field(default_factory=dict)
    _access: dict[str, Access] = field(default_factory=dict)
    _codes: dict[str, _Grant] = field(default_factory=dict)
    _refresh: dict[str, _Grant] = field(default_factory=dict)

    def webhook(self, user_id: int, scopes: tuple[str, ...] = SCOPES, expires_at: float | None = None) -> str:
        """The secret of a new inbound webhook of a user."""
        secret = self._secret("webhook", 16)
        self._webhooks[user_id, secret] = Access(f"webhook {secret}", user_id, scopes, expires_at=expires_at)
        return secret

    def by_webhook(self, user_id: int, secret: str, now: float) -> Access | None:
        """What a webhook may do."""
        access = self._webhooks.get((user_id, secret))
        return access if access and (access.expires_at is None or now < access.expires_at) else None

    def install(self, application: Application) -> None:
        """Make an application known."""
        self.applications[application.client_id] = application

    def uninstall(self, client_id: str) -> None:
        """The application is removed: nothing of it works any more."""
        self.applications.pop(client_id, None)
        for key in [key for key, access in self._access.items() if access.application == client_id]:
            del self._access[key]
        for grants in (self._codes, self._refresh):
            for key in [key for key, grant in grants.items() if grant.client_id == client_id]:
                del grants[key]

    def code(self, client_id: str, user_id: int, now: int) -> str:
        """What the redirect after a consent carries, for half a minute."""
        code = self._secret("code", 35)
        self._codes[code] = _Grant(client_id, user_id, now + CODE_S)
        return code

    def pair(self, client_id: str, user_id: int, now: int) -> Pair:
        """A fresh pair, as an application gets it when it is installed."""
        application = self.applications[client_id]
        access, refresh = self._secret("access", 35), self._secret("refresh", 35)
        expires = now + ACCESS_S
        self._access[access] = Access(client_id, user_id, application.scopes, client_id, expires)
        self._refresh[refresh] = _Grant(client_id, user_id, now + REFRESH_S)
        return Pair(access, refresh, user_id, expires, application.scopes)

    def access(self, token: str) -> Access | None:
        """What a token allows or allowed: whether it is expired is to be looked at."""
        return self._access.get(token)

    def application_token(self, client_id: str) -> str:
        """What tells an application that an event comes from this portal."""
        return hashlib.sha256(f"{self.member_id} application {client_id}".encode()).hexdigest()[:32]

    def by_code(self, code: str, client_id: str, now: int) -> Pair | None:
        """Exchange a code, once."""
        return self._exchange(self._codes, code, client_id, now)

    def by_refresh(self, token: str, client_id: str, now: int) -> Pair | None:
        """Replace a pair; the old refresh token is dead from now on."""
        pair = self._exchange(self._refresh, token, client_id, now)
        self.refreshes += pair is not None
        return pair

    def _exchange(self, grants: dict[str, _Grant], key: str, client_id: str, now: int) -> Pair | None:
        grant = grants.get(key)
        if grant is None or grant.client_id != client_id or now >= grant.expires_at:
            return None
        del grants[key]
        return self.pair(client_id, grant.user_id, now)

    def _secret(self, what: str, length: int) -> str:
        self._made += 1
        digest = hashlib.sha256(f"{self.member_id} {what} {self._made}".encode()).hexdigest()
        return digest[:length]
