"""The emulator: one function from requests to responses over one portal."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from partnersync.sandbox.clock import Clock
from partnersync.sandbox.messages import Request, Response
from partnersync_bitrix24_sandbox import oauth
from partnersync_bitrix24_sandbox.batch import batch
from partnersync_bitrix24_sandbox.behaviour import Billed, Sent
from partnersync_bitrix24_sandbox.call import Answer, Call
from partnersync_bitrix24_sandbox.contracts import check
from partnersync_bitrix24_sandbox.delivery import deliver, over_http
from partnersync_bitrix24_sandbox.limits import SHORT_CALL_S
from partnersync_bitrix24_sandbox.methods import METHODS
from partnersync_bitrix24_sandbox.page import page
from partnersync_bitrix24_sandbox.parameters import parameters
from partnersync_bitrix24_sandbox.php import dump
from partnersync_bitrix24_sandbox.portal import Portal
from partnersync_bitrix24_sandbox.refusals import Refusal, argument, missing
from partnersync_bitrix24_sandbox.sample import ADMIN, sample
from partnersync_bitrix24_sandbox.tokens import Access
from partnersync_bitrix24_sandbox.ui import Ui
from partnersync_bitrix24_sandbox.vendor_portal import vendor_portal

WEBHOOK = re.compile(r"/rest/(\d+)/([^/]+)/([^/]+?)(?:\.json)?/?")
APPLICATION = re.compile(r"/rest/([^/]+?)(?:\.json)?/?")
JSON = {"Content-Type": "application/json; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class _Caller:
    """Who makes a request, through which connector."""

    access: Access
    connector: str


class BitrixSandbox:
    """Bitrix24 in memory. Tests and demonstrations reach the state by `portal`, and act as people by `ui`."""

    def __init__(self, portal: Portal, secret: str) -> None:
        self.portal = portal
        self.ui = Ui(portal)
        self._secret = secret

    @property
    def token(self) -> str:
        """The path of an administrator's inbound webhook: the address with it is the webhook's URL."""
        return f"/rest/{ADMIN}/{self._secret}/"

    def handle(self, request: Request) -> Response:
        """Answer one call."""
        with self.portal.lock:
            return self._answer(request)

    def tick(self) -> None:
        """Send the events that wait for their handlers."""
        deliver(self.portal, over_http)

    def _answer(self, request: Request) -> Response:
        portal = self.portal
        most = portal.behaviour.max_body
        if most is not None and len(request.body) > most:
            return Response.of_html(413, "<html><body><h1>413 Request Entity Too Large</h1></body></html>")
        path = request.path.rstrip("/")
        if not path:
            return page(portal, request)
        if path == oauth.TOKEN_PATH:
            return oauth.token(portal, request)
        if portal.host and request.headers.get("host") != portal.host:
            query = f"?{urlencode(request.query)}" if request.query else ""
            return Response(302, b"", {"Location": f"http://{portal.host}{request.path}{query}"})
        if path == oauth.CONSENT_PATH:
            return oauth.consent(portal, request, ADMIN)
        address = request.headers.get("x-forwarded-for", "127.0.0.1")
        found = WEBHOOK.fullmatch(request.path) or APPLICATION.fullmatch(request.path)
        if found is None:
            return Response.of_html(404, "<html><body><h1>404 Not Found</h1></body></html>")
        try:
            if not portal.bucket.admits(address, portal.clock.now()):
                raise Refusal(503, "QUERY_LIMIT_EXCEEDED", "Too many requests")
            body = self._called(request, found)
        except Refusal as refusal:
            return Response(refusal.status, dump(refusal.body), JSON)
        return Response(200, dump(body), JSON)

    def _called(self, request: Request, found: re.Match[str]) -> dict[str, Any]:
        portal = self.portal
        params = parameters(request)
        method = found[found.lastindex or 1].lower()
        if method not in METHODS and method != "batch":
            raise Refusal(404, "ERROR_METHOD_NOT_FOUND", "Method not found!")
        access = self._webhook(found) if found.re is WEBHOOK else self._token(request, params)
        caller = _Caller(access, str(params.get("auth_connector") or ""))
        began = portal.clock.now()
        if method == "batch":
            self._check(method, params)
            result = batch(params, lambda name, sent, given: self._run(name, given, caller, sent))
            return {"result": result, "time": self._time(caller, "batch", began)}
        answer, time = self._run(method, params, caller)
        told: dict[str, Any] = {"result": answer.result}
        if answer.next is not None:
            told["next"] = answer.next
        if answer.total is not None:
            told["total"] = answer.total
        return told | {"time": time}

    def _run(
        self, name: str, params: dict[str, Any], caller: _Caller, command: dict[str, Any] | None = None
    ) -> tuple[Answer, dict[str, Any]]:
        """One method's call; `command` is what it was in a batch before its references were resolved."""
        portal, access = self.portal, caller.access
        method = METHODS.get(name)
        if method is None:
            raise Refusal(404, "ERROR_METHOD_NOT_FOUND", "Method not found!")
        if method.application_only and not access.application:
            raise Refusal(403, "WRONG_AUTH_TYPE", "Current authorization type is denied for this method")
        if method.scope and method.scope not in access.scopes:
            text = "The request requires higher privileges than provided by the access token"
            raise Refusal(portal.behaviour.scope_status, "insufficient_scope", text)
        now = portal.clock.now()
        inside = command is not None
        billed = ["batch"] if inside and portal.behaviour.batch_billing == Billed.BATCH else [name]
        if inside and portal.behaviour.batch_billing == Billed.BOTH:
            billed = [name, "batch"]
        if not all(portal.operating.admits(access.caller, one, now) for one in billed):
            raise Refusal(429, "OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.")
        cost = portal.limits.cost_s(name)
        if cost >= SHORT_CALL_S or not portal.behaviour.short_calls_are_free:
            for one in billed:
                portal.operating.bill(access.caller, one, cost, now)
        self._check(name, params if command is None else command)
        user = portal.users[access.user_id]
        answer = method.handler(Call(portal, name, params, user, access, caller.connector))
        return answer, self._time(caller, name, now, cost)

    def _check(self, name: str, params: dict[str, Any]) -> None:
        found = list(check(name, params))
        self.portal.findings += found
        for one in found:
            if one.what == "is missing" and "[" not in one.parameter:
                raise missing(one.parameter)
            if self.portal.behaviour.contract == Sent.REFUSED:
                raise argument(one.parameter, str(one))

    def _webhook(self, found: re.Match[str]) -> Access:
        access = self.portal.tokens.by_webhook(int(found[1]), found[2], self.portal.clock.now())
        if access is None or not self.portal.users[access.user_id].is_active:
            status = self.portal.behaviour.credentials_status
            raise Refusal(status, "INVALID_CREDENTIALS", "Invalid request credentials")
        return access

    def _token(self, request: Request, params: dict[str, Any]) -> Access:
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        token = params.get("auth") or params.get("access_token") or (bearer if scheme.lower() == "bearer" else "")
        if not token:
            raise Refusal(401, "NO_AUTH_FOUND", "Wrong authorization data")
        access = self.portal.tokens.access(str(token))
        if access is None:
            raise Refusal(401, "invalid_token", "Unable to get application by token")
        if access.expires_at is not None and self.portal.clock.now() >= access.expires_at:
            raise Refusal(401, "expired_token", "The access token provided has expired.")
        if not self.portal.users[access.user_id].is_active:
            raise Refusal(401, "authorization_error", "Unable to authorize user")
        return access

    def _time(self, caller: _Caller, method: str, began: float, cost: float = 0.0) -> dict[str, Any]:
        portal, now = self.portal, self.portal.clock.now()
        start = int(began) if portal.behaviour.whole_seconds else began
        time: dict[str, Any] = {
            "start": start,
            "finish": now + cost,
            "duration": now - began + cost,
            "processing": cost,
        }
        time |= {"date_start": portal.moment(began), "date_finish": portal.moment(now)}
        if portal.behaviour.operating_told:
            time["operating_reset_at"] = portal.operating.resets_at(caller.access.caller, method, now)
            time["operating"] = round(portal.operating.used(caller.access.caller, method, now), 6)
        return time


def sandbox_of(portal: Portal) -> BitrixSandbox:
    """A portal with an inbound webhook of its administrator."""
    return BitrixSandbox(portal, portal.tokens.webhook(ADMIN))


def vendors_portal(deals: int, clock: Clock) -> BitrixSandbox:
    """The vendor's sample portal, which has as many deals as it has."""
    del deals
    return sandbox_of(vendor_portal(clock))


def sample_portal(deals: int, clock: Clock) -> BitrixSandbox:
    """The sample company with this many deals."""
    return sandbox_of(sample(clock, deals))
