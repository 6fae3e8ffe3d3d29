"""Calls on the amoCRM sandbox without sockets, one second of its clock apart so that no limit is met."""

from typing import Any

from partnersync.sandbox.clock import VirtualClock
from partnersync.sandbox.messages import Request as SandboxRequest
from partnersync.sandbox.messages import Response
from partnersync_amocrm_sandbox.account import Account
from partnersync_amocrm_sandbox.behaviour import Behaviour
from partnersync_amocrm_sandbox.emulator import sandbox_of
from partnersync_amocrm_sandbox.sample import CLIENT_ID, sample

START = 1_760_000_000  # 2025-10-09 08:53:20 UTC


class Amo:
    """A sample account and its admin's token."""

    def __init__(self, deals: int = 0, **behaviour: Any) -> None:
        self.clock = VirtualClock(START)
        self.sandbox = sandbox_of(sample(self.clock, deals, behaviour=Behaviour(**behaviour)))
        self.token = self.sandbox.token

    @property
    def account(self) -> Account:
        return self.sandbox.account

    def token_of(self, user_id: int, *, full: bool = False) -> str:
        """A token that a user granted."""
        return self.account.tokens.long_lived(CLIENT_ID, user_id, self.account.now(), full=full)

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Response:
        """One call below the API's root, or on another path of the host."""
        self.clock.advance(1)
        target = path if path.startswith("/") else f"/api/v4/{path}"
        sent = {"Authorization": f"Bearer {self.token}", "Host": "sandbox.amocrm.ru"} | (headers or {})
        return self.sandbox.handle(SandboxRequest.to(method, target, sent, json_body=body))

    def get(self, path: str) -> Any:
        """What a list or an entity is; None where it is nothing."""
        response = self.call("GET", path)
        assert response.status in (200, 204), response.body.decode()
        return response.json() if response.status == 200 else None

    def rows(self, path: str) -> list[Any]:
        """The items of a list's page."""
        page = self.get(path)
        return next(iter(page["_embedded"].values())) if page else []

    def ids(self, path: str) -> list[int]:
        """Their ids."""
        return [row["id"] for row in self.rows(path)]

    def post(self, path: str, *items: Any) -> list[Any]:
        """Store items; what is answered about them."""
        response = self.call("POST", path, list(items))
        assert response.status in (200, 201), response.body.decode()
        return list(next(iter(response.json()["_embedded"].values())))

    def new(self, path: str, item: Any) -> int:
        """Store one; its id."""
        return int(self.post(path, item)[0]["id"])

    def patch(self, path: str, body: Any) -> Any:
        """Change something."""
        response = self.call("PATCH", path, body)
        assert response.status in (200, 201, 202), response.body.decode()
        return response.json()

    def errors(self, method: str, path: str, body: Any) -> list[tuple[Any, str]]:
        """Code and path of what the validation finds."""
        response = self.call(method, path, body)
        assert response.status == 400, response.body.decode()
        found = response.json().get("validation-errors", [])
        return [(error["code"], error["path"]) for item in found for error in item["errors"]]
