"""What an account has to have for the programme: fields of ours, and what an admin wishes before a stage. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from partnersync.contract.crm_due import DueChoice, choices_of, lists_partners, partner_choices
from partnersync.contract.crm_fields import FIELDS, PARTNER, PARTNER_LIST, Language
from partnersync.contract.managed import DECISION, MANAGED
from partnersync_amocrm.mapping import Mapped
from partnersync_amocrm.places import ENTITY


@dataclass(frozen=True, slots=True)
class DueField:
    """A field of ours. `api_only`: people see it and programs write it."""

    entity: str
    code: str
    type: str
    name: str
    api_only: bool = True
    choices: tuple[DueChoice, ...] = ()


@dataclass(frozen=True, slots=True)
class DueStage:
    """A field, by code or name, that has to be filled before a stage of the account."""

    pipeline: str
    stage: str
    field: str


_TYPES = {"text": "text", "list": "select", "day": "date"}


def due_fields(mapped: Mapped, partners: Sequence[tuple[str, str]], language: Language) -> list[DueField]:
    """Those of every kind of record that the settings read; `partners`: (partner_id, name), for the list of sellers.

    A managed field that the settings find in a field of the admin's is his.
    """
    due: dict[tuple[str, str], DueField] = {}
    for kind, table in mapped.tables().items():
        for name in MANAGED[kind]:
            if name in table.ours:
                continue
            code, told = name.upper(), FIELDS[name]
            due[ENTITY[kind], code] = DueField(
                ENTITY[kind], code, _TYPES[told.type], told.names[language], name != DECISION, choices_of(told)
            )
    if lists_partners(mapped.deals.partner):
        choices = partner_choices(partners)
        due["leads", PARTNER_LIST] = DueField("leads", PARTNER_LIST, "select", PARTNER[language], False, choices)
    return list(due.values())


def due_stages(mapped: Mapped) -> Iterator[DueStage]:
    """Fields before stages, as the settings wish."""
    for pair, fields in mapped.deals.required.items():
        pipeline, _, stage = pair.partition("/")
        yield from (DueStage(pipeline.strip(), stage.strip(), field) for field in fields)
