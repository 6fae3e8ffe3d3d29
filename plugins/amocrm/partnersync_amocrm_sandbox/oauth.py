"""The token endpoint, and where a renamed account is found."""

from typing import Any

from partnersync.sandbox.messages import Request, Response
from partnersync_amocrm_sandbox.account import Account
from partnersync_amocrm_sandbox.problems import oauth_problem, problem
from partnersync_amocrm_sandbox.tokens import ACCESS_S, Pair

TOKEN_PATH = "/oauth2/access_token"  # noqa: S105 - a path
SUBDOMAIN_PATH = "/oauth2/account/current/subdomain"


def access_token(account: Account, request: Request) -> Response:
    """Exchange a code or replace a pair; JSON and forms are understood."""
    if request.method != "POST":
        return problem(405, "Method Not Allowed")
    given = _given(request)
    integration = account.tokens.integrations.get(str(given.get("client_id")))
    if integration is None or given.get("client_secret") != integration.client_secret:
        return oauth_problem(client=True)
    if given.get("redirect_uri") != integration.redirect_uri:
        return oauth_problem(hint="Check the `redirect_uri` parameter")
    now = account.now()
    match given.get("grant_type"):
        case "authorization_code":
            pair = account.tokens.by_code(str(given.get("code")), integration.client_id, now)
            return _told(pair) if pair else oauth_problem(hint="Authorization code has expired")
        case "refresh_token":
            pair = account.tokens.by_refresh(str(given.get("refresh_token")), integration.client_id, now)
            return _told(pair) if pair else oauth_problem(hint="Token has been revoked")
    return oauth_problem(hint="Check the `grant_type` parameter")


def current_subdomain(account: Account, request: Request) -> Response:
    """Answers to a living refresh token, without using it, on any host."""
    if not account.tokens.knows_refresh(request.headers.get("x-refresh-token", ""), account.now()):
        return oauth_problem(hint="Token has been revoked")
    domain = account.host or f"{account.subdomain}.amocrm.ru"
    told = {"id": account.id, "subdomain": account.subdomain, "domain": domain, "top_level_domain": "ru"}
    return Response.of_json(200, told)


def _given(request: Request) -> dict[str, Any]:
    if "json" not in request.headers.get("content-type", ""):
        return dict(request.form)
    try:
        data = request.json()
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _told(pair: Pair) -> Response:
    body = {
        "token_type": "Bearer",
        "expires_in": ACCESS_S,
        "server_time": pair.server_time,
        "access_token": pair.access,
        "refresh_token": pair.refresh,
    }
    return Response.of_json(200, body)
