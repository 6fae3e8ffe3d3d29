"""The portal's fields as code: what would be made or changed, and making it, when an administrator asks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel

from partnersync.contract.adapter import Connection
from partnersync.contract.schema import SchemaPlan
from partnersync.domain.value import RecordKind
from partnersync.errors import ConfigError, TryLater, Unsupported
from partnersync.transport.clock import Clock
from partnersync_bitrix24.assemble import client_of, definitions_file_of
from partnersync_bitrix24.client import Client
from partnersync_bitrix24.definitions import Definitions
from partnersync_bitrix24.lists import answers, walk
from partnersync_bitrix24.mapping import DealKeys, Mapped
from partnersync_bitrix24.metadata import Entity, Metadata
from partnersync_bitrix24.places import made_field, places_of
from partnersync_bitrix24.schema_due import due_fields, listing_kinds
from partnersync_bitrix24.schema_plan import (
    Steps,
    cards,
    change_field,
    layout_places,
    lost,
    make_field,
    make_process,
    shown_name,
    steps_of,
    told,
    with_section,
)
from partnersync_bitrix24.settings import BitrixSettings
from partnersync_bitrix24.sources import Lists
from partnersync_bitrix24.translate import Translation


@dataclass(frozen=True, slots=True)
class BitrixSchema:
    """Of one portal. The definitions are read afresh each time, and kept for the runs that follow."""

    client: Client
    mapped: Mapped
    definitions: Definitions
    now: Callable[[], datetime]

    def plan(self) -> SchemaPlan:
        """What `apply` would do; nothing is changed."""
        steps, known = self._look()
        return SchemaPlan(tuple(told(steps, known)), steps.drift)

    def apply(self) -> SchemaPlan:
        """Do it; what was done is told. Applied again, nothing is done. Broken off, the rest is done by the next."""
        steps, known = self._look()
        words = list(told(steps, known))
        if steps.processes:
            self._make_processes(steps)
            steps, known = self._look()
            words += [one for one in told(steps, known) if one not in words]
        answers(self.client, [make_field(due, known) for due in steps.make])
        self._show(steps, known)
        if steps.change:
            self._change(steps)
        left, known = self._look()
        if left.processes or left.make or left.change:
            named = "; ".join(told(left, known))
            raise TryLater(f"the portal does not show all that was made: {named}", hint="Apply the schema once more")
        return SchemaPlan(tuple(words), left.drift)

    def close(self) -> None:
        """Give the connection back."""
        self.client.close()

    def _look(self) -> tuple[Steps, Metadata]:
        known = self.definitions.read(self.client, self.now())
        wanted = [self.mapped.partners.smart_process]
        wanted += [self.mapped.registrations.smart_process] if self.mapped.registrations else []
        due = due_fields(self.mapped, self._entities(known), self._partners(known))
        return steps_of([one for one in wanted if one], due, known), known

    def _entities(self, known: Metadata) -> dict[RecordKind, int]:
        """The kinds of card that are there already."""
        numbers = {one.name.casefold(): one.entity for one in known.processes}
        found: dict[RecordKind, int] = {RecordKind.DEAL: Entity.DEAL}
        partners, registrations = self.mapped.partners.smart_process, self.mapped.registrations
        if partners is None:
            found[RecordKind.PARTNER] = Entity.COMPANY
        elif partners.casefold() in numbers:
            found[RecordKind.PARTNER] = numbers[partners.casefold()]
        if registrations and registrations.pipeline:
            found[RecordKind.REGISTRATION] = Entity.DEAL
        elif registrations and registrations.smart_process and registrations.smart_process.casefold() in numbers:
            found[RecordKind.REGISTRATION] = numbers[registrations.smart_process.casefold()]
        return found

    def _partners(self, known: Metadata) -> list[tuple[str, str]]:
        """(partner_id, name) of all partners, where people name them in our list."""
        if not list(listing_kinds(self.mapped)) or RecordKind.PARTNER not in self._entities(known):
            return []
        mapped = Mapped(partners=self.mapped.partners, clients=self.mapped.clients, deals=DealKeys())
        reader = Translation(mapped, places_of(mapped, known))
        listing = Lists(reader.places, known).counted(RecordKind.PARTNER)
        rows = (row for some in walk(self.client, listing) for row in some)
        return sorted((reader.partner_id(row), row["title"]) for row in rows if reader.is_partner(row))

    def _make_processes(self, steps: Steps) -> None:
        for name in steps.processes:
            command = make_process(name)
            try:
                self.client.call(command.method, command.params)
            except Unsupported as error:
                hint = "Choose a plan that has smart processes, or name a pipeline for registrations instead"
                raise ConfigError(f'the smart process "{name}" cannot be made: {error.message}', hint=hint) from None

    def _show(self, steps: Steps, known: Metadata) -> None:
        """New fields join the common layout of their cards, where the portal has one; of pipelines each its own."""
        for entity in dict.fromkeys(due.entity for due in steps.make):
            names = [shown_name(due, known) for due in steps.make if due.entity == entity]
            for place in layout_places(entity, known):
                sections = self.client.call("crm.item.details.configuration.get", place)
                if isinstance(sections, list) and sections:
                    layout = {**place, "data": with_section(sections, names)}
                    self.client.call("crm.item.details.configuration.set", layout)

    def _change(self, steps: Steps) -> None:
        """On what the fields are at this moment: an option that somebody adds meanwhile must not go with ours."""
        now = self.definitions.read(self.client, self.now())
        pairs = [(one, made_field(now, one.field.entity, one.code)) for one in steps.change]
        answers(self.client, [change_field(one, field) for one, field in pairs if field])
        after = self.definitions.read(self.client, self.now())
        for one, field in pairs:
            there = made_field(after, one.field.entity, one.code)
            if field and there and (gone := lost(field, there)):
                raise ConfigError(
                    f"the portal has dropped options of field {field.name} of {cards(field.entity, after)}: "
                    f"{', '.join(map(str, sorted(gone)))}",
                    hint="Ask the vendor's support at once: values that pointed there may be lost",
                )


def schema(connection: Connection, settings: BaseModel) -> BitrixSchema:
    """The definitions of a connection's portal; nothing is called yet."""
    assert isinstance(settings, BitrixSettings)
    root = Path(connection.root)
    client = client_of(connection.name, root, settings, Clock(connection.now))
    definitions = Definitions(definitions_file_of(root, settings), settings)
    return BitrixSchema(client, settings, definitions, connection.now)
