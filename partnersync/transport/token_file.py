"""The pair of tokens at rest: sealed with a key that is derived from the application's secret, which lies elsewhere.

Whoever copies the state folder has nothing without the client_secret, and there is no further key to look after.
"""

import base64
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from partnersync.contract.secret import Secret
from partnersync.transport.shared_file import SharedFile

_SALT_BYTES = 16
_SCHEMA = """
CREATE TABLE IF NOT EXISTS pairs (
    connection TEXT PRIMARY KEY, salt BLOB, sealed BLOB, url TEXT, origin TEXT, asked_at REAL, dead INTEGER
)
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tokens. `expires_at` is in unix seconds of this machine's clock, `lives_s` the access token's whole life.

    `server`: where the pair is replaced, if the system tells that with each pair.
    """

    access: Secret
    refresh: Secret
    expires_at: float
    lives_s: float
    server: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known: `pair` None where there is none that this client_secret opens.

    `origin`: where the account of the connection's present url was found; empty where that url is another one by now.
    `asked_at`: a replacement was asked for then and no answer is known. `dead`: the refresh token is.
    """

    pair: Pair | None = None
    origin: str = ""
    asked_at: float | None = None
    dead: bool = False


class TokenFile:
    """The pair of one connection, shared by all processes that run it. `url` is that of the settings."""

    def __init__(self, path: Path, kind: str, connection: str, url: str, client_secret: Secret) -> None:
        self._file = SharedFile(path, _SCHEMA, durable=True)
        self._purpose = f"partnersync {kind} tokens 1".encode()
        self._connection = connection
        self._url = url
        self._client_secret = client_secret

    @contextmanager
    def alone(self) -> Iterator["Entry"]:
        """Read and write while every other process waits; what was written is durable at the block's end."""
        with self._file.alone() as database:
            yield Entry(database, self._connection, self._url, self._client_secret, self._purpose)

    def read(self) -> Kept:
        """What is known now."""
        with self.alone() as entry:
            return entry.read()

    def keep(self, pair: Pair, origin: str) -> None:
        """A new pair takes the place of whatever was there."""
        with self.alone() as entry:
            entry.keep(pair, origin)

    def close(self) -> None:
        """Give the file back."""
        self._file.close()


@dataclass(frozen=True, slots=True)
class Entry:
    """The connection's row within a transaction."""

    database: sqlite3.Connection
    connection: str
    url: str
    client_secret: Secret
    purpose: bytes

    def read(self) -> Kept:
        """The row."""
        row = self.database.execute(
            "SELECT salt, sealed, url, origin, asked_at, dead FROM pairs WHERE connection = ?", (self.connection,)
        ).fetchone()
        if row is None:
            return Kept()
        salt, sealed, url, origin, asked_at, dead = row
        return Kept(_opened(self._seal(salt), sealed), origin if url == self.url else "", asked_at, bool(dead))

    def keep(self, pair: Pair, origin: str) -> None:
        """A new pair, of which nothing bad is known."""
        salt = os.urandom(_SALT_BYTES)
        told = [pair.access.reveal(), pair.refresh.reveal(), pair.expires_at, pair.lives_s, pair.server]
        sealed = self._seal(salt).encrypt(json.dumps(told).encode())
        self.database.execute(
            "INSERT OR REPLACE INTO pairs VALUES (?, ?, ?, ?, ?, NULL, 0)",
            (self.connection, salt, sealed, self.url, origin),
        )

    def moved(self, origin: str) -> None:
        """The account was found there."""
        self.database.execute(
            "UPDATE pairs SET url = ?, origin = ? WHERE connection = ?", (self.url, origin, self.connection)
        )

    def asked(self, at: float | None) -> None:
        """A replacement is asked for from here on; None: that is settled."""
        self.database.execute("UPDATE pairs SET asked_at = ? WHERE connection = ?", (at, self.connection))

    def died(self) -> None:
        """The refresh token works no more; the access token may, until its end."""
        self.database.execute("UPDATE pairs SET dead = 1 WHERE connection = ?", (self.connection,))

    def _seal(self, salt: bytes) -> Fernet:
        derived = HKDF(SHA256(), 32, salt, self.purpose).derive(self.client_secret.reveal().encode())
        return Fernet(base64.urlsafe_b64encode(derived))


def _opened(seal: Fernet, sealed: bytes) -> Pair | None:
    try:
        access, refresh, expires_at, lives_s, *server = json.loads(seal.decrypt(sealed))
    except (InvalidToken, ValueError):
        return None
    return Pair(Secret(access), Secret(refresh), expires_at, lives_s, *server)
