"""The places that the settings name, found in a portal: what is named and not there is a ConfigError. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from partnersync.contract.crm_fields import FIELDS
from partnersync.contract.crm_names import one_named, unknown_name
from partnersync.contract.managed import COMPARED, OWNER
from partnersync.domain.value import RecordKind
from partnersync.errors import ConfigError
from partnersync_bitrix24.mapping import Mapped, PartnerSource, RegistrationKeys
from partnersync_bitrix24.metadata import Entity, FieldDef, Metadata, Pipeline, SmartProcess

PARTNER_TYPE = "PARTNER"
"""The type of companies that every portal has for partners."""

TYPES_OF_COMPANIES = "COMPANY_TYPE"
_TABLES = {RecordKind.DEAL: "deals", RecordKind.PARTNER: "partners", RecordKind.REGISTRATION: "registrations"}
_OF_PORTAL = {"text": "string", "list": "enumeration", "day": "date"}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a card names its partner: in a field (a choice by its code), as its parent, or as its company."""

    field: FieldDef | None = None
    is_link: bool = False
    parent: str = ""  # the key in which an item names its parent


@dataclass(frozen=True, slots=True)
class Places:
    """What the translation of cards needs to know. `entities`: kind of record → kind of card that it is read from.

    `fields` and `ours` by kind of record: column → field. `partner_types`: codes; empty where partners are items of a
    smart process. `states`: (kind of card, stage) → state, where the settings say. `pipelines`: those of deals that
    count, None: all but that of registrations, `claims`. `verdicts`: pipeline of registrations → state of one → stage.
    """

    entities: Mapping[RecordKind, int]
    fields: Mapping[RecordKind, Mapping[str, FieldDef]]
    ours: Mapping[RecordKind, Mapping[str, FieldDef]]
    partner_types: frozenset[str]
    partner_id: FieldDef | None
    client: Mapping[str, FieldDef]
    sources: Mapping[RecordKind, tuple[Source, ...]]
    states: Mapping[tuple[int, str], str]
    stages: Mapping[tuple[int, str], tuple[str, str]]
    pipelines: frozenset[int] | None
    claims: int | None
    verdicts: Mapping[int, Mapping[str, str]]
    statuses: Mapping[str, Mapping[str, str]]
    invoices: bool = False
    paid_stages: frozenset[str] = frozenset()
    paid: FieldDef | None = None
    paid_on: FieldDef | None = None


def places_of(mapped: Mapped, known: Metadata) -> Places:
    """ConfigError: the first name that the portal does not know, with the nearest that it knows."""
    entities = entities_of(mapped, known)
    tables = mapped.tables()
    claims = mapped.registrations.pipeline if mapped.registrations else None
    payments = mapped.payments
    invoices = payments.source == "invoices"
    return Places(
        entities=entities,
        fields={
            kind: {
                name: field_of(known, entities[kind], named, f"{_TABLES[kind]}.fields.{name}")
                for name, named in table.fields.items()
            }
            for kind, table in tables.items()
        },
        ours={
            kind: _ours(known, kind, entities[kind], table.ours, f"{_TABLES[kind]}.ours")
            for kind, table in tables.items()
        },
        partner_types=frozenset() if mapped.partners.smart_process else frozenset(_partner_types(mapped, known)),
        partner_id=_maybe(known, entities[RecordKind.PARTNER], mapped.partners.partner_id, "partners.partner_id"),
        client={
            f"client_{name}": field_of(known, Entity.COMPANY, named, f"clients.{name}")
            for name, named in mapped.clients
            if named is not None
        },
        sources=_sources(mapped, known, entities),
        states=dict(_states(mapped, known)),
        stages={
            (one.entity, one.code): (_pipeline_name(known, one.entity, one.pipeline), one.name) for one in known.stages
        },
        pipelines=frozenset(pipeline_of(known, name, "deals.pipelines").id for name in mapped.deals.pipelines) or None,
        claims=pipeline_of(known, claims, "registrations.pipeline").id if claims else None,
        verdicts=_verdicts(mapped.registrations, known, entities) if mapped.registrations else {},
        statuses=known.statuses,
        invoices=invoices,
        paid_stages=frozenset(
            one.code for one in known.stages if one.entity == Entity.INVOICE and one.semantics == "S"
        ),
        paid=_maybe(known, Entity.DEAL, payments.total, "payments.total"),
        paid_on=_maybe(known, Entity.INVOICE if invoices else Entity.DEAL, payments.paid_on, "payments.paid_on"),
    )


