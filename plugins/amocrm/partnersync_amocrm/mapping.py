"""The keys of an amoCRM connection that say where in the account the programme's facts stand.

Fields are named by their code or by their name, pipelines and stages by their names; never
by ids, which differ by account.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import model_validator

from partnersync.contract.crm_keys import NO_WORDS, KeyTable, Named, State, Words, columns_of, ours_of
from partnersync.domain.registration import RegistrationState
from partnersync.domain.value import RecordKind
from partnersync.problems import refusal

# What a card tells without a field, so that no field may be named for it.
_CARD: dict[RecordKind, frozenset[str]] = {
    RecordKind.DEAL: frozenset(
        {
            "deal_id",
            "client_id",
            "partner_id",
            "pipeline",
            "stage",
            "state",
            "owner",
            "created_at",
            "updated_at",
            "merged_into",
        }
    ),
    RecordKind.REGISTRATION: frozenset({"registration_id", "partner_id"}),
    RecordKind.PARTNER: frozenset({"partner_id", "updated_at"}),
}


class PartnerSource(KeyTable):
    """Where a deal names its partner: exactly one of a select field, a field with the partner's code, the linked
    company (if it is a partner), a linked element of a catalog. `code`: the field of the catalog's elements that holds
    the partner_id; without it the element's name is the partner_id.
    """

    select: Named | None = None
    text: Named | None = None
    company: bool = False
    catalog: Named | None = None
    code: Named | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [name for name in ("select", "text", "company", "catalog") if getattr(self, name)]
        if len(given) != 1:
            raise refusal("names not exactly one place", "Write one of select, text, company = true, catalog")
        if self.code is not None and self.catalog is None:
            raise refusal(
                "has code without catalog", "code is the field of a catalog's elements: name the catalog, or remove it"
            )
        return self


class PartnerKeys(KeyTable):
    """Which companies are partners: those with a tag, or those with a value in a field (of `values`, or any).

    `partner_id`: the field with the programme's id of the partner; without it the company's id. `fields`: column →
    field. `words`: column → text in the account → our word. `ours`: managed field → field, where that has another code
    than its name in capitals.
    """

    tag: Named | None = None
    field: Named | None = None
    values: tuple[str, ...] = ()
    partner_id: Named | None = None
    fields: Annotated[Mapping[str, Named], columns_of(RecordKind.PARTNER, _CARD[RecordKind.PARTNER])] = {}
    words: Words = NO_WORDS
    ours: Annotated[Mapping[str, Named], ours_of(RecordKind.PARTNER)] = {}

    @model_validator(mode="after")
    def _told_one_way(self) -> Self:
        if self.tag and self.field:
            raise refusal("tells partners by tag and by field", "Keep one of them")
        if self.values and not self.field:
            raise refusal("has values without a field", "Name the field that holds them")
        return self


class ClientKeys(KeyTable):
    """Fields of the client's company: its numbers and its site. A field of legal entities serves for inn and kpp."""

    inn: Named | None = None
    kpp: Named | None = None
    domain: Named | None = None


class DealKeys(KeyTable):
    """How deals are read. `pipelines`: those whose leads are deals; none named: all but that of registrations.

    `partner`: where the partner is named; of several places the first that names one counts. `states`:
    "pipeline/stage" → state, beside what the account itself knows: its system stages are won and lost, every other is
    open. `required`: "pipeline/stage" → fields that `schema apply` has the account ask for before it.
    """

    pipelines: tuple[Named, ...] = ()
    partner: tuple[PartnerSource, ...] = ()
    fields: Annotated[Mapping[str, Named], columns_of(RecordKind.DEAL, _CARD[RecordKind.DEAL])] = {}
    words: Words = NO_WORDS
    states: Mapping[str, State] = {}
    required: Mapping[str, tuple[Named, ...]] = {}
    ours: Annotated[Mapping[str, Named], ours_of(RecordKind.DEAL)] = {}


class RegistrationKeys(KeyTable):
    """A pipeline whose leads are registrations of partners; without it the account has none.

    `stages`: state of a registration → stage of that pipeline, to which its lead moves when it comes into that state.
    """

    pipeline: Named
    stages: Mapping[RegistrationState, Named] = {}
    fields: Annotated[Mapping[str, Named], columns_of(RecordKind.REGISTRATION, _CARD[RecordKind.REGISTRATION])] = {}
    words: Words = NO_WORDS
    ours: Annotated[Mapping[str, Named], ours_of(RecordKind.REGISTRATION)] = {}


class PaymentKeys(KeyTable):
    """Where payments come from: files of another connection, a field of leads with what was paid in all, or invoices.

    `total`: the field of leads, or that of invoices with their sum. `paid_on`: the field with the day of the last
    payment; of leads it may be missing, and the account's log says when a total changed. `catalog`: the list of the
    invoices, which are linked with leads; one whose field `status` holds one of `paid` was paid.
    """

    source: Literal["file", "field", "invoices"] = "file"
    total: Named | None = None
    paid_on: Named | None = None
    catalog: Named | None = None
    status: Named | None = None
    paid: tuple[Named, ...] = ()

    @model_validator(mode="after")
    def _as_the_source_asks(self) -> Self:
        given = {name for name in _OF_SOURCE["invoices"] if getattr(self, name)}
        if missing := [name for name in _NEEDED[self.source] if name not in given]:
            raise refusal(f"has no {missing[0]}, which payments of this source need", f"Add {', '.join(missing)}")
        if surplus := sorted(given.difference(_OF_SOURCE[self.source])):
            raise refusal(f"has {surplus[0]}, which is for another source", "Remove it, or correct source")
        return self


_OF_SOURCE = {"file": (), "field": ("total", "paid_on"), "invoices": ("catalog", "status", "paid", "total", "paid_on")}
_NEEDED = {**_OF_SOURCE, "field": ("total",)}


class Mapped(KeyTable):
    """All of them."""

    partners: PartnerKeys = PartnerKeys()
    clients: ClientKeys = ClientKeys()
    deals: DealKeys = DealKeys()
    registrations: RegistrationKeys | None = None
    payments: PaymentKeys = PaymentKeys()

    def tables(self) -> dict[RecordKind, DealKeys | PartnerKeys | RegistrationKeys]:
        """The keys of every kind of record that the account is read for, and that can hold fields of ours."""
        found: dict[RecordKind, DealKeys | PartnerKeys | RegistrationKeys] = {RecordKind.DEAL: self.deals}
        if self.registrations:
            found[RecordKind.REGISTRATION] = self.registrations
        if self.partners.tag or self.partners.field:
            found[RecordKind.PARTNER] = self.partners
        return found
