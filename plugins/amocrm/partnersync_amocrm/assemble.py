"""The client of a connection, put together from its settings."""

from pathlib import Path
from urllib.parse import urlsplit

from partnersync.contract.secret import Secret
from partnersync.transport.clock import Clock
from partnersync.transport.line import Line
from partnersync.transport.sign_in import Rotating, SignIn
from partnersync.transport.token_file import TokenFile
from partnersync_amocrm.invoices import LinkFile
from partnersync_amocrm.limiter import Limiter
from partnersync_amocrm.long_lived import LongLived
from partnersync_amocrm.metadata_file import MetadataFile
from partnersync_amocrm.oauth import TokenEndpoint
from partnersync_amocrm.settings import AmoSettings
from partnersync_amocrm.transport import Client

THREADS = 4  # at 6.5 calls a second enough for answers that take 0.6 s


def client_of(connection: str, root: Path, settings: AmoSettings, clock: Clock, line: Line | None = None) -> Client:
    """A client that takes turns with all others of this account on this machine; nothing is called yet."""
    line = line or Line("amocrm", connection, THREADS)
    limiter = limiter_of(root, settings, clock)
    return Client(line, limiter, _sign_in(connection, root, settings, clock, line, limiter), clock, THREADS)


def limiter_of(root: Path, settings: AmoSettings, clock: Clock) -> Limiter:
    """Connections of one account share their turns."""
    host = urlsplit(settings.url).netloc.replace(":", "_")
    return Limiter(_folder(root, settings) / f"{host}.turns.db", settings.rate, clock)


def token_file_of(connection: str, root: Path, settings: AmoSettings) -> TokenFile:
    """Where the pair of an integration is kept."""
    secret = settings.client_secret or Secret("")
    return TokenFile(_folder(root, settings) / "tokens.db", "amocrm", connection, settings.url, secret)


def metadata_file_of(root: Path, settings: AmoSettings) -> MetadataFile:
    """Where the account's definitions are kept."""
    host = urlsplit(settings.url).netloc.replace(":", "_")
    return MetadataFile(_folder(root, settings) / f"{host}.definitions.json", settings.url)


def link_file_of(root: Path, settings: AmoSettings) -> LinkFile:
    """Where it is kept which invoices leads are linked with."""
    host = urlsplit(settings.url).netloc.replace(":", "_")
    return LinkFile(_folder(root, settings) / f"{host}.links.db")


def _sign_in(connection: str, root: Path, settings: AmoSettings, clock: Clock, line: Line, limiter: Limiter) -> SignIn:
    if settings.token is not None:
        return LongLived(settings.url, settings.token, clock)
    endpoint = TokenEndpoint(settings, line, limiter, clock)
    return Rotating(connection, endpoint, token_file_of(connection, root, settings), clock)


def _folder(root: Path, settings: AmoSettings) -> Path:
    return root / settings.state / "amocrm"
