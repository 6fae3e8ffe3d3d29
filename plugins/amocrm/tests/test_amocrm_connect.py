"""Signing in: addresses to open and to come back from; and what the check of an account finds."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from amocrm_client import ORIGIN, Handled, Office, oauth_settings
from partnersync.contract.secret import Secret
from partnersync.errors import ConfigError, SignInRequired
from partnersync_amocrm.checks import clock_skew, filter_option, problems, rights
from partnersync_amocrm.connect import code_of
from partnersync_amocrm.long_lived import LongLived
from partnersync_amocrm.oauth import TokenEndpoint
from partnersync_amocrm_sandbox.account import Options
from partnersync_amocrm_sandbox.sample import ADMIN, CLIENT_ID, FIRST_SELLER
from partnersync_amocrm_sandbox.tokens import Integration

BACK = "https://partnersync.example/amocrm"
NOW = datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "opened"),
    [
        (ORIGIN, "https://www.amocrm.ru/oauth?client_id="),
        ("https://example.kommo.com", "https://www.kommo.com/oauth?client_id="),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/oauth?client_id="),
    ],
)
def test_the_address_to_open(tmp_path: Path, url: str, opened: str) -> None:
    office = Office(tmp_path)
    endpoint = TokenEndpoint(oauth_settings(url), Handled(office.front), office.limiter, office.time)
    assert endpoint.authorise_url("abc").startswith(opened)
    assert "state=abc" in endpoint.authorise_url("abc")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("code=c1&state=s&referer=sandbox.amocrm.ru&platform=1", "c1", id="the account"),
        pytest.param("code=c1&state=s", "c1", id="no account told"),
        pytest.param("code=c1&state=t", ConfigError, id="another state"),
        pytest.param("code=c1", ConfigError, id="no state"),
        pytest.param("code=c1&state=s&referer=other.amocrm.ru", ConfigError, id="another account"),
        pytest.param("code=&state=s", ConfigError, id="an empty code"),
        pytest.param("error=access_denied&state=s", SignInRequired, id="a refusal"),
    ],
)
def test_the_address_that_the_browser_comes_back_to(query: str, expected: Any) -> None:
    if isinstance(expected, str):
        assert code_of(f"{BACK}?{query}", "s", ORIGIN).reveal() == expected
    else:
        with pytest.raises(expected):
            code_of(f"{BACK}?{query}", "s", ORIGIN)


def found(office: Office, token: str = "") -> list[str]:
    """What the check of the account says, with another token where one is given."""
    sign_in = LongLived(ORIGIN, Secret(token or office.sandbox.token), office.time)
    return list(problems(office.client_of(sign_in), NOW))


def test_a_good_account_has_no_problem_and_is_left_as_it_is(tmp_path: Path) -> None:
    office = Office(tmp_path, 3)
    before = len(office.sandbox.account.events.events)
    assert found(office) == []
    assert len(office.sandbox.account.events.events) == before


@pytest.mark.parametrize(
    ("token", "said"),
    [
        pytest.param({"user_id": FIRST_SELLER, "full": False}, "is no administrator", id="a seller granted it"),
        pytest.param({"client_id": "external"}, "may not read the account's users", id="an external integration"),
        pytest.param({"life_s": 3 * 86_400 + 60}, "the token ends in 3 days", id="it ends soon"),
    ],
)
def test_what_a_token_lacks(tmp_path: Path, token: dict[str, Any], said: str) -> None:
    office = Office(tmp_path)
    office.sandbox.account.tokens.install(Integration("external", "s", BACK, external=True))
    granted = {"client_id": CLIENT_ID, "user_id": ADMIN, "now": int(NOW.timestamp()), **token}
    [problem] = found(office, office.sandbox.account.tokens.long_lived(**granted))
    assert said in problem


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param(Options(api_filter=False), "API filtration is off", id="the option is off"),
        pytest.param(
            Options(paid_until=int(NOW.timestamp()) - 86_400), "subscription has ended", id="paid until yesterday"
        ),
    ],
)
def test_what_an_account_lacks(tmp_path: Path, options: Options, said: str) -> None:
    office = Office(tmp_path)
    office.sandbox.account.options = options
    [problem] = found(office)
    assert said in problem


@pytest.mark.parametrize(
    ("date", "said"),
    [
        ("Thu, 09 Oct 2025 08:53:20 GMT", ""),
        ("Thu, 09 Oct 2025 08:54:15 GMT", ""),
        ("Thu, 09 Oct 2025 08:48:20 GMT", "is 300 s ahead of the account's"),
        ("Thu, 09 Oct 2025 08:58:20 GMT", "is 300 s behind the account's"),
        ("", ""),
        ("soon", ""),
    ],
)
def test_clocks(date: str, said: str) -> None:
    assert (said in clock_skew(date, NOW)) if said else clock_skew(date, NOW) == ""


def test_what_is_not_told_is_no_problem() -> None:
    assert filter_option({}) == ""
    assert rights({}) == ""
