"""Where secrets may be sent."""

import pytest
from pydantic_core import PydanticCustomError

from partnersync.transport.address import is_loopback, is_secure, origin_of

EXAMPLE = "https://example.bitrix24.ru"


@pytest.mark.parametrize(
    ("url", "secure", "loopback"),
    [
        ("https://example.bitrix24.ru/rest/", True, False),
        ("http://127.0.0.1:8080", True, True),
        ("http://localhost", True, True),
        ("http://[::1]:80/", True, True),
        ("http://example.bitrix24.ru", False, False),
        ("http://127.0.0.1.evil.example", False, False),
        ("ftp://127.0.0.1", False, True),
        ("https://", False, False),
        ("", False, False),
    ],
)
def test_where_nobody_reads_along(url: str, secure: bool, loopback: bool) -> None:
    assert (is_secure(url), is_loopback(url)) == (secure, loopback)


def test_an_origin_is_scheme_and_host() -> None:
    assert origin_of(" https://Example.bitrix24.ru/ ", EXAMPLE) == EXAMPLE


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("http://example.bitrix24.ru", "is not an https address. Write it like https://example.bitrix24.ru"),
        ("https://example.bitrix24.ru/crm", "is more or less than an account's host"),
        ("https://user@example.bitrix24.ru", "is more or less than an account's host"),
        ("https://example.bitrix24.ru?x=1", "is more or less than an account's host"),
        ("example.bitrix24.ru", "is more or less than an account's host"),
    ],
)
def test_what_is_no_origin(text: str, told: str) -> None:
    with pytest.raises(PydanticCustomError, match=told):
        origin_of(text, EXAMPLE)
