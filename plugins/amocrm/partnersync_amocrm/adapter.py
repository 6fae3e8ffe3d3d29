"""An amoCRM account as a connected system. It signs in and is checked; records are neither read nor written yet."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel

from partnersync.contract.adapter import Adapter, Capabilities, Connection, Page, Raw, Receipt, Stream, Table, Write
from partnersync.domain.value import RecordKind
from partnersync.errors import Unsupported
from partnersync_amocrm import checks
from partnersync_amocrm.assemble import client_of
from partnersync_amocrm.clock import Clock
from partnersync_amocrm.settings import AmoSettings
from partnersync_amocrm.transport import Client


class AmoAdapter:
    """One account."""

    capabilities = Capabilities(managed={})

    def __init__(self, connection: Connection, settings: AmoSettings) -> None:
        self._connection = connection
        self._settings = settings

    @cached_property
    def _client(self) -> Client:
        root = Path(self._connection.root)
        return client_of(self._connection.name, root, self._settings, Clock(self._connection.now))

    def streams(self) -> Sequence[Stream]:
        """None yet."""
        raise Unsupported("connections of kind amocrm are not read yet", hint="This version signs in and checks them")

    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        """Nothing has a stream yet."""
        raise Unsupported("connections of kind amocrm are not read yet")

    def push(self, writes: Iterable[Write]) -> Iterator[Receipt]:
        """Nothing is managed yet."""
        raise Unsupported("connections of kind amocrm are not written yet")

    def read(self, kind: RecordKind, record_ids: Sequence[str]) -> Iterator[Raw]:
        """As capabilities declare."""
        raise Unsupported("connections of kind amocrm are not read yet")

    def publish(self, table: Table) -> bool:
        """Tables for people have no place in a CRM."""
        raise Unsupported("an amoCRM account holds no tables")

    def holds(self, name: str) -> str:
        """As for `publish`."""
        raise Unsupported("an amoCRM account holds no tables")

    def check(self) -> Iterator[str]:
        """Rights, options, clocks and the plan."""
        yield from checks.problems(self._client, self._connection.now())

    def close(self) -> None:
        """Connections and files are given back, if there were any."""
        if "_client" in vars(self):
            self._client.close()
            del self._client


def make(connection: Connection, settings: BaseModel) -> Adapter:
    """An adapter; nothing is called yet."""
    assert isinstance(settings, AmoSettings)
    return AmoAdapter(connection, settings)
