"""Signing in: pairs that are replaced once for all, kept sealed before they are used, and what a lost answer leaves."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from amocrm_client import ORIGIN, START, Handled, Office, consent, oauth_settings, served
from partnersync.contract.secret import Secret
from partnersync.errors import ConfigError, SignInRequired, TryLater
from partnersync.sandbox.faults import RESET_AFTER, RESET_BEFORE, TRUNCATED, Fault, slow
from partnersync.transport.clock import Clock
from partnersync.transport.line import Line
from partnersync.transport.sign_in import Rotating
from partnersync_amocrm.assemble import client_of, limiter_of, token_file_of
from partnersync_amocrm.long_lived import LongLived
from partnersync_amocrm.oauth import TokenEndpoint
from partnersync_amocrm.transport import Client
from partnersync_amocrm_sandbox.emulator import AmoSandbox
from partnersync_amocrm_sandbox.sample import CLIENT_ID
from partnersync_amocrm_sandbox.troubles import TROUBLES

BUILDERS = Path(__file__).parents[3] / "tests/builders"
DAY = 86_400
LOST = [
    pytest.param(RESET_AFTER, id="the connection breaks"),
    pytest.param(TRUNCATED, id="half of it comes"),
    pytest.param(Fault.html(502, after=True), id="a gateway's page comes"),
]


class Signed(Office):
    """Somebody has signed in."""

    def __init__(self, folder: Path, **own: Any) -> None:
        super().__init__(folder, 1)
        self.settings = oauth_settings(**own)
        self.file = token_file_of("main", folder, self.settings)
        self.endpoint = TokenEndpoint(self.settings, Handled(self.front), self.limiter, self.time)
        self.file.keep(self.endpoint.exchange(ORIGIN, Secret(consent(self.sandbox))), ORIGIN)

    def start(self) -> Client:
        """The client of a process that begins now."""
        return self.client_of(self.sign_in())

    def sign_in(self) -> Rotating:
        return Rotating("main", self.endpoint, self.file, self.time)

    @property
    def refreshes(self) -> int:
        return self.sandbox.account.tokens.refreshes


@pytest.mark.parametrize(
    ("hours", "refreshes"),
    [
        pytest.param(17, 0, id="a fresh token is used"),
        pytest.param(19, 1, id="replaced a quarter of its life before its end"),
        pytest.param(24, 1, id="replaced after its end"),
        pytest.param(24 * 89, 1, id="replaced before the refresh token ends"),
    ],
)
def test_when_a_pair_is_replaced(tmp_path: Path, hours: int, refreshes: int) -> None:
    signed = Signed(tmp_path)
    signed.clock.advance(hours * 3600)
    client = signed.start()
    for _ in range(3):
        assert client.get("account")["name"]
    assert signed.refreshes == refreshes
    assert signed.start().get("account")["name"]
    assert signed.refreshes == refreshes


def test_three_months_without_a_run_ask_for_a_person(tmp_path: Path) -> None:
    signed = Signed(tmp_path)
    signed.clock.advance(91 * DAY)
    with pytest.raises(SignInRequired, match="Sign in: partnersync connect main"):
        signed.start().get("account")


def test_a_token_that_is_refused_early_is_replaced_once_and_the_call_repeated_as_it_was(tmp_path: Path) -> None:
    """§2.3: also a PATCH stays a PATCH."""
    signed = Signed(tmp_path)
    client = signed.start()
    lead = client.get("leads")["_embedded"]["leads"][0]["id"]
    signed.sandbox.account.tokens._access[signed.file.read().pair.access.reveal()].revoked = True  # type: ignore[union-attr]
    assert client.change("leads", [{"id": lead, "price": 5}])
    assert (signed.refreshes, signed.calls("PATCH", "leads"), signed.calls("POST", "leads")) == (1, 2, 0)


def test_a_token_that_is_refused_again_asks_for_a_person(tmp_path: Path) -> None:
    signed = Signed(tmp_path)
    client = signed.start()
    signed.sandbox.account.tokens.revoke(CLIENT_ID)
    with pytest.raises(SignInRequired, match="connect main"):
        client.get("leads")
    assert signed.calls("GET", "leads") == 1


@pytest.mark.parametrize("fault", LOST)
def test_a_lost_answer_leaves_the_old_token_until_its_end(tmp_path: Path, fault: Fault) -> None:
    signed = Signed(tmp_path)
    signed.clock.advance(20 * 3600)
    client = signed.start()
    signed.front.faults.plan(fault, path="access_token")
    assert client.get("account")["name"]
    signed.clock.advance(400)
    assert client.get("account")["name"]
    assert signed.start().get("account")["name"]
    assert signed.calls(path="access_token") == 3  # the first sign-in, the lost one, the one that learns of it
    assert signed.sign_in().warning() == ("the sign-in ends at 2025-10-10 08:53 UTC. Sign in: partnersync connect main")
    signed.clock.advance(4 * 3600)
    with pytest.raises(SignInRequired, match=r"asked for at 2025-10-10 04:53 UTC was lost.*connect main"):
        client.get("account")
    signed.file.keep(signed.endpoint.exchange(ORIGIN, Secret(consent(signed.sandbox))), ORIGIN)
    assert client.get("account")["name"]


def test_a_call_that_never_arrived_costs_nothing(tmp_path: Path) -> None:
    signed = Signed(tmp_path)
    signed.clock.advance(25 * 3600)
    signed.front.faults.plan(RESET_BEFORE, path="access_token")
    assert signed.start().get("account")["name"]
    assert signed.refreshes == 1


def expired(url: str, sandbox: AmoSandbox, folder: Path) -> None:
    """Keep a pair whose access token has just ended."""
    settings, line, clock = oauth_settings(url), Line("amocrm", "main", 1), Clock()
    endpoint = TokenEndpoint(settings, line, limiter_of(folder, settings, clock), clock)
    pair = endpoint.exchange(url, Secret(consent(sandbox)))
    token_file_of("main", folder, settings).keep(replace(pair, expires_at=clock.unix() - 1), url)
    line.close()


def start(what: str, folder: Path, url: str) -> "subprocess.Popen[str]":
    """A process that calls the account."""
    command = [sys.executable, "-m", "amocrm_processes", what, str(folder), url]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": str(BUILDERS)}, stdout=pipe, stderr=pipe, text=True
    )


def test_a_process_killed_between_answer_and_store(tmp_path: Path) -> None:
    """Whoever comes next tells what was lost, and what to do."""
    with served() as (sandbox, server):
        expired(server.url, sandbox, tmp_path)
        killed = start("die", tmp_path, server.url)
        killed.communicate(timeout=60)
        assert killed.returncode == -signal.SIGKILL
        _, told = start("ask", tmp_path, server.url).communicate(timeout=60)
        assert sandbox.account.tokens.refreshes == 1
    assert re.search(r"SignInRequired: .* asked for at .* was lost. Sign in: partnersync connect main", told)


def test_another_secret_is_a_setting_to_correct(tmp_path: Path) -> None:
    signed = Signed(tmp_path)
    integrations = signed.sandbox.account.tokens.integrations
    integrations[CLIENT_ID] = type(integrations[CLIENT_ID])(CLIENT_ID, "another", "https://partnersync.example/amocrm")
    signed.clock.advance(25 * 3600)
    with pytest.raises(ConfigError, match="does not know this client_id with this client_secret"):
        signed.start().get("account")
    assert not signed.file.read().dead


def test_a_renamed_account_is_found_where_it_is(tmp_path: Path) -> None:
    """§2.5, §8.21."""
    signed = Signed(tmp_path)
    client = signed.start()
    signed.sandbox.ui.rename("renamed", "renamed.amocrm.ru")
    assert client.get("account")["subdomain"] == "renamed"
    assert signed.start().get("account")["subdomain"] == "renamed"
    assert signed.refreshes == 1
    assert signed.sign_in().warning() == (
        "the account's address is https://renamed.amocrm.ru now. Write it as the connection's url"
    )


def test_an_address_that_a_person_corrects_counts_at_once(tmp_path: Path) -> None:
    signed = Signed(tmp_path)
    signed.sandbox.ui.rename("renamed", "renamed.amocrm.ru")
    settings = oauth_settings("https://renamed.amocrm.ru")
    endpoint = TokenEndpoint(settings, Handled(signed.front), signed.limiter, signed.time)
    sign_in = Rotating("main", endpoint, token_file_of("main", tmp_path, settings), signed.time)
    assert signed.client_of(sign_in).get("account")["subdomain"] == "renamed"
    assert (signed.refreshes, sign_in.warning()) == (0, "")


def test_a_refresh_token_never_goes_to_a_strange_host(tmp_path: Path) -> None:
    signed = Signed(tmp_path)
    client = signed.start()
    account = signed.sandbox.account
    account.host = "evil.example"
    with pytest.raises(SignInRequired, match="no such account"):
        client.get("account")
    assert client.sign_in.origin == ORIGIN


def test_a_pair_is_sealed_and_its_file_its_owners_alone(tmp_path: Path) -> None:
    signed = Signed(tmp_path)
    path = tmp_path / "state/amocrm/tokens.db"
    assert path.stat().st_mode & 0o777 == 0o600
    pair = signed.file.read().pair
    assert pair
    raw = path.read_bytes()
    assert pair.access.reveal().encode() not in raw
    assert pair.refresh.reveal().encode() not in raw
    other = token_file_of("main", tmp_path, oauth_settings(client_secret=Secret("another-secret")))
    assert other.read().pair is None
    with sqlite3.connect(path) as database:
        database.execute("UPDATE pairs SET sealed = 'x'")
    assert signed.file.read().pair is None


def test_connections_have_pairs_of_their_own(tmp_path: Path) -> None:
    signed = Signed(tmp_path)
    assert token_file_of("other", tmp_path, signed.settings).read().pair is None
    with pytest.raises(SignInRequired, match="nobody has signed in"):
        Rotating("other", signed.endpoint, token_file_of("other", tmp_path, signed.settings), signed.time).bearer()


def test_a_long_lived_token_is_sent_once_more_for_there_is_no_other(tmp_path: Path) -> None:
    """§2.3: single refusals at night are transient."""
    office = Office(tmp_path)
    office.front.faults.plan(TROUBLES["401 once"])
    assert office.client.get("account")["name"]
    office.sandbox.account.tokens.revoke(CLIENT_ID)
    with pytest.raises(SignInRequired, match="Keys tab"):
        office.client.get("account")
    assert office.calls() == 4


def test_the_end_of_a_long_lived_token_is_told_before(tmp_path: Path) -> None:
    office = Office(tmp_path)
    tokens = office.sandbox.account.tokens
    token = Secret(tokens.long_lived(CLIENT_ID, 1, START, life_s=10 * DAY + 60))
    sign_in = LongLived(ORIGIN, token, office.time)
    assert sign_in.warning() == "the token ends in 10 days. Make a new one in the integration's Keys tab"
    office.clock.advance(11 * DAY)
    with pytest.raises(SignInRequired, match="the token ended on 2025-10-19"):
        office.client_of(sign_in).get("account")


def test_who_is_overtaken_between_asking_and_waiting_takes_the_others_pair(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed = Signed(tmp_path)
    signed.clock.advance(25 * 3600)
    other, alone, calls = signed.sign_in(), signed.file.alone, count(1)

    def overtaken() -> Any:
        """The other process comes first, after this one has noted that it asks."""
        if next(calls) == 3:
            other.bearer()
        return alone()

    late = token_file_of("main", tmp_path, signed.settings)
    monkeypatch.setattr(late, "alone", overtaken)
    told = Rotating("main", signed.endpoint, late, signed.time).renewed(other._known().access.reveal())
    assert told == signed.sign_in().bearer()
    assert signed.refreshes == 1


def test_eight_processes_with_an_expired_token_replace_it_once(tmp_path: Path) -> None:
    with served() as (sandbox, server):
        expired(server.url, sandbox, tmp_path)
        server.front.faults.plan(slow(1.5), path="access_token")  # so that they all wait for it
        running = [start("ask", tmp_path, server.url) for _ in range(8)]
        told = [process.communicate(timeout=60)[0].strip() for process in running]
        assert told == [sandbox.account.name] * 8
        assert sandbox.account.tokens.refreshes == 1
        assert sandbox.account.limiter.refused == 0


def test_threads_whose_token_is_refused_replace_it_once(tmp_path: Path) -> None:
    with served(latency_s=0.05) as (sandbox, server):
        settings = oauth_settings(server.url)
        expired(server.url, sandbox, tmp_path)
        file = token_file_of("main", tmp_path, settings)
        pair = file.read().pair
        assert pair
        file.keep(replace(pair, expires_at=time.time() + DAY), server.url)
        client = client_of("main", tmp_path, settings, Clock())
        for access in sandbox.account.tokens._access.values():
            access.revoked = access.integration == CLIENT_ID
        names = client.together((lambda: client.get("account")["name"]) for _ in range(8))
        assert list(names) == [sandbox.account.name] * 8
        assert sandbox.account.tokens.refreshes == 1
        client.close()


def test_a_failing_endpoint_is_tried_again_later(tmp_path: Path) -> None:
    signed = Signed(tmp_path)
    signed.clock.advance(25 * 3600)
    signed.front.faults.plan(Fault.html(503), path="access_token", times=99)
    with pytest.raises(TryLater):
        signed.start().get("account")
    signed.front.faults.clear()
    assert signed.start().get("account")["name"]


def test_a_client_is_made_without_a_call(tmp_path: Path) -> None:
    with served(1) as (_, server):
        client_of("main", tmp_path, oauth_settings(server.url), Clock()).close()
        assert server.front.journal.calls() == []