def entities_of(mapped: Mapped, known: Metadata) -> dict[RecordKind, int]:
    """From which kind of card each kind of record is read."""
    partners, registrations = mapped.partners.smart_process, mapped.registrations
    found: dict[RecordKind, int] = {RecordKind.DEAL: Entity.DEAL, RecordKind.PARTNER: Entity.COMPANY}
    if partners:
        found[RecordKind.PARTNER] = process_of(known, partners, "partners.smart_process").entity
    if registrations:
        name = registrations.smart_process
        found[RecordKind.REGISTRATION] = (
            process_of(known, name, "registrations.smart_process").entity if name else Entity.DEAL
        )
    return found


def process_of(known: Metadata, name: str, key: str) -> SmartProcess:
    """A smart process by its name."""
    return one_named(key, "smart process", name, known.processes)


def pipeline_of(known: Metadata, name: str, key: str) -> Pipeline:
    """A pipeline of deals by its name."""
    return one_named(key, "pipeline", name, [one for one in known.pipelines if one.entity == Entity.DEAL])


def field_of(known: Metadata, entity: int, name: str, key: str) -> FieldDef:
    """A field by its code or XML_ID, else by what people see; ConfigError where it is not there, or there twice."""
    fields = known.fields.get(entity, ())
    wanted = name.casefold()
    coded = [one for one in fields if wanted in (one.code.casefold(), one.xml_id.casefold(), one.key.casefold())]
    if coded:
        return coded[0]
    codes = [one.code for one in fields if one.id]
    return one_named(key, f"field of {_CARDS.get(entity, 'items')}", name, fields, codes)


def made_field(known: Metadata, entity: int, code: str) -> FieldDef | None:
    """The field that `schema apply` makes under a code, by its XML_ID, else by its own; None: it is not made yet."""
    own = [one for one in known.fields.get(entity, ()) if one.id]
    by_name = re.compile(rf"UF_CRM_(\d+_)?{code}")
    marked = (one for one in own if one.xml_id.upper() == code)
    return next(marked, None) or next((one for one in own if by_name.fullmatch(one.code)), None)


def can_hold(field: FieldDef, managed: str) -> bool:
    """Whether a managed field comes back as it was written; numbers lose their zeros, several values their order."""
    if field.multiple:
        return False
    return field.type in ("string", "enumeration") or field.type == _OF_PORTAL[FIELDS[managed].type]


def portal_type(managed: str) -> str:
    """The type of user field that a managed field is made with."""
    return _OF_PORTAL[FIELDS[managed].type]


def _ours(known: Metadata, kind: RecordKind, entity: int, named: Mapping[str, str], table: str) -> dict[str, FieldDef]:
    """Where `schema apply` made it, or where the settings say.

    A field that is not made yet, or that somebody made with another type, is no place. ConfigError: one that the
    settings name would give back another text than was written.
    """
    found = {}
    for name in COMPARED[kind]:
        if name == OWNER:
            continue
        if name in named:
            found[name] = field_of(known, entity, named[name], f"{table}.{name}")
            if not can_hold(found[name], name):
                raise ConfigError(
                    f'{table}.{name}: field "{found[name].name}" of type {found[name].type} does not give back '
                    "what is written there",
                    hint="Name a field of text, or leave it to `partnersync schema apply`",
                )
        elif (made := made_field(known, entity, name.upper())) and can_hold(made, name):
            found[name] = made
    return found


