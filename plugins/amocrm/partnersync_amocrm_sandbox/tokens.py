"""Integrations and their tokens: long-lived ones, and pairs of which the refresh token can be used once."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field

ACCESS_S = 86_400
REFRESH_S = 90 * 86_400
CODE_S = 20 * 60
LONG_LIVED_S = 5 * 365 * 86_400
SCOPES = ("crm", "files", "files_delete", "notifications")


@dataclass(frozen=True, slots=True)
class Integration:
    """Something installed in the account."""

    client_id: str
    client_secret: str
    redirect_uri: str
    scopes: tuple[str, ...] = SCOPES
    external: bool = False


@dataclass(slots=True)
class Access:
    """What a token allows. `full` was granted by an admin and works whoever is disabled later."""

    integration: str
    user_id: int
    full: bool
    expires_at: int
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """What the token endpoint gives."""

    access: str
    refresh: str
    server_time: int


@dataclass(slots=True)
class _Grant:
    access: Access
    expires_at: int


@dataclass(slots=True)
class Tokens:
    """All tokens of the account. They are made of a counter, so a run gives the same ones each time."""

    account_id: int
    subdomain: Callable[[], str]
    integrations: dict[str, Integration] = field(default_factory=dict)
    refreshes: int = 0  # how many times a pair was replaced
    _made: int = 0
    _access: dict[str, Access] = field(default_factory=dict)
    _codes: dict[str, _Grant] = field(default_factory=dict)
    _refresh: dict[str, _Grant] = field(default_factory=dict)

    def install(self, integration: Integration) -> None:
        """Make an integration known."""
        self.integrations[integration.client_id] = integration

    def long_lived(
        self, client_id: str, user_id: int, now: int, *, full: bool = True, life_s: int = LONG_LIVED_S
    ) -> str:
        """A token as the "Keys" tab shows it, once."""
        return self._issue(Access(client_id, user_id, full, now + life_s), now)

    def code(self, client_id: str, user_id: int, now: int, *, full: bool = True) -> str:
        """What the redirect after a consent carries."""
        code = self._secret("code")
        self._codes[code] = _Grant(Access(client_id, user_id, full, 0), now + CODE_S)
        return code

    def access(self, token: str, now: int) -> Access | None:
        """What a bearer may do; None where it may do nothing."""
        access = self._access.get(token)
        return access if access and not access.revoked and now < access.expires_at else None

    def by_code(self, code: str, client_id: str, now: int) -> Pair | None:
        """Exchange a code, once."""
        return self._exchange(self._codes, code, client_id, now)

    def by_refresh(self, token: str, client_id: str, now: int) -> Pair | None:
        """Replace a pair; the old refresh token is dead from now on, and with it nothing else."""
        pair = self._exchange(self._refresh, token, client_id, now)
        self.refreshes += pair is not None
        return pair

    def knows_refresh(self, token: str, now: int) -> bool:
        """Whether a refresh token is alive, without using it."""
        return token in self._refresh and now < self._refresh[token].expires_at

    def revoke(self, client_id: str) -> None:
        """The integration was switched off: nothing of it works any more."""
        for access in self._access.values():
            if access.integration == client_id:
                access.revoked = True
        for grants in (self._codes, self._refresh):
            for key in [key for key, grant in grants.items() if grant.access.integration == client_id]:
                del grants[key]

    def _exchange(self, grants: dict[str, _Grant], key: str, client_id: str, now: int) -> Pair | None:
        grant = grants.get(key)
        if grant is None or grant.access.integration != client_id or now >= grant.expires_at:
            return None
        del grants[key]
        fresh = Access(client_id, grant.access.user_id, grant.access.full, now + ACCESS_S)
        refresh = self._secret("refresh")
        self._refresh[refresh] = _Grant(fresh, now + REFRESH_S)
        return Pair(self._issue(fresh, now), refresh, now)

    def _secret(self, what: str) -> str:
        self._made += 1
        digest = hashlib.sha256(f"{self.account_id} {what} {self._made}".encode()).hexdigest()
        return f"def50200{digest}"

    def _issue(self, access: Access, now: int) -> str:
        """A JSON Web Token."""
        claims = {
            "aud": access.integration,
            "jti": self._secret("jti"),
            "iat": now,
            "nbf": now,
            "exp": access.expires_at,
            "sub": str(access.user_id),
            "account_id": self.account_id,
            "api_domain": f"{self.subdomain()}.amocrm.ru",
            "scopes": list(SCOPES),
        }
        head = _part(json.dumps({"typ": "JWT", "alg": "HS256"}).encode())
        body = f"{head}.{_part(json.dumps(claims).encode())}"
        token = f"{body}.{_part(hmac.digest(b'sandbox', body.encode(), 'sha256'))}"
        self._access[token] = access
        return token


def _part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
