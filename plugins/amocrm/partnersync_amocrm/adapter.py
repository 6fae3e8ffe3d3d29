"""An amoCRM account as a connected system. It is signed in to, checked and read; nothing is written yet."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel

from partnersync.contract.adapter import (
    Adapter,
    Capabilities,
    Connection,
    FieldsWrite,
    Outcome,
    Page,
    Raw,
    Receipt,
    Stream,
    Table,
    Write,
)
from partnersync.domain.value import RecordKind
from partnersync.errors import ConfigError, Unsupported
from partnersync.transport.clock import Clock
from partnersync_amocrm import checks
from partnersync_amocrm.assemble import client_of, metadata_file_of
from partnersync_amocrm.places import places_of
from partnersync_amocrm.pull import Reading, Streams, streams_of
from partnersync_amocrm.settings import AmoSettings
from partnersync_amocrm.translate import Translation
from partnersync_amocrm.transport import Client


class AmoAdapter:
    """One account."""

    capabilities = Capabilities(managed={}, reports_deletions=True, supplies_activities=True, reads_record=True)

    def __init__(self, connection: Connection, settings: AmoSettings) -> None:
        self._connection = connection
        self._settings = settings
        self._file = metadata_file_of(Path(connection.root), settings)

    @cached_property
    def _client(self) -> Client:
        root = Path(self._connection.root)
        return client_of(self._connection.name, root, self._settings, Clock(self._connection.now))

    @cached_property
    def _streams(self) -> Streams:
        reading = self._reading(fresh=False)
        began = int((self._connection.now() + reading.known.ahead).timestamp())
        return Streams(self._client, reading, lambda: self._reading(fresh=True), began, frozenset())

    def _reading(self, *, fresh: bool) -> Reading:
        """ConfigError where the settings name what the account has not, even as it is at this moment."""
        now = self._connection.now()
        kept = None if fresh else self._file.kept(now)
        known = kept or self._file.read(self._client, now)
        try:
            places = places_of(self._settings, known)
        except ConfigError:
            if kept is None:
                raise
            return self._reading(fresh=True)
        return Reading(known, Translation(self._settings, places, known.zone, self._settings.url))

    def streams(self) -> Sequence[Stream]:
        """Users, partners, deals and registrations, each with what is gone, and work on deals."""
        return streams_of(registrations=self._settings.registrations is not None, managed=frozenset())

    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        """What changed since the cursor; all streams of a run look at the account as of its first pull."""
        yield from self._streams.pull(stream, cursor)

    def push(self, writes: Iterable[Write]) -> Iterator[Receipt]:
        """Nothing is managed yet, so every write is refused."""
        for write in writes:
            if not isinstance(write, FieldsWrite):
                raise Unsupported("connections of kind amocrm take no notes and tasks yet")
            yield Receipt(write.write_id, Outcome.REFUSED, "connections of kind amocrm are not written yet")

    def read(self, kind: RecordKind, record_ids: Sequence[str]) -> Iterator[Raw]:
        """Single cards as they are now."""
        yield from self._streams.read(kind, record_ids)

    def publish(self, table: Table) -> bool:
        """Tables for people have no place in a CRM."""
        raise Unsupported("an amoCRM account holds no tables")

    def holds(self, name: str) -> str:
        """As for `publish`."""
        raise Unsupported("an amoCRM account holds no tables")

    def check(self) -> Iterator[str]:
        """Rights, options, clocks and the plan; names of the settings that the account does not know."""
        yield from checks.problems(self._client, self._connection.now())
        try:
            self._reading(fresh=True)
        except ConfigError as error:
            yield str(error)

    def close(self) -> None:
        """Connections and files are given back, if there were any."""
        if "_client" in vars(self):
            self._client.close()
            del self._client


def make(connection: Connection, settings: BaseModel) -> Adapter:
    """An adapter; nothing is called yet."""
    assert isinstance(settings, AmoSettings)
    return AmoAdapter(connection, settings)
