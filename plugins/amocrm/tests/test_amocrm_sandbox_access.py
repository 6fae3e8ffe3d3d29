"""Who may call, how often, and what the refusals look like, byte by byte where the reference has them."""

import base64
import json
from typing import Any

import pytest

from amocrm_caller import START, Amo
from partnersync.sandbox.messages import Request
from partnersync_amocrm_sandbox.account import Options
from partnersync_amocrm_sandbox.behaviour import Body429
from partnersync_amocrm_sandbox.limits import Limits
from partnersync_amocrm_sandbox.sample import ADMIN, CLIENT_ID, FIRST_SELLER
from partnersync_amocrm_sandbox.tokens import Integration

DAY = 86_400
REDIRECT = "https://partnersync.example/amocrm"


def exchange(amo: Amo, **given: str) -> tuple[int, Any]:
    body = {"client_id": CLIENT_ID, "client_secret": "sandbox-secret", "redirect_uri": REDIRECT} | given
    response = amo.call("POST", "/oauth2/access_token", body, {"Authorization": ""})
    return response.status, response.json()


def pair(amo: Amo) -> dict[str, Any]:
    code = amo.account.tokens.code(CLIENT_ID, ADMIN, amo.account.now())
    status, told = exchange(amo, grant_type="authorization_code", code=code)
    assert status == 200
    return dict(told)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nonsense", "Basic abc"])
def test_without_a_token_401(header: str) -> None:
    """§3.4."""
    response = Amo().call("GET", "account", headers={"Authorization": header})
    assert (response.status, response.json()) == (
        401,
        {
            "title": "Unauthorized",
            "type": "https://httpstatus.es/401",
            "status": 401,
            "detail": "Invalid user name or password",
        },
    )


def test_the_token_endpoint_gives_a_pair() -> None:
    """§2.3 with server_time, for a day."""
    told = pair(Amo())
    assert (told["token_type"], told["expires_in"], told["server_time"]) == ("Bearer", DAY, START + 1)
    claims = json.loads(base64.urlsafe_b64decode(told["access_token"].split(".")[1] + "=="))
    assert (claims["exp"], claims["api_domain"]) == (START + 1 + DAY, "sandbox.amocrm.ru")


def test_an_access_token_lives_a_day() -> None:
    """§2.3."""
    amo = Amo()
    amo.token = pair(amo)["access_token"]
    amo.clock.advance(DAY - 2)
    assert amo.call("GET", "account").status == 200
    assert amo.call("GET", "account").status == 401


def test_a_refresh_token_works_once() -> None:
    """§2.3 the exact body of the second use."""
    amo = Amo()
    refresh = pair(amo)["refresh_token"]
    assert exchange(amo, grant_type="refresh_token", refresh_token=refresh)[0] == 200
    assert exchange(amo, grant_type="refresh_token", refresh_token=refresh) == (
        401,
        {
            "hint": "Token has been revoked",
            "title": "Некорректный запрос",
            "type": "https://developers.amocrm.ru/v3/errors/OAuthProblemJson",
            "status": 401,
            "detail": "В запросе отсутствует ряд параметров или параметры невалидны",
        },
    )
    assert amo.account.tokens.refreshes == 1


def test_a_refresh_token_lives_three_months_and_a_code_twenty_minutes() -> None:
    """§2.2, §2.3."""
    amo = Amo()
    refresh = pair(amo)["refresh_token"]
    code = amo.account.tokens.code(CLIENT_ID, ADMIN, amo.account.now())
    amo.clock.advance(20 * 60)
    assert exchange(amo, grant_type="authorization_code", code=code)[0] == 401
    amo.clock.advance(90 * DAY)
    assert exchange(amo, grant_type="refresh_token", refresh_token=refresh)[0] == 401


def test_the_old_access_token_outlives_a_refresh() -> None:
    """§2.2 several pairs may live side by side."""
    amo = Amo()
    told = pair(amo)
    exchange(amo, grant_type="refresh_token", refresh_token=told["refresh_token"])
    amo.token = told["access_token"]
    assert amo.call("GET", "account").status == 200


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        pytest.param({"client_secret": "x"}, {"title": "Некорректный клиент"}, id="§2.3 wrong secret"),
        pytest.param({"client_id": "x"}, {"detail": "Авторизация клиента не прошла"}, id="§2.3 wrong client"),
        pytest.param({"redirect_uri": f"{REDIRECT}/"}, {"title": "Некорректный запрос"}, id="§2.3 one slash more"),
        pytest.param({"grant_type": "password"}, {"title": "Некорректный запрос"}, id="an unknown grant"),
    ],
)
def test_what_the_token_endpoint_refuses(wrong: dict[str, str], told: dict[str, str]) -> None:
    amo = Amo()
    code = amo.account.tokens.code(CLIENT_ID, ADMIN, amo.account.now())
    status, body = exchange(amo, **({"grant_type": "authorization_code", "code": code} | wrong))
    assert status == 401
    assert told.items() <= body.items()


