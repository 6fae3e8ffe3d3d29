"""A Bitrix24 portal as a connected system."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel

from partnersync.contract.adapter import Adapter, Capabilities, Connection, Page, Raw, Receipt, Stream, Table, Write
from partnersync.contract.crm_places import ManagedPlaces, Ours
from partnersync.domain.value import RecordKind
from partnersync.errors import ConfigError, PartnersyncError, Unsupported
from partnersync.transport.clock import Clock
from partnersync_bitrix24 import checks
from partnersync_bitrix24.addresses import language_of
from partnersync_bitrix24.assemble import THREADS, client_of, definitions_file_of
from partnersync_bitrix24.client import Client
from partnersync_bitrix24.commands import LONGEST_BATCH
from partnersync_bitrix24.definitions import Definitions
from partnersync_bitrix24.places import places_of
from partnersync_bitrix24.pull import Reading, Streams, streams_of
from partnersync_bitrix24.push import Push
from partnersync_bitrix24.settings import BitrixSettings
from partnersync_bitrix24.translate import Translation


class BitrixAdapter:
    """One portal."""

    def __init__(self, connection: Connection, settings: BitrixSettings) -> None:
        self._connection = connection
        self._settings = settings
        self._definitions = Definitions(definitions_file_of(Path(connection.root), settings), settings)
        self.capabilities = Capabilities(
            managed=ManagedPlaces(tuple(settings.tables()), self._ours),
            batch_size=LONGEST_BATCH,
            calls_at_once=THREADS,
            notes=True,
            tasks=True,
            reports_deletions=True,
            supplies_activities=True,
            reads_record=True,
            awaits_verdicts=bool(settings.registrations and settings.registrations.stages),
        )

    @cached_property
    def _client(self) -> Client:
        root = Path(self._connection.root)
        return client_of(self._connection.name, root, self._settings, Clock(self._connection.now))

    @cached_property
    def _streams(self) -> Streams:
        reading = self._reading(fresh=False)
        began = (self._connection.now() + reading.known.ahead).astimezone(reading.known.offset)
        return Streams(self._client, reading, lambda: self._reading(fresh=True), began)

    def _ours(self) -> Ours | None:
        """As this run reads the portal, else as an earlier one did; None where it cannot be told."""
        if "_streams" not in vars(self) and (kept := self._definitions.kept()):
            with suppress(ConfigError):
                return places_of(self._settings, kept).ours
        with suppress(PartnersyncError):
            return self._streams.reading.translation.places.ours
        return None

    def _reading(self, *, fresh: bool) -> Reading:
        """ConfigError where the settings name what the portal has not, even as it is at this moment."""
        now = self._connection.now()
        kept = None if fresh else self._definitions.kept(now)
        known = kept or self._definitions.read(self._client, now)
        try:
            places = places_of(self._settings, known)
        except ConfigError:
            if kept is None:
                raise
            return self._reading(fresh=True)
        return Reading(known, Translation(self._settings, places, self._settings.origin))

    def streams(self) -> Sequence[Stream]:
        """Users, partners, deals and registrations, each with what is gone, payments, and work on deals."""
        return streams_of(self._settings)

    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        """What changed since the cursor; all streams of a run look at the portal as of its first pull."""
        yield from self._streams.pull(stream, cursor)

    def push(self, writes: Iterable[Write]) -> Iterator[Receipt]:
        """Fields in batches, several on their way; what the portal refuses loses no other."""
        yield from Push(self._client, self._streams.reading, language_of(self._settings.origin)).push(writes)

    def read(self, kind: RecordKind, record_ids: Sequence[str]) -> Iterator[Raw]:
        """Single cards as they are now."""
        yield from self._streams.read(kind, record_ids)

    def publish(self, table: Table) -> bool:
        """Tables for people have no place in a CRM."""
        raise Unsupported("a Bitrix24 portal holds no tables")

    def holds(self, name: str) -> str:
        """As for `publish`."""
        raise Unsupported("a Bitrix24 portal holds no tables")

    def check(self) -> Iterator[str]:
        """Rights, scopes, clocks and the plan; names of the settings that the portal does not know."""
        yield from checks.problems(self._client, self._connection.now(), self._settings.rate)
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
    assert isinstance(settings, BitrixSettings)
    return BitrixAdapter(connection, settings)
