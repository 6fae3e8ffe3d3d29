"""Applications: consent, tokens that are replaced, a portal under another address (reference §1.1, §1.3)."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from bitrix24_caller import DEAL, Bitrix
from partnersync.sandbox.messages import Request, Response
from partnersync_bitrix24_sandbox.sample import ADMIN, CLIENT_ID, FIRST_SELLER
from partnersync_bitrix24_sandbox.tokens import ACCESS_S, REFRESH_S

OWN = {"client_id": CLIENT_ID, "client_secret": "sandbox-secret"}
HOST = {"Host": "sandbox.bitrix24.example"}


def token(b24: Bitrix, **form: str) -> Response:
    body = urlencode({**OWN, **form}).encode()
    return b24.sandbox.handle(Request.to("POST", "/oauth/token/", HOST, body))


def refused(b24: Bitrix, **form: str) -> str:
    response = token(b24, **form)
    assert response.status == 400
    return str(response.json()["error"])


def test_from_consent_to_a_call() -> None:
    b24 = Bitrix(1)
    asked = Request.to("GET", f"/oauth/authorize/?client_id={CLIENT_ID}&state=x1", HOST)
    told = parse_qs(urlsplit(b24.sandbox.handle(asked).header("Location")).query)
    assert (told["state"], told["member_id"]) == (["x1"], [b24.portal.member_id])
    (code,) = told["code"]
    pair = token(b24, grant_type="authorization_code", code=code).json()
    assert (pair["expires_in"], pair["client_endpoint"], pair["user_id"]) == (
        3600,
        f"http://{HOST['Host']}/rest/",
        ADMIN,
    )
    assert refused(b24, grant_type="authorization_code", code=code) == "invalid_grant"
    b24.path = "/rest/"
    assert b24.result("profile", auth=pair["access_token"])["ID"] == "1"
    assert b24.result("profile", headers={"Authorization": f"Bearer {pair['access_token']}"})["ID"] == "1"
    assert b24.error("profile")[:2] == (401, "NO_AUTH_FOUND")
    assert b24.error("profile", auth="nonsense")[:2] == (401, "invalid_token")


def test_a_code_lives_half_a_minute() -> None:
    b24 = Bitrix()
    code = b24.portal.tokens.code(CLIENT_ID, ADMIN, b24.portal.now())
    b24.clock.advance(30)
    assert refused(b24, grant_type="authorization_code", code=code) == "invalid_grant"


def test_a_refresh_token_is_used_once() -> None:
    b24 = Bitrix()
    first = b24.portal.tokens.pair(CLIENT_ID, ADMIN, b24.portal.now())
    b24.clock.advance(ACCESS_S)
    b24.path = "/rest/"
    assert b24.error("profile", auth=first.access)[:2] == (401, "expired_token")
    second = token(b24, grant_type="refresh_token", refresh_token=first.refresh).json()
    assert second["refresh_token"] != first.refresh
    assert b24.portal.tokens.refreshes == 1
    assert refused(b24, grant_type="refresh_token", refresh_token=first.refresh) == "invalid_grant"
    assert b24.result("profile", auth=second["access_token"])["ADMIN"] is True
    b24.clock.advance(REFRESH_S)
    assert refused(b24, grant_type="refresh_token", refresh_token=second["refresh_token"]) == "invalid_grant"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "unknown"}, "invalid_client"),
        ({"grant_type": "password"}, "invalid_request"),
    ],
)
def test_what_the_token_server_refuses(form: dict[str, str], code: str) -> None:
    assert refused(Bitrix(), **{"grant_type": "refresh_token", **form}) == code


def test_an_application_that_was_removed() -> None:
    b24 = Bitrix()
    pair = b24.portal.tokens.pair(CLIENT_ID, ADMIN, b24.portal.now())
    b24.portal.tokens.uninstall(CLIENT_ID)
    assert b24.error("/rest/profile", auth=pair.access)[1] == "invalid_token"
    assert refused(b24, grant_type="refresh_token", refresh_token=pair.refresh) == "invalid_client"


def test_a_token_has_the_rights_of_who_granted_it() -> None:
    b24 = Bitrix(1)
    pair = b24.portal.tokens.pair(CLIENT_ID, FIRST_SELLER, b24.portal.now())
    b24.path = "/rest/"
    told = b24.result("crm.item.update", entityTypeId=DEAL, id=1, fields={"title": "x"}, auth=pair.access)
    assert told["item"]["updatedBy"] == FIRST_SELLER
    assert b24.result("app.info", auth=pair.access)["CODE"] == "local.sandbox"


def test_a_renamed_portal_redirects_and_the_post_has_to_be_repeated() -> None:
    b24 = Bitrix()
    b24.sandbox.ui.rename("new.bitrix24.example")
    response = b24.call("profile?x=1")
    assert (response.status, response.header("Location")) == (302, f"http://new.bitrix24.example{b24.path}profile?x=1")
    assert b24.call("profile", headers={"Host": "new.bitrix24.example"}).status == 200
    pair = b24.portal.tokens.pair(CLIENT_ID, ADMIN, b24.portal.now())
    told = token(b24, grant_type="refresh_token", refresh_token=pair.refresh).json()
    assert told["client_endpoint"] == "http://new.bitrix24.example/rest/"