def test_the_token_endpoint_takes_forms_too() -> None:
    """§2.3."""
    amo = Amo()
    body = f"client_id={CLIENT_ID}&client_secret=sandbox-secret&grant_type=refresh_token&redirect_uri={REDIRECT}"
    refresh = pair(amo)["refresh_token"]
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    request = Request.to("POST", "/oauth2/access_token", headers, f"{body}&refresh_token={refresh}".encode())
    assert amo.sandbox.handle(request).status == 200


def test_a_revoked_integration_is_out_at_once() -> None:
    """§2.4."""
    amo = Amo()
    amo.account.tokens.revoke(CLIENT_ID)
    assert amo.call("GET", "account").status == 401


def test_an_admins_token_outlives_his_account_a_sellers_does_not() -> None:
    """§2.1."""
    amo = Amo()
    seller = amo.token_of(FIRST_SELLER)
    for user in amo.account.users.values():
        user.is_active = False
    assert amo.call("GET", "account").status == 200
    amo.token = seller
    assert amo.call("GET", "account").status == 401


@pytest.mark.parametrize(
    ("acting", "status"),
    [(str(FIRST_SELLER), 200), ("1", 401)],
)
def test_acting_as_another_user(acting: str, status: int) -> None:
    """§1.2 only with an admin's token, and as somebody who exists."""
    amo = Amo()
    headers = {"X-Context-User-ID": acting}
    response = amo.call("GET", "account", headers=headers)
    assert response.status == status
    if status == 200:
        assert response.json()["current_user_id"] == FIRST_SELLER
    amo.token = amo.token_of(FIRST_SELLER)
    assert amo.call("GET", "account", headers=headers).status == 401


def test_acting_as_a_seller_has_his_rights() -> None:
    """§1.2."""
    amo = Amo(20)
    amo.account.users[FIRST_SELLER].rights["leads"]["view"] = "M"
    rows = amo.call("GET", "leads", headers={"X-Context-User-ID": str(FIRST_SELLER)}).json()["_embedded"]["leads"]
    assert {row["responsible_user_id"] for row in rows} == {FIRST_SELLER}
    assert {row["responsible_user_id"] for row in amo.rows("leads")} > {FIRST_SELLER}


@pytest.mark.parametrize(
    ("method", "path", "status", "detail"),
    [
        pytest.param("GET", "sky", 404, "Cannot GET http://sandbox.amocrm.ru/api/v4/sky!", id="§3.3 unknown route"),
        pytest.param("GET", "notes", 404, "Cannot GET http://sandbox.amocrm.ru/api/v4/notes!", id="§4.8 no such route"),
        pytest.param("DELETE", "leads/1", 405, "Method Not Allowed", id="§0.1 leads are not deleted"),
        pytest.param("DELETE", "companies", 405, "Method Not Allowed", id="§0.1 nor companies"),
        pytest.param("PUT", "leads", 405, "Method Not Allowed", id="§3.3 another method"),
        pytest.param("GET", "customers", 425, "Customers are not available", id="§4.4 the module is off"),
        pytest.param("POST", "leads", 400, "Request data can not be empty", id="§3.4 nothing sent"),
    ],
)
def test_problem_documents(method: str, path: str, status: int, detail: str) -> None:
    response = Amo().call(method, path)
    assert (response.status, response.json()["detail"]) == (status, detail)
    assert response.json()["type"] == f"https://httpstatus.es/{status}"


def burst(amo: Amo, calls: int) -> list[int]:
    """Statuses of calls within one moment."""
    headers = {"Authorization": f"Bearer {amo.token}"}
    return [amo.sandbox.handle(Request.to("GET", "/api/v4/account", headers)).status for _ in range(calls)]


def test_seven_in_a_second_then_429() -> None:
    """§1.5 and in the next second seven again."""
    amo = Amo()
    assert burst(amo, 9) == [200] * 7 + [429] * 2
    amo.clock.advance(1)
    assert burst(amo, 8) == [200] * 7 + [429]
    assert amo.account.limiter.refused == 3


