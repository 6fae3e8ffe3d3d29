"""Runs that pull from a sandbox of amoCRM and push into it, each with new halves of an adapter."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from amocrm_client import ORIGIN, Office
from partnersync.contract.adapter import Raw, Receipt, Stream, Write
from partnersync.contract.secret import Secret
from partnersync.domain.value import RecordKind
from partnersync_amocrm.invoices import LinkFile
from partnersync_amocrm.mapping import Mapped
from partnersync_amocrm.metadata_file import MetadataFile
from partnersync_amocrm.places import places_of
from partnersync_amocrm.pull import Reading, Streams, streams_of
from partnersync_amocrm.push import Push
from partnersync_amocrm.schema import AmoSchema
from partnersync_amocrm.settings import AmoSettings
from partnersync_amocrm.translate import Translation

KEYS: Mapping[str, Any] = {
    "partners": {"tag": "партнёр", "partner_id": "PARTNER_CODE", "fields": {"inn": "ИНН"}},
    "clients": {"inn": "INN", "domain": "WEB"},
    "deals": {"partner": [{"select": "PARTNER"}], "fields": {"promo_code": "PROMO_CODE"}},
    "registrations": {"pipeline": "Регистрации"},
}
OURS = frozenset({RecordKind.DEAL, RecordKind.REGISTRATION, RecordKind.PARTNER})


class Desk:
    """Pulls again and again, and keeps the cursors as the core does."""

    def __init__(self, office: Office, keys: Mapping[str, Any] = KEYS) -> None:
        self.office = office
        self.mapped = Mapped.model_validate(keys)
        self.cursors: dict[str, str] = {}
        self.file = MetadataFile(office.folder / "metadata.json", ORIGIN)

    def run(self, *, between: Callable[[Stream], None] = lambda stream: None) -> dict[str, list[Raw]]:
        """What each stream gives; `between` happens after every page."""
        streams = self.streams()
        told: dict[str, list[Raw]] = {}
        for stream in streams_of(self.mapped, OURS):
            raws = told.setdefault(stream.name, [])
            for page in streams.pull(stream, self.cursors.get(stream.name)):
                raws += page.raws
                if page.cursor is not None:
                    self.cursors[stream.name] = page.cursor
                between(stream)
        return {name: raws for name, raws in told.items() if raws}

    def push(self, *writes: Write) -> dict[str, Receipt]:
        """What became of writes, by their ids."""
        push = Push(self.office.client, self.streams())
        return {receipt.write_id: receipt for receipt in push.push(iter(writes))}

    def seen(self, kind: RecordKind, card: int) -> dict[str, str]:
        """What is read in the managed fields of a card, but for empty ones."""
        (raw,) = self.streams().read(kind, [str(card)])
        return {name: text for name, text in (raw.seen or {}).items() if text}

    def streams(self) -> Streams:
        """The reading half of a new adapter."""
        reading = self._reading(fresh=False)
        began = int((self.office.time.now() + reading.known.ahead).timestamp())
        return Streams(self.office.client, reading, lambda: self._reading(fresh=True), began, OURS, self._links)

    def _links(self) -> LinkFile:
        return LinkFile(self.office.folder / "links.db")

    def _reading(self, *, fresh: bool) -> Reading:
        now = self.office.time.now()
        known = (None if fresh else self.file.kept(now)) or self.file.read(self.office.client, now)
        return Reading(known, Translation(self.mapped, places_of(self.mapped, known), known.zone, ORIGIN))


def desk(
    folder: Path,
    deals: int = 0,
    *,
    keys: Mapping[str, Any] = KEYS,
    api_filter: bool = True,
    schema: bool = False,
    **behaviour: Any,
) -> Desk:
    """A desk before a new sandbox, which has our fields with `schema`."""
    office = Office(folder, deals, **behaviour)
    office.sandbox.account.options = type(office.sandbox.account.options)(api_filter=api_filter)
    made = Desk(office, keys)
    if schema:
        settings = AmoSettings.model_validate({"url": ORIGIN, "token": Secret("x"), **keys})
        AmoSchema(office.client, settings, made.file, office.time.now).apply()
    return made
