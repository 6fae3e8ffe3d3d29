"""An amoCRM account that can hold every canonical column, and people who fill it."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from partnersync.domain.value import RecordKind
from partnersync.sandbox.clock import VirtualClock
from partnersync.sandbox.population import Empty, Population
from partnersync_amocrm_sandbox import seeds
from partnersync_amocrm_sandbox.account import Account
from partnersync_amocrm_sandbox.behaviour import Behaviour
from partnersync_amocrm_sandbox.calls import Actor
from partnersync_amocrm_sandbox.cards import Card, Kind, Value, Values
from partnersync_amocrm_sandbox.changes import Edit, create, update
from partnersync_amocrm_sandbox.definitions import Enum, Field, User
from partnersync_amocrm_sandbox.sample import ADMIN, FIRST_SELLER, MAIN, REGISTRATIONS, SECOND_SELLER, sample

START = 1_777_600_000  # 2026-05-01 01:46:40 UTC
SELLERS = (FIRST_SELLER, SECOND_SELLER)
CARDS = {RecordKind.DEAL: Kind.LEADS, RecordKind.REGISTRATION: Kind.LEADS, RecordKind.PARTNER: Kind.COMPANIES}

CLIENT = ("client_name", "client_inn", "client_kpp", "client_domain", "client_email", "client_phone")
# Column → type of its field; a list with what people see of our words.
FIELDS: Mapping[RecordKind, Mapping[str, str | Mapping[str, str]]] = {
    RecordKind.DEAL: {
        "partner_id": "text",
        "promo_code": "text",
        "utm_source": "tracking_data",
        "roles": "text",
        "products": "multiselect",
        "kind": {"Новая": "new", "Продление": "renewal"},
        "currency": "text",
    },
    RecordKind.REGISTRATION: {
        "partner_id": "text",
        "kind": {"Сделка": "sale", "Встреча": "meeting"},
        "products": "multiselect",
        "currency": "text",
        "expected_close": "date",
        "tender_number": "text",
        "tender_won_on": "date",
        "consent": "textarea",
        "evidence": "text",
        "evidence_at": "date_time",
    },
    RecordKind.PARTNER: {
        "inn": "text",
        "kpp": "text",
        "website": "url",
        "activity": "text",
        "kind": {"Реселлер": "reseller", "Агент": "agent"},
        "tier": "text",
        "status": {"Работает": "active", "Пауза": "paused"},
        "promo_codes": "text",
        "email": "text",
        "phone": "text",
        "contract_number": "text",
        "contract_kind": {"Агентский": "agency"},
        "contract_from": "date",
        "contract_until": "date",
        "tax_status": {"ИП": "ip"},
        "verified_on": "date",
        "stop_listed": "checkbox",
        "joined_on": "date",
    },
}
_KNOWN = {"promo_code": "PROMO_CODE", "utm_source": "UTM_SOURCE", "products": "PRODUCTS", "currency": "CURRENCY"}
_KNOWN |= {"partner_id": "DEAL_PARTNER"}  # fields that deals and registrations share


def code_of(kind: RecordKind, column: str) -> str:
    """The code of a column's field."""
    shared = _KNOWN.get(column) if CARDS[kind] is Kind.LEADS else None
    return shared or f"{column}_of_{kind.value}".upper()


def keys() -> dict[str, Any]:
    """The connection's keys by which the account is read."""
    tables = {RecordKind.DEAL: "deals", RecordKind.REGISTRATION: "registrations", RecordKind.PARTNER: "partners"}
    told: dict[str, Any] = {
        name: {
            "fields": {column: code_of(kind, column) for column in FIELDS[kind] if column != "partner_id"},
            "words": {column: type_ for column, type_ in FIELDS[kind].items() if not isinstance(type_, str)},
        }
        for kind, name in tables.items()
    }
    told["deals"]["partner"] = [{"text": "DEAL_PARTNER"}]
    told["registrations"]["pipeline"] = "Регистрации"
    told["partners"]["tag"] = "партнёр"
    told["clients"] = {"inn": "INN", "kpp": "KPP", "domain": "WEB"}
    return told


def empty_account(clock: VirtualClock, **behaviour: Any) -> Account:
    """Without a card, but with fields for all columns."""
    account = sample(clock, behaviour=Behaviour(minor_units=True, **behaviour))
    firsts = {kind: population.new_id() for kind, population in account.cards.items()}
    account.cards = {kind: Population[Card](Empty(first)) for kind, first in firsts.items()}
    line = account.pipelines[MAIN]
    line.name, line.first.name = "Main", "Talks"
    _define(account, "companies", "KPP", "text")
    for kind, fields in FIELDS.items():
        for column, type_ in fields.items():
            if account.field_of(CARDS[kind], code=code_of(kind, column)) is None:
                _define(account, CARDS[kind], code_of(kind, column), type_)
    return account


def _define(account: Account, entity: str, code: str, type_: str | Mapping[str, str]) -> None:
    entries = () if isinstance(type_, str) else type_
    enums = [Enum(account.new_id(), text, place) for place, text in enumerate(entries)]
    name = code.replace("_", " ").capitalize()
    field = Field(account.new_id(), entity, type_ if isinstance(type_, str) else "select", name, code, enums=enums)
    account.fields[entity][field.id] = field