def _partner_types(mapped: Mapped, known: Metadata) -> Iterable[str]:
    types = known.statuses.get(TYPES_OF_COMPANIES, {})
    for name in mapped.partners.types or (PARTNER_TYPE,):
        found = [code for code, told in types.items() if name.casefold() in (code.casefold(), told.casefold())]
        if not found and mapped.partners.types:
            raise unknown_name("partners.types", "type of companies", name, types.values())
        yield from found or [name]


def _sources(
    mapped: Mapped, known: Metadata, entities: Mapping[RecordKind, int]
) -> dict[RecordKind, tuple[Source, ...]]:
    deals, registrations = mapped.deals.partner, mapped.registrations
    partners = entities[RecordKind.PARTNER]
    found = {RecordKind.DEAL: tuple(_source(one, known, Entity.DEAL, partners, "deals.partner") for one in deals)}
    if registrations:
        entity = entities[RecordKind.REGISTRATION]
        named = registrations.partner or deals
        found[RecordKind.REGISTRATION] = tuple(
            _source(one, known, entity, partners, "registrations.partner") for one in named
        )
    return found


def _source(one: PartnerSource, known: Metadata, entity: int, partners: int, key: str) -> Source:
    if one.parent:
        field = known.field(entity, f"parentId{partners}")
        if field is None:
            raise ConfigError(
                f"{key}.parent: these cards have no parent among partners",
                hint="Bind the two kinds of card in the portal (relations of the smart process), or use link",
            )
        return Source(parent=field.key)
    if one.company:
        if partners != Entity.COMPANY:
            raise ConfigError(f"{key}.company: partners are items of a smart process", hint="Use link or parent")
        return Source()
    kind, name, types = next(
        (kind, name, types)
        for kind, name, types in (
            ("select", one.select, ("enumeration", "crm_status")),
            ("text", one.text, ("string", "integer", "double", "url")),
            ("link", one.link, ("crm", "crm_company", "crm_entity")),
        )
        if name
    )
    field = field_of(known, entity, str(name), f"{key}.{kind}")
    if field.type not in types:
        raise ConfigError(
            f'{key}.{kind}: field "{field.name}" is of type {field.type}', hint=f"Name one of {', '.join(types)}"
        )
    return Source(field, is_link=kind == "link")


def _states(mapped: Mapped, known: Metadata) -> Iterable[tuple[tuple[int, str], str]]:
    for pair, state in mapped.deals.states.items():
        pipeline_name, _, stage_name = pair.partition("/")
        line = pipeline_of(known, pipeline_name.strip(), "deals.states")
        stages = [one for one in known.stages if (one.entity, one.pipeline) == (Entity.DEAL, line.id)]
        stage = one_named("deals.states", f"stage of {line.name}", stage_name.strip(), stages)
        yield (Entity.DEAL, stage.code), state


def _verdicts(keys: RegistrationKeys, known: Metadata, entities: Mapping[RecordKind, int]) -> dict[int, dict[str, str]]:
    """Of each pipeline of registrations; a smart process may have several."""
    lines = [one for one in known.pipelines if one.entity == entities[RecordKind.REGISTRATION]]
    if keys.pipeline:
        lines = [pipeline_of(known, keys.pipeline, "registrations.pipeline")]
    return {line.id: dict(_line_verdicts(keys, known, line)) for line in lines} if keys.stages else {}


def _line_verdicts(keys: RegistrationKeys, known: Metadata, line: Pipeline) -> Iterable[tuple[str, str]]:
    stages = [one for one in known.stages if (one.entity, one.pipeline) == (line.entity, line.id)]
    for state, name in keys.stages.items():
        yield state.value, one_named(f"registrations.stages.{state}", f"stage of {line.name}", name, stages).code


def _pipeline_name(known: Metadata, entity: int, number: int) -> str:
    return next((one.name for one in known.pipelines if (one.entity, one.id) == (entity, number)), str(number))


def _maybe(known: Metadata, entity: int, name: str | None, key: str) -> FieldDef | None:
    return field_of(known, entity, name, key) if name else None


_CARDS: Mapping[int, str] = {Entity.DEAL: "deals", Entity.COMPANY: "companies", Entity.INVOICE: "invoices"}
