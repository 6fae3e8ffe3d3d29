"""The account's fields as code: what would be made or changed, and making it, when an administrator asks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel

from partnersync.contract.adapter import Connection
from partnersync.contract.crm_due import lists_partners
from partnersync.contract.crm_fields import Language
from partnersync.contract.schema import SchemaPlan
from partnersync.errors import ConfigError, TryLater
from partnersync.transport.clock import Clock
from partnersync_amocrm.assemble import client_of, metadata_file_of
from partnersync_amocrm.metadata import FieldDef, Metadata, field_from
from partnersync_amocrm.metadata_file import MetadataFile
from partnersync_amocrm.paging import Listing, pages
from partnersync_amocrm.places import places_of
from partnersync_amocrm.schema_due import due_fields, due_stages
from partnersync_amocrm.schema_plan import Change, Make, Steps, changed, group_id, lost, made, steps_of, told
from partnersync_amocrm.settings import AmoSettings
from partnersync_amocrm.translate import Translation
from partnersync_amocrm.transport import Client


@dataclass(frozen=True, slots=True)
class AmoSchema:
    """Of one account. The definitions are read afresh each time, and kept for the runs that follow."""

    client: Client
    settings: AmoSettings
    file: MetadataFile
    now: Callable[[], datetime]

    def plan(self) -> SchemaPlan:
        """What `apply` would do; nothing is changed."""
        steps, known = self._look()
        return SchemaPlan(tuple(told(steps, known)), steps.drift)

    def apply(self) -> SchemaPlan:
        """Do it; what was done is told. Applied again, nothing is done. Broken off, the rest is done by the next."""
        steps, known = self._look()
        words = tuple(told(steps, known))
        for make in steps.make:
            self._make(make, known)
        for change in steps.change:
            self._change(change)
        left, known = self._look()
        if left.make or left.change:
            named = "; ".join(told(left, known))
            raise TryLater(f"the account does not show all that was made: {named}", hint="Apply the schema once more")
        return SchemaPlan(words, left.drift)

    def close(self) -> None:
        """Give the connection back."""
        self.client.close()

    def _look(self) -> tuple[Steps, Metadata]:
        known = self.file.read(self.client, self.now())
        language: Language = "en" if (urlsplit(self.settings.url).hostname or "").endswith("kommo.com") else "ru"
        due = due_fields(self.settings, self._partners(known), language)
        return steps_of(due, due_stages(self.settings), known, language), known

    def _partners(self, known: Metadata) -> list[tuple[str, str]]:
        """(partner_id, name) of all partners, where sellers name them in our list."""
        if not lists_partners(self.settings.deals.partner):
            return []
        deals = self.settings.deals.model_copy(update={"partner": ()})  # our list may not be there yet
        mapped = self.settings.model_copy(update={"deals": deals})
        reader = Translation(mapped, places_of(mapped, known), known.zone)
        listing = Listing("companies", "companies", order="id asc")
        companies = (row for page in pages(self.client, listing) for row in page)
        return sorted((reader.partner_id(row), row["name"]) for row in companies if reader.is_partner(row))

    def _make(self, make: Make, known: Metadata) -> None:
        path = f"{make.entity}/custom_fields"
        group = group_id(known, make.entity, make.group)
        if group is None:
            answer = self.client.create(f"{path}/groups", [{"name": make.group}])
            group = str(answer["_embedded"]["custom_field_groups"][0]["id"])
        self.client.create(path, [made(due, group, make.stages.get(due.code, ())) for due in make.fields])

    def _change(self, change: Change) -> None:
        """On what the field is at this moment: an entry that somebody adds meanwhile must not go with ours."""
        path = f"{change.field.entity}/custom_fields/{change.field.id}"
        now = self._field(change.field.entity, path)
        self.client.change(path, changed(change, now))
        gone = lost(now, self._field(change.field.entity, path))
        if gone:
            raise ConfigError(
                f"the account has dropped entries of field {now.name}: {', '.join(map(str, sorted(gone)))}",
                hint="Ask the vendor's support at once: values that pointed there may be lost",
            )

    def _field(self, entity: str, path: str) -> FieldDef:
        row: dict[str, Any] | None = self.client.get(path)
        if row is None:
            raise ConfigError(f"{path} is gone from the account", hint="Plan the schema once more")
        return field_from(entity, row)


def schema(connection: Connection, settings: BaseModel) -> AmoSchema:
    """The definitions of a connection's account; nothing is called yet."""
    assert isinstance(settings, AmoSettings)
    root = Path(connection.root)
    client = client_of(connection.name, root, settings, Clock(connection.now))
    return AmoSchema(client, settings, metadata_file_of(root, settings), connection.now)
