"""Cards of the account as records of the programme, in canonical text. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from partnersync.contract.adapter import Origin, PaidTotal, Raw
from partnersync.contract.crm_keys import Words, in_words
from partnersync.domain.value import RecordKind
from partnersync_amocrm.field_text import moment, number, text_of, values_by_field
from partnersync_amocrm.mapping import Mapped
from partnersync_amocrm.metadata import LOST, WON, FieldDef
from partnersync_amocrm.places import Places, Source

Json = Mapping[str, Any]
Cards = Mapping[int, Json]

_PERSON = "contact-"  # before the id of a client who is a person, so that it is no company's


@dataclass(frozen=True, slots=True)
class Around:
    """Cards that leads point to, by id: companies, contacts, elements of catalogs. What is missing is not known."""

    companies: Cards = field(default_factory=dict)
    contacts: Cards = field(default_factory=dict)
    elements: Cards = field(default_factory=dict)


@dataclass(frozen=True)
class Translation:
    """How the cards of one account are read. `url`: the account, for the places that people are sent to."""

    mapped: Mapped
    places: Places
    zone: ZoneInfo
    url: str = ""

    def is_deal(self, lead: Json) -> bool:
        """Of a pipeline of deals, and no longer among the incoming leads, which an update would take out of there."""
        return lead["pipeline_id"] in self.places.deals and not self._is_unsorted(lead)

    def is_registration(self, lead: Json) -> bool:
        """Of the pipeline of registrations; incoming ones wait until somebody accepts them."""
        return lead["pipeline_id"] == self.places.registrations and not self._is_unsorted(lead)

    def knows_stage(self, lead: Json) -> bool:
        """Whether the lead's stage was there when the account's definitions were read."""
        return (lead["pipeline_id"], lead["status_id"]) in self.places.stages

    def is_partner(self, company: Json) -> bool:
        """By the tag, or by the field."""
        keys = self.mapped.partners
        if keys.tag:
            wanted = keys.tag.casefold()
            return any(tag["name"].casefold() == wanted for tag in company.get("_embedded", {}).get("tags") or ())
        mark = self.places.partner_mark
        if mark is None:
            return False
        held = [text for text in self._text(values_by_field(company), mark).split("|") if text]
        return bool(held if not keys.values else set(held) & set(keys.values))

    def partner_id(self, company: Json) -> str:
        """The programme's id of a partner: that in his field, else his card's."""
        named = self.places.partner_id
        return (self._text(values_by_field(company), named) if named else "") or str(company["id"])

    def deal(self, lead: Json, around: Around) -> Raw:
        """A lead as a deal; what is unknown of its company and contacts stays empty."""
        pair = (lead["pipeline_id"], lead["status_id"])
        pipeline, stage = self.places.stages.get(pair, (str(pair[0]), str(pair[1])))
        state = self.places.states.get(pair) or {WON: "won", LOST: "lost"}.get(pair[1], "open")
        cells = {
            "deal_id": str(lead["id"]),
            "title": lead.get("name") or "",
            **self._client(lead, around),
            "partner_id": self._partner(lead, around),
            "pipeline": pipeline,
            "stage": stage,
            "state": state,
            "amount": _price(lead),
            "owner": str(lead.get("responsible_user_id") or ""),
            "created_at": moment(lead.get("created_at"), self.zone),
            "closed_at": moment(lead.get("closed_at"), self.zone) if state != "open" else "",
            "updated_at": moment(lead.get("updated_at"), self.zone),
        }
        raw = self._raw(RecordKind.DEAL, lead, cells, self.mapped.deals.words)
        return replace(raw, paid=self._paid(lead)) if self.places.paid else raw

    def _paid(self, lead: Json) -> tuple[PaidTotal, ...]:
        held, paid, paid_on = values_by_field(lead), self.places.paid, self.places.paid_on
        told = self._text(held, paid_on) if paid_on else ""
        return (PaidTotal(self._text(held, paid) if paid else "", told or moment(lead.get("updated_at"), self.zone)),)

    def registration(self, lead: Json, around: Around) -> Raw:
        """A lead as a partner's registration; it was submitted when the lead was made, unless a field tells."""
        client = self._client(lead, around)
        del client["client_id"]
        contact = _main_contact(lead, around)
        cells = {
            "registration_id": str(lead["id"]),
            "partner_id": self._partner(lead, around),
            **client,
            "contact_name": (contact.get("name") or "") if contact else "",
            "amount": _price(lead),
            "submitted_at": moment(lead.get("created_at"), self.zone),
        }
        words = self.mapped.registrations.words if self.mapped.registrations else {}
        return self._raw(RecordKind.REGISTRATION, lead, cells, words)

    def partner(self, company: Json) -> Raw:
        """A company as a partner. The record has the card's id: the programme's may be corrected in its field."""
        cells = {
            "partner_id": self.partner_id(company),
            "name": company.get("name") or "",
            "manager": str(company.get("responsible_user_id") or ""),
            "updated_at": moment(company.get("updated_at"), self.zone),
        }
        return self._raw(RecordKind.PARTNER, company, cells, self.mapped.partners.words)

    def _is_unsorted(self, lead: Json) -> bool:
        pair = (lead["pipeline_id"], lead["status_id"])
        return pair in self.places.stages and pair not in self.places.states

    def _partner(self, lead: Json, around: Around) -> str:
        return next(filter(None, (self._named_by(source, lead, around) for source in self.places.sources)), "")

    def _named_by(self, source: Source, lead: Json, around: Around) -> str:
        if source.field:
            return text_of(source.field, values_by_field(lead).get(source.field.id, ()), self.zone, coded=True)
        if source.catalog:
            linked = lead.get("_embedded", {}).get("catalog_elements") or ()
            own = [one["id"] for one in linked if one.get("metadata", {}).get("catalog_id") == source.catalog]
            told = [self._element(around.elements[one], source.code) for one in own if one in around.elements]
            return next(filter(None, told), "")
        company = _company(lead, around)
        return self.partner_id(company) if company and self.is_partner(company) else ""

    def _element(self, element: Json, code: FieldDef | None) -> str:
        return self._text(values_by_field(element), code) if code else element.get("name") or ""

    def _client(self, lead: Json, around: Around) -> dict[str, str]:
        """The linked company, unless it is a partner; else the main contact."""
        company, contact = _company(lead, around), _main_contact(lead, around)
        if company and self.is_partner(company):
            company = None
        linked = [one["id"] for one in lead.get("_embedded", {}).get("companies") or ()]
        if company:
            client_id, name = str(company["id"]), company.get("name") or ""
        elif contact:
            client_id, name = f"{_PERSON}{contact['id']}", contact.get("name") or ""
        else:
            client_id, name = ("" if linked and linked[0] in around.companies else "".join(map(str, linked[:1]))), ""
        held = values_by_field(company) if company else {}
        cells = {
            column: text_of(place, held.get(place.id, ()), self.zone, column)
            for column, place in self.places.client.items()
        }
        ways = [card for card in (contact, company) if card]
        return {
            "client_id": client_id,
            "client_name": name,
            **cells,
            "client_email": _contacts(ways, "EMAIL"),
            "client_phone": _contacts(ways, "PHONE"),
        }

    def _raw(self, kind: RecordKind, card: Json, cells: dict[str, str], words: Words) -> Raw:
        held = values_by_field(card)
        for column, place in self.places.fields.get(kind, {}).items():
            if text := text_of(place, held.get(place.id, ()), self.zone, column):
                cells[column] = text
        in_words(cells, words)
        ours = self.places.ours.get(kind, {})
        return Raw(
            record_id=str(card["id"]),
            cells=cells,
            seen={
                name: text_of(place, held.get(place.id, ()), self.zone, name, coded=True)
                for name, place in ours.items()
            },
            origin=Origin(f"{self.url}/{_PAGES[kind]}/detail/{card['id']}", columns=self._columns[kind]),
            version=str(card.get("updated_at") or ""),
        )

    @cached_property
    def _columns(self) -> dict[RecordKind, dict[str, str]]:
        """Names that people see in the account, where a cell is read from a field."""
        named = {
            kind: {column: place.name for column, place in fields.items()}
            for kind, fields in self.places.fields.items()
        }
        if self.places.paid:
            named[RecordKind.DEAL] = {"paid_total": self.places.paid.name} | named.get(RecordKind.DEAL, {})
        for kind in (RecordKind.DEAL, RecordKind.REGISTRATION):
            named[kind] = {column: place.name for column, place in self.places.client.items()} | named.get(kind, {})
        return named

    def _text(self, held: Mapping[int, Sequence[Json]], place: FieldDef) -> str:
        return text_of(place, held.get(place.id, ()), self.zone)