def test_the_account_has_fifty_for_all_integrations() -> None:
    """§1.5."""
    amo, got = Amo(), []
    for number in range(9):
        amo.account.tokens.install(Integration(f"i{number}", "s", REDIRECT))
        amo.token = amo.account.tokens.long_lived(f"i{number}", ADMIN, amo.account.now())
        got += burst(amo, 7)
    assert got == [200] * 50 + [429] * 13


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param(Body429.HTML, None, id="§1.5 as amoCRM was seen to"),
        pytest.param(Body429.JSON, {"status": 429}, id="plain JSON"),
        pytest.param(Body429.JSON_RETRY_AFTER, {"title": "Too Many Requests", "retry_after": 300}, id="§3.4 as Kommo"),
    ],
)
def test_flavours_of_429(body: Body429, told: dict[str, Any] | None) -> None:
    amo = Amo(body_429=body, retry_after_header=body is Body429.JSON)
    burst(amo, 7)
    response = amo.sandbox.handle(Request.to("GET", "/api/v4/account", {"Authorization": f"Bearer {amo.token}"}))
    assert response.status == 429
    if told is None:
        assert response.body.startswith(b"<html>")
    else:
        assert told.items() <= response.json().items()
    assert response.header("Retry-After") == ("1" if body is Body429.JSON else "")


def test_who_keeps_on_is_blocked_until_support_helps() -> None:
    """§1.5, §3.3 403 as a page, on everything."""
    amo = Amo()
    amo.account.limiter.limits = Limits(block_after=3)
    assert burst(amo, 12) == [200] * 7 + [429] * 3 + [403] * 2
    amo.clock.advance(3600)
    response = amo.call("GET", "leads")
    assert (response.status, response.header("content-type")) == (403, "text/html; charset=utf-8")
    amo.account.limiter.unblock()
    assert amo.call("GET", "account").status == 200


def test_an_unpaid_account_is_read_for_thirty_days() -> None:
    """§1.5."""
    amo = Amo()
    amo.account.options = Options(paid_until=START)
    assert amo.call("POST", "leads", [{}]).status == 402
    assert amo.call("GET", "account").status == 200
    amo.clock.advance(30 * DAY)
    assert amo.call("GET", "account").status == 402


def test_a_renamed_account_tells_where_it_is() -> None:
    """§2.5 the old host fails."""
    amo = Amo()
    refresh = pair(amo)["refresh_token"]
    amo.account.subdomain, amo.account.host = "renamed", "renamed.amocrm.ru"
    assert amo.call("GET", "account").status == 401
    told = amo.call("GET", "/oauth2/account/current/subdomain", headers={"X-Refresh-Token": refresh}).json()
    assert (told["subdomain"], told["domain"]) == ("renamed", "renamed.amocrm.ru")
    assert amo.call("GET", "account", headers={"Host": "renamed.amocrm.ru"}).status == 200
    assert exchange(amo, grant_type="refresh_token", refresh_token=refresh)[0] == 401


def test_users_and_the_zone_of_the_account() -> None:
    """§4.15."""
    amo = Amo()
    users = amo.get("users?with=group")
    assert (users["_total_items"], users["_page_count"]) == (3, 1)
    assert [user["rights"]["is_admin"] for user in users["_embedded"]["users"]] == [True, False, False]
    settings = amo.get("account?with=datetime_settings")["_embedded"]["datetime_settings"]
    assert (settings["timezone"], settings["timezone_offset"]) == ("Europe/Moscow", "+03:00")
    assert amo.get("users/1") is None


def test_an_external_integration_sees_no_users() -> None:
    """§2.1."""
    amo = Amo()
    amo.account.tokens.install(Integration("ext", "s", REDIRECT, external=True))
    amo.token = amo.account.tokens.long_lived("ext", ADMIN, amo.account.now())
    response = amo.call("GET", "users")
    assert (response.status, response.json()["detail"]) == (403, "Invalid scope")


def test_roles() -> None:
    """§4.15."""
    amo = Amo()
    role = amo.new("roles", {"name": "Партнёрский отдел", "rights": {"leads": {"view": "A"}}})
    assert amo.call("PATCH", f"roles/{role}", {"name": "Отдел"}).status == 202
    assert amo.get(f"roles/{role}")["name"] == "Отдел"
    assert amo.call("DELETE", f"roles/{role}").status == 204
    assert amo.get("roles") is None
