"""Signing in: webhooks, pairs of an application replaced once for all, and portals that were renamed."""

import json
import logging
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from bitrix24_client import ORIGIN, SECRET, START, WEBHOOK, Desk, Scripted, ok, problem, settings_of, ticking
from partnersync.contract.secret import Secret
from partnersync.errors import ConfigError, OutcomeUnknown, PartnersyncError, SignInRequired
from partnersync.transport.line import Answer, NoAnswer, NotSent
from partnersync.transport.token_file import Pair
from partnersync_bitrix24.addresses import gives_tokens, may_follow, token_server
from partnersync_bitrix24.assemble import client_of, token_file_of
from partnersync_bitrix24.faults import NotAdmitted

RENAMED = "https://renamed.bitrix24.ru"
APPLICATION: dict[str, Any] = {"url": ORIGIN, "client_id": "local.1", "client_secret": Secret("an-app-secret")}
UNKNOWN = problem(401, "invalid_token")
EXPIRED = problem(401, "expired_token", "The access token provided has expired.")


def moved(to: str, path: str = f"/rest/7/{SECRET}/profile") -> Answer:
    return Answer(302, b"<html>", {"location": f"{to}{path}"})


def given(number: int, **more: Any) -> Answer:
    told = {
        "access_token": f"access-token-{number}",
        "refresh_token": f"refresh-token-{number}",
        "expires_in": 3600,
        "client_endpoint": f"{ORIGIN}/rest/",
        "server_endpoint": "https://oauth.bitrix24.tech/rest/",
        "domain": "oauth.bitrix24.tech",
        "member_id": "m",
        **more,
    }
    return Answer(200, json.dumps(told).encode())


class Signed(Desk):
    """Somebody has signed in by an application."""

    def __init__(self, folder: Path, *told: Any, server: str = "https://oauth.bitrix24.tech") -> None:
        super().__init__(folder, *told, **APPLICATION)
        pair = Pair(Secret("access-token-0"), Secret("refresh-token-0"), START + 3600, 3600, server)
        token_file_of("main", folder, self.settings).keep(pair, ORIGIN)

    def start(self, *told: Any) -> Scripted:
        """Call the profile as a process that begins now; what it sent."""
        line = Scripted(self.clock, *told)
        client_of("main", self.folder, self.settings, ticking(self.clock), line).call("profile")
        return line

    @property
    def tokens(self) -> list[str]:
        return [sent.body["auth"] for sent in self.line.sent if isinstance(sent.body, dict)]


