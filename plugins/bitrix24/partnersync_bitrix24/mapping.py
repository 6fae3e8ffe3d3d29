"""The keys of a Bitrix24 connection that say where in the portal the programme's facts stand.

Fields are named by their code (UF_CRM_PARTNER), their XML_ID or the name that people see; smart processes, pipelines,
stages and types of companies by their names; never by ids, which differ by portal.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import model_validator

from partnersync.contract.crm_keys import NO_WORDS, KeyTable, Named, State, Words, columns_of, ours_of
from partnersync.domain.registration import RegistrationState
from partnersync.domain.value import RecordKind
from partnersync.problems import refusal

# What a card tells without a field, so that no field may be named for it.
_DEAL_CARD = frozenset(
    "deal_id client_id partner_id pipeline stage state owner created_at updated_at merged_into".split()
)
_REGISTRATION_CARD = frozenset({"registration_id", "partner_id"})
_PARTNER_CARD = frozenset({"partner_id", "updated_at"})


class PartnerSource(KeyTable):
    """Where a card names its partner: exactly one of a list field, a field with the partner's code, a field that links
    to the partner's card, the card's parent (a smart process of partners), the linked company (if it is a partner).
    """

    select: Named | None = None
    text: Named | None = None
    link: Named | None = None
    parent: bool = False
    company: bool = False

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [name for name in ("select", "text", "link", "parent", "company") if getattr(self, name)]
        if len(given) != 1:
            raise refusal("names not exactly one place", "Write one of select, text, link, parent, company")
        return self


class PartnerKeys(KeyTable):
    """Which cards are partners: companies of a type, or the items of a smart process.

    `types`: of companies, by name or code; none named: PARTNER, which every portal has. `partner_id`: the field with
    the programme's id of the partner; without it the card's id. `fields`: column → field. `words`: column → text in the
    portal → our word. `ours`: managed field → field, where that has another code than schema apply gives it.
    """

    types: tuple[Named, ...] = ()
    smart_process: Named | None = None
    partner_id: Named | None = None
    fields: Annotated[Mapping[str, Named], columns_of(RecordKind.PARTNER, _PARTNER_CARD)] = {}
    words: Words = NO_WORDS
    ours: Annotated[Mapping[str, Named], ours_of(RecordKind.PARTNER)] = {}

    @model_validator(mode="after")
    def _told_one_way(self) -> Self:
        if self.types and self.smart_process:
            raise refusal("tells partners by types of companies and by a smart process", "Keep one of them")
        return self


class ClientKeys(KeyTable):
    """Fields of the client's company, where the portal keeps its numbers and its site elsewhere than it should.

    Without them INN and KPP are those of the company's requisites, the site is its first web address.
    """

    inn: Named | None = None
    kpp: Named | None = None
    domain: Named | None = None


class DealKeys(KeyTable):
    """How deals are read. `pipelines`: those whose deals count; none named: all but that of registrations.

    `partner`: where the partner is named; of several places the first that names one counts. `product_rows`: the
    products are those of the deal's rows, which costs a command for each deal. `states`: "pipeline/stage" → state,
    where that is another than the portal's own (success is won, failure is lost).
    """

    pipelines: tuple[Named, ...] = ()
    partner: tuple[PartnerSource, ...] = ()
    product_rows: bool = False
    fields: Annotated[Mapping[str, Named], columns_of(RecordKind.DEAL, _DEAL_CARD)] = {}
    words: Words = NO_WORDS
    states: Mapping[str, State] = {}
    ours: Annotated[Mapping[str, Named], ours_of(RecordKind.DEAL)] = {}


class RegistrationKeys(KeyTable):
    """Registrations that partners' managers enter: items of a smart process, or deals of a pipeline.

    `partner`: as for deals; none named in a pipeline: where deals name theirs. `stages`: state of a registration →
    stage to which its card moves when it comes into that state.
    """

    smart_process: Named | None = None
    pipeline: Named | None = None
    stages: Mapping[RegistrationState, Named] = {}
    partner: tuple[PartnerSource, ...] = ()
    fields: Annotated[Mapping[str, Named], columns_of(RecordKind.REGISTRATION, _REGISTRATION_CARD)] = {}
    words: Words = NO_WORDS
    ours: Annotated[Mapping[str, Named], ours_of(RecordKind.REGISTRATION)] = {}

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.smart_process is None) == (self.pipeline is None):
            raise refusal("names not exactly one place", "Write one of smart_process and pipeline")
        if self.smart_process and not self.partner:
            raise refusal("does not say where an item names its partner", 'Write partner = [{ text = "FIELD" }]')
        return self


class PaymentKeys(KeyTable):
    """Where payments come from: files of another connection, a field of deals with what was paid in all (`total`), or
    smart invoices that are paid.

    `paid_on`: the field (of deals, or of invoices) with the day of the last payment; without it a total changed when
    the deal did, and an invoice was paid when it came to its stage.
    """

    source: Literal["file", "field", "invoices"] = "file"
    total: Named | None = None
    paid_on: Named | None = None

    @model_validator(mode="after")
    def _as_the_source_asks(self) -> Self:
        if self.source == "field" and self.total is None:
            raise refusal("names no field with what was paid", 'Write total = "FIELD"')
        if self.source != "field" and self.total:
            raise refusal("names a field with what was paid, and another source", 'Write source = "field"')
        if self.source == "file" and self.paid_on:
            raise refusal("names a field with the day of payments that come from files", "Remove paid_on")
        return self


class Mapped(KeyTable):
    """All of them."""

    partners: PartnerKeys = PartnerKeys()
    clients: ClientKeys = ClientKeys()
    deals: DealKeys = DealKeys()
    registrations: RegistrationKeys | None = None
    payments: PaymentKeys = PaymentKeys()

    def tables(self) -> dict[RecordKind, DealKeys | PartnerKeys | RegistrationKeys]:
        """The keys of every kind of record that the portal is read for, and that can hold fields of ours."""
        found: dict[RecordKind, DealKeys | PartnerKeys | RegistrationKeys] = {
            RecordKind.PARTNER: self.partners,
            RecordKind.DEAL: self.deals,
        }
        return found | ({RecordKind.REGISTRATION: self.registrations} if self.registrations else {})

    def smart_processes(self) -> frozenset[str]:
        """The names of those that are read, in small letters."""
        named = [self.partners.smart_process, self.registrations.smart_process if self.registrations else None]
        return frozenset(name.casefold() for name in named if name)
