"""The client of a connection, put together from its settings."""

from pathlib import Path
from urllib.parse import urlsplit

from partnersync.contract.secret import Secret
from partnersync.transport.clock import Clock
from partnersync.transport.kept_answers import KeptAnswers
from partnersync.transport.line import Line
from partnersync.transport.sign_in import Rotating
from partnersync.transport.token_file import TokenFile
from partnersync_bitrix24.client import Client, Movable
from partnersync_bitrix24.limiter import Limiter
from partnersync_bitrix24.oauth import TokenServer
from partnersync_bitrix24.operating import Operating
from partnersync_bitrix24.settings import BitrixSettings
from partnersync_bitrix24.webhook import Webhook

KIND = "bitrix24"
THREADS = 4
READ_S = 75.0  # the portal cuts a call after sixty


def line_of(connection: str) -> Line:
    """The connection's own line."""
    return Line(KIND, connection, THREADS, READ_S)


def client_of(connection: str, root: Path, settings: BitrixSettings, clock: Clock, line: Line | None = None) -> Client:
    """A client that takes turns with all others of this portal on this machine; nothing is called yet."""
    line = line or line_of(connection)
    limiter = limiter_of(root, settings, clock)
    sign_in = _sign_in(connection, root, settings, clock, line, limiter)
    operating = Operating(_folder(root, settings) / f"{connection}.operating.db", clock)
    return Client(line, limiter, operating, sign_in, settings.root, clock, THREADS)


def limiter_of(root: Path, settings: BitrixSettings, clock: Clock) -> Limiter:
    """Connections of one portal share their turns."""
    host = urlsplit(settings.origin).netloc.replace(":", "_")
    return Limiter(_folder(root, settings) / f"{host}.turns.db", settings.rate, clock)


def token_file_of(connection: str, root: Path, settings: BitrixSettings) -> TokenFile:
    """Where the pair of an application is kept."""
    secret = settings.client_secret or Secret("")
    return TokenFile(_folder(root, settings) / "tokens.db", KIND, connection, settings.origin, secret)


def definitions_file_of(root: Path, settings: BitrixSettings) -> KeptAnswers:
    """Where the portal's definitions are kept."""
    host = urlsplit(settings.origin).netloc.replace(":", "_")
    return KeptAnswers(_folder(root, settings) / f"{host}.definitions.json", settings.origin)


def _sign_in(
    connection: str, root: Path, settings: BitrixSettings, clock: Clock, line: Line, limiter: Limiter
) -> Movable:
    if settings.webhook is not None:
        return Webhook(connection, settings.origin, _folder(root, settings) / "places.db")
    endpoint = TokenServer(settings, line, limiter, clock)
    return Rotating(connection, endpoint, token_file_of(connection, root, settings), clock)


def _folder(root: Path, settings: BitrixSettings) -> Path:
    return root / settings.state / KIND
