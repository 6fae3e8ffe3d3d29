"""A Bitrix24 portal that can hold every canonical column, and people who fill it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from partnersync.domain.value import RecordKind
from partnersync.sandbox.clock import VirtualClock
from partnersync.sandbox.population import Empty, Population
from partnersync_bitrix24_sandbox import changes
from partnersync_bitrix24_sandbox.behaviour import Behaviour
from partnersync_bitrix24_sandbox.cards import Actor, Card, MultiField, User
from partnersync_bitrix24_sandbox.changes import Edit
from partnersync_bitrix24_sandbox.entities import Kind
from partnersync_bitrix24_sandbox.owned import NothingOwned, Owned
from partnersync_bitrix24_sandbox.portal import Portal
from partnersync_bitrix24_sandbox.sample import FIRST_SELLER, REGISTRATIONS, SECOND_SELLER, sample
from partnersync_bitrix24_sandbox.timeline import Activity
from partnersync_bitrix24_sandbox.user_fields import Option, UserField
from partnersync_bitrix24_sandbox.values import read_user_field

START = 1_777_600_000  # 2026-05-01 01:46:40 UTC
SELLERS = (FIRST_SELLER, SECOND_SELLER)
CARDS = {RecordKind.DEAL: Kind.DEAL, RecordKind.REGISTRATION: Kind.DEAL, RecordKind.PARTNER: Kind.COMPANY}
ENTITIES = {Kind.DEAL: "CRM_DEAL", Kind.COMPANY: "CRM_COMPANY"}

CLIENT = ("client_name", "client_inn", "client_kpp", "client_domain", "client_email", "client_phone")
# Column → type of its user field; a list with what people see of our words.
FIELDS: Mapping[RecordKind, Mapping[str, str | Mapping[str, str]]] = {
    RecordKind.DEAL: {
        "partner_id": "string",
        "promo_code": "string",
        "roles": "string",
        "products": "string",
        "kind": {"Новая": "new", "Продление": "renewal"},
    },
    RecordKind.REGISTRATION: {
        "partner_id": "string",
        "kind": {"Сделка": "sale", "Встреча": "meeting"},
        "products": "string",
        "expected_close": "date",
        "tender_number": "string",
        "tender_won_on": "date",
        "consent": "string",
        "evidence": "string",
        "evidence_at": "datetime",
    },
    RecordKind.PARTNER: {
        "activity": "string",
        "kind": {"Реселлер": "reseller", "Агент": "agent"},
        "tier": "string",
        "status": {"Работает": "active", "Пауза": "paused"},
        "promo_codes": "string",
        "contract_number": "string",
        "contract_kind": {"Агентский": "agency"},
        "contract_from": "date",
        "contract_until": "date",
        "tax_status": {"ИП": "ip"},
        "verified_on": "date",
        "stop_listed": "boolean",
        "joined_on": "date",
    },
}
_WAYS = {"email": "EMAIL", "phone": "PHONE", "website": "WEB"}
_ATTRIBUTES = {"title": "title", "name": "title", "utm_source": "utmSource", "currency": "currencyId"}


def code_of(kind: RecordKind, column: str) -> str:
    """The code of a column's field."""
    shared = CARDS[kind] is Kind.DEAL and column in ("partner_id", "products")
    return f"UF_CRM_{column}".upper() if shared else f"UF_CRM_{column}_of_{kind.value}".upper()


def keys() -> dict[str, Any]:
    """The connection's keys by which the portal is read."""
    tables = {RecordKind.DEAL: "deals", RecordKind.REGISTRATION: "registrations", RecordKind.PARTNER: "partners"}
    told: dict[str, Any] = {
        name: {
            "fields": {column: code_of(kind, column) for column in FIELDS[kind] if column != "partner_id"},
            "words": {column: type_ for column, type_ in FIELDS[kind].items() if not isinstance(type_, str)},
        }
        for kind, name in tables.items()
    }
    told["deals"]["partner"] = [{"text": "UF_CRM_PARTNER_ID"}]
    told["registrations"]["pipeline"] = "Регистрации"
    return told


def empty_portal(clock: VirtualClock, **behaviour: Any) -> Portal:
    """Without a card, but with fields for all columns."""
    portal = sample(clock, behaviour=Behaviour(**behaviour))
    portal.cards = {entity: Population[Card](Empty(1)) for entity in portal.cards}
    portal.requisites, portal.history = Owned(NothingOwned()), {}
    portal.categories[Kind.DEAL][0] = replace(portal.categories[Kind.DEAL][0], name="Main")
    first = portal.stages(portal.entities[Kind.DEAL], 0)[0]
    portal.statuses[first.id] = replace(first, name="Talks")
    portal.user_fields = {}
    for kind, fields in FIELDS.items():
        for column, type_ in fields.items():
            _define(portal, ENTITIES[CARDS[kind]], code_of(kind, column), type_)
    return portal


def _define(portal: Portal, entity: str, code: str, type_: str | Mapping[str, str]) -> None:
    if any((one.entity, one.name) == (entity, code) for one in portal.user_fields.values()):
        return
    options = [Option(portal.new_id(), text, "") for text in (() if isinstance(type_, str) else type_)]
    own = type_ if isinstance(type_, str) else "enumeration"
    number = portal.new_id()
    portal.user_fields[number] = UserField(number, entity, code, own, options=options)


