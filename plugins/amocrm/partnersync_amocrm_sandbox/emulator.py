"""The emulator: one function from requests to responses over one account."""

from dataclasses import replace

from partnersync.sandbox.clock import Clock
from partnersync.sandbox.messages import Request, Response
from partnersync_amocrm_sandbox import (
    account_routes,
    card_routes,
    catalog_routes,
    complex_routes,
    event_routes,
    field_group_routes,
    field_routes,
    link_routes,
    loss_reason_routes,
    note_routes,
    oauth,
    pipeline_routes,
    tag_routes,
    task_routes,
    webhook_routes,
)
from partnersync_amocrm_sandbox.account import Account
from partnersync_amocrm_sandbox.behaviour import Body429
from partnersync_amocrm_sandbox.calls import API, Call, find
from partnersync_amocrm_sandbox.delivery import deliver, over_http
from partnersync_amocrm_sandbox.hook_forms import head
from partnersync_amocrm_sandbox.page import page
from partnersync_amocrm_sandbox.problems import BLOCKED, TOO_MANY, Refusal, problem
from partnersync_amocrm_sandbox.sample import ADMIN, CLIENT_ID, sample
from partnersync_amocrm_sandbox.tokens import Access
from partnersync_amocrm_sandbox.ui import Ui

ROUTES = [
    *account_routes.ROUTES,
    *pipeline_routes.ROUTES,
    *loss_reason_routes.ROUTES,
    *field_group_routes.ROUTES,
    *field_routes.ROUTES,
    *tag_routes.ROUTES,
    *link_routes.ROUTES,
    *catalog_routes.ROUTES,
    *complex_routes.ROUTES,
    *note_routes.ROUTES,
    *task_routes.ROUTES,
    *event_routes.ROUTES,
    *webhook_routes.ROUTES,
    *card_routes.ROUTES,
]
READ_ONLY_AFTER_S = 30 * 86_400  # an unpaid account can be read for this long
RETRY_AFTER_S = 300


class AmoSandbox:
    """amoCRM in memory. Tests and demonstrations reach the state by `account`, and act as people by `ui`."""

    def __init__(self, account: Account, token: str) -> None:
        self.account = account
        self.ui = Ui(account)
        self._token = token
        self._requests = 0

    @property
    def token(self) -> str:
        """A long-lived token of an admin."""
        return self._token

    def handle(self, request: Request) -> Response:
        """Answer one call."""
        with self.account.lock:
            response = self._answer(request)
            self.account.hooks.pack(self.account.behaviour, head(self.account), self.account.now())
            self._requests += 1
            number = f"{self.account.id:08x}-{self._requests:08x}"
        return replace(response, headers={**response.headers, "X-Request-Id": number})

    def tick(self) -> None:
        """Send the hooks that are due."""
        deliver(self.account, over_http)

    def _answer(self, request: Request) -> Response:
        account = self.account
        if request.path == "/":
            return page(account, request)
        if request.path == oauth.SUBDOMAIN_PATH:
            return oauth.current_subdomain(account, request)
        if account.limiter.blocked:
            return Response.of_html(403, BLOCKED)
        if account.host and request.headers.get("host") != account.host:
            return problem(401, "Account not found")
        if request.path == oauth.TOKEN_PATH:
            return oauth.access_token(account, request)
        if not request.path.startswith(f"{API}/"):
            return Response.of_html(404, "<html><body><h1>404</h1></body></html>")
        access = self._access(request)
        if access is None:
            return problem(401, "Invalid user name or password")
        if not account.limiter.admits(access.integration, account.clock.now()):
            return self._too_many()
        return self._unpaid(request) or self._routed(request, access)

    def _access(self, request: Request) -> Access | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        access = self.account.tokens.access(token, self.account.now()) if scheme.lower() == "bearer" else None
        if access is None:
            return None
        user = self.account.users.get(access.user_id)
        works = access.full or (user is not None and user.is_active)
        return access if works else None

    def _routed(self, request: Request, access: Access) -> Response:
        account = self.account
        acting = request.headers.get("x-context-user-id")
        user = account.users.get(int(acting) if acting and acting.isdigit() else access.user_id)
        if user is None or (acting and (user.is_free or not access.full)):
            return problem(401, "Invalid user name or password")
        found = find(ROUTES, request.method, request.path)
        if found.handler is None:
            if found.wrong_method:
                return problem(405, "Method Not Allowed")
            host = request.headers.get("host", "")
            return problem(404, f"Cannot {request.method} http://{host}{request.path}!")
        try:
            return found.handler(Call(account, request, user, access, found.parts))
        except Refusal as refusal:
            return refusal.response

    def _unpaid(self, request: Request) -> Response | None:
        until, now = self.account.options.paid_until, self.account.now()
        if until is None or now < until or (request.method == "GET" and now < until + READ_ONLY_AFTER_S):
            return None
        return problem(402, "Payment required")

    def _too_many(self) -> Response:
        behaviour = self.account.behaviour
        detail = "You have sent too many requests in a given amount of time. Please try again later."
        if behaviour.body_429 is Body429.HTML:
            response = Response.of_html(429, TOO_MANY)
        elif behaviour.body_429 is Body429.JSON:
            response = problem(429, detail)
        else:
            response = problem(429, detail, retry_after=RETRY_AFTER_S)
        if behaviour.retry_after_header:
            response = replace(response, headers={**response.headers, "Retry-After": "1"})
        return response


def sandbox_of(account: Account) -> AmoSandbox:
    """An account with a long-lived token of its admin."""
    return AmoSandbox(account, account.tokens.long_lived(CLIENT_ID, ADMIN, account.now()))


def sample_account(deals: int, clock: Clock) -> AmoSandbox:
    """The sample company with this many deals."""
    return sandbox_of(sample(clock, deals))
