"""The keys of a connection: which addresses are taken, and one way to sign in."""

from typing import Any

import pytest
from pydantic import ValidationError

from partnersync.contract.secret import Secret
from partnersync_amocrm.settings import AmoSettings

TOKEN = {"token": Secret("a-token")}
OAUTH = {"client_id": "x", "client_secret": Secret("a-secret"), "redirect_uri": "https://partnersync.example/"}


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://example.amocrm.ru", "https://example.amocrm.ru"),
        ("https://Example.amocrm.ru/", "https://example.amocrm.ru"),
        ("https://example.kommo.com", "https://example.kommo.com"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://example.amocrm.ru", None),
        ("http://127.0.0.1.evil.example", None),
        ("https://user:password@example.amocrm.ru", None),
        ("https://example.amocrm.ru/leads", None),
        ("https://www.amocrm.ru", None),
        ("example.amocrm.ru", None),
    ],
)
def test_addresses(url: str, taken: str | None) -> None:
    if taken is None:
        with pytest.raises(ValidationError):
            AmoSettings.model_validate({"url": url, **TOKEN})
    else:
        assert AmoSettings.model_validate({"url": url, **TOKEN}).url == taken


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        pytest.param(TOKEN, None, id="a long-lived token"),
        pytest.param(OAUTH, None, id="an integration"),
        pytest.param({}, "nothing tells how to sign in", id="neither"),
        pytest.param({**TOKEN, **OAUTH}, "two ways to sign in", id="both"),
        pytest.param({"client_id": "x"}, "client_secret, redirect_uri is missing", id="half an integration"),
        pytest.param({**TOKEN, "rate": 8}, "less than or equal to 7", id="more than the vendor allows"),
        pytest.param({**TOKEN, "rate": 0}, "greater than 0", id="no calls at all"),
        pytest.param({"token": "plain"}, "a plain value is refused", id="a token in plain text"),
    ],
)
def test_ways_to_sign_in(keys: dict[str, Any], told: str | None) -> None:
    given = {"url": "https://example.amocrm.ru", **keys}
    if told is None:
        AmoSettings.model_validate(given)
    else:
        with pytest.raises(ValidationError, match=told):
            AmoSettings.model_validate(given)
