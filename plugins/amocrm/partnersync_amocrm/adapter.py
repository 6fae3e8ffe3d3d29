"""An amoCRM account as a connected system."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path

from pydantic import BaseModel

from partnersync.contract.adapter import (
    Adapter,
    Capabilities,
    Connection,
    Page,
    Raw,
    Receipt,
    Stream,
    Table,
    Write,
)
from partnersync.contract.crm_places import ManagedPlaces, Ours
from partnersync.domain.value import RecordKind
from partnersync.errors import ConfigError, PartnersyncError, Unsupported
from partnersync.transport.clock import Clock
from partnersync_amocrm import checks
from partnersync_amocrm.assemble import THREADS, client_of, link_file_of, metadata_file_of
from partnersync_amocrm.batches import LARGEST_BATCH
from partnersync_amocrm.places import places_of
from partnersync_amocrm.pull import Reading, Streams, streams_of
from partnersync_amocrm.push import Push
from partnersync_amocrm.settings import AmoSettings
from partnersync_amocrm.translate import Translation
from partnersync_amocrm.transport import Client


class AmoAdapter:
    """One account."""

    def __init__(self, connection: Connection, settings: AmoSettings) -> None:
        self._connection = connection
        self._settings = settings
        self._file = metadata_file_of(Path(connection.root), settings)
        self._kinds = tuple(settings.tables())
        self.capabilities = Capabilities(
            managed=ManagedPlaces(self._kinds, self._ours),
            batch_size=LARGEST_BATCH,
            calls_at_once=THREADS,
            notes=True,
            tasks=True,
            names_authors=True,
            reports_deletions=True,
            reports_merges=True,
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
        began = int((self._connection.now() + reading.known.ahead).timestamp())
        links = partial(link_file_of, Path(self._connection.root), self._settings)
        return Streams(self._client, reading, lambda: self._reading(fresh=True), began, frozenset(self._kinds), links)

    def _ours(self) -> Ours | None:
        """As this run reads the account, else as an earlier one did; None where it cannot be told."""
        if "_streams" not in vars(self) and (kept := self._file.kept()):
            with suppress(ConfigError):
                return places_of(self._settings, kept).ours
        with suppress(PartnersyncError):
            return self._streams.reading.translation.places.ours
        return None

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
        """Users, partners, deals and registrations, each with what is gone, paid invoices, and work on deals."""
        return streams_of(self._settings, frozenset(self._kinds))

    def pull(self, stream: Stream, cursor: str | None) -> Iterator[Page]:
        """What changed since the cursor; all streams of a run look at the account as of its first pull."""
        yield from self._streams.pull(stream, cursor)

    def history(self, stream: Stream, since: datetime, until: datetime, cursor: str | None) -> Iterator[Page]:
        """Work on deals of before the first pull."""
        yield from self._streams.history(int(since.timestamp()), int(until.timestamp()), cursor)

    def push(self, writes: Iterable[Write]) -> Iterator[Receipt]:
        """Fields in batches of one kind of card, several on their way; notes and tasks once."""
        yield from Push(self._client, self._streams).push(writes)

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
