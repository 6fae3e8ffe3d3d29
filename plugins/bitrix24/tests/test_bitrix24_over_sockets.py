"""Signing in to the emulated portal over real sockets: consent, pairs replaced once, a renamed portal, robots."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from bitrix24_client import settings_of
from partnersync.contract.adapter import Connection
from partnersync.contract.secret import Secret
from partnersync.errors import SignInRequired
from partnersync.sandbox.clock import SystemClock
from partnersync.sandbox.front import Front
from partnersync.sandbox.server import Server, serving
from partnersync.transport.clock import Clock
from partnersync_bitrix24.adapter import BitrixAdapter
from partnersync_bitrix24.assemble import client_of, token_file_of
from partnersync_bitrix24.client import Client
from partnersync_bitrix24.connect import connect
from partnersync_bitrix24.settings import BitrixSettings
from partnersync_bitrix24_sandbox.emulator import BitrixSandbox, sandbox_of
from partnersync_bitrix24_sandbox.sample import CLIENT_ID, sample


@contextmanager
def served() -> Iterator[tuple[BitrixSandbox, Server]]:
    """A portal on the machine's clock."""
    clock = SystemClock()
    sandbox = sandbox_of(sample(clock, 3))
    with serving(Front(sandbox, clock)) as server:
        yield sandbox, server
        assert server.failures == []


def application(url: str) -> BitrixSettings:
    return settings_of(url=url, client_id=CLIENT_ID, client_secret=Secret("sandbox-secret"))


class Administrator:
    """Opens the address, agrees, and copies the one that the browser is sent to."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def tell(self, text: str) -> None:
        self.told.append(text)

    def ask(self, question: str) -> str:
        return requests.get(self.told[-1], allow_redirects=False, timeout=10).headers["Location"]


def signed(folder: Path, url: str) -> BitrixSettings:
    """Somebody has signed in."""
    settings, person = application(url), Administrator()
    connect(Connection("main", str(folder), "UTC", lambda: datetime.now(UTC)), settings, person)
    assert person.told[-1] == f"Signed in to the portal {urlsplit(url).netloc} as user 1"
    return settings


def started(folder: Path, settings: BitrixSettings) -> Client:
    return client_of("main", folder, settings, Clock())


def test_whoever_comes_first_replaces_the_pair_for_all(tmp_path: Path) -> None:
    with served() as (sandbox, server):
        settings = signed(tmp_path, server.url)
        tokens = sandbox.portal.tokens
        tokens._access = {key: replace(one, expires_at=0.0) for key, one in tokens._access.items()}
        clients = [started(tmp_path, settings) for _ in range(3)]
        with ThreadPoolExecutor(3) as pool:
            told = list(pool.map(lambda client: client.call("profile")["ID"], clients))
        for client in clients:
            client.close()
        assert (told, tokens.refreshes) == (["1"] * 3, 1)


def test_a_removed_application_asks_for_a_person(tmp_path: Path) -> None:
    with served() as (sandbox, server):
        settings = signed(tmp_path, server.url)
        sandbox.portal.tokens._access.clear()
        sandbox.portal.tokens._refresh.clear()
        client = started(tmp_path, settings)
        with pytest.raises(SignInRequired, match="connect main"):
            client.call("profile")
        client.close()
        file = token_file_of("main", tmp_path, settings)
        assert file.read().dead
        file.close()


@pytest.mark.parametrize("way", ["webhook", "application"])
def test_a_renamed_portal_is_found_also_by_the_next_process(tmp_path: Path, way: str) -> None:
    """§1.1: the old host redirects; what was posted is posted to the new one as it was."""
    with served() as (sandbox, server):
        webhook = settings_of(webhook=Secret(f"{server.url}{sandbox.token}"))
        settings = webhook if way == "webhook" else signed(tmp_path, server.url)
        renamed = f"localhost:{urlsplit(server.url).port}"
        sandbox.ui.rename(renamed)
        first = started(tmp_path, settings)
        deal = next(sandbox.portal.cards[2].all()).id
        told = {"entityTypeId": 2, "id": deal, "fields": {"title": "Новое имя"}}
        assert first.call("crm.item.update", told)["item"]["title"] == "Новое имя"
        first.close()
        calls = len(server.front.journal.calls("POST"))
        second = started(tmp_path, settings)
        second.call("profile")
        assert len(server.front.journal.calls("POST")) - calls == 1
        assert f"the account's address is http://{renamed} now" in second.sign_in.warning()
        second.close()


def test_a_sample_portal_passes_the_check(tmp_path: Path) -> None:
    with served() as (sandbox, server):
        settings = settings_of(webhook=Secret(f"{server.url}{sandbox.token}"))
        adapter = BitrixAdapter(Connection("main", str(tmp_path), "UTC", lambda: datetime.now(UTC)), settings)
        assert list(adapter.check()) == []
        adapter.close()
        assert sandbox.portal.findings == []
