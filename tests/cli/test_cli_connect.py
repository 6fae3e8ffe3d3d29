"""`partnersync connect`: from the address to open to a connection that doctor finds well."""

import io
import re
import sys
from collections.abc import Iterator

import click
import pytest

from amocrm_client import CLIENT_SECRET, REDIRECT, consent, served
from partnersync.sandbox.server import Server
from partnersync_amocrm_sandbox.emulator import AmoSandbox
from partnersync_amocrm_sandbox.sample import CLIENT_ID
from small_firm import Firm

System = tuple[AmoSandbox, Server]


def printed() -> str:
    """What the command has told so far."""
    assert isinstance(sys.stdout, io.StringIO)
    return sys.stdout.getvalue()


@pytest.fixture
def system() -> Iterator[System]:
    with served(1) as (sandbox, server):
        yield sandbox, server


def integrated(firm: Firm, server: Server, monkeypatch: pytest.MonkeyPatch) -> Firm:
    """This company with a connection `crm` by an integration."""
    monkeypatch.setenv("AMOCRM_SECRET", CLIENT_SECRET)
    own = f'url = "{server.url}"\nclient_id = "{CLIENT_ID}"\nredirect_uri = "{REDIRECT}"\n'
    table = f'\n[connections.crm]\nkind = "amocrm"\n{own}client_secret = {{ env = "AMOCRM_SECRET" }}\n'
    firm.put("config/partnersync.toml", firm.text("config/partnersync.toml") + table)
    return firm


def test_a_person_signs_in_once(firm: Firm, system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox, server = system
    integrated(firm, server, monkeypatch)
    asked: list[str] = []

    def browse(question: str) -> str:
        """What a browser comes back to, of the address that was printed."""
        asked.append(question)
        state = re.findall(r"state=([\w-]+)", printed())[-1]
        return f" {REDIRECT}?code={consent(sandbox)}&state={state}&referer=sandbox.amocrm.ru "

    monkeypatch.setattr(click, "prompt", browse)
    before = firm.run("doctor")
    assert before.code == 3
    assert "crm: nobody has signed in with this integration yet. Sign in: partnersync connect crm" in before.out
    ended = firm.run("connect", "crm")
    assert (ended.code, len(asked)) == (0, 1), ended.told
    assert f"{server.url}/oauth?client_id={CLIENT_ID}&state=" in ended.out
    assert ended.out.endswith("Signed in to the account Sandbox (sandbox)\nall is well\n")
    after = firm.run("doctor")
    assert "crm" not in after.out, after.told
    again = firm.run("connect", "crm")
    assert (again.code, len(asked)) == (0, 2)


@pytest.mark.parametrize(
    ("query", "code", "said"),
    [
        pytest.param("code=x&state=other", 2, "belongs to another sign-in", id="another state"),
        pytest.param("", 2, "is not the one that the browser is sent to", id="another page"),
        pytest.param("state={state}", 2, "holds no code", id="no code"),
        pytest.param("state={state}&error=access_denied", 1, "did not agree (access_denied)", id="a refusal"),
        pytest.param("state={state}&code=used-or-old", 1, "Authorization code has expired", id="a code that was used"),
    ],
)
def test_what_a_browser_may_come_back_with(
    firm: Firm, system: System, monkeypatch: pytest.MonkeyPatch, query: str, code: int, said: str
) -> None:
    integrated(firm, system[1], monkeypatch)

    def browse(question: str) -> str:
        [state] = re.findall(r"state=([\w-]+)", printed())
        return f"{REDIRECT}?{query.format(state=state)}"

    monkeypatch.setattr(click, "prompt", browse)
    ended = firm.run("connect", "crm")
    assert (ended.code, said in ended.err) == (code, True), ended.told
    assert "connect crm" in firm.run("doctor").out


def test_a_long_lived_token_is_only_checked(firm: Firm, system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox, server = system
    monkeypatch.setenv("AMOCRM_TOKEN", sandbox.token)
    table = f'\n[connections.crm]\nkind = "amocrm"\nurl = "{server.url}"\ntoken = {{ env = "AMOCRM_TOKEN" }}\n'
    firm.put("config/partnersync.toml", firm.text("config/partnersync.toml") + table)
    ended = firm.run("connect", "crm")
    assert (ended.code, ended.out) == (0, "Signed in to the account Sandbox (sandbox)\nall is well\n")
    assert sandbox.token not in firm.run("sync", "--log-level", "debug").told


def test_a_folder_needs_no_sign_in(firm: Firm) -> None:
    ended = firm.run("connect", "main")
    assert (ended.code, ended.out) == (0, "csv needs no sign-in\nall is well\n")


def test_an_unknown_connection_is_named_with_the_known_ones(firm: Firm) -> None:
    ended = firm.run("connect", "sky")
    assert ended.code == 2
    assert "there is no connection called 'sky'" in ended.err
    assert "The settings have: main" in ended.err


def test_a_connection_without_a_sign_in_fails_alone(
    firm: Firm, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other connections run."""
    integrated(firm, system[1], monkeypatch)
    firm.edit("config/partnersync.toml", 'path = "data"', 'path = "data"\nledger = true')
    ended = firm.sync()
    assert ended.code == 3
    assert "nobody has signed in with this integration yet" in ended.told
    assert firm.rows("deals")
