"""The places that the settings name, found in an account: what is named and not there is a ConfigError. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from partnersync.contract.crm_names import one_named, unknown_name
from partnersync.contract.managed import COMPARED, OWNER
from partnersync.domain.value import RecordKind
from partnersync.errors import ConfigError
from partnersync_amocrm.field_values import can_hold
from partnersync_amocrm.mapping import DealKeys, Mapped, PartnerKeys, PaymentKeys, RegistrationKeys
from partnersync_amocrm.metadata import LOST, UNSORTED, WON, FieldDef, Metadata, Pipeline

Keys = DealKeys | PartnerKeys | RegistrationKeys

# The kind of card that holds our fields.
ENTITY = {RecordKind.DEAL: "leads", RecordKind.REGISTRATION: "leads", RecordKind.PARTNER: "companies"}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a deal names its partner: in a field (a choice by its code), as its company, or as a catalog's element."""

    field: FieldDef | None = None
    catalog: int | None = None
    code: FieldDef | None = None  # of the catalog's elements


@dataclass(frozen=True, slots=True)
class InvoicePlaces:
    """A catalog of invoices, and its fields; `paid` are the words of `status` that say so, casefolded."""

    catalog: int
    status: FieldDef
    paid: frozenset[str]
    total: FieldDef
    paid_on: FieldDef


@dataclass(frozen=True, slots=True)
class Places:
    """What the translation of cards needs to know. `fields` and `ours` by kind of record: column → field.

    `states`: (pipeline, stage) → open, won, lost; missing is that of incoming leads, which are no deals yet.
    `stages`: their names. `deals`: the pipelines whose leads are deals; `registrations`: that of registrations,
    `verdicts`: state of a registration → its stage there.
    `paid`: what was paid for a lead in all, and `paid_on` when last; or `invoices`.
    """

    fields: Mapping[RecordKind, Mapping[str, FieldDef]]
    ours: Mapping[RecordKind, Mapping[str, FieldDef]]
    partner_mark: FieldDef | None
    partner_id: FieldDef | None
    client: Mapping[str, FieldDef]
    sources: tuple[Source, ...]
    states: Mapping[tuple[int, int], str]
    stages: Mapping[tuple[int, int], tuple[str, str]]
    deals: frozenset[int]
    registrations: int | None
    verdicts: Mapping[str, int]
    paid: FieldDef | None = None
    paid_on: FieldDef | None = None
    invoices: InvoicePlaces | None = None


def places_of(mapped: Mapped, known: Metadata) -> Places:
    """ConfigError: the first name that the account does not know, with the nearest that it knows."""
    partners, deals, registrations = mapped.partners, mapped.deals, mapped.registrations
    tables: dict[RecordKind, Keys] = {RecordKind.DEAL: deals, RecordKind.PARTNER: partners}
    if registrations:
        tables[RecordKind.REGISTRATION] = registrations
    keys = {RecordKind.DEAL: "deals", RecordKind.PARTNER: "partners", RecordKind.REGISTRATION: "registrations"}
    own = _pipeline(known, registrations.pipeline, "registrations.pipeline").id if registrations else None
    of_deals = [_pipeline(known, name, "deals.pipelines").id for name in deals.pipelines]
    of_leads = mapped.payments if mapped.payments.source == "field" else PaymentKeys()
    return Places(
        fields={
            kind: {
                name: field_of(known, ENTITY[kind], named, f"{keys[kind]}.fields.{name}")
                for name, named in table.fields.items()
            }
            for kind, table in tables.items()
        },
        ours={kind: _ours(known, kind, table.ours, keys[kind]) for kind, table in tables.items()},
        partner_mark=_maybe(known, "companies", partners.field, "partners.field"),
        partner_id=_maybe(known, "companies", partners.partner_id, "partners.partner_id"),
        client={
            f"client_{name}": field_of(known, "companies", named, f"clients.{name}")
            for name, named in mapped.clients
            if named is not None
        },
        sources=tuple(_sources(mapped, known)),
        states=_states(mapped, known),
        stages={(line.id, stage.id): (line.name, stage.name) for line in known.pipelines for stage in line.stages},
        deals=frozenset(of_deals or [line.id for line in known.pipelines if line.id != own]) - {own},
        registrations=own,
        verdicts=_verdicts(registrations, known) if registrations else {},
        paid=_maybe(known, "leads", of_leads.total, "payments.total"),
        paid_on=_maybe(known, "leads", of_leads.paid_on, "payments.paid_on"),
        invoices=_invoices(mapped.payments, known) if mapped.payments.source == "invoices" else None,
    )


