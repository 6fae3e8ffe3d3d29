"""Calls on the Bitrix24 sandbox without sockets, one second of its clock apart so that no limit is met."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from partnersync.sandbox.clock import VirtualClock
from partnersync.sandbox.messages import Request, Response
from partnersync_bitrix24_sandbox.behaviour import Behaviour
from partnersync_bitrix24_sandbox.emulator import sandbox_of
from partnersync_bitrix24_sandbox.limits import Limits
from partnersync_bitrix24_sandbox.portal import Options, Portal
from partnersync_bitrix24_sandbox.sample import sample
from partnersync_bitrix24_sandbox.tokens import SCOPES

START = 1_760_000_000  # 2025-10-09 08:53:20 UTC
DEAL, CONTACT, COMPANY, LEAD, INVOICE = 2, 3, 4, 1, 31


class Bitrix:
    """A sample portal and its administrator's webhook."""

    def __init__(
        self, deals: int = 0, *, limits: Limits | None = None, options: Options | None = None, **behaviour: Any
    ) -> None:
        self.clock = VirtualClock(START)
        switches = Behaviour(**behaviour)
        self.sandbox = sandbox_of(sample(self.clock, deals, behaviour=switches, limits=limits, options=options))
        self.path = self.sandbox.token
        self.pause_s = 1.0

    @property
    def portal(self) -> Portal:
        return self.sandbox.portal

    def webhook_of(self, user_id: int, scopes: tuple[str, ...] = SCOPES) -> str:
        """The path of another webhook."""
        return f"/rest/{user_id}/{self.portal.tokens.webhook(user_id, scopes)}/"

    def call(
        self, method: str, params: Any = None, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> Response:
        """One call; parameters go as JSON."""
        self.clock.advance(self.pause_s)
        target = method if method.startswith("/") else f"{self.path}{method}"
        sent = {"Host": "sandbox.bitrix24.example", **(headers or {})}
        return self.sandbox.handle(Request.to("POST", target, sent, json_body={**(params or {}), **more}))

    def raw(self, method: str, body: bytes, kind: str) -> Response:
        """One call with these bytes."""
        self.clock.advance(self.pause_s)
        return self.sandbox.handle(Request.to("POST", f"{self.path}{method}", {"Content-Type": kind}, body))

    def body(self, method: str, params: Any = None, **more: Any) -> Any:
        """The whole answer of a call that succeeds."""
        response = self.call(method, params, **more)
        assert response.status == 200, response.body.decode()
        return response.json()

    def result(self, method: str, params: Any = None, **more: Any) -> Any:
        """Its result."""
        return self.body(method, params, **more)["result"]

    def error(self, method: str, params: Any = None, **more: Any) -> tuple[int, Any, str]:
        """Status, code and text of a call that fails."""
        response = self.call(method, params, **more)
        told = response.json()
        assert response.status != 200, told
        return response.status, told["error"], told["error_description"]

    def batch(self, cmd: Any, *, halt: int = 0) -> Any:
        """The inner part of a batch's answer."""
        return self.result("batch", {"halt": halt, "cmd": cmd})

    def add(self, type_id: int, **fields: Any) -> int:
        """A new card's id."""
        return int(self.result("crm.item.add", entityTypeId=type_id, fields=fields)["item"]["id"])

    def change(self, type_id: int, card_id: int, **fields: Any) -> Any:
        """A card after a change."""
        return self.result("crm.item.update", entityTypeId=type_id, id=card_id, fields=fields)["item"]

    def item(self, type_id: int, card_id: int) -> Any:
        """A card."""
        return self.result("crm.item.get", entityTypeId=type_id, id=card_id)["item"]

    def ids(self, type_id: int, **params: Any) -> list[int]:
        """The ids of a page."""
        return [one["id"] for one in self.result("crm.item.list", entityTypeId=type_id, **params)["items"]]


def command(method: str, **params: Any) -> str:
    """A command of a batch, percent-encoded."""
    return f"{method}?{urlencode(list(_flat(params)))}"


def _flat(params: Mapping[str, Any], prefix: str = "") -> Any:
    for key, value in params.items():
        name = f"{prefix}[{key}]" if prefix else key
        if isinstance(value, dict):
            yield from _flat(value, name)
        elif isinstance(value, list):
            yield from _flat({str(place): one for place, one in enumerate(value)}, name)
        else:
            yield name, value
