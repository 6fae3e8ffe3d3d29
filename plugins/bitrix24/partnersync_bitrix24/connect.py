"""Leading a person through the sign-in: an address to open, and what the browser comes back with."""

from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import urlsplit

from pydantic import BaseModel

from partnersync.contract.adapter import Connection, Person
from partnersync.errors import ConfigError
from partnersync.transport.address import is_loopback
from partnersync.transport.clock import Clock
from partnersync.transport.consent import QUESTION, consent
from partnersync_bitrix24.assemble import client_of, limiter_of, line_of, token_file_of
from partnersync_bitrix24.oauth import TokenServer
from partnersync_bitrix24.settings import BitrixSettings


def connect(connection: Connection, settings: BaseModel, person: Person) -> None:
    """Sign in with an application, or see that the webhook works; a stop of all processes ends with it."""
    assert isinstance(settings, BitrixSettings)
    root, clock = Path(connection.root), Clock(connection.now)
    line = line_of(connection.name)
    limiter = limiter_of(root, settings, clock)
    limiter.forget()
    if settings.webhook is None:
        _sign_in(connection.name, root, settings, TokenServer(settings, line, limiter, clock), person)
    limiter.close()
    client = client_of(connection.name, root, settings, clock, line)
    try:
        profile = client.call("profile")
        host = urlsplit(client.sign_in.origin).netloc
    finally:
        client.close()
    person.tell(f"Signed in to the portal {host} as user {profile['ID']}")


def _sign_in(name: str, root: Path, settings: BitrixSettings, server: TokenServer, person: Person) -> None:
    state = token_urlsafe(16)
    person.tell(
        "Open this address as an administrator of the portal, and agree. The address that the browser is sent to"
    )
    person.tell("works for half a minute, so paste it here at once:")
    person.tell(server.authorise_url(state))
    code, told = consent(person.ask(QUESTION), state)
    portal = told.get("domain", "").lower()
    own = urlsplit(settings.origin).netloc
    if portal and portal != own and not is_loopback(settings.origin):
        hint = "Agree in the other portal, or correct the connection's url"
        raise ConfigError(f"this is the portal {portal}, the connection is of {own}", hint=hint)
    pair, origin = server.exchange(code, told.get("server_domain", ""))
    file = token_file_of(name, root, settings)
    file.keep(pair, origin)
    file.close()