def _invoices(keys: PaymentKeys, known: Metadata) -> InvoicePlaces:
    catalog = catalog_of(known, keys.catalog or "", "payments.catalog")
    status, total, paid_on = (
        field_of(known, f"catalogs/{catalog}", getattr(keys, name) or "", f"payments.{name}")
        for name in ("status", "total", "paid_on")
    )
    return InvoicePlaces(catalog, status, frozenset(map(str.casefold, keys.paid)), total, paid_on)


def catalog_of(known: Metadata, name: str, key: str = "deals.partner.catalog") -> int:
    """A catalog's id by its name."""
    found = [number for number, told in known.catalogs.items() if told.casefold() == name.casefold()]
    if len(found) != 1:
        raise unknown_name(key, "catalog", name, known.catalogs.values(), several=len(found))
    return found[0]


def _ours(known: Metadata, kind: RecordKind, named: Mapping[str, str], table: str) -> dict[str, FieldDef]:
    """By the code that `schema apply` gives, or where the settings say.

    A field that is not made yet, or that somebody made with another type, is no place. ConfigError: one that the
    settings name would give back another text than was written.
    """
    found = {}
    for name in COMPARED[kind]:
        if name == OWNER:
            continue
        if name in named:
            found[name] = field_of(known, ENTITY[kind], named[name], f"{table}.ours.{name}")
            if not can_hold(found[name], name):
                raise ConfigError(
                    f'{table}.ours.{name}: field "{found[name].name}" of type {found[name].type} does not give back '
                    "what is written there",
                    hint="Name a field of text, or leave it to `partnersync schema apply`",
                )
        else:
            made = [one for one in known.fields[ENTITY[kind]] if one.code == name.upper() and can_hold(one, name)]
            found |= {name: made[0]} if made else {}
    return found


def _sources(mapped: Mapped, known: Metadata) -> Iterable[Source]:
    for one in mapped.deals.partner:
        if named := one.select or one.text:
            yield Source(field=field_of(known, "leads", named, "deals.partner"))
        elif one.catalog:
            catalog = catalog_of(known, one.catalog)
            yield Source(catalog=catalog, code=_maybe(known, f"catalogs/{catalog}", one.code, "deals.partner.code"))
        else:
            yield Source()


def _verdicts(keys: RegistrationKeys, known: Metadata) -> dict[str, int]:
    return {
        state.value: stage_of(known, f"{keys.pipeline}/{stage}", f"registrations.stages.{state}")[1]
        for state, stage in keys.stages.items()
    }


def _states(mapped: Mapped, known: Metadata) -> dict[tuple[int, int], str]:
    system = {WON: "won", LOST: "lost"}
    states = {
        (line.id, stage.id): system.get(stage.id, "open")
        for line in known.pipelines
        for stage in line.stages
        if stage.type != UNSORTED
    }
    states |= {stage_of(known, pair, "deals.states"): state for pair, state in mapped.deals.states.items()}
    return states


def stage_of(known: Metadata, pair: str, key: str) -> tuple[int, int]:
    """The ids of a "pipeline/stage"."""
    pipeline_name, _, stage_name = pair.partition("/")
    line = _pipeline(known, pipeline_name.strip(), key)
    return line.id, one_named(key, f"stage of {line.name}", stage_name.strip(), line.stages).id


def _pipeline(known: Metadata, name: str, key: str) -> Pipeline:
    return one_named(key, "pipeline", name, known.pipelines)


def _maybe(known: Metadata, entity: str, name: str | None, key: str) -> FieldDef | None:
    return field_of(known, entity, name, key) if name else None


def field_of(known: Metadata, entity: str, name: str, key: str) -> FieldDef:
    """A field by its code, else by its name; ConfigError where it is not there, or there twice."""
    fields = known.fields.get(entity, ())
    coded = [one for one in fields if one.code and one.code.casefold() == name.casefold()]
    return (
        coded[0]
        if coded
        else one_named(key, f"field of {entity}", name, fields, [one.code for one in fields if one.code])
    )