def test_a_webhooks_calls_bear_no_token(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.client.call("crm.item.get", {"id": 1})
    assert [(sent.url, sent.body) for sent in desk.line.sent] == [(f"{WEBHOOK}crm.item.get", {"id": 1})]


def test_a_webhook_that_is_not_taken_asks_for_a_person(tmp_path: Path) -> None:
    desk = Desk(tmp_path, problem(401, "NO_AUTH_FOUND", "Wrong authorization data"))
    with pytest.raises(SignInRequired, match="Make a new inbound webhook"):
        desk.client.call("profile")
    assert len(desk.line.sent) == 1


def test_a_call_to_a_renamed_portal_is_posted_again_as_it_was(tmp_path: Path) -> None:
    """§1.1: a redirected POST would become a GET without its body."""
    desk = Desk(tmp_path, moved(RENAMED, f"/rest/7/{SECRET}/crm.item.update"), ok(1), ok(2))
    assert desk.client.call("crm.item.update", {"id": 5}) == 1
    assert [(sent.url, sent.body) for sent in desk.line.sent] == [
        (f"{WEBHOOK}crm.item.update", {"id": 5}),
        (f"{RENAMED}/rest/7/{SECRET}/crm.item.update", {"id": 5}),
    ]
    desk.client.call("profile")
    assert desk.line.sent[2].url.startswith(RENAMED)
    assert desk.client.sign_in.warning().startswith(f"the account's address is {RENAMED} now")


def test_the_new_address_is_kept_for_the_next_process_until_a_person_writes_another(tmp_path: Path) -> None:
    desk = Desk(tmp_path, moved(RENAMED), ok())
    desk.client.call("profile")
    line = Scripted(desk.clock, ok())
    client_of("main", tmp_path, settings_of(), ticking(desk.clock), line).call("profile")
    assert line.sent[0].url.startswith(RENAMED)
    corrected = settings_of(webhook=Secret(f"https://third.bitrix24.ru/rest/7/{SECRET}/"))
    line = Scripted(desk.clock, ok())
    client_of("main", tmp_path, corrected, ticking(desk.clock), line).call("profile")
    assert line.sent[0].url.startswith("https://third.bitrix24.ru")


@pytest.mark.parametrize(
    "location",
    [
        pytest.param(f"https://evil.example/rest/7/{SECRET}/profile", id="a strange host"),
        pytest.param(f"http://renamed.bitrix24.ru/rest/7/{SECRET}/profile", id="without encryption"),
        pytest.param(f"https://renamed.bitrix24.ru.evil.example/rest/7/{SECRET}/profile", id="a host that looks alike"),
        pytest.param("https://renamed.bitrix24.ru/auth/?login=yes", id="the login page"),
        pytest.param("/rest/", id="no host"),
        pytest.param(f"http://127.0.0.1/rest/7/{SECRET}/profile", id="this machine"),
    ],
)
def test_a_secret_follows_to_no_strange_address(tmp_path: Path, location: str) -> None:
    desk = Desk(tmp_path, Answer(302, b"", {"location": location}))
    with pytest.raises(ConfigError, match="answers that it is at"):
        desk.client.call("profile")
    assert len(desk.line.sent) == 1


def test_addresses_that_point_to_each_other_end(tmp_path: Path) -> None:
    desk = Desk(tmp_path, moved(RENAMED), moved(ORIGIN), moved(RENAMED), moved(ORIGIN))
    with pytest.raises(ConfigError, match="point to each other"):
        desk.client.call("profile")


@pytest.mark.parametrize(
    ("portal", "told", "server"),
    [
        ("https://a.bitrix24.ru", "", "https://oauth.bitrix24.tech"),
        ("https://a.bitrix24.com", "", "https://oauth.bitrix.info"),
        ("https://a.bitrix24.ru", "oauth.bitrix.info", "https://oauth.bitrix.info"),
        ("https://crm.firm.example", "oauth.bitrix24.tech", "https://oauth.bitrix24.tech"),
        ("https://a.bitrix24.ru", "evil.example", "https://oauth.bitrix24.tech"),
        ("https://a.bitrix24.com", "http://oauth.bitrix.info/rest/", "https://oauth.bitrix.info"),
        ("https://a.bitrix24.com", "127.0.0.1", "https://oauth.bitrix.info"),
        ("http://127.0.0.1:81", "", "http://127.0.0.1:81"),
        ("http://127.0.0.1:81", "http://127.0.0.1:82/rest/", "http://127.0.0.1:82"),
    ],
)
def test_where_the_first_pair_comes_from(portal: str, told: str, server: str) -> None:
    assert token_server(portal, told) == server
    assert gives_tokens(server, portal)


def test_a_portal_of_ones_own_is_followed_to_itself_alone() -> None:
    assert may_follow("https://crm.firm.example", "https://crm.firm.example/rest/")
    assert not may_follow("https://crm.firm.example", "https://other.firm.example/rest/")


@pytest.mark.parametrize(
    ("told", "tokens"),
    [
        pytest.param([ok()], ["access-token-0"], id="taken"),
        pytest.param([EXPIRED, given(1), ok()], ["access-token-0", "access-token-1"], id="ended early"),
        pytest.param(
            [problem(401, "invalid_token"), given(1), ok()], ["access-token-0", "access-token-1"], id="unknown"
        ),
    ],
)
def test_a_token_is_replaced_when_the_portal_refuses_it(tmp_path: Path, told: list[Answer], tokens: list[str]) -> None:
    desk = Signed(tmp_path, *told)
    desk.client.call("crm.item.update", {"id": 5})
    assert desk.tokens == tokens
    assert all(sent.body["id"] == 5 for sent in desk.line.sent if isinstance(sent.body, dict))


def test_the_request_for_a_pair_holds_its_secrets_in_its_body(tmp_path: Path) -> None:
    desk = Signed(tmp_path, EXPIRED, given(1), ok())
    desk.client.call("profile")
    asked = desk.line.sent[1]
    assert asked.url == "https://oauth.bitrix24.tech/oauth/token/"
    assert dict(parse_qsl(asked.body.decode())) == {
        "client_id": "local.1",
        "client_secret": "an-app-secret",
        "grant_type": "refresh_token",
        "refresh_token": "refresh-token-0",
    }


def test_a_pair_that_has_ended_is_replaced_before_the_call_and_no_earlier(tmp_path: Path) -> None:
    """§1.3: the vendor asks not to replace what still works."""
    desk = Signed(tmp_path, ok())
    desk.clock.advance(3500)
    desk.client.call("profile")
    assert desk.methods == ["profile"]
    desk.clock.advance(200)
    desk.line.told = [given(1), ok()]
    desk.client.call("profile")
    assert desk.tokens == ["access-token-0", "access-token-1"]


def test_the_next_process_uses_the_pair_that_was_kept_and_its_server(tmp_path: Path) -> None:
    desk = Signed(tmp_path, EXPIRED, given(1, server_endpoint="https://oauth.bitrix.info/rest/"), ok())
    desk.client.call("profile")
    line = desk.start(ok())
    assert line.sent[0].body["auth"] == "access-token-1"
    desk.clock.advance(4000)
    line = desk.start(given(2), ok())
    assert line.sent[0].url == "https://oauth.bitrix.info/oauth/token/"


def test_a_pair_tells_where_the_portal_is(tmp_path: Path) -> None:
    desk = Signed(tmp_path, EXPIRED, given(1, client_endpoint=f"{RENAMED}/rest/"), ok())
    desk.client.call("profile")
    assert desk.line.sent[2].url == f"{RENAMED}/rest/profile"
    assert desk.start(ok()).sent[0].url == f"{RENAMED}/rest/profile"


@pytest.mark.parametrize(
    "strange",
    [{"client_endpoint": "https://evil.example/rest/"}, {"server_endpoint": "https://evil.example/rest/"}],
)
def test_a_pair_leads_to_no_strange_address(tmp_path: Path, strange: dict[str, str]) -> None:
    desk = Signed(tmp_path, EXPIRED, given(1, **strange), ok())
    desk.client.call("profile")
    desk.clock.advance(4000)
    line = desk.start(given(2), ok())
    assert [sent.url for sent in line.sent] == ["https://oauth.bitrix24.tech/oauth/token/", f"{ORIGIN}/rest/profile"]


@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        pytest.param(problem(400, "invalid_grant"), SignInRequired, "connect main", id="dead"),
        pytest.param(problem(401, "invalid_client"), ConfigError, "client_id", id="another secret"),
        pytest.param(problem(400, "wrong_client"), ConfigError, "client_id", id="another client"),
        pytest.param(problem(403, "NOT_INSTALLED"), ConfigError, "not installed", id="not installed"),
        pytest.param(problem(402, "PAYMENT_REQUIRED"), ConfigError, "plan", id="not paid"),
        pytest.param(problem(400, "invalid_scope"), ConfigError, "refused", id="another refusal"),
    ],
)
def test_what_the_token_server_refuses(
    tmp_path: Path, answer: Answer, error: type[PartnersyncError], told: str
) -> None:
    desk = Signed(tmp_path, EXPIRED, answer)
    with pytest.raises(error, match=told):
        desk.client.call("profile")


