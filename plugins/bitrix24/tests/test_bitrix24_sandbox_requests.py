"""What the Bitrix24 sandbox takes as a call, from whom, and how it refuses one (reference §1, §3)."""

from decimal import Decimal
from typing import Any

import pytest

from bitrix24_caller import DEAL, START, Bitrix
from partnersync.sandbox.messages import Request, Response
from partnersync_bitrix24_sandbox import contracts, php
from partnersync_bitrix24_sandbox.cards import User
from partnersync_bitrix24_sandbox.contracts import check
from partnersync_bitrix24_sandbox.sample import ADMIN, FIRST_SELLER


def send(b24: Bitrix, method: str, target: str, body: bytes = b"", kind: str = "") -> Response:
    return b24.sandbox.handle(Request.to(method, f"{b24.path}{target}", {"Content-Type": kind} if kind else {}, body))


@pytest.mark.parametrize(
    ("method", "target", "body", "kind"),
    [
        pytest.param("POST", "crm.item.get", b'{"entityTypeId":2,"id":1}', "application/json", id="JSON"),
        pytest.param("POST", "CRM.Item.GET.json", b"entityTypeId=2&id=1", "", id="any case, a suffix, a bare body"),
        pytest.param("GET", "crm.item.get?entityTypeId=2&id=1", b"", "", id="a query"),
        pytest.param(
            "POST",
            "crm.item.get?entityTypeId=2&id=2",
            b"id=1",
            "application/x-www-form-urlencoded",
            id="a form, which wins over the query",
        ),
        pytest.param(
            "POST",
            "crm.item.get?entityTypeId=2",
            b'--x\r\nContent-Disposition: form-data; name="id"\r\n\r\n1\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
            id="parts",
        ),
    ],
)
def test_encodings(method: str, target: str, body: bytes, kind: str) -> None:
    response = send(Bitrix(2), method, target, body, kind)
    assert response.status == 200, response.body
    assert response.json()["result"]["item"]["title"] == "Сделка 1"


def test_broken_json_is_swallowed() -> None:
    answer = send(Bitrix(), "POST", "crm.item.get", b'{"entityTypeId":2,', "application/json")
    assert answer.json()["error"] == 100
    assert "entityTypeId" in answer.json()["error_description"]


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a[b][c]=1&a[b][d]=2", {"a": {"b": {"c": "1", "d": "2"}}}),
        ("a[0]=x&a[1]=y", {"a": ["x", "y"]}),
        ("a[1]=y", {"a": {"1": "y"}}),
        ("a[]=x&a[]=y", {"a": ["x", "y"]}),
        ("filter[>%3Did]=5", {"filter": {">=id": "5"}}),
        ("a.b=1&a=1&a[c]=2", {"a_b": "1", "a": {"c": "2"}}),
        ("a=%2B1+2", {"a": "+1 2"}),
    ],
)
def test_nested_parameters(text: str, tree: dict[str, Any]) -> None:
    assert php.parse_str(text) == tree


@pytest.mark.parametrize(
    ("value", "number"), [("12abc", 12), ("x", 0), ([1], 1), ([], 0), ({"a": 0}, 1), (None, 0), (True, 1), ("-3", -3)]
)
def test_numbers_are_cast(value: Any, number: int) -> None:
    assert php.whole(value) == number


def test_slashes_and_the_letters_of_html_are_escaped() -> None:
    assert php.dump({"a": "</ж>&'\"\\"}) == '{"a":"\\u003C\\/ж\\u003E\\u0026\\u0027\\u0022\\\\"}'.encode()


def test_an_unknown_method_is_told_before_the_caller_is_looked_at() -> None:
    b24 = Bitrix()
    assert b24.error("/rest/1/wrong/no.such.method") == (404, "ERROR_METHOD_NOT_FOUND", "Method not found!")
    assert b24.error("/rest/1/wrong/profile")[:2] == (403, "INVALID_CREDENTIALS")


def test_a_dismissed_users_webhook_is_dead() -> None:
    b24 = Bitrix()
    path = b24.webhook_of(FIRST_SELLER)
    assert b24.result(f"{path}profile")["ADMIN"] is False
    b24.portal.users[FIRST_SELLER] = User(FIRST_SELLER, "Менеджер", is_active=False)
    assert b24.error(f"{path}profile")[1] == "INVALID_CREDENTIALS"


def test_a_webhook_ends_with_its_time() -> None:
    b24 = Bitrix()
    secret = b24.portal.tokens.webhook(ADMIN, expires_at=START + 10)
    assert b24.result(f"/rest/{ADMIN}/{secret}/profile")["ID"] == "1"
    b24.clock.advance(10)
    assert b24.error(f"/rest/{ADMIN}/{secret}/profile")[1] == "INVALID_CREDENTIALS"