def user(row: Json, teams: Mapping[int, str]) -> Raw:
    """A user of the account; one who may not sign in any more is not active."""
    rights = row.get("rights") or {}
    cells = {
        "user_id": str(row["id"]),
        "name": row.get("name") or "",
        "email": row.get("email") or "",
        "group": teams.get(rights.get("group_id") or 0, ""),
        "active": "no" if rights.get("is_active") is False else "yes",
    }
    return Raw(str(row["id"]), cells, version=str(row.get("updated_at") or ""))


def linked_ids(leads: Sequence[Json], what: str) -> Iterator[int]:
    """Ids of the cards of one kind that leads point to, each once."""
    found = (one["id"] for lead in leads for one in lead.get("_embedded", {}).get(what) or ())
    return iter(dict.fromkeys(found))


_PAGES = {RecordKind.DEAL: "leads", RecordKind.REGISTRATION: "leads", RecordKind.PARTNER: "companies"}


def _company(lead: Json, around: Around) -> Json | None:
    return next((around.companies[one] for one in linked_ids([lead], "companies") if one in around.companies), None)


def _main_contact(lead: Json, around: Around) -> Json | None:
    linked = lead.get("_embedded", {}).get("contacts") or ()
    ordered = sorted(linked, key=lambda one: not one.get("is_main"))
    return next((around.contacts[one["id"]] for one in ordered if one["id"] in around.contacts), None)


def _contacts(cards: Sequence[Json], code: str) -> str:
    """Addresses or numbers of all of them, each once; the system fields have these codes in every account."""
    told = (
        str(one["value"]).strip()
        for card in cards
        for held in card.get("custom_fields_values") or ()
        if held.get("field_code") == code
        for one in held.get("values") or ()
        if one.get("value")
    )
    return "|".join(dict.fromkeys(told))


def _price(lead: Json) -> str:
    """The exact one where the account tells it; the plain one is cut to whole units."""
    exact = lead.get("price_with_minor_units")
    return number(lead.get("price") if exact is None else exact)