@pytest.mark.parametrize(
    "broken", [NoAnswer("x"), Answer(502, b"<html>"), Answer(200, b"<html>"), Answer(200, b'{"access_token": "x"}')]
)
def test_a_lost_pair_is_asked_for_again_and_told_where_it_is_dead(tmp_path: Path, broken: Any) -> None:
    desk = Signed(tmp_path, EXPIRED, broken, EXPIRED, problem(400, "invalid_grant"))
    with pytest.raises(SignInRequired, match=r"asked for at 2025-10-09 08:53 UTC was lost.*connect main"):
        desk.client.call("profile")


def test_a_call_that_never_arrived_costs_nothing(tmp_path: Path) -> None:
    desk = Signed(tmp_path, EXPIRED, NotSent("x"), EXPIRED, given(1), ok(5))
    assert desk.client.call("profile") == 5


def test_a_token_that_is_refused_again_asks_for_a_person(tmp_path: Path) -> None:
    desk = Signed(tmp_path, EXPIRED, given(1), EXPIRED)
    with pytest.raises(NotAdmitted):
        desk.client.call("profile")
    assert desk.methods == ["profile", "", "profile"]


def test_nobody_has_signed_in(tmp_path: Path) -> None:
    desk = Desk(tmp_path, **APPLICATION)
    with pytest.raises(SignInRequired, match="nobody has signed in"):
        desk.client.call("profile")


def test_planted_secrets_stay_out_of_logs_errors_and_files(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A webhook's address holds its secret, and so does a link to a file in an answer."""
    caplog.set_level(logging.DEBUG, "partnersync")
    said = []
    link = f"<a href='{WEBHOOK}download'>{WEBHOOK}</a> access-token-0"
    for desk in (Desk(tmp_path / "a", problem(400, "X", link)), Signed(tmp_path / "b", problem(400, "X", link))):
        with pytest.raises(PartnersyncError) as raised:
            desk.client.call("crm.item.get", {"id": 1})
        said.append(str(raised.value))
    with pytest.raises(OutcomeUnknown) as unknown:
        Desk(tmp_path / "c", NoAnswer("no whole answer from example.bitrix24.ru")).client.call("crm.item.update")
    moving = Signed(tmp_path / "d", EXPIRED, given(1, client_endpoint=f"{RENAMED}/rest/"), ok())
    moving.client.call("profile")
    told = "\n".join([*said, str(unknown.value), *(f"{record.msg} {record.args}" for record in caplog.records)])
    assert "account_moved" in told
    assert [one for one in (SECRET, "access-token", "refresh-token", "an-app-secret") if one in told] == []
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*.db"))
    assert [one for one in (SECRET, "access-token", "refresh-token", "an-app-secret") if one.encode() in kept] == []