@pytest.mark.parametrize("status", [403, 401])
def test_statuses_that_sources_tell_differently(status: int) -> None:
    b24 = Bitrix(credentials_status=status, scope_status=status)
    assert b24.error("/rest/1/wrong/profile")[0] == status
    path = b24.webhook_of(ADMIN, ("crm",))
    assert b24.error(f"{path}user.get")[:2] == (status, "insufficient_scope")
    inside = b24.result(f"{path}batch", cmd={"a": "user.get"})["result_error"]
    assert inside == {"a": {"error": "insufficient_scope", "error_description": ""}}


def test_about_the_caller_and_the_methods() -> None:
    b24 = Bitrix()
    assert b24.result("scope") == ["crm", "task", "user", "userfieldconfig", "placement", "bizproc"]
    assert b24.result("server.time") == "2025-10-09T11:53:22+03:00"
    assert b24.result("method.get", name="CRM.item.get") == {"isExisting": True, "isAvailable": True}
    assert b24.result("method.get", name="no.such") == {"isExisting": False, "isAvailable": False}
    assert b24.result("feature.get", CODE="rest_offline_extended") == {"value": "Y"}
    assert b24.result("app.info")["INSTALLED"] is True
    assert "crm.item.list" in b24.result("methods")
    assert [one["ID"] for one in b24.result("user.get", FILTER={"ACTIVE": True})] == ["1", "5", "7", "9"]
    assert b24.result("user.get", FILTER={"ID": ["5"]})[0]["TIMESTAMP_X"] == {}


@pytest.mark.parametrize(
    ("method", "params", "wrong"),
    [
        ("crm.item.list", {"entityTypeId": 2, "filtr": {}}, "filtr is unknown"),
        ("crm.item.list", {"entityTypeId": 2, "select": "id"}, "select is no array"),
        ("crm.item.list", {"entityTypeId": "deal"}, "entityTypeId is no integer"),
        ("crm.item.get", {"id": 1}, "entityTypeId is missing"),
        ("crm.item.get", {"ENTITYTYPEID": 2, "id": 1}, "entityTypeId is missing"),
        ("crm.deal.update", {"ID": "1", "FIELDS": {"TITLE": "x", "UF_CRM_ANY": 1}}, ""),
        ("crm.deal.update", {"id": 1, "fields": {"STAGE": "x"}}, "fields[STAGE] is unknown"),
        ("crm.deal.update", {"id": 1, "fields": {"OPPORTUNITY": "much"}}, "fields[OPPORTUNITY] is no number"),
        ("crm.deal.list", {"filter": {">ID": 1}, "start": -1}, ""),
        ("crm.deal.update", {"id": "$result[a]", "fields": {}}, ""),
    ],
)
def test_the_vendors_contracts(method: str, params: dict[str, Any], wrong: str) -> None:
    found = [f"{one.parameter} {one.what}" for one in check(method, params)]
    assert found[:1] == ([wrong] if wrong else [])


@pytest.mark.parametrize(
    ("base", "fits", "not_"),
    [
        ("integer", [1, "1", "", None, "$result[a]"], [True, "1.5", "x", [1], Decimal("1.5")]),
        ("number", [1, Decimal("1.5"), "1.5"], [True, "x", [], "Infinity"]),
        ("boolean", [True, "Y", "n", 0, "1", "true"], ["yes", 2, []]),
        ("string", ["x", 1, {"ru": "x"}], [["x"], True]),
        ("date", ["2025-01-01"], [{"a": 1}, ["x"]]),
        ("array", [[], [1], {"a": 1}], ["x", 1]),
        ("object", [{"a": 1}, [], [{"a": 1}]], ["x", [1]]),
        ("any", ["x", [1], {"a": 1}, True], []),
    ],
)
def test_types_of_contracts(base: str, fits: list[Any], not_: list[Any]) -> None:
    assert [one for one in fits if not contracts.fits(base, one)] == []
    assert [one for one in not_ if contracts.fits(base, one)] == []


def test_what_is_against_a_contract_is_refused_or_only_written_down() -> None:
    strict, lenient = Bitrix(1), Bitrix(1, contract="ignored")
    assert strict.error("crm.item.list", entityTypeId=DEAL, nonsense=1)[:2] == (400, "ERROR_ARGUMENT")
    assert strict.error("crm.item.update", entityTypeId=DEAL, id=1, fields={"nonsense": 1})[1] == "ERROR_ARGUMENT"
    lenient.result("crm.item.list", entityTypeId=DEAL, nonsense=1)
    lenient.change(DEAL, 1, nonsense=1, opened=1)
    for b24 in (strict, lenient):
        assert [str(one) for one in b24.portal.findings][:2] == [
            "crm.item.list: nonsense is unknown",
            "crm.item.update: fields[nonsense] is unknown",
        ]


def test_a_body_may_be_too_large() -> None:
    assert send(Bitrix(max_body=10), "POST", "profile", b"x" * 11).status == 413
