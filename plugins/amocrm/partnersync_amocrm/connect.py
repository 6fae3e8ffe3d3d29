"""Leading a person through the sign-in: an address to open, and what the browser comes back with."""

from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import urlsplit

from pydantic import BaseModel

from partnersync.contract.adapter import Connection, Person
from partnersync.contract.secret import Secret
from partnersync.errors import ConfigError
from partnersync.transport.address import is_loopback
from partnersync.transport.clock import Clock
from partnersync.transport.consent import QUESTION, consent
from partnersync.transport.line import Line
from partnersync_amocrm.assemble import client_of, limiter_of, token_file_of
from partnersync_amocrm.oauth import TokenEndpoint
from partnersync_amocrm.settings import AmoSettings


def connect(connection: Connection, settings: BaseModel, person: Person) -> None:
    """Sign in with an integration, or see that the token works; a stop of all processes ends with it."""
    assert isinstance(settings, AmoSettings)
    root, clock = Path(connection.root), Clock(connection.now)
    line = Line("amocrm", connection.name, 1)
    limiter = limiter_of(root, settings, clock)
    limiter.forget()
    if settings.token is None:
        _sign_in(connection.name, root, settings, TokenEndpoint(settings, line, limiter, clock), person)
    limiter.close()
    client = client_of(connection.name, root, settings, clock, line)
    try:
        account = client.get("account")
    finally:
        client.close()
    person.tell(f"Signed in to the account {account['name']} ({account['subdomain']})")


def _sign_in(name: str, root: Path, settings: AmoSettings, endpoint: TokenEndpoint, person: Person) -> None:
    state = token_urlsafe(16)
    person.tell("Open this address as an administrator of the account, and agree within twenty minutes:")
    person.tell(endpoint.authorise_url(state))
    code = code_of(person.ask(QUESTION), state, settings.url)
    pair = endpoint.exchange(settings.url, code)
    file = token_file_of(name, root, settings)
    file.keep(pair, settings.url)
    file.close()


def code_of(address: str, state: str, url: str) -> Secret:
    """The code in the address that the browser was sent to, if it belongs to this sign-in and this account.

    SignInRequired where the person did not agree; ConfigError where the address is another one.
    """
    code, told = consent(address, state)
    account = told.get("referer", "").lower()
    if account and account != urlsplit(url).netloc and not is_loopback(url):
        hint = "Agree for the other account, or correct the connection's url"
        raise ConfigError(f"this is the account {account}, the connection is of {urlsplit(url).netloc}", hint=hint)
    return code
