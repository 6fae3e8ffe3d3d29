"""The authorisation server, which here stands on the portal's own host, and the consent of an administrator."""

from urllib.parse import urlencode

from partnersync.sandbox.messages import Request, Response
from partnersync_bitrix24_sandbox.parameters import parameters
from partnersync_bitrix24_sandbox.php import dump
from partnersync_bitrix24_sandbox.portal import Portal
from partnersync_bitrix24_sandbox.tokens import ACCESS_S, Pair

TOKEN_PATH, CONSENT_PATH = "/oauth/token", "/oauth/authorize"
JSON = {"Content-Type": "application/json; charset=utf-8"}


def token(portal: Portal, request: Request) -> Response:
    """Exchange a code or replace a pair; by GET or POST."""
    given = {name: str(value) for name, value in parameters(request).items()}
    application = portal.tokens.applications.get(given.get("client_id", ""))
    if application is None or given.get("client_secret") != application.client_secret:
        return _refused("invalid_client", "Client authentication failed")
    now = portal.now()
    match given.get("grant_type"):
        case "authorization_code":
            pair = portal.tokens.by_code(given.get("code", ""), application.client_id, now)
        case "refresh_token":
            pair = portal.tokens.by_refresh(given.get("refresh_token", ""), application.client_id, now)
        case _:
            return _refused("invalid_request", "grant_type is unknown")
    return _told(portal, request, pair) if pair else _refused("invalid_grant", "Invalid or expired grant")


def _told(portal: Portal, request: Request, pair: Pair) -> Response:
    asked = request.headers.get("host", "")
    body = {
        "access_token": pair.access,
        "refresh_token": pair.refresh,
        "expires": pair.expires_at,
        "expires_in": ACCESS_S,
        "client_endpoint": f"http://{portal.host or asked}/rest/",
        "server_endpoint": f"http://{asked}/rest/",
        "domain": asked,
        "member_id": portal.member_id,
        "scope": ",".join(pair.scopes),
        "status": "L",
        "user_id": pair.user_id,
    }
    return Response(200, dump(body), JSON)


def _refused(code: str, text: str) -> Response:
    return Response(400, dump({"error": code, "error_description": text}), JSON)


def consent(portal: Portal, request: Request, user_id: int) -> Response:
    """What the browser gets when an administrator has agreed: a redirect to the application with a code."""
    given = dict(request.query)
    application = portal.tokens.applications.get(given.get("client_id", ""))
    if application is None:
        return _refused("invalid_client", "Application not found")
    told = {
        "code": portal.tokens.code(application.client_id, user_id, portal.now()),
        "state": given.get("state", ""),
        "domain": request.headers.get("host", ""),
        "member_id": portal.member_id,
        "scope": ",".join(application.scopes),
        "server_domain": request.headers.get("host", ""),
    }
    return Response(302, b"", {"Location": f"{application.redirect_uri}?{urlencode(told)}"})