class People:
    """Who work in an account: they enter cards, a second each, and change them."""

    def __init__(self, account: Account, clock: VirtualClock) -> None:
        self.account = account
        self.clock = clock

    def enter(self, kind: RecordKind, row: Mapping[str, str]) -> str:
        """A record with what belongs to it; its id."""
        self.clock.advance(1)
        if kind is RecordKind.USER:
            return self._user(row)
        if kind is RecordKind.ACTIVITY:
            return self._call(row)
        edit = self._edit(kind, row)
        if kind is RecordKind.PARTNER:
            edit.tags = ("партнёр",)
            return str(self._card(Kind.COMPANIES, edit).id)
        edit.attributes["pipeline_id"] = MAIN if kind is RecordKind.DEAL else REGISTRATIONS
        edit.attributes["status_id"] = self.account.pipelines[edit.attributes["pipeline_id"]].first.id
        made = row.get("created_at" if kind is RecordKind.DEAL else "submitted_at")
        if made:
            edit.attributes["created_at"] = _unix(made)
        if row.get("client_name"):
            company, contact = self._client(row)
            edit.links = {("companies", company.id): {}, ("contacts", contact.id): {"is_main": True}}
        return str(self._card(Kind.LEADS, edit).id)

    def edit(self, kind: RecordKind, record_id: str, cells: Mapping[str, str], by: int | None) -> None:
        """Columns, or fields of ours, many cards at once as a page lets them; None: the log misses it."""
        log = self.account.events
        before = len(log.events)
        actor = Actor(by or FIRST_SELLER, by_api=False)
        changed = update(self.account, CARDS[kind], int(record_id), self._edit(kind, cells), actor, self.account.now())
        assert changed is not None
        for event in log.events[before:] if by is None else ():
            log.of((event.entity_type, event.entity_id)).remove(event)
        if by is None:
            del log.events[before:]

    def text(self, field: Field, values: Values) -> str:
        """A value of ours as people see it: the day of their zone, the code of an entry."""
        if not values:
            return ""
        [held] = values
        if field.type == "date":
            return datetime.fromtimestamp(int(held.value), self.account.zone).date().isoformat()
        return str(held.enum_code or held.value)

    def _card(self, kind: Kind, edit: Edit) -> Card:
        return create(self.account, kind, edit, Actor(FIRST_SELLER, by_api=False), self.account.now())

    def _edit(self, kind: RecordKind, cells: Mapping[str, str]) -> Edit:
        edit = Edit()
        for column, text in cells.items():
            if column in ("title", "name"):
                edit.attributes["name"] = text
            elif column == "owner":
                edit.attributes["responsible_user_id"] = int(text)
            elif column == "amount":
                edit.attributes["price"] = Decimal(text)
            elif column in FIELDS[kind] or column.startswith("ps_"):
                code = column.upper() if column.startswith("ps_") else code_of(kind, column)
                field = self.account.field_of(CARDS[kind], code=code)
                assert field is not None, code
                edit.values[field.id] = self._values(field, text, FIELDS[kind].get(column))
        return edit

    def _values(self, field: Field, text: str, type_: str | Mapping[str, str] | None) -> Values:
        if not text:
            return ()
        if field.enums:
            words = {ours: theirs for theirs, ours in type_.items()} if isinstance(type_, Mapping) else {}
            chosen = [field.enum(value=words.get(one, one)) for one in text.split("|")]
            return tuple(Value(one.value, one.id, one.code) for one in chosen if one)
        return (Value(_stored(field.type, text, self.account.zone)),)

    def _client(self, row: Mapping[str, str]) -> tuple[Card, Card]:
        told = {"INN": "client_inn", "KPP": "client_kpp", "WEB": "client_domain"}
        values: dict[int, Values] = {}
        for code, column in told.items():
            field = self.account.field_of("companies", code=code)
            if field and row.get(column):
                values[field.id] = (Value(row[column]),)
        company = self._card(Kind.COMPANIES, Edit({"name": row["client_name"]}, values))
        ways = {seeds.PHONE: row.get("client_phone"), seeds.EMAIL: row.get("client_email")}
        reached: dict[int, Values] = {field: (Value(text, field * 10, "WORK"),) for field, text in ways.items() if text}
        return company, self._card(Kind.CONTACTS, Edit({"name": row.get("contact_name", "Buyer")}, reached))

    def _user(self, row: Mapping[str, str]) -> str:
        groups = self.account.groups
        group = next((number for number, name in groups.items() if name == row["group"]), len(groups))
        groups[group] = row["group"]
        user = User(ADMIN + 100 + len(self.account.users), row["name"], row["email"], group_id=group)
        self.account.users[user.id] = user
        return str(user.id)

    def _call(self, row: Mapping[str, str]) -> str:
        lead = ("lead", int(row["deal_id"]))
        return self.account.events.note("incoming_call", lead, int(row["author"]), self.account.now()).id


def _stored(type_: str, text: str, zone: ZoneInfo) -> Any:
    if type_ == "date":
        return int(datetime.combine(datetime.fromisoformat(text).date(), time(), zone).timestamp())
    if type_ == "date_time":
        return _unix(text)
    return text == "yes" if type_ == "checkbox" else text


def _unix(text: str) -> int:
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp())
