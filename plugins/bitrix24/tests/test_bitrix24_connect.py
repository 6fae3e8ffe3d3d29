"""Signing in by a person, the keys that say how, and what the check of a portal finds."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError

from bitrix24_client import ORIGIN, SECRET, START, WEBHOOK, Desk, Scripted, ok, problem, settings_of
from partnersync.contract.adapter import Connection
from partnersync.contract.secret import Secret, discreet
from partnersync.errors import ConfigError, PartnersyncError, SignInRequired
from partnersync.sandbox.clock import VirtualClock
from partnersync.transport.line import Answer
from partnersync_bitrix24 import connect as connecting
from partnersync_bitrix24.assemble import token_file_of
from partnersync_bitrix24.checks import problems
from partnersync_bitrix24.settings import BitrixSettings

NOW = datetime.fromtimestamp(START, UTC)
OAUTH = {"url": ORIGIN, "client_id": "local.1", "client_secret": Secret("an-app-secret")}
PROFILE = {"ID": "7", "ADMIN": True, "NAME": "x"}


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        pytest.param({"webhook": Secret(WEBHOOK)}, None, id="a webhook"),
        pytest.param({"webhook": Secret(WEBHOOK.rstrip("/"))}, None, id="a webhook without its last slash"),
        pytest.param(OAUTH, None, id="an application"),
        pytest.param({}, "nothing tells how to sign in", id="neither"),
        pytest.param({**OAUTH, "webhook": Secret(WEBHOOK)}, "two ways to sign in", id="both"),
        pytest.param({"url": ORIGIN}, "client_id, client_secret is missing", id="half an application"),
        pytest.param({"webhook": Secret(ORIGIN)}, "not the address of an inbound webhook", id="the portal's address"),
        pytest.param({"webhook": Secret(f"{WEBHOOK}profile")}, "not the address of", id="with a method"),
        pytest.param({"webhook": Secret("http://a.bitrix24.ru/rest/1/abcd1234/")}, "not an https", id="unencrypted"),
        pytest.param({"webhook": Secret("http://127.0.0.1:81/rest/1/abcd1234/")}, None, id="a sandbox"),
        pytest.param({"webhook": WEBHOOK}, "a plain value is refused", id="a webhook in plain text"),
        pytest.param({**OAUTH, "url": "http://a.bitrix24.ru"}, "not an https address", id="unencrypted application"),
        pytest.param({**OAUTH, "url": f"{ORIGIN}/crm"}, "more or less than an account's host", id="a page"),
        pytest.param({**OAUTH, "rate": 6}, "less than or equal to 5", id="more than any plan allows"),
        pytest.param({**OAUTH, "rate": 0}, "greater than 0", id="no calls at all"),
    ],
)
def test_ways_to_sign_in(keys: dict[str, Any], told: str | None) -> None:
    if told is None:
        assert settings_of(**keys).origin.startswith("http") if keys else False
    else:
        with pytest.raises(ValidationError, match=told) as raised:
            BitrixSettings.model_validate(keys)
        assert SECRET not in str(raised.value)


def test_a_webhooks_secret_is_known_as_one_wherever_it_is_quoted() -> None:
    settings_of(webhook=Secret(f"{ORIGIN}/rest/7/zz99zz99zz99/"))
    assert "zz99zz99zz99" not in discreet("see /rest/7/zz99zz99zz99/crm.deal.get.json")


@dataclass
class Visitor:
    """Agrees in the browser."""

    back: str = "https://app.example/?code=c0de-c0de&domain=example.bitrix24.ru&state={state}&server_domain={server}"
    server: str = "oauth.bitrix.info"
    told: list[str] = field(default_factory=list)

    def tell(self, text: str) -> None:
        self.told.append(text)

    def ask(self, question: str) -> str:
        state = parse_qs(urlsplit(self.told[-1]).query)["state"][0]
        return self.back.format(state=state, server=self.server)


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """What connect calls by."""
    scripted = Scripted(VirtualClock(START), ok(PROFILE))
    monkeypatch.setattr(connecting, "line_of", lambda name: scripted)
    return scripted


def connect(folder: Path, person: Any, **keys: Any) -> None:
    connecting.connect(Connection("main", str(folder), "UTC", lambda: NOW), settings_of(**keys), person)


def pair(**more: Any) -> Answer:
    told = {"access_token": "a-1", "refresh_token": "r-1", "expires_in": 3600, **more}
    return Answer(200, json.dumps(told).encode())


def test_a_webhook_is_seen_to_work(tmp_path: Path, line: Scripted) -> None:
    person = Visitor()
    connect(tmp_path, person)
    assert person.told == ["Signed in to the portal example.bitrix24.ru as user 7"]


def test_an_application_is_signed_in_to(tmp_path: Path, line: Scripted) -> None:
    line.told = [pair(server_endpoint="https://oauth.bitrix.info/rest/"), ok(PROFILE)]
    person = Visitor()
    connect(tmp_path, person, **OAUTH)
    assert [sent.url for sent in line.sent] == ["https://oauth.bitrix.info/oauth/token/", f"{ORIGIN}/rest/profile"]
    assert line.sent[1].body == {"auth": "a-1"}
    kept = token_file_of("main", tmp_path, settings_of(**OAUTH)).read()
    assert kept.pair
    assert (kept.pair.server, kept.origin) == ("https://oauth.bitrix.info", ORIGIN)
    assert person.told[-2].startswith(f"{ORIGIN}/oauth/authorize/?client_id=local.1&state=")


@pytest.mark.parametrize(
    ("back", "error", "told"),
    [
        pytest.param("https://app.example/?code=x&state=other", ConfigError, "another sign-in", id="another state"),
        pytest.param("https://app.example/?state={state}", ConfigError, "no code", id="no code"),
        pytest.param("https://app.example/?error=denied&state={state}", SignInRequired, "did not agree", id="refused"),
        pytest.param(
            "https://app.example/?code=x&state={state}&domain=b.bitrix24.ru", ConfigError, "the portal b", id="another"
        ),
    ],
)
def test_what_is_no_consent(
    tmp_path: Path, line: Scripted, back: str, error: type[PartnersyncError], told: str
) -> None:
    with pytest.raises(error, match=told):
        connect(tmp_path, Visitor(back), **OAUTH)
    assert line.sent == []


def test_a_person_who_signs_in_ends_the_stop_of_all(tmp_path: Path, line: Scripted) -> None:
    desk = Desk(tmp_path, problem(503, "OVERLOAD_LIMIT"))
    with pytest.raises(PartnersyncError):
        desk.client.call("profile")
    connect(tmp_path, Visitor())


def found(desk: Desk, rate: float = 2.0, now: datetime = NOW) -> list[str]:
    return list(problems(desk.client, now, rate))


def checked(folder: Path, errors: dict[str, Any] | None = None, **told: Any) -> Desk:
    """A portal that answers the check so."""
    results = {
        "c0": PROFILE,
        "c1": ["crm", "user_brief", "task", "userfieldconfig"],
        "c2": NOW.isoformat(),
        "c3": {"INSTALLED": True, "PAYMENT_EXPIRED": "N", "DAYS": None, "LICENSE": "ru_basic"},
    } | told
    results = {key: value for key, value in results.items() if key not in (errors or {})}
    return Desk(folder, ok({"result": results, "result_error": errors or []}))


def test_a_good_portal_has_no_problem_and_costs_one_call(tmp_path: Path) -> None:
    desk = checked(tmp_path)
    assert found(desk) == []
    assert desk.methods == ["batch"]


@pytest.mark.parametrize(
    ("told", "rate", "said"),
    [
        ({"c0": PROFILE | {"ADMIN": False}}, 2, "is no administrator"),
        ({"c1": ["crm", "user"]}, 2, "the scope userfieldconfig is missing, so fields of smart processes"),
        ({"c1": ["user", "userfieldconfig"]}, 2, "the scope crm is missing, so nothing can be read"),
        ({"c1": ["crm", "userfieldconfig"]}, 2, "the scope user is missing, so nobody is told by name"),
        ({"c2": (NOW + timedelta(seconds=90)).isoformat()}, 2, "clock is 90 s behind"),
        ({"c3": {"INSTALLED": False}}, 2, "installation of the application is not finished"),
        ({"c3": {"PAYMENT_EXPIRED": "Y", "DAYS": 3}}, 2, "is not paid for"),
        ({"c3": {"DAYS": "3"}}, 2, "ends in 3 days"),
        ({}, 5, "rate is 5, and only the Enterprise plan allows more than 2"),
    ],
)
def test_what_the_check_finds(tmp_path: Path, told: dict[str, Any], rate: float, said: str) -> None:
    [problem] = found(checked(tmp_path, **told), rate)
    assert said in problem


def test_what_is_good_all_the_same(tmp_path: Path) -> None:
    assert found(checked(tmp_path / "a", c3={"LICENSE": "ru_ent250"}), 5) == []
    assert found(checked(tmp_path / "b", {"c3": {"error": "ACCESS_DENIED", "error_description": ""}})) == []
    assert found(checked(tmp_path / "c", c2="soon")) == []


def test_a_portal_that_does_not_let_us_in_says_so(tmp_path: Path) -> None:
    with pytest.raises(PartnersyncError, match="no right"):
        found(checked(tmp_path, {"c0": {"error": "ACCESS_DENIED", "error_description": "x"}}))
