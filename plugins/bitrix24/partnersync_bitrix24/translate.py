"""Cards of the portal as records of the programme, in canonical text. Pure."""

from dataclasses import dataclass
from functools import cached_property

from partnersync.contract.adapter import Origin, PaidTotal, Raw
from partnersync.contract.crm_keys import NO_WORDS, Words, in_words
from partnersync.domain.value import RecordKind
from partnersync_bitrix24.around import Around, Json, person, ways
from partnersync_bitrix24.field_text import link_id, moment, money, number, ref, text_of
from partnersync_bitrix24.mapping import Mapped
from partnersync_bitrix24.metadata import Entity, FieldDef, abbreviation
from partnersync_bitrix24.places import Places, Source

_PERSON = "contact-"  # before the id of a client who is a person: companies and contacts share numbers
_STATES = {"S": "won", "F": "lost"}
_PAGES = {Entity.DEAL: "deal", Entity.COMPANY: "company"}


@dataclass(frozen=True)
class Translation:
    """How the cards of one portal are read. `url`: the portal, for the places that people are sent to."""

    mapped: Mapped
    places: Places
    url: str = ""

    def is_deal(self, card: Json) -> bool:
        """Of a pipeline of deals; a template of deals that recur is none."""
        line, counted = ref(card.get("categoryId")), self.places.pipelines
        if card.get("isRecurring") == "Y" or line == self.places.claims:
            return False
        return counted is None or line in counted

    def is_registration(self, card: Json) -> bool:
        """Of the pipeline of registrations; of the smart process every item."""
        claims = self.places.claims
        return claims is None or (ref(card.get("categoryId")) == claims and card.get("isRecurring") != "Y")

    def is_closed(self, card: Json) -> bool:
        """Won or lost, by the portal or by the settings."""
        return self._state(card) != "open"

    def knows_stage(self, card: Json) -> bool:
        """Whether the deal's stage was there when the portal's definitions were read."""
        return (Entity.DEAL, str(card.get("stageId"))) in self.places.stages

    def is_partner(self, card: Json) -> bool:
        """A company by its type; an item of the smart process always."""
        types = self.places.partner_types
        return not types or card.get("typeId") in types

    def partner_id(self, card: Json) -> str:
        """The programme's id of a partner: that in his field, else his card's."""
        named = self.places.partner_id
        return (self._text(card, named) if named else "") or str(card["id"])

    def deal(self, card: Json, around: Around) -> Raw:
        """A deal; what is unknown of its company and contact stays empty.

        Its last change is its last move: comments and calls move the card's own time, too.
        """
        stage_code = str(card.get("stageId") or "")
        pipeline, stage = self.places.stages.get((Entity.DEAL, stage_code), (str(card.get("categoryId")), stage_code))
        state = self._state(card)
        cells = {
            "deal_id": str(card["id"]),
            "title": card.get("title") or "",
            **self._client(card, around),
            "partner_id": self._partner(RecordKind.DEAL, card, around),
            "utm_source": card.get("utmSource") or "",
            "products": "|".join(dict.fromkeys(around.products_of(card))),
            "pipeline": pipeline,
            "stage": stage,
            "state": state,
            "amount": number(card.get("opportunity")),
            "currency": card.get("currencyId") or "",
            "owner": str(card.get("assignedById") or ""),
            "created_at": moment(card.get("createdTime")),
            "closed_at": "" if state == "open" else around.closed_at(card),
            "updated_at": moment(card.get("movedTime") or card.get("createdTime")),
        }
        return self._raw(RecordKind.DEAL, card, cells, self.mapped.deals.words, paid=self._paid(card))

    def registration(self, card: Json, around: Around) -> Raw:
        """A partner's registration; it was submitted when the card was made, unless a field tells."""
        client = self._client(card, around)
        del client["client_id"]
        contact = around.contacts.get(ref(card.get("contactId")))
        cells = {
            "registration_id": str(card["id"]),
            "partner_id": self._partner(RecordKind.REGISTRATION, card, around),
            **client,
            "contact_name": person(contact) if contact else "",
            "amount": number(card.get("opportunity")),
            "currency": card.get("currencyId") or "",
            "submitted_at": moment(card.get("createdTime")),
        }
        words = self.mapped.registrations.words if self.mapped.registrations else NO_WORDS
        return self._raw(RecordKind.REGISTRATION, card, cells, words)

    def partner(self, card: Json, around: Around) -> Raw:
        """A partner. The record has the card's id: the programme's may be corrected in its field."""
        company = card if self.places.partner_types else around.companies.get(ref(card.get("companyId")), {})
        papers = around.requisites.get(ref(company.get("id")), {})
        cells = {
            "partner_id": self.partner_id(card),
            "name": card.get("title") or "",
            "inn": papers.get("RQ_INN") or "",
            "kpp": papers.get("RQ_KPP") or "",
            "website": ways([company], "WEB").partition("|")[0],
            "email": ways([company], "EMAIL").partition("|")[0],
            "phone": ways([company], "PHONE").partition("|")[0],
            "manager": str(card.get("assignedById") or ""),
        }
        return self._raw(RecordKind.PARTNER, card, cells, self.mapped.partners.words)

    def is_payment(self, card: Json) -> bool:
        """A smart invoice of a deal that was paid."""
        return card.get("stageId") in self.places.paid_stages and bool(ref(card.get("parentId2")))

    def payment(self, card: Json) -> Raw:
        """An invoice as a payment; it was paid when it came to its stage, unless a field tells."""
        named = self.places.paid_on
        cells = {
            "payment_id": str(card["id"]),
            "deal_id": str(ref(card.get("parentId2"))),
            "paid_at": (self._text(card, named) if named else "") or moment(card.get("movedTime")),
            "amount": number(card.get("opportunity")),
            "currency": card.get("currencyId") or "",
        }
        origin = Origin(self._page(Entity.INVOICE, card["id"]))
        return Raw(str(card["id"]), cells, origin=origin, version=moment(card.get("updatedTime")))

    def _state(self, card: Json) -> str:
        told = self.places.states.get((Entity.DEAL, str(card.get("stageId") or "")))
        return told or _STATES.get(str(card.get("stageSemanticId")), "open")

    def _paid(self, card: Json) -> tuple[PaidTotal, ...]:
        paid, paid_on = self.places.paid, self.places.paid_on
        if paid is None:
            return ()
        told = self._text(card, paid_on) if paid_on else ""
        return (PaidTotal(self._text(card, paid), told or moment(card.get("updatedTime"))),)

    def _partner(self, kind: RecordKind, card: Json, around: Around) -> str:
        sources = self.places.sources.get(kind, ())
        return next(filter(None, (self._named_by(source, card, around) for source in sources)), "")

    def _named_by(self, source: Source, card: Json, around: Around) -> str:
        if source.field and not source.is_link:
            return text_of(source.field, card.get(source.field.key), self.places.statuses, coded=True)
        known = around.companies if self.places.partner_types else around.partners
        told = (known.get(number_) for number_ in self.linked_partners(source, card))
        return next((self.partner_id(one) for one in told if one and self.is_partner(one)), "")

    def linked_partners(self, source: Source, card: Json) -> list[int]:
        """Ids of the cards of partners that a card points to by a source that is no text."""
        if source.field:
            if not source.is_link:
                return []
            prefix = abbreviation(self.places.entities[RecordKind.PARTNER])
            held = card.get(source.field.key)
            found = (link_id(one, prefix) for one in (held if isinstance(held, list) else [held]))
            return [one for one in found if one]
        return [one for one in (ref(card.get(source.parent or "companyId")),) if one]

    def _client(self, card: Json, around: Around) -> dict[str, str]:
        """The linked company, unless it is a partner; else the main contact."""
        company_id = ref(card.get("companyId"))
        company = around.companies.get(company_id)
        contact = around.contacts.get(ref(card.get("contactId")))
        if company and self.places.partner_types and self.is_partner(company):
            company, company_id = None, 0
        if company:
            client_id, name = str(company_id), company.get("title") or ""
        elif company_id:
            client_id, name = str(company_id), ""
        elif contact:
            client_id, name = f"{_PERSON}{contact['id']}", person(contact)
        else:
            client_id, name = "", ""
        papers = around.requisites.get(company_id, {}) if company else {}
        own = {column: self._text(company, place) for column, place in self.places.client.items()} if company else {}
        both = [one for one in (contact, company) if one]
        return {
            "client_id": client_id,
            "client_name": name,
            "client_inn": own.get("client_inn") or papers.get("RQ_INN") or "",
            "client_kpp": own.get("client_kpp") or papers.get("RQ_KPP") or "",
            "client_domain": own.get("client_domain") or (ways([company], "WEB").partition("|")[0] if company else ""),
            "client_email": ways(both, "EMAIL"),
            "client_phone": ways(both, "PHONE"),
        }

    def _raw(
        self, kind: RecordKind, card: Json, cells: dict[str, str], words: Words, paid: tuple[PaidTotal, ...] = ()
    ) -> Raw:
        for column, place in self.places.fields.get(kind, {}).items():
            if text := self._text(card, place):
                cells[column] = text
                if column == "amount" and place.type == "money":
                    cells["currency"] = money(card.get(place.key))[1] or cells["currency"]
        in_words(cells, words)
        return Raw(
            record_id=str(card["id"]),
            cells=cells,
            seen={
                name: text_of(place, card.get(place.key), self.places.statuses, coded=True)
                for name, place in self.places.ours.get(kind, {}).items()
            },
            origin=Origin(self._page(self.places.entities[kind], card["id"]), columns=self._columns[kind]),
            version=moment(card.get("updatedTime")),
            paid=paid,
        )

    def _page(self, entity: int, number_: int) -> str:
        named = _PAGES.get(Entity(entity)) if entity in set(Entity) else None
        return f"{self.url}/crm/{named or f'type/{entity}'}/details/{number_}/"

    @cached_property
    def _columns(self) -> dict[RecordKind, dict[str, str]]:
        """Names that people see in the portal, where a cell is read from a field."""
        named = {
            kind: {column: place.name for column, place in fields.items()}
            for kind, fields in self.places.fields.items()
        }
        client = {column: place.name for column, place in self.places.client.items()}
        for kind in (RecordKind.DEAL, RecordKind.REGISTRATION):
            named[kind] = client | named.get(kind, {})
        if self.places.paid:
            named[RecordKind.DEAL] = {"paid_total": self.places.paid.name} | named[RecordKind.DEAL]
        return named

    def _text(self, card: Json, place: FieldDef) -> str:
        return text_of(place, card.get(place.key), self.places.statuses)


def user(row: Json) -> Raw:
    """An employee; one who may not sign in any more is not active. His group is the number of his department."""
    departments = row.get("UF_DEPARTMENT") or ()
    cells = {
        "user_id": str(row["ID"]),
        "name": " ".join(filter(None, (row.get("NAME"), row.get("LAST_NAME")))) or f"user {row['ID']}",
        "email": row.get("EMAIL") or "",
        "group": str(departments[0]) if departments else "",
        "active": "no" if row.get("ACTIVE") in (False, "N") else "yes",
    }
    return Raw(str(row["ID"]), cells)
