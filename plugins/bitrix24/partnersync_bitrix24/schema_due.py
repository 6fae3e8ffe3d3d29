"""What a portal has to have for the programme: smart processes that the settings name, and fields of ours. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from partnersync.contract.crm_due import DueChoice, choices_of, lists_partners, partner_choices
from partnersync.contract.crm_fields import FIELDS, PARTNER, PARTNER_LIST, Language
from partnersync.contract.managed import DECISION, MANAGED
from partnersync.domain.value import RecordKind
from partnersync_bitrix24.mapping import Mapped
from partnersync_bitrix24.places import portal_type


@dataclass(frozen=True, slots=True)
class DueField:
    """A field of ours, known by its code, which is its XML_ID. `locked`: people see it and programs write it."""

    entity: int
    code: str
    type: str
    names: Mapping[Language, str]
    locked: bool = True
    choices: tuple[DueChoice, ...] = ()


def due_fields(
    mapped: Mapped, entities: Mapping[RecordKind, int], partners: Sequence[tuple[str, str]]
) -> list[DueField]:
    """Those of every kind of record that the settings read; `partners`: (partner_id, name), for the list of sellers.

    A managed field that the settings find in a field of the admin's is his.
    """
    due: dict[tuple[int, str], DueField] = {}
    for kind, table in mapped.tables().items():
        if kind not in entities:
            continue
        for name in MANAGED[kind]:
            if name not in table.ours:
                code, told = name.upper(), FIELDS[name]
                due[entities[kind], code] = DueField(
                    entities[kind], code, portal_type(name), told.names, name != DECISION, choices_of(told)
                )
    for kind in listing_kinds(mapped):
        if kind in entities:
            entity, choices = entities[kind], partner_choices(partners)
            due[entity, PARTNER_LIST] = DueField(entity, PARTNER_LIST, "enumeration", PARTNER, False, choices)
    return list(due.values())


def listing_kinds(mapped: Mapped) -> Iterator[RecordKind]:
    """Kinds of record whose cards name partners in the list that is ours."""
    if lists_partners(mapped.deals.partner):
        yield RecordKind.DEAL
    if mapped.registrations and lists_partners(mapped.registrations.partner):
        yield RecordKind.REGISTRATION