class People:
    """Who work in a portal: they enter cards, a second each, and change them."""

    def __init__(self, portal: Portal, clock: VirtualClock) -> None:
        self.portal = portal
        self.clock = clock

    def enter(self, kind: RecordKind, row: Mapping[str, str]) -> str:
        """A record with what belongs to it; its id."""
        self.clock.advance(1)
        if kind is RecordKind.USER:
            return self._user(row)
        if kind is RecordKind.ACTIVITY:
            return self._call(row)
        values = self._values(kind, row)
        if kind is RecordKind.PARTNER:
            card = self._card(Kind.COMPANY, values | {"typeId": "PARTNER"}, row)
            self._requisites(card, row.get("inn"), row.get("kpp"))
            return str(card.id)
        values["categoryId"] = 0 if kind is RecordKind.DEAL else REGISTRATIONS
        if row.get("client_name"):
            values["companyId"], values["contactId"] = self._client(row)
        made = row.get("created_at" if kind is RecordKind.DEAL else "submitted_at")
        return str(self._card(Kind.DEAL, values, {}, made).id)

    def edit(self, kind: RecordKind, record_id: str, cells: Mapping[str, str], by: int | None) -> None:
        """Columns, or fields of ours, as robots and other programs can."""
        entity = self.portal.entities[CARDS[kind]]
        edit = Edit(self._values(kind, cells), self._multi(cells) or None)
        assert changes.update(self.portal, entity, int(record_id), edit, Actor(by or FIRST_SELLER))

    def field(self, kind: RecordKind, column: str) -> UserField | None:
        """The user field of a column, or of a field of ours."""
        entity = ENTITIES[CARDS[kind]]
        of_kind = [one for one in self.portal.user_fields.values() if one.entity == entity]
        if column.startswith("ps_"):
            return next((one for one in of_kind if one.xml_id == column.upper()), None)
        return next((one for one in of_kind if one.name == code_of(kind, column)), None)

    def text(self, field: UserField, held: Any) -> str:
        """A value of ours as people see it: the code of an option."""
        if held is None or held == "":
            return ""
        if field.type == "enumeration":
            return next(one.xml_id for one in field.options if one.id == held)
        return str(held).replace("\r\n", "\n")

    def _card(self, kind: Kind, values: dict[str, Any], ways: Mapping[str, str], made: str | None = None) -> Card:
        stamps = {"createdTime": _unix(made)} if made else None
        edit = Edit(values, self._multi(ways))
        return changes.create(self.portal, self.portal.entities[kind], edit, Actor(FIRST_SELLER), stamps=stamps)

    def _multi(self, row: Mapping[str, str]) -> tuple[MultiField, ...]:
        told = [(type_, row[column]) for column, type_ in _WAYS.items() if row.get(column)]
        return tuple(MultiField(self.portal.new_id(), type_, "WORK", text) for type_, text in told)

    def _values(self, kind: RecordKind, cells: Mapping[str, str]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for column, text in cells.items():
            if column in _ATTRIBUTES:
                values[_ATTRIBUTES[column]] = text or None
            elif column == "owner":
                values["assignedById"] = int(text)
            elif column == "amount":
                values["opportunity"] = Decimal(text)
            elif (column in FIELDS[kind] or column.startswith("ps_")) and (field := self.field(kind, column)):
                values[field.name] = self._stored(field, text, FIELDS[kind].get(column))
        return values

    def _stored(self, field: UserField, text: str, type_: str | Mapping[str, str] | None) -> Any:
        if field.type == "enumeration" and text:
            words = {ours: theirs for theirs, ours in type_.items()} if isinstance(type_, Mapping) else {}
            wanted = (text, words.get(text))
            return next(one.id for one in field.options if one.xml_id == text or one.value in wanted)
        told = {"yes": "Y", "no": "N"}.get(text, text) if field.type == "boolean" else text
        return read_user_field(self.portal, field, told, legacy=True)

    def _client(self, row: Mapping[str, str]) -> tuple[int, int]:
        company = self._card(Kind.COMPANY, {"title": row["client_name"]}, {"website": row.get("client_domain", "")})
        self._requisites(company, row.get("client_inn"), row.get("client_kpp"))
        ways = {"email": row.get("client_email", ""), "phone": row.get("client_phone", "")}
        return company.id, self._card(Kind.CONTACT, {"name": row.get("contact_name") or "Buyer"}, ways).id

    def _requisites(self, company: Card, inn: str | None, kpp: str | None) -> None:
        if not inn and not kpp:
            return
        now, owner = self.portal.now(), (Kind.COMPANY, company.id)
        values: dict[str, Any] = {"ENTITY_TYPE_ID": 4, "ENTITY_ID": company.id, "PRESET_ID": 1, "RQ_INN": inn or ""}
        stamps = {"createdTime": now, "updatedTime": now, "createdBy": FIRST_SELLER, "updatedBy": FIRST_SELLER}
        records = self.portal.requisites.records
        card = Card(8, records.new_id(), values | {"RQ_KPP": kpp or "", "ACTIVE": "Y"} | stamps)
        self.portal.requisites.add(card, owner)

    def _user(self, row: Mapping[str, str]) -> str:
        number = 100 + len(self.portal.users)
        name, _, last = row["name"].partition(" ")
        self.portal.users[number] = User(number, name, last, row["email"])
        return str(number)

    def _call(self, row: Mapping[str, str]) -> str:
        timeline, now = self.portal.timeline, self.portal.now()
        number = self.portal.new_id()
        who = int(row["author"])
        one = Activity(number, (2, int(row["deal_id"])), "VOXIMPLANT_CALL", 2, "Звонок", who, who, now, now)
        timeline.activities[number] = one
        return str(number)


def _unix(text: str) -> int:
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp())
