"""The story in an amoCRM account: companies, contacts and leads, entered and moved by its people."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from partnersync.sandbox.clock import VirtualClock
from partnersync.sandbox.front import Front
from partnersync.sandbox.server import serving
from partnersync_amocrm_sandbox import seeds
from partnersync_amocrm_sandbox.calls import Actor
from partnersync_amocrm_sandbox.cards import WON, Card, Kind, Link, Value, Values
from partnersync_amocrm_sandbox.changes import Edit, create, update
from partnersync_amocrm_sandbox.definitions import Enum, Field
from partnersync_amocrm_sandbox.emulator import AmoSandbox, sandbox_of
from partnersync_amocrm_sandbox.limits import Limits
from partnersync_amocrm_sandbox.sample import FIRST_SELLER, MAIN, REGISTRATIONS, sample
from told_story import Client, Deal, Fact, Paid, Partner, Registration, Won

SETTINGS = """
[connections.main]
kind = "amocrm"
url = "{url}"
token = {{ env = "AMOCRM_TOKEN" }}

[connections.main.partners]
tag = "партнёр"
partner_id = "PARTNER_CODE"
fields = {{ promo_codes = "PROMO_CODES" }}

[connections.main.clients]
inn = "ИНН"

[connections.main.deals]
partner = [{{ select = "PARTNER" }}]
fields = {{ products = "PRODUCTS", promo_code = "PROMO_CODE" }}

[connections.main.registrations]
pipeline = "Регистрации"
fields = {{ products = "PRODUCTS", kind = "CLAIM_KIND", consent = "CONSENT" }}

[connections.main.payments]
source = "field"
total = "Оплачено"
"""
KIND, CONSENT = 500_201, 500_202  # fields that the company has added


class AmoAccount:
    """A sandbox on the story's clock; `url` is where it is served."""

    prepared_by = (("schema", "apply", "main"),)

    def __init__(self, sandbox: AmoSandbox, clock: VirtualClock, url: str) -> None:
        self.settings = SETTINGS.format(url=url)
        self.token = sandbox.token
        self._account, self._clock = sandbox.account, clock
        self._leads: dict[str, int] = {}
        self._companies: dict[str, int] = {}
        leads = self._account.fields["leads"]
        for field in (
            Field(KIND, "leads", "text", "Вид заявки", "CLAIM_KIND"),
            Field(CONSENT, "leads", "text", "Согласие", "CONSENT"),
        ):
            leads[field.id] = field

    def tell(self, at: datetime, fact: Fact) -> None:
        """What a seller enters, or the head of partners."""
        self._clock.advance(at.timestamp() - self._clock.now())
        match fact:
            case Partner():
                values = {seeds.CODE: _text(fact.partner_id), seeds.PROMO_CODES: _text(fact.promo_code)}
                self._make(Kind.COMPANIES, fact.name, values, tags=(seeds.PARTNER_TAG,))
                choices = self._account.fields["leads"][seeds.SELLER_SAYS].enums
                number = seeds.SELLER_SAYS * 10 + len(choices)
                choices.append(Enum(number, fact.name, len(choices), fact.partner_id))
            case Registration():
                said = {KIND: _text("lead"), CONSENT: _text("yes")}
                self._lead(fact.name, fact.client, fact.product, said | self._partner(fact.partner_id), REGISTRATIONS)
            case Deal():
                said = {seeds.PROMO_CODE: _text(fact.promo_code)} | self._partner(fact.partner_id)
                self._lead(fact.name, fact.client, fact.product, said, MAIN, Decimal(fact.amount))
            case Won():
                self._change(fact.deal, Edit({"status_id": WON, "pipeline_id": MAIN}))
            case Paid():
                day = datetime.combine(at.date(), time(), at.tzinfo)
                values = {seeds.PAID: _text(str(fact.total)), seeds.PAID_ON: (Value(int(day.timestamp())),)}
                self._change(fact.deal, Edit(values=values))

    def lead(self, name: str) -> int:
        """The id of a deal or registration."""
        return self._leads[name]

    def field(self, deal: str, name: str) -> str:
        """As it stands on the card; a day is its midnight in the account's zone."""
        definition = self._account.field_of(Kind.LEADS, code=name.upper())
        card = self._account.cards[Kind.LEADS].get(self._leads[deal])
        held = card.values.get(definition.id, ()) if card and definition else ()
        if definition and definition.type == "date" and held:
            return datetime.fromtimestamp(held[0].value, ZoneInfo("Europe/Moscow")).date().isoformat()
        return "|".join(one.enum_code or str(one.value) for one in held)

    def _partner(self, partner_id: str) -> dict[int, Values]:
        chosen = self._account.fields["leads"][seeds.SELLER_SAYS].enum(code=partner_id) if partner_id else None
        return {seeds.SELLER_SAYS: (Value(chosen.value, chosen.id, chosen.code),)} if chosen else {}

    def _lead(
        self,
        name: str,
        client: Client,
        product: str,
        said: dict[int, Values],
        pipeline: int,
        price: Decimal = Decimal(0),
    ) -> None:
        if client.name not in self._companies:
            values = {seeds.INN: _text(client.inn)}
            self._companies[client.name] = self._make(Kind.COMPANIES, client.name, values).id
        buyer = self._make(Kind.CONTACTS, client.buyer, {})
        number = next(enum_id for enum_id, text in seeds.PRODUCT_ENUMS if text == product)
        links: dict[Link, dict[str, bool]] = {("companies", self._companies[client.name]): {}}
        links[("contacts", buyer.id)] = {"is_main": True}
        stage = self._account.pipelines[pipeline].statuses[1].id
        edit = Edit(
            {"name": name, "price": price, "pipeline_id": pipeline, "status_id": stage},
            said | {seeds.PRODUCTS: (Value(product, number, product),)},
            links=links,
        )
        self._leads[name] = create(self._account, Kind.LEADS, edit, _SELLER, self._account.now()).id

    def _make(self, kind: Kind, name: str, values: dict[int, Values], tags: tuple[int | str, ...] = ()) -> Card:
        given = {field_id: held for field_id, held in values.items() if held}
        return create(self._account, kind, Edit({"name": name}, given, tags), _SELLER, self._account.now())

    def _change(self, deal: str, edit: Edit) -> None:
        update(self._account, Kind.LEADS, self._leads[deal], edit, _SELLER, self._account.now())


_SELLER = Actor(FIRST_SELLER, by_api=False)


def _text(text: str) -> Values:
    return (Value(text),) if text else ()


@contextmanager
def amocrm() -> Iterator[AmoAccount]:
    """A new account, over a real socket; calls cost its clock nothing, so its limits are off."""
    clock = VirtualClock(datetime.fromisoformat("2026-02-01T00:00:00+03:00").timestamp())
    sandbox = sandbox_of(sample(clock, limits=Limits(on=False)))
    with serving(Front(sandbox, clock)) as server:
        yield AmoAccount(sandbox, clock, server.url)
