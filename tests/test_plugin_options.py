"""A plugin's own keys: checked by its model, told like the core's; its secrets are fetched and never shown."""

import stat
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, field_validator

from partnersync.config import load_settings, plugin_options
from partnersync.contract.secret import Secret
from partnersync.errors import ConfigError
from settings_file import SMALL, put


@pytest.fixture(autouse=True)
def _root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    source: str = "file"


class Options(BaseModel):
    """What a plugin could ask for."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: str = ""
    token: Secret | None = None
    payments: Inner = Inner()

    @field_validator("url")
    @classmethod
    def _https(cls, url: str) -> str:
        if url.startswith("http:"):
            raise ValueError("only https is safe")
        return url


def options(text: str) -> Options:
    settings = load_settings(put(SMALL + text))
    return plugin_options(settings, settings.connections["a"], Options)


def test_a_plugins_own_keys_are_checked_by_its_model() -> None:
    found = options('url = "https://a"\npayments = { source = "field" }')
    assert (found.url, found.payments.source) == ("https://a", "field")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            'urls = "x"', ':3: connections.a.urls: is not a known key. Did you mean "url"?', id="near its own"
        ),
        pytest.param(
            'mdoe = "warn"', ':3: connections.a.mdoe: is not a known key. Did you mean "mode"?', id="near ours"
        ),
        pytest.param(
            "[connections.a.payments]\nsorce = 1",
            ':4: connections.a.payments.sorce: is not a known key. Did you mean "source"?',
            id="in a table of its own",
        ),
        pytest.param("url = 1", ":3: connections.a.url = 1: is not text.", id="a wrong type"),
        pytest.param(
            'url = "http://a"', ':3: connections.a.url = "http://a": is refused: only https', id="its own check"
        ),
        pytest.param(
            'token = "hunter2"',
            ":3: connections.a.token: is not where a secret is found (a plain value is refused). Write { env =",
            id="a secret in plain",
        ),
        pytest.param(
            'tokan = "hunter2"', ':3: connections.a.tokan: is not a known key. Did you mean "token"?', id="a typo"
        ),
        pytest.param(
            'token = { env = "PS_NOT_SET" }',
            ":3: connections.a.token: names the environment variable PS_NOT_SET, which is not set. Set PS_NOT_SET.",
            id="a secret that is not there",
        ),
        pytest.param(
            'token = { env = "PS_EMPTY" }', ":3: connections.a.token: names PS_EMPTY, which is empty", id="empty"
        ),
        pytest.param('token = { file = "no.txt" }', "no.txt, which cannot be read", id="a file that is not there"),
        pytest.param('token = { env = "A", file = "b" }', "is not where a secret is found", id="two places"),
    ],
)
def test_a_plugins_bad_key_is_told_like_ours(monkeypatch: pytest.MonkeyPatch, text: str, expected: str) -> None:
    monkeypatch.setenv("PS_EMPTY", "")
    with pytest.raises(ConfigError) as refused:
        options(text)
    assert expected in str(refused.value)
    assert "hunter2" not in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_a_secret_comes_from_the_environment_and_never_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PS_TOKEN", "hunter2")
    found = options('token = { env = "PS_TOKEN" }')
    assert found.token is not None
    assert found.token.reveal() == "hunter2"
    assert "hunter2" not in f"{found!r} {found} {found.model_dump_json()} {found.token}"


def test_a_secret_file_is_read_below_the_root_without_its_line_end(tmp_path: Path) -> None:
    file = tmp_path / "token.txt"
    file.write_text("hunter2\n", encoding="utf-8")
    file.chmod(0o600)
    found = options('token = { file = "token.txt" }')
    assert found.token == Secret("hunter2")


@pytest.mark.parametrize("rights", [0o640, 0o604, 0o660, 0o777])
def test_a_secret_file_that_others_may_read_is_refused(tmp_path: Path, rights: int) -> None:
    file = tmp_path / "token.txt"
    file.write_text("hunter2", encoding="utf-8")
    file.chmod(rights)
    with pytest.raises(
        ConfigError, match=r":3: connections\.a\.token: .*others may read\. Run: chmod 600 .*token\.txt"
    ):
        options('token = { file = "token.txt" }')
    assert stat.S_IMODE(file.stat().st_mode) == rights
