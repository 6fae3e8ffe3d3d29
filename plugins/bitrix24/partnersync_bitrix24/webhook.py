"""The sign-in of an inbound webhook: its secret is part of every address, and nothing is ever replaced."""

from pathlib import Path

from partnersync.errors import SignInRequired
from partnersync.transport.shared_file import SharedFile

_SCHEMA = "CREATE TABLE IF NOT EXISTS places (connection TEXT PRIMARY KEY, url TEXT, origin TEXT)"


class Webhook:
    """Where the portal is; a renamed one is found also by the next process. `url` is that of the settings."""

    def __init__(self, connection: str, url: str, path: Path) -> None:
        self._connection = connection
        self._url = url
        self._file = SharedFile(path, _SCHEMA, durable=True)
        with self._file.alone() as database:
            row = database.execute(
                "SELECT origin FROM places WHERE connection = ? AND url = ?", (connection, url)
            ).fetchone()
        self.origin: str = row[0] if row else url

    def bearer(self) -> str:
        """No token: the address is enough."""
        return ""

    def renewed(self, refused: str) -> str:
        """There is no other."""
        hint = "Make a new inbound webhook in the portal, and write its address where the settings look for it"
        raise SignInRequired("the portal refuses the webhook", hint=hint)

    def moved(self, origin: str) -> None:
        """The portal answered from there."""
        with self._file.alone() as database:
            database.execute("INSERT OR REPLACE INTO places VALUES (?, ?, ?)", (self._connection, self._url, origin))
        self.origin = origin

    def warning(self) -> str:
        """A portal that was renamed."""
        if self.origin == self._url:
            return ""
        return f"the account's address is {self.origin} now. Write it as the connection's webhook"
